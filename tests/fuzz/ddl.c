/*
 * Rows, and a name for the table and its prefix, as athddl takes them: whatever they hold, a table that can be made is one in
 * all dialects; Glue's is JSON; a statement ends once, outside of its quotes. The first line is the location, the others rows.
 */
#include <stdlib.h>

#include "lib/ddl/receipt.h"
#include "lib/ddl/seen.h"
#include "lib/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Every quote is closed, and nothing but a newline follows the first semicolon outside of them. */
static void check_statement(struct bf_str s, bool backslash)
{
    char quote = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quote && backslash && c == '\\' && quote != '`')
            i++;
        else if (quote && c == quote)
            quote = 0;
        else if (!quote && (c == '\'' || c == '"' || c == '`'))
            quote = c;
        else if (!quote && c == ';' && i + 2 != s.n)
            abort();
    }
    if (quote)
        abort();
}

static void put_all(struct bf_arena *a, const struct bf_ddl_seen *s, struct bf_str url,
                    enum bf_ddl_serde serde)
{
    struct bf_ddl_table t;
    struct bf_err e = {0};
    struct bf_buf out;
    bf_buf_init(&out, 1 << 24);
    bool ok = bf_ddl_table_init(&t, a, BF_STR("t"), &e);
    t.serde = serde;
    ok = ok && (bf_ddl_layout_location(&t.layout, url, &e) ||
                bf_ddl_layout_location(&t.layout, BF_STR("s3://l/"), &e));
    for (size_t i = 0; ok && i < s->nmembers; i++) {
        struct bf_ddl_verdict v;
        ok = bf_ddl_seen_decide(a, s->member[i].seen, serde == BF_DDL_HIVE_JSON, &v, &e) &&
             bf_ddl_table_add(&t, s->member[i].name, &v.type, false, NULL, &e);
    }
    if (ok && bf_ddl_table_finish(&t, &e)) {
        bf_ddl_table_put_glue(&out, &t);
        if (bf_buf_ok(&out) && !bf_json_check(bf_buf_view(&out), &e))
            abort();
        for (int d = BF_DDL_ATHENA; d <= BF_DDL_POSTGRES; d++) {
            bf_buf_reset(&out);
            bf_ddl_table_put(&out, &t, (enum bf_ddl_dialect)d);
            if (bf_buf_ok(&out))
                check_statement(bf_buf_view(&out), d == BF_DDL_ATHENA);
        }
    }
    bf_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str rest = bf_str((const char *)data, n), url, line;
    struct bf_arena a;
    struct bf_err e = {0};
    if (!bf_str_split(&rest, '\n', &url))
        return 0;
    bf_arena_init(&a, 1 << 24);
    struct bf_ddl_seen *s = bf_ddl_seen_new(&a);
    struct bf_ddl_table plain;
    struct bf_ddl_adder adder;
    struct bf_buf out;
    bf_buf_init(&out, 1 << 24);
    if (bf_ddl_table_init(&plain, &a, BF_STR("t"), &e)) {
        bf_ddl_adder_init(&adder, &plain, false);
        for (uint64_t row = 1; s && bf_str_split(&rest, '\n', &line); row++) {
            if (bf_json_check(line, &e) && line.n && line.p[0] == '{' &&
                !bf_ddl_seen_row(&a, s, line, row, &e) && e.code != BF_E_LIMIT)
                abort();
            bf_err_clear(&e);
            (void)!bf_ddl_adder_take(&adder, line, &e);
        }
        bf_ddl_adder_put(&adder, &out);
        if (bf_buf_ok(&out) && out.n)
            check_statement(bf_buf_view(&out), true);
        bf_ddl_adder_free(&adder);
    }
    for (int serde = BF_DDL_OPENX; s && serde <= BF_DDL_PARQUET; serde++)
        put_all(&a, s, url, (enum bf_ddl_serde)serde);
    bf_buf_free(&out);
    bf_arena_free(&a);
    return 0;
}
