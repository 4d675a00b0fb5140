/* --check and --explain. */
#include <inttypes.h>
#include <unistd.h>

#include "cmd/cdcproj/cdcproj.h"
#include "cmd/cdcproj/views.h"
#include "lib/cli/diag.h"
#include "lib/io/out.h"

static void tell(const char *text)
{
    bf_diag_hint("%s", text);
}

bool check_result(const char *where, uint64_t wrong, struct bf_err *e)
{
    return wrong == 0 ||
           bf_err_set(e, BF_E_INPUT, "%s: %" PRIu64 " group%s not what the rows give; rebuild it",
                      where, wrong, wrong == 1 ? " is" : "s are");
}

bool run_check(const struct config *c, struct bf_err *e)
{
    struct db db;
    struct mirrors m;
    struct views w = {0};
    uint64_t wrong = 0;
    const struct bf_opt_list none = {.n = 0};
    bool opened = db_open_reader(&db, c->database, e);
    bool ok = opened && mirrors_open(&m, &db, c, e) && views_open(&w, &db, &m, &none, e) &&
              views_check(&w, tell, &wrong, e);
    if (w.db)
        views_free(&w);
    if (opened)
        mirrors_free(&m);
    db_close(&db);
    return ok && check_result(c->database, wrong, e);
}

/* Prints a line for each: name, kept or plain, reason. */
static void explain(struct bf_out *out, const struct view *v)
{
    bf_out_write(out, v->name.p, v->name.n);
    if (v->kept)
        bf_out_line(out, BF_STR("\tkept"));
    else {
        bf_out_write(out, "\tplain\t", 7);
        bf_out_line(out, bf_str_of(v->why));
    }
}

bool explain_all(const struct view *list, struct bf_err *e)
{
    struct bf_out out;
    struct bf_err late = {0};
    if (!bf_out_init(&out, STDOUT_FILENO, "standard output", 0, e))
        return false;
    for (const struct view *v = list; v; v = v->next)
        if (!v->drop)
            explain(&out, v);
    if (!bf_out_close(&out, &late))
        *e = late;
    return late.code == BF_OK;
}

bool run_explain(const struct config *c, struct bf_err *e)
{
    struct db db = {.lock = -1};
    struct mirrors m;
    struct views w = {0};
    struct view *given = NULL;
    const struct bf_opt_list none = {.n = 0};
    bool ok = true;
    if (c->view.n) {
        ok = views_read(&given, &c->view, false, e);
    } else {
        ok = db_open_reader(&db, c->database, e) && views_open(&w, &db, &m, &none, e) &&
             views_recall(&w, e);
        given = w.first;
    }
    ok = ok && explain_all(given, e);
    for (struct view *next; given && !w.db; given = next) {
        next = given->next;
        view_free(NULL, given);
    }
    if (w.db)
        views_free(&w);
    if (db.path)
        db_close(&db);
    return ok;
}
