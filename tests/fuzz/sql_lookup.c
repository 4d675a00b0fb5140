/*
 * Lookup files: the first byte chooses CSV or NDJSON, the rest is the file. It is
 * loaded and joined, or refused with a position. Rows are valid JSON in both cases.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/xform/xform.h"
#include "lib/json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char path[2][64];

static void set_up(void)
{
    snprintf(path[0], sizeof path[0], "/tmp/bfpipe-fuzz-%ld.csv", (long)getpid());
    snprintf(path[1], sizeof path[1], "/tmp/bfpipe-fuzz-%ld.ndjson", (long)getpid());
}

static void save(const char *name, const uint8_t *data, size_t n)
{
    FILE *f = fopen(name, "w");
    if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
        abort();
}

static void join(const char *name)
{
    static const char line[] =
        "{\"eventName\":\"INSERT\",\"dynamodb\":{\"NewImage\":{\"k\":{\"S\":\"1\"}}}}";
    char spec[80];
    struct bf_xform_conf conf;
    struct bf_buf rows;
    struct bf_err e = {0};
    struct bf_str rest, row;
    bf_xform_conf_init(&conf);
    snprintf(spec, sizeof spec, "t=%s", name);
    conf.sql.lookup.item[conf.sql.lookup.n++] = spec;
    conf.sql.query = "SELECT c.k AS c, t.* FROM cdc c JOIN t";
    bf_buf_init(&rows, 64 * 1024 * 1024);
    struct bf_xform *x = bf_xform_new(&conf, &e);
    if (x && bf_xform_line(x, bf_str_of(line), 0, &rows, &e)) {
        rest = bf_buf_view(&rows);
        while (rest.n && bf_str_split(&rest, '\n', &row))
            if (!bf_json_check(row, &e))
                abort();
    } else if (e.code == BF_OK || !e.text[0])
        abort();
    bf_xform_destroy(x);
    bf_buf_free(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!path[0][0])
        set_up();
    if (n == 0 || n > 65536)
        return 0;
    const char *name = path[data[0] & 1];
    save(name, data + 1, n - 1);
    join(name);
    (void)unlink(name);
    return 0;
}
