/*
 * A line through the transform: every vector level, and a transform that has seen other lines, say the
 * same; a row of a line that was taken is valid JSON.
 */
#include <stdlib.h>

#include "lib/xform/xform.h"
#include "lib/json/cpu.h"
#include "lib/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct bf_xform *make(enum bf_row_image image)
{
    struct bf_xform_conf conf;
    struct bf_err e;
    bf_xform_conf_init(&conf);
    conf.row.image = image;
    struct bf_xform *x = bf_xform_new(&conf, &e);
    if (!x)
        abort();
    return x;
}

static bool run(struct bf_xform *x, struct bf_str line, struct bf_buf *rows, struct bf_err *e)
{
    *e = (struct bf_err){0};
    bf_buf_reset(rows);
    return bf_xform_line(x, line, 0, rows, e);
}

static void check_lines(struct bf_str rows)
{
    struct bf_str line;
    struct bf_err e;
    while (bf_str_split(&rows, '\n', &line))
        if (line.n && !bf_json_check(line, &e))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct bf_xform *kept[2];
    struct bf_str line = bf_str((const char *)data, n);
    struct bf_buf rows, other;
    struct bf_err e, f;
    if (memchr(data, '\n', n))
        return 0;
    bf_buf_init(&rows, 1 << 24);
    bf_buf_init(&other, 1 << 24);
    bf_cpu_use(BF_CPU_PORTABLE);
    struct bf_xform *fresh = make(BF_ROW_BOTH);
    bool ok = run(fresh, line, &rows, &e);
    bf_xform_destroy(fresh);
    if (ok)
        check_lines(bf_buf_view(&rows));
    for (int level = BF_CPU_PORTABLE; level <= BF_CPU_SSE2; level++) {
        if (!bf_cpu_use((enum bf_cpu)level))
            continue;
        if (!kept[level])
            kept[level] = make(BF_ROW_BOTH);
        if (run(kept[level], line, &other, &f) != ok || strcmp(e.text, f.text) != 0 ||
            !bf_str_eq(bf_buf_view(&rows), bf_buf_view(&other)))
            abort();
    }
    bf_buf_free(&rows);
    bf_buf_free(&other);
    return 0;
}
