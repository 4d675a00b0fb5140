/* SELECT and related statements: translates, runs and writes the result. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/athena/athena.h"
#include "cmd/bflocal/duck/value.h"
#include "cmd/bflocal/trino/lex.h"

enum { PASSES = 64, STATEMENT = 64 * 1024 * 1024 };

/* Determines the types that the translation needs, by DuckDB's binder. */
static bool learn(struct bl_execution *x, struct bl_trino *t, struct bl_scan *scan,
                  const struct bf_buf *text, struct bf_err *e)
{
    struct bl_duck_probes probes = {t->found, BL_TRINO_PROBES};
    struct bf_buf sql;
    size_t known = 0, now = 0;
    bf_buf_init(&sql, STATEMENT);
    bl_trino_choose(t);
    for (size_t i = 0; i < t->nprobes; i++)
        known += t->found[i].known;
    bool ok = bl_trino_fill(t, bf_buf_view(text), &sql, bl_scan_put_types, scan, e);
    const char *statement = ok ? bf_buf_cstr(&sql) : NULL;
    if (statement) {
        bl_duck_probe_into(&probes);
        ok = bl_duck_prepare(x->con, statement, e);
        bl_duck_probe_into(NULL);
        for (size_t i = 0; i < t->nprobes; i++)
            now += t->found[i].known;
        if (now > known)
            ok = true; /* the error may be gone after the next translation */
        else if (ok)
            ok = bf_err_set(e, BF_E_SERVICE,
                            "GENERIC_INTERNAL_ERROR: a type could not be found out");
    }
    bf_buf_free(&sql);
    return ok;
}

/* Converts DuckDB's error message to Athena's. */
static void explain(struct bf_err *e)
{
    static const struct {
        const char *begin, *code;
    } codes[] = {{"Binder Error: Referenced column ", "COLUMN_NOT_FOUND: Column "},
                 {"Binder Error: Referenced table ", "COLUMN_NOT_FOUND: Table "},
                 {"Binder Error: Table ", "COLUMN_NOT_FOUND: Table "},
                 {"Binder Error: Values list ", "COLUMN_NOT_FOUND: Values list "},
                 {"Binder Error: ", "TYPE_MISMATCH: "},
                 {"Parser Error: ", "SYNTAX_ERROR: "},
                 {"Catalog Error: ", "SYNTAX_ERROR: "},
                 {"Conversion Error: ", "INVALID_CAST_ARGUMENT: "},
                 {"Out of Range Error: ", "NUMERIC_VALUE_OUT_OF_RANGE: "},
                 {"Invalid Input Error: ", ""},
                 {"INTERRUPT Error: ", "Query cancelled: "},
                 {"IO Error: ", "HIVE_CANNOT_OPEN_SPLIT: "},
                 {"Permission Error: ", "PERMISSION_DENIED: "}};
    char text[sizeof e->text];
    for (size_t i = 0; i < BF_COUNT(codes); i++) {
        size_t n = strlen(codes[i].begin);
        if (strncmp(e->text, codes[i].begin, n) != 0)
            continue;
        snprintf(text, sizeof text, "%s%s", codes[i].code, e->text + n);
        memcpy(e->text, text, sizeof text);
        return;
    }
}

/* The position of the name of a missing column in the statement. */
static void place(struct bl_execution *x, struct bf_str sql, struct bf_err *e)
{
    static const char begin[] = "COLUMN_NOT_FOUND: Column \"";
    struct bl_token *token;
    struct bf_err ignored;
    size_t n;
    if (strncmp(e->text, begin, sizeof begin - 1) != 0 ||
        !bl_lex(&x->arena, sql, &token, &n, &ignored))
        return;
    const char *name = e->text + sizeof begin - 1, *end = strchr(name, '"');
    struct bf_str wanted = bf_str(name, end ? (size_t)(end - name) : 0);
    for (size_t i = 0; i < n; i++)
        if ((token[i].kind == BL_TOKEN_WORD || token[i].kind == BL_TOKEN_QUOTED) &&
            token[i].text.n == wanted.n && strncasecmp(token[i].text.p, wanted.p, wanted.n) == 0) {
            char text[sizeof e->text];
            snprintf(text, sizeof text,
                     "COLUMN_NOT_FOUND: line %u:%u: Column '%.*s' cannot be resolved",
                     token[i].line, token[i].column, (int)wanted.n, wanted.p);
            memcpy(e->text, text, sizeof text);
            return;
        }
}

bool bl_query_translate(struct bl_execution *x, struct bl_scan *scan, struct bf_str sql,
                        struct bf_buf *out, struct bf_err *e)
{
    struct bl_trino *t = bf_arena_alloc(&x->arena, sizeof *t);
    struct bf_buf text;
    bool ok = t && bl_trino_init(t, &x->arena, e);
    if (!ok)
        return bf_err_nomem(e);
    t->database = x->database;
    t->parameters = x->parameters;
    t->nparameters = x->nparameters;
    t->look_up = bl_scan_look_up;
    t->arg = scan;
    scan->local = x->athena->local;
    scan->arena = &x->arena;
    scan->con = x->con;
    bf_buf_init(&text, STATEMENT);
    for (int pass = 0; ok; pass++) {
        bf_buf_reset(&text);
        ok = bl_trino_query(t, sql, &text, e);
        scan->path = t->path;
        if (!ok || t->pending == 0)
            break;
        ok = pass < PASSES ? learn(x, t, scan, &text, e)
                           : bf_err_set(e, BF_E_LIMIT, "operations on types nest too deeply");
    }
    ok = ok && bl_trino_fill(t, bf_buf_view(&text), out, bl_scan_put_rows, scan, e);
    if (ok && x->cutoff > 0 && scan->bytes > (uint64_t)x->cutoff)
        ok = bf_err_set(e, BF_E_STOPPED, "Query cancelled! : Bytes scanned limit was exceeded");
    bf_buf_free(&text);
    if (!ok) {
        explain(e);
        place(x, sql, e);
    }
    return ok;
}

/* Sets the labels and types of the result and writes the object's header. */
static bool describe(struct bl_execution *x, duckdb_result *r, struct bf_buf *out, struct bf_err *e)
{
    const struct bl_duck_api *duck = bl_duck_api();
    uint64_t n = duck->column_count(r);
    x->columns = json_array();
    for (uint64_t i = 0; i < n; i++) {
        struct bl_duck_type type;
        char name[300];
        duckdb_logical_type t = duck->column_logical_type(r, i);
        bool known = bl_duck_type(t, &type);
        duck->destroy_logical_type(&t);
        snprintf(name, sizeof name, "%s", duck->column_name(r, i));
        if (!known)
            return bf_err_set(e, BF_E_INPUT, "NOT_SUPPORTED: Athena has no type for the column %s",
                              name);
        if (strcmp(name, "_col?") == 0)
            snprintf(name, sizeof name, "_col%d", (int)i);
        json_array_append_new(x->columns,
                              bl_output_column(name, type.name, type.precision, type.scale));
        if (i)
            bf_buf_addc(out, ',');
        bl_output_quote(out, bf_str_of(name));
    }
    bf_buf_addc(out, '\n');
    return true;
}

static bool put_chunk(duckdb_data_chunk chunk, const duckdb_logical_type *types, uint64_t columns,
                      struct bf_buf *cell, struct bl_output *o, struct bf_err *e)
{
    const struct bl_duck_api *duck = bl_duck_api();
    uint64_t rows = duck->data_chunk_get_size(chunk);
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t k = 0; k < columns; k++) {
            duckdb_vector v = duck->data_chunk_get_vector(chunk, k);
            if (k)
                bf_buf_addc(&o->text, ',');
            if (bl_duck_null(v, i))
                continue;
            bf_buf_reset(cell);
            if (!bl_duck_put(cell, v, types[k], i))
                return bf_err_set(e, BF_E_INPUT, "NUMERIC_VALUE_OUT_OF_RANGE: bigint overflow");
            bl_output_quote(&o->text, bf_buf_view(cell));
        }
        bf_buf_addc(&o->text, '\n');
        if (!bl_output_flush(o, false, e))
            return false;
    }
    return true;
}

static bool put_rows(struct bl_execution *x, duckdb_result *r, struct bl_output *o,
                     struct bf_err *e)
{
    const struct bl_duck_api *duck = bl_duck_api();
    uint64_t n = duck->column_count(r);
    duckdb_logical_type *types = calloc(n + 1, sizeof(duckdb_logical_type));
    duckdb_data_chunk chunk;
    struct bf_buf cell;
    bool ok = types != NULL || bf_err_nomem(e);
    bf_buf_init(&cell, 64 * 1024 * 1024);
    for (uint64_t i = 0; ok && i < n; i++)
        types[i] = duck->column_logical_type(r, i);
    while (ok && (chunk = duck->fetch_chunk(*r)) != NULL) {
        ok = put_chunk(chunk, types, n, &cell, o, e);
        duck->destroy_data_chunk(&chunk);
        if (ok && bl_execution_stopped(x))
            ok = bf_err_set(e, BF_E_STOPPED, "Query cancelled");
    }
    const char *failed = ok ? duck->result_error(r) : NULL;
    if (failed)
        ok = bl_duck_fail(failed, e);
    for (uint64_t i = 0; types && i < n; i++)
        if (types[i])
            duck->destroy_logical_type(&types[i]);
    free(types);
    bf_buf_free(&cell);
    return ok;
}

bool bl_query_run(struct bl_execution *x, struct bf_str sql, struct bf_err *e)
{
    struct bl_scan scan = {.ntables = 0};
    struct bl_output o = {.open = false};
    struct bf_buf text;
    duckdb_result r;
    bf_buf_init(&text, STATEMENT);
    bool ok = bl_execution_connect(x, e) && bl_query_translate(x, &scan, sql, &text, e);
    x->scanned = scan.bytes;
    bl_scan_free(&scan);
    const char *statement = ok ? bf_buf_cstr(&text) : NULL;
    ok = ok && (statement ? bl_duck_query(x->con, statement, &r, e) : bf_err_nomem(e));
    bf_buf_free(&text);
    if (ok) {
        ok = bl_output_begin(&o, x, ".csv", e) && describe(x, &r, &o.text, e) &&
             put_rows(x, &r, &o, e) && bl_output_end(&o, e);
        bl_duck_api()->destroy_result(&r);
    }
    bl_output_free(&o);
    if (!ok) {
        explain(e);
        place(x, sql, e);
    }
    return ok;
}
