/*
 * What a person reads: a line as a row and as a line of a log, then as rows, as a diff and as a table. Rows are valid JSON,
 * and neither a diff nor a table holds a control character but its newlines.
 */
#include <stdlib.h>

#include "lib/json/scan.h"
#include "lib/row/table.h"
#include "lib/xform/xform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_rows(struct bf_str rows)
{
    struct bf_str line;
    struct bf_err e;
    while (rows.n && bf_str_split(&rows, '\n', &line))
        if (!bf_json_check(line, &e))
            abort();
}

static void check_shown(struct bf_str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n')
            abort();
}

/* False: the line was refused. */
static bool run(enum bf_xform_input input, enum bf_row_format format, struct bf_str line,
                struct bf_buf *rows)
{
    struct bf_xform_conf conf;
    struct bf_err e;
    bf_xform_conf_init(&conf);
    conf.input = input;
    conf.row.format = format;
    if (input != BF_XFORM_ROWS)
        conf.row.meta[conf.row.nmeta++] = BF_META_CHANGED;
    struct bf_xform *x = bf_xform_new(&conf, &e);
    if (!x)
        abort();
    bf_buf_reset(rows);
    bool ok = bf_xform_line(x, line, 0, rows, &e);
    bf_xform_destroy(x);
    return ok;
}

static void as_table(struct bf_str rows)
{
    struct bf_table *t = malloc(sizeof *t);
    struct bf_buf out;
    struct bf_err e;
    bf_buf_init(&out, 1 << 24);
    if (!t || !bf_table_init(t, true, false, &e))
        abort();
    if (bf_table_put(t, rows, &out, &e))
        check_shown(bf_buf_view(&out));
    bf_table_free(t);
    bf_buf_free(&out);
    free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str line = bf_str((const char *)data, n);
    struct bf_buf rows;
    if (n == 0 || memchr(data, '\n', n))
        return 0;
    bf_buf_init(&rows, 1 << 24);
    if (run(BF_XFORM_ROWS, BF_ROW_NDJSON, line, &rows) ||
        run(BF_XFORM_LOG, BF_ROW_NDJSON, line, &rows)) {
        check_rows(bf_buf_view(&rows));
        as_table(bf_buf_view(&rows));
    }
    if (run(BF_XFORM_LOG, BF_ROW_DIFF, line, &rows) && rows.n &&
        rows.p[0] != '{') /* a mark goes on as it is */
        check_shown(bf_buf_view(&rows));
    bf_buf_free(&rows);
    return 0;
}
