/* --check: compares the kept views with a computation from all rows. */
#include "cmd/cdcproj/sqlite/views.h"

/* The expected row of a group, as text, for comparison and messages. */
static void put_values(struct bf_buf *out, const struct db *db, sqlite3_stmt *row, int from)
{
    for (int i = from; i < db->api->column_count(row); i++) {
        struct bf_str t = db_text(db, row, i);
        bf_buf_addc(out, i > from ? ' ' : '(');
        bf_buf_addf(out, "%.*s", BF_SHOWN(t));
    }
    bf_buf_addc(out, ')');
}

/* Reports the rows of the statement in w->sql. */
static bool tell_all(struct views *w, const struct view *v, const char *what,
                     void (*tell)(const char *), uint64_t *wrong, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc = SQLITE_DONE;
    bool ok = bf_buf_check(&w->sql, "a statement", e) &&
              db_prepare(w->db, bf_buf_view(&w->sql), &stmt, e);
    while (ok && (rc = w->db->api->step(stmt)) == SQLITE_ROW) {
        struct bf_buf text;
        bf_buf_init(&text, 4096);
        bf_buf_addf(&text, "view %.*s: %s ", BF_SHOWN(v->name), what);
        put_values(&text, w->db, stmt, 1);
        if (*wrong < 20 && bf_buf_cstr(&text))
            tell(text.p);
        ++*wrong;
        bf_buf_free(&text);
    }
    ok = ok && (rc == SQLITE_DONE || db_fail(w->db, e));
    if (stmt)
        w->db->api->finalize(stmt);
    return ok;
}

/* The rows that are in only one of two tables. */
static bool compare(struct views *w, const struct view *v, void (*tell)(const char *),
                    uint64_t *wrong, struct bf_err *e)
{
    static const char *const schema[] = {"main.", "temp."};
    static const char *const what[] = {"there is", "the rows give"};
    for (int i = 0; i < 2; i++) {
        bf_buf_reset(&w->sql);
        for (int k = 0; k < 2; k++) {
            bf_buf_adds(&w->sql, k ? BF_STR(" EXCEPT SELECT * FROM ") : BF_STR("SELECT * FROM "));
            bf_buf_adds(&w->sql, bf_str_of(schema[i ^ k]));
            view_put_table(&w->sql, v, "");
        }
        if (!tell_all(w, v, what[i], tell, wrong, e))
            return false;
    }
    return true;
}

bool views_check(struct views *w, void (*tell)(const char *text), uint64_t *wrong, struct bf_err *e)
{
    *wrong = 0;
    if (!db_exec(w->db, "BEGIN", e))
        return false;
    for (struct view *v = w->first; v; v = v->next) {
        struct mirror *t = w->mirrors->first;
        while (t && !bf_str_same(bf_str_of(t->name), v->from))
            t = t->next;
        v->mirror = v->kept && t && t->mode != MODE_HISTORY ? t : NULL;
        if (v->mirror && (!view_make_tables(w, v, true, e) || !view_count(w, v, e) ||
                          !compare(w, v, tell, wrong, e)))
            return bf_err_ctx(e, "view %.*s", BF_SHOWN(v->name));
    }
    return true;
}
