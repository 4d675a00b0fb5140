#include "lib/sql/sql.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/sql/sql_impl.h"
#include "lib/sql/sql_refusal.h"
#include "lib/json/write.h"

enum { NAMES_MAX = 16 * 1024 * 1024, VALUES_MAX = 512 * 1024 * 1024, SQL_MAX = 8 * 1024 * 1024 };

bool bf_sql_wanted(const struct bf_sql_conf *conf)
{
    return conf->where || conf->select || conf->query || conf->set.n || conf->enrich.n ||
           conf->lookup.n;
}

bool bf_sql_fail(struct bf_sql *s, enum bf_err_code code, struct bf_err *e)
{
    if (s->why.code)
        *e = s->why;
    else if ((s->api->errcode(s->db) & 0xff) == SQLITE_NOMEM)
        (void)bf_err_nomem(e);
    else
        bf_err_set(e, code, "%s", s->api->errmsg(s->db));
    bf_err_clear(&s->why);
    return false;
}

bool bf_sql_exec(struct bf_sql *s, const char *sql, struct bf_err *e)
{
    if (!sql)
        return bf_err_nomem(e);
    return s->api->exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || bf_sql_fail(s, BF_E_IO, e);
}

static bool open_db(struct bf_sql *s, struct bf_err *e)
{
    s->api = bf_sql_load(e);
    if (!s->api)
        return false;
    if (s->api->open_v2(":memory:", &s->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return bf_err_nomem(e);
    /* "text" must be a name and never a string: otherwise a misspelled name would be a constant */
    s->api->db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    s->api->db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    return bf_sql_exec(s,
                       "PRAGMA automatic_index=OFF; PRAGMA temp_store=FILE; "
                       "PRAGMA case_sensitive_like=ON; " /* as in Athena */
                       "PRAGMA temp.cache_size=-4000; PRAGMA temp.journal_mode=OFF",
                       e) &&
           bf_sql_func_init(s, e) && bf_sql_table_init(s, e);
}

static bool has_column(const struct bf_sql *s, struct bf_str name)
{
    for (size_t i = 1; i < s->ncolumns; i++)
        if (bf_str_same(s->column[i].find.name, name))
            return true;
    return false;
}

static bool add_column(struct bf_sql *s, const struct sql_text *t, struct bf_str name,
                       struct bf_err *e)
{
    static const char *const metas[BF_META_N] = {"_op",       "_ts",  "_table",
                                                 "_event_id", "_seq", "_changed"};
    const struct sql_table *table = bf_sql_text_table(t, name);
    struct bf_str first, other;
    if (table) {
        (void)bf_str_split(&name, '.', &first);
        if (!table->cdc && !(table->query && t->inner_star && !has_column(s, name)))
            return bf_err_set(e, BF_E_USAGE, "%.*s has no column %.*s", (int)first.n, first.p,
                              (int)name.n, name.p);
    }
    if (bf_sql_text_other_case(t, name, &other))
        return bf_err_set(e, BF_E_USAGE, "%.*s and %.*s are the same column to SQL", (int)name.n,
                          name.p, (int)other.n, other.p);
    if (has_column(s, name))
        return bf_err_set(e, BF_E_USAGE, "no such column: %.*s", (int)name.n, name.p);
    if (s->ncolumns == SQL_COLUMNS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", SQL_COLUMNS_MAX);
    struct sql_column *column = &s->column[s->ncolumns];
    *column = (struct sql_column){.meta = BF_META_N};
    if (!bf_arena_copy(&s->names, name, &column->find.name))
        return bf_err_nomem(e);
    name = column->find.name;
    column->find.path = memchr(name.p, '.', name.n) != NULL;
    column->find.old = bf_str_starts(name, BF_STR("old."));
    for (size_t i = 0; i < BF_META_N && !s->conf.no_meta; i++)
        if (bf_str_eq(name, bf_str_of(metas[i])))
            column->meta = (enum bf_row_meta)i;
    s->ncolumns++;
    return bf_sql_table_make(s, e);
}

static bool name_result(struct bf_sql *s, struct sql_query *q, const struct sql_text *t, size_t i,
                        struct bf_err *e)
{
    struct sql_result *r = &q->result[i];
    struct bf_str name = bf_str_of(s->api->column_name(q->stmt, (int)i)), quoted;
    if (!name.p)
        return bf_err_nomem(e);
    r->column = SIZE_MAX;
    r->star = bf_str_is(name, BF_SQL_STAR);
    for (size_t k = 0; k < i; k++)
        if (bf_str_eq(q->result[k].name, name))
            return bf_err_set(e, BF_E_USAGE, "two results are called %s%s", r->star ? "*" : name.p,
                              q == &s->sets ? "" : "; use AS");
    bf_buf_reset(&s->scratch);
    bf_json_put_string(&s->scratch, name);
    size_t n = s->scratch.n;
    char *pad = bf_buf_room(&s->scratch, 64);
    if (pad) {
        memset(pad, 0, 64);
        s->scratch.n += 64;
    }
    if (!bf_buf_ok(&s->scratch) || !bf_arena_copy(&s->names, name, &r->name) ||
        !bf_arena_copy(&s->names, bf_buf_view(&s->scratch), &quoted))
        return bf_err_nomem(e);
    r->attr.name = bf_str(quoted.p + 1, n - 2);
    r->attr.name_escaped = memchr(r->attr.name.p, '\\', n - 2) != NULL;
    r->types = bf_sql_result_decimal(t, name) ? 1u << BF_ATTR_N : 0;
    const char *table =
        s->api->column_table_name ? s->api->column_table_name(q->stmt, (int)i) : NULL;
    if (!table)
        return true;
    struct bf_str origin = bf_str_of(s->api->column_origin_name(q->stmt, (int)i));
    if (!bf_str_is(bf_str_of(table), "cdc")) {
        r->types = bf_sql_lookup_types(s, bf_str_of(table), origin);
        return true;
    }
    for (size_t k = 1; k < s->ncolumns; k++)
        if (bf_str_eq(s->column[k].find.name, origin))
            r->column = k;
    return true;
}

static bool name_results(struct bf_sql *s, struct sql_query *q, const struct sql_text *t,
                         struct bf_err *e)
{
    bool star = false;
    q->n = (size_t)s->api->column_count(q->stmt);
    q->result = bf_arena_alloc(&s->names, q->n * sizeof *q->result);
    if (!q->result)
        return bf_err_nomem(e);
    memset(q->result, 0, q->n * sizeof *q->result);
    for (size_t i = 0; i < q->n; i++) {
        if (!name_result(s, q, t, i, e))
            return false;
        star |= q->result[i].star;
    }
    q->override = star && q->n > 1;
    return true;
}

/* Explains a syntax error at the word in terms of the user's text: keywords are names only in double
 * quotes, and a text that ends too soon must not blame the words that were added after it. */
static void explain_syntax(const struct sql_text *t, struct bf_str word, struct bf_err *e)
{
    bool written = false;
    if (bf_str_same(word, BF_STR("and")) || bf_str_same(word, BF_STR("or")))
        return;
    for (size_t i = 0; i < t->n; i++) {
        written |= bf_str_same(t->token[i].text, word);
        if (t->token[i].kind == BF_SQLITE_WORD && bf_str_same(t->token[i].ident, word)) {
            bf_err_set(e, BF_E_USAGE,
                       "near \"%.*s\": syntax error; an attribute that is called like a word "
                       "of SQL is written in double quotes",
                       BF_SHOWN(word));
            return;
        }
    }
    if (!written)
        bf_err_set(e, BF_E_USAGE, "something is missing at its end");
}

/* Prepares sql; cdc gets the columns that SQLite finds missing. */
static bool prepare(struct bf_sql *s, struct sql_query *q, const struct sql_text *t,
                    struct bf_str sql, struct bf_err *e)
{
    const char *tail = NULL;
    if (t->inner_star && s->ncolumns == 1 && !add_column(s, t, BF_STR("_op"), e))
        return false; /* a * of no columns at all would be an error */
    while (s->api->prepare_v2(s->db, sql.p, (int)sql.n, &q->stmt, &tail) != SQLITE_OK) {
        struct sql_refusal why = bf_sql_refusal(s->api->errmsg(s->db));
        struct bf_str kept;
        if (why.kind == SQL_REFUSED_OTHER || why.kind == SQL_REFUSED_SYNTAX) {
            bf_sql_fail(s, BF_E_USAGE, e);
            if (why.kind == SQL_REFUSED_SYNTAX && e->code == BF_E_USAGE)
                explain_syntax(t, why.name, e);
            return false;
        }
        if (!bf_arena_copy(&s->names, why.name, &kept))
            return bf_err_nomem(e);
        if (why.kind == SQL_REFUSED_JOIN && has_column(s, kept))
            return bf_err_set(e, BF_E_USAGE, "a table that is joined has no column %s", kept.p);
        if (!add_column(s, t, kept, e))
            return false;
    }
    if (!q->stmt || bf_str_trim(bf_str(tail, (size_t)(sql.p + sql.n - tail))).n)
        return bf_err_set(e, BF_E_USAGE, "is not one expression");
    if (s->api->bind_parameter_count(q->stmt))
        return bf_err_set(e, BF_E_USAGE, "a parameter such as ? has no value here");
    if (!s->api->stmt_readonly(q->stmt) || !s->api->column_count(q->stmt))
        return bf_err_set(e, BF_E_USAGE, "is not a SELECT");
    return name_results(s, q, t, e);
}

/* Prepares a query whose text is head, the user's text and tail. */
static bool make_query(struct bf_sql *s, struct sql_query *q, const char *option, const char *head,
                       struct bf_str user, struct bf_str tail, bool star, struct bf_err *e)
{
    struct sql_text t;
    struct bf_buf sql;
    const char *lookups[BF_OPT_LIST_MAX];
    size_t nlookups = bf_sql_lookup_names(s, lookups);
    bf_buf_init(&sql, SQL_MAX);
    bf_buf_adds(&sql, bf_str_of(head));
    bool ok = bf_sql_text_init(&t, user, lookups, nlookups, e);
    if (ok) {
        /* select lists are text of the outermost SELECT, whose FROM is in tail */
        ok = bf_sql_text_expressions(&t, e) &&
             (!star || bf_sql_result_names(&t) || bf_err_nomem(e)) &&
             bf_sql_text_put(&t, star, &sql, e);
        s->forgets |= t.subs;
        s->makes_text |= t.makes_text;
        bf_buf_adds(&sql, tail);
        ok = ok && bf_buf_check(&sql, "SQL", e) && prepare(s, q, &t, bf_buf_view(&sql), e);
    }
    bf_sql_text_free(&t);
    bf_buf_free(&sql);
    return ok || bf_err_ctx(e, "%s", option);
}

static bool make_sets(struct bf_sql *s, struct bf_buf *from, struct bf_err *e)
{
    struct bf_buf results;
    bf_buf_init(&results, SQL_MAX);
    bool ok = bf_sql_sets_text(s, from, &results, e);
    if (ok && results.n)
        ok = make_query(s, &s->sets, s->conf.set.n ? "--set" : "--enrich", "SELECT ",
                        bf_buf_view(&results), bf_buf_view(from), false, e);
    if (ok && s->sets.n > SQL_SETS_MAX)
        ok = bf_err_set(e, BF_E_LIMIT, "more than %d columns", SQL_SETS_MAX);
    bf_buf_free(&results);
    return ok;
}

/* Does a query aggregate over rows, by a function that sql_scope.c does not know? */
static bool aggregates(struct bf_sql *s, struct bf_str sql, struct bf_err *e)
{
    bool found = false;
    sqlite3_stmt *stmt = NULL;
    char *explain = s->api->mprintf("EXPLAIN %.*s", (int)sql.n, sql.p);
    if (explain && s->api->prepare_v2(s->db, explain, -1, &stmt, NULL) == SQLITE_OK)
        while (s->api->step(stmt) == SQLITE_ROW)
            found |=
                bf_str_starts(bf_str_of((const char *)s->api->column_text(stmt, 1)), BF_STR("Agg"));
    else
        found = !bf_sql_fail(s, BF_E_USAGE, e);
    s->api->finalize(stmt);
    s->api->free(explain);
    return found;
}

/* Creates the table that keeps changes for a query over all of them, and the statement that fills it. */
static bool make_store(struct bf_sql *s, bool star, struct bf_err *e)
{
    struct bf_buf table, fill;
    bf_buf_init(&table, SQL_MAX);
    bf_buf_init(&fill, SQL_MAX);
    bf_buf_lit(&table, "BEGIN; CREATE TEMP TABLE kept(_row");
    bf_buf_lit(&fill, "INSERT INTO temp.kept SELECT ");
    bf_buf_adds(&fill, star ? BF_STR("_row") : BF_STR("NULL"));
    for (size_t i = 1; i < s->ncolumns; i++) {
        bf_buf_lit(&table, ",");
        bf_sqlite_put_name(&table, s->column[i].find.name);
        bf_buf_lit(&fill, ",");
        bf_sqlite_put_name(&fill, s->column[i].find.name);
    }
    bf_buf_lit(&table, ")");
    bf_buf_lit(&fill, " FROM main.cdc");
    bool ok = bf_buf_check(&fill, "SQL", e) && bf_sql_exec(s, bf_buf_cstr(&table), e);
    if (ok && s->api->prepare_v2(s->db, fill.p, (int)fill.n, &s->store.stmt, NULL) != SQLITE_OK)
        ok = bf_sql_fail(s, BF_E_USAGE, e);
    bf_buf_free(&table);
    bf_buf_free(&fill);
    return ok;
}

static bool has_star(const struct bf_sql *s)
{
    for (size_t i = 0; i < s->rows.n; i++)
        if (s->rows.result[i].star)
            return true;
    return false;
}

static bool make_whole(struct bf_sql *s, struct bf_err *e)
{
    struct sql_text t;
    struct bf_buf sql;
    const char *lookups[BF_OPT_LIST_MAX];
    struct bf_str user = bf_str_of(s->conf.query);
    size_t nlookups = bf_sql_lookup_names(s, lookups);
    bf_buf_init(&sql, SQL_MAX);
    bool ok = bf_sql_text_init(&t, user, lookups, nlookups, e);
    if (ok && !t.uses)
        ok = bf_err_set(e, BF_E_USAGE, "does not read FROM cdc");
    ok = ok && (bf_sql_result_names(&t) || bf_err_nomem(e)) && bf_sql_text_put(&t, true, &sql, e) &&
         bf_arena_copy(&s->names, bf_buf_view(&sql), &s->text) && bf_sql_lookup_indexes(s, &t, e) &&
         prepare(s, &s->rows, &t, s->text, e);
    bool whole = ok && (t.whole || !t.once || (!t.subs && aggregates(s, s->text, e)));
    s->forgets |= whole || t.subs;
    s->sorts_plain = t.sorts_plain;
    s->makes_text |= t.makes_text;
    if (whole)
        ok = t.once ? bf_sql_feed_new(s, has_star(s), e) : make_store(s, has_star(s), e);
    bf_sql_text_free(&t);
    bf_buf_free(&sql);
    return ok || bf_err_ctx(e, "--sql");
}

static bool setup(struct bf_sql *s, struct bf_err *e)
{
    struct bf_buf from;
    const struct bf_sql_conf *conf = &s->conf;
    if (conf->query && (conf->where || conf->select || conf->set.n || conf->enrich.n))
        return bf_err_set(e, BF_E_USAGE,
                          "--sql is the whole query: no --where, --select, --set, --enrich");
    if (conf->select && conf->set.n)
        return bf_err_set(e, BF_E_USAGE, "--select names all columns: no --set with it");
    for (size_t i = 0; i < conf->lookup.n; i++)
        if (!bf_sql_lookup_load(s, conf->lookup.item[i], e))
            return bf_err_ctx(e, "--lookup");
    if (conf->query)
        return make_whole(s, e);
    bf_buf_init(&from, SQL_MAX);
    bool ok = make_sets(s, &from, e);
    struct bf_str tail = bf_buf_view(&from);
    if (ok && conf->where) {
        struct bf_buf end;
        bf_buf_init(&end, SQL_MAX);
        bf_buf_lit(&end, "\n) THEN 1 ELSE 0 END");
        bf_buf_adds(&end, tail);
        ok = make_query(s, &s->where, "--where", "SELECT CASE WHEN (", bf_str_of(conf->where),
                        bf_buf_view(&end), false, e);
        bf_buf_free(&end);
    }
    if (ok && conf->select)
        ok = make_query(s, &s->rows, "--select", "SELECT ", bf_str_of(conf->select), tail, true, e);
    s->where.once = s->rows.once = s->sets.once = conf->enrich.n == 0;
    bf_buf_free(&from);
    return ok;
}

struct bf_sql *bf_sql_new(const struct bf_sql_conf *conf, struct bf_row *row, struct bf_err *e)
{
    struct bf_sql *s = calloc(1, sizeof *s);
    if (!s) {
        bf_err_nomem(e);
        return NULL;
    }
    s->conf = *conf;
    s->row = row;
    bf_arena_init(&s->names, NAMES_MAX);
    bf_arena_init(&s->values, VALUES_MAX);
    bf_buf_init(&s->scratch, VALUES_MAX);
    bf_buf_init(&s->typed, VALUES_MAX);
    bf_change_init(&s->inner);
    bf_change_init(&s->kept);
    if (open_db(s, e) && setup(s, e))
        return s;
    bf_sql_destroy(s);
    return NULL;
}

void bf_sql_destroy(struct bf_sql *s)
{
    if (!s)
        return;
    bf_sql_feed_destroy(s->feed);
    if (s->api) {
        s->api->finalize(s->where.stmt);
        s->api->finalize(s->rows.stmt);
        s->api->finalize(s->sets.stmt);
        s->api->finalize(s->store.stmt);
        s->api->close_v2(s->db);
    }
    bf_arena_free(&s->names);
    bf_arena_free(&s->values);
    bf_buf_free(&s->scratch);
    bf_buf_free(&s->typed);
    bf_change_free(&s->inner);
    bf_change_free(&s->kept);
    free(s->column);
    free(s->attr);
    free(s);
}
