/* Lines that were rejected before stay, under one header. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cli/diag.h"
#include "lib/io/file.h"
#include "lib/cli/rejects.h"

static void holds(const char *path, struct bf_str want)
{
    struct bf_buf b;
    struct bf_err e = {0};
    bf_buf_init(&b, 1000);
    assert_true(bf_file_read(path, &b, &e));
    assert_int_equal(b.n, want.n);
    assert_memory_equal(b.p, want.p, want.n);
    bf_buf_free(&b);
}

/* Adds a line under the header to what the file holds. */
static bool reject_under(const char *path, struct bf_str header, struct bf_err *e)
{
    struct bf_rejects r;
    struct bf_err why = {0}, told = {0};
    (void)bf_err_set(&why, BF_E_INPUT, "is wrong");
    assert_true(bf_rejects_append(&r, path, true, e));
    bool ok = bf_rejects_header(&r, header, e);
    if (ok)
        assert_false(bf_rejects_add(&r, BF_STR("bad"), 3, &why, &told));
    assert_true(bf_rejects_close(&r, &told));
    return ok;
}

static void rejects_are_appended_under_one_header(void **state)
{
    (void)state;
    struct bf_err e = {0};
    char dir[] = "/tmp/bfpipe-rejects.XXXXXX", path[100];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/headed", dir);
    assert_true(reject_under(path, BF_STR("id,a"), &e));
    assert_true(reject_under(path, BF_STR("id,a"), &e));
    holds(path, BF_STR("id,a\nbad\nbad\n"));
    assert_true(reject_under(path, BF_STR("\xEF\xBB\xBFid,a\r"), &e));
    holds(path, BF_STR("id,a\nbad\nbad\nbad\n"));
    assert_false(reject_under(path, BF_STR("id"), &e));
    assert_int_equal(e.code, BF_E_USAGE);
    assert_has(e.text, "holds lines under another header");
    assert_false(reject_under(path, BF_STR("id,a,longer than all that the file holds"), &e));
    holds(path, BF_STR("id,a\nbad\nbad\nbad\n"));
    assert_true(bf_file_replace(path, BF_STR("id,a\ncut o"), &e));
    assert_true(reject_under(path, BF_STR("id,a"), &e));
    holds(path, BF_STR("id,a\ncut o\nbad\n"));
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejects_are_appended_under_one_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
