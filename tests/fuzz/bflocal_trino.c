/*
 * Trino's SQL before DuckDB sees it: whatever is given is translated, or refused with a reason. The types of what
 * is probed are drawn from the text itself.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/trino/trino.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum bl_trino_kind look_up(void *arg, struct bl_trino_ref *ref, struct bf_str *view,
                                  const char **database, struct bf_err *e)
{
    (void)arg;
    (void)e;
    *view = BF_STR("SELECT * FROM v UNION SELECT a, dt FROM t WHERE dt = 'x'");
    *database = "shop";
    return ref->name.n && ref->name.p[0] == 'v'   ? BL_TRINO_VIEW
           : ref->name.n && ref->name.p[0] == 't' ? BL_TRINO_TABLE
                                                  : BL_TRINO_NONE;
}

static bool put(void *arg, struct bl_trino_ref *ref, struct bf_buf *out, struct bf_err *e)
{
    (void)arg;
    (void)e;
    bf_buf_adds(out, ref->name);
    for (size_t i = 0; i < ref->nwhere; i++) {
        bf_buf_adds(out, ref->where[i].text);
        bf_buf_adds(out, ref->where[i].names);
    }
    return true;
}

static void draw(struct bl_trino *t, size_t seed)
{
    static const enum duckdb_type types[] = {DUCKDB_INTEGER, DUCKDB_DECIMAL, DUCKDB_DATE,
                                             DUCKDB_VARCHAR, DUCKDB_LIST,    DUCKDB_MAP,
                                             DUCKDB_DOUBLE,  DUCKDB_STRUCT,  DUCKDB_TIMESTAMP};
    for (size_t i = 0; i < t->nprobes; i++) {
        struct bl_duck_found *f = &t->found[i];
        *f = (struct bl_duck_found){.known = true,
                                    .id = types[(seed + i) % BF_COUNT(types)],
                                    .child = types[(seed / 3 + i) % BF_COUNT(types)],
                                    .width = 10,
                                    .scale = 2};
        snprintf(f->text, sizeof f->text, "type");
        snprintf(f->fields, sizeof f->fields, "a\nb\n");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct bl_trino t;
    struct bf_str parameters[] = {BF_STR("7"), BF_STR("'x'")};
    struct bf_arena a;
    struct bf_buf marked, out;
    struct bf_err e = {0};
    bf_arena_init(&a, 64 * 1024 * 1024);
    bf_buf_init(&marked, 4 * 1024 * 1024);
    bf_buf_init(&out, 4 * 1024 * 1024);
    bool ok = bl_trino_init(&t, &a, &e);
    t.database = "shop";
    t.look_up = look_up;
    t.parameters = parameters;
    t.nparameters = n % 3;
    for (int pass = 0; ok && pass < 10; pass++) {
        bf_buf_reset(&marked);
        ok = bl_trino_query(&t, bf_str((const char *)data, n), &marked, &e);
        if (!ok || !t.pending)
            break;
        draw(&t, n);
    }
    ok = ok && bl_trino_fill(&t, bf_buf_view(&marked), &out, put, NULL, &e);
    if (!ok && (e.code == BF_OK || !e.text[0]))
        abort();
    bf_buf_free(&out);
    bf_buf_free(&marked);
    bf_arena_free(&a);
    return 0;
}
