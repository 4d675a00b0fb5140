/* Files of options (lib/cli/opt_file.h): what they set, and how their errors are said. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/io/file.h"
#include "lib/cli/opt_file.h"

struct config {
    const char *text, *other;
    bool flag;
    uint64_t size;
    struct bf_opt_list list;
};

static struct bf_opt_files files;
static char path[] = "/tmp/bfpipe-optXXXXXX";

static const struct bf_tool tool;

static bool set_file(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_opt_file_read(&files, &tool, field, value.p, e);
}

static const struct bf_opt options[] = {
    BF_OPT_STR('t', "text", struct config, text, "TEXT", ""),
    BF_OPT_STR(0, "other-text", struct config, other, "TEXT", ""),
    BF_OPT_FLAG(0, "flag", struct config, flag, ""),
    BF_OPT_SIZE(0, "size", struct config, size, "SIZE", ""),
    BF_OPT_LIST(0, "list", struct config, list, "ITEM", ""),
    BF_OPT_FN(0, "file", struct config, text, "FILE", "", set_file),
};
static const struct bf_opt_group groups[] = {{NULL, options, BF_COUNT(options), 0}};
static const struct bf_tool tool = {.name = "tool", .groups = groups, .ngroups = 1};

static struct config c;
static struct bf_err e;

static bool reads(const char *content, size_t n)
{
    bf_opt_files_free(&files);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(content, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    c = (struct config){.flag = false};
    bf_err_clear(&e);
    return bf_opt_file_read(&files, &tool, &c, path, &e);
}

static void takes(const char *content)
{
    if (!reads(content, strlen(content)))
        fail_msg("%s", e.text);
}

static void refuses(const char *content, size_t n, const char *what)
{
    char want[320];
    snprintf(want, sizeof want, "%s: %s", path, what);
    assert_false(reads(content, n));
    assert_string_equal(e.text, want);
    assert_int_equal(e.code, BF_E_USAGE);
}

static void values(void **unused)
{
    (void)unused;
    static const struct {
        const char *content, *text;
    } all[] = {
        {"text a", "a"},
        {"text a\n", "a"},
        {"text=a", "a"},
        {"text = a", "a"},
        {"text\t=\ta \t\r\n", "a"},
        {"--text a\n", "a"},
        {"--text=a\n", "a"},
        {"text = a = b\n", "a = b"},
        {"text a=b\n", "a=b"},
        {"text == a\n", "= a"},
        {"text = # a\n", "# a"},
        {"text =\n", ""},
        {"text =\r\n", ""},
        {"text \"a b\"\n", "\"a b\""},
        {"text a\ntext b\n", "b"},
        {"text a\n b\n\tc\n", "a\n b\n\tc"},
        {"text =\n  a\n", "a"},
        {"text\n  a\n", "a"},
        {"text\n  = a\n", "a"},
        {"text a\n # b\n", "a\n # b"},
        {"text a\n \n", "a"},
        {"text a\n\n# b\n", "a"},
        {"# c\r\n\r\n \t\ntext a", "a"},
        {"#text a\n", NULL},
        {"", NULL},
        {"\n\n", NULL},
    };
    for (size_t i = 0; i < BF_COUNT(all); i++) {
        takes(all[i].content);
        if (all[i].text)
            assert_string_equal(c.text, all[i].text);
        else
            assert_null(c.text);
    }
    takes("flag\nsize 10k\nlist a\nlist = b\nother-text x\n");
    assert_true(c.flag);
    assert_int_equal(c.size, 10240);
    assert_int_equal(c.list.n, 2);
    assert_string_equal(c.list.item[1], "b");
    assert_string_equal(c.other, "x");
}

static void errors(void **unused)
{
    (void)unused;
    static const struct {
        const char *content, *what;
    } all[] = {
        {"txt a\n", "line 1: unknown option 'txt'"},
        {"t a\n", "line 1: unknown option 't'"}, /* no letters */
        {"-t a\n", "line 1: unknown option '-t'"},
        {"flag\n\n# x\ntext\n", "line 4: option 'text' needs a value"},
        {"flag = 1\n", "line 1: option 'flag' takes no value"},
        {"flag\n 1\n", "line 1: option 'flag' takes no value"},
        {"text a\n b\n c\nsize x\n",
         "line 4: option 'size': 'x' is not a size such as 4096, 64k or 5MiB"},
        {"size\n\n", "line 1: option 'size' needs a value"},
        {" text a\n", "line 1: there is no option above that this line goes on with"},
        {"text a\n\n  b\n", "line 3: there is no option above that this line goes on with"},
        {"text a\n#\n b\n", "line 3: there is no option above that this line goes on with"},
        {"= a\n", "line 1: the name of an option was expected"},
        {"--\n", "line 1: the name of an option was expected"},
        {"file x\n", "line 1: option 'file': only on the command line"},
    };
    for (size_t i = 0; i < BF_COUNT(all); i++)
        refuses(all[i].content, strlen(all[i].content), all[i].what);
    refuses("flag\ntext a\0b\n", 15, "line 2: holds a NUL byte");
    refuses("\0", 1, "line 1: holds a NUL byte");
}

static void limits(void **unused)
{
    (void)unused;
    char *large = malloc((size_t)BF_OPT_FILE_BYTES + 1);
    assert_non_null(large);
    memset(large, 'a', (size_t)BF_OPT_FILE_BYTES + 1);
    memcpy(large, "text ", 5);
    assert_true(reads(large, BF_OPT_FILE_BYTES));
    assert_int_equal(strlen(c.text), BF_OPT_FILE_BYTES - 5);
    assert_false(reads(large, (size_t)BF_OPT_FILE_BYTES + 1));
    assert_int_equal(e.code, BF_E_LIMIT);
    free(large);
    takes("flag\n");
    for (size_t i = 1; i < BF_OPT_FILES_MAX; i++)
        assert_true(bf_opt_file_read(&files, &tool, &c, path, &e));
    assert_false(bf_opt_file_read(&files, &tool, &c, path, &e));
    assert_string_equal(e.text, "given more than 16 times");
    bf_opt_files_free(&files);
    assert_false(bf_opt_file_read(&files, &tool, &c, "/nowhere/x", &e));
    assert_int_equal(e.code, BF_E_NOTFOUND);
}

static int make(void **unused)
{
    (void)unused;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int clean(void **unused)
{
    (void)unused;
    bf_opt_files_free(&files);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(errors),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
