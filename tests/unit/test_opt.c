/* Command lines: what is taken, what is refused and how it is said. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#include "lib/io/file.h"
#include "lib/cli/opt.h"

struct config {
    struct bf_common common;
    const char *format;
    bool strict, colour;
    struct bf_opt_list tags;
    uint64_t count, size, wait_ms, rate;
    int chosen;
    enum colour { RED = 3, GREEN, BLUE } paint;
};

static const struct bf_opt_word paints[] = {{"red", RED}, {"green", GREEN}, {"blue", BLUE}};

static bool choose(void *field, struct bf_str value, struct bf_err *e)
{
    if (!bf_str_is(value, "yes"))
        return bf_err_set(e, BF_E_USAGE, "want yes");
    *(int *)field = 1;
    return true;
}

static const struct bf_opt options[] = {
    BF_OPT_STR('f', "format", struct config, format, "FORMAT", "what to print"),
    BF_OPT_FLAG('s', "strict", struct config, strict, "stop at the first bad line"),
    BF_OPT_OFF(0, "no-colour", struct config, colour, "no colour"),
    BF_OPT_LIST(0, "tag", struct config, tags, "TAG", "a tag"),
    BF_OPT_U64('n', "count", struct config, count, "COUNT", "how many"),
    BF_OPT_SIZE(0, "size", struct config, size, "SIZE", "how large"),
    BF_OPT_MS(0, "wait", struct config, wait_ms, "TIME", "how long"),
    BF_OPT_RATE(0, "rate", struct config, rate, "RATE", "how fast"),
    BF_OPT_FN(0, "choose", struct config, chosen, "YES", "a choice", choose),
    BF_OPT_CHOICE('p', "paint", struct config, paint, "COLOUR", "red, green or blue", paints,
                  .old = "-c --color --azure=blue"),
    BF_OPT_RANGE(0, "jobs", struct config, count, "N", "1 to 64", 1, 64, .old = "-j"),
    BF_OPT_SIZE(0, "part", struct config, size, "SIZE", "5MiB to 5GiB", .min = 5 << 20,
                .max = (uint64_t)5 << 30),
    BF_OPT_MS(0, "pause", struct config, wait_ms, "DURATION", "at least 1 s", .min = 1000,
              .max = UINT64_MAX),
};
static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_OPT_COMMON(struct config, common),
};
static const struct bf_tool tool = {
    .name = "tool",
    .synopsis = "[options] TABLE [FILE]",
    .about = "a tool",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = 2,
};

static struct config c;
static const char *operands[2];
static size_t noperands;
static char said[4096]; /* on standard output and standard error */

/* Parses "tool" and the words up to NULL; what is printed goes to `said`. */
static int parse(const char *first, ...)
{
    char *argv[20] = {(char *)(uintptr_t) "tool"};
    int argc = 1;
    va_list ap;
    va_start(ap, first);
    for (const char *word = first; word; word = va_arg(ap, const char *))
        argv[argc++] = (char *)(uintptr_t)word;
    va_end(ap);
    c = (struct config){.colour = true};
    char path[] = "/tmp/bfpipe-opt.XXXXXX";
    int fd = mkstemp(path), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    int status = bf_opt_parse(&tool, argc, argv, &c, operands, &noperands);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    ssize_t n = pread(fd, said, sizeof said - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    close(fd);
    unlink(path);
    return status;
}

static void takes_values(void **state)
{
    (void)state;
    assert_int_equal(parse("-f", "csv", "-sn5", "--tag=a", "table", "--tag", "b=c", "--size",
                           "5MiB", "--wait=1.5s", "--rate", "2/s", "--no-colour", "--choose=yes",
                           "-v", NULL),
                     BF_OPT_RUN);
    assert_string_equal(said, "");
    assert_string_equal(c.format, "csv");
    assert_true(c.strict);
    assert_false(c.colour);
    assert_int_equal(c.tags.n, 2);
    assert_string_equal(c.tags.item[1], "b=c");
    assert_int_equal(c.count, 5);
    assert_int_equal(c.size, 5 << 20);
    assert_int_equal(c.wait_ms, 1500);
    assert_int_equal(c.rate, 2000000);
    assert_int_equal(c.chosen, 1);
    assert_int_equal(c.common.verbose, 1);
    assert_int_equal(noperands, 1);
    assert_string_equal(operands[0], "table");
}

static void ends_options(void **state)
{
    (void)state;
    assert_int_equal(parse("--", "-s", "--format", NULL), BF_OPT_RUN);
    assert_false(c.strict);
    assert_int_equal(noperands, 2);
    assert_string_equal(operands[1], "--format");
    assert_int_equal(parse("-", NULL), BF_OPT_RUN);
    assert_string_equal(operands[0], "-");
    assert_int_equal(parse("--format=", "t", NULL), BF_OPT_RUN);
    assert_string_equal(c.format, "");
    assert_int_equal(parse("-f-s", "t", NULL), BF_OPT_RUN);
    assert_string_equal(c.format, "-s");
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *error;
    } cases[] = {
        {"--fromat", "x", "tool: unknown option '--fromat'; did you mean '--format'?\n"},
        {"--xyzzy", "x", "tool: unknown option '--xyzzy'\n"},
        {"-x", "x", "tool: unknown option '-x'\n"},
        {"x", "--format", "tool: option '--format' needs a value: FORMAT\n"},
        {"x", "-n", "tool: option '--count' needs a value: COUNT\n"},
        {"--strict=1", "x", "tool: option '--strict' takes no value\n"},
        {"-n", "five", "tool: option '--count': 'five' is not a whole number\n"},
        {"--choose=no", "x", "tool: option '--choose': want yes\n"},
        {"--wait", "1y", "tool: option '--wait': '1y' is not a duration"},
        {"-s", "-v", "tool: usage: tool [options] TABLE [FILE]\n"},
        {"--a\nb", "x", "tool: unknown option '--a b'\n"},
        {"--paint=pink", "x", "tool: option '--paint': 'pink' is not red, green or blue\n"},
        {"--paint=gren", "x",
         "tool: option '--paint': 'gren' is not red, green or blue; did you mean 'green'?\n"},
        {"--jobs=0", "x", "tool: option '--jobs': 0 is not from 1 to 64\n"},
        {"--jobs=65", "x", "tool: option '--jobs': 65 is not from 1 to 64\n"},
        {"--jobs=", "x", "tool: option '--jobs': '' is not a whole number\n"},
        {"--part=1k", "x", "tool: option '--part': 1k is not from 5MiB to 5GiB\n"},
        {"--pause=999ms", "x", "tool: option '--pause': 999ms is less than 1s\n"},
        {"--azure=1", "x", "tool: option '--azure' takes no value\n"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        assert_int_equal(parse(cases[i].a, cases[i].b, NULL), 2);
        assert_has(said, cases[i].error);
        assert_has(said, "tool: try 'tool --help'\n");
    }
    assert_int_equal(parse("a", "b", "c", NULL), 2);
    assert_has(said, "tool: unexpected argument 'c'\n");
}

static void old_spellings(void **state)
{
    (void)state;
    assert_int_equal(parse("-cgreen", "-j", "7", "x", NULL), BF_OPT_RUN);
    assert_int_equal(c.paint, GREEN);
    assert_int_equal(c.count, 7);
    assert_string_equal(said, "tool: -c is now -p\ntool: -j is now --jobs\n");
    assert_int_equal(parse("--color=red", "--color", "blue", "x", NULL), BF_OPT_RUN);
    assert_int_equal(c.paint, BLUE);
    assert_string_equal(said, "tool: --color is now --paint\n"); /* once */
    assert_int_equal(parse("--azure", "x", NULL), BF_OPT_RUN);
    assert_int_equal(c.paint, BLUE);
    assert_string_equal(said, "tool: --azure is now --paint blue\n");
    assert_int_equal(parse("-q", "--azure", "x", NULL), BF_OPT_RUN);
    assert_string_equal(said, "");
    assert_int_equal(parse("--help", NULL), 0);
    assert_null(strstr(said, "azure"));
    assert_int_equal(bf_opt_takes(&tool, BF_STR("azure")), BF_OPT_NOTHING);
    assert_int_equal(bf_opt_takes(&tool, BF_STR("color")), BF_OPT_VALUE);
    assert_int_equal(bf_opt_takes(&tool, BF_STR("colour")), BF_OPT_UNKNOWN);
}

static void environment(void **state)
{
    (void)state;
    setenv("BF_COUNT", "7", 1);
    setenv("BF_STRICT", "1", 1);
    setenv("BF_TAG", "a", 1);
    setenv("BF_PAINT", "", 1);
    setenv("BF_AZURE", "true", 1);
    setenv("BF_SIZED", "1", 1);   /* another tool's */
    setenv("BF_VERSION", "1", 1); /* prints nothing */
    setenv("BF_count", "9", 1);
    assert_int_equal(parse("x", NULL), BF_OPT_RUN);
    assert_int_equal(c.count, 7);
    assert_true(c.strict);
    assert_int_equal(c.paint, BLUE);
    assert_string_equal(said, "tool: --azure is now --paint blue\n");
    assert_int_equal(parse("-n8", "--tag", "b", "-q", "x", NULL), BF_OPT_RUN);
    assert_int_equal(c.count, 8); /* the command line wins */
    assert_int_equal(c.tags.n, 2);
    assert_string_equal(c.tags.item[0], "a");
    unsetenv("BF_AZURE");
    setenv("BF_STRICT", "yes", 1);
    assert_int_equal(parse("x", NULL), 2);
    assert_has(said, "tool: BF_STRICT: 'yes' is not 1, true, 0 or false\n");
    setenv("BF_STRICT", "false", 1);
    setenv("BF_COUNT", "x", 1);
    assert_int_equal(parse("x", NULL), 2);
    assert_has(said, "tool: BF_COUNT: option 'count': 'x' is not a whole number\n");
    static const char *const names[] = {"BF_COUNT", "BF_STRICT",  "BF_TAG",  "BF_PAINT",
                                        "BF_SIZED", "BF_VERSION", "BF_count"};
    for (size_t i = 0; i < BF_COUNT(names); i++)
        unsetenv(names[i]);
}

static void prints(void **state)
{
    (void)state;
    assert_int_equal(parse("--help", NULL), 0);
    assert_has(said, "usage: tool [options] TABLE [FILE]\na tool\n\nOptions:\n  -f, --format "
                     "FORMAT         what to print\n");
    assert_has(said, "\nCommon options:\n  -v, --verbose ");
    assert_int_equal(parse("x", "-V", NULL), 0);
    assert_memory_equal(said, "tool (bfpipe) ", 14);
    assert_int_equal(parse("--completions", NULL), 0);
    assert_has(said, "compgen -W '--format ");
    assert_has(said, "complete -F _bfpipe_tool tool\n");
    assert_int_equal(parse("--completions=zsh", NULL), 0);
    assert_has(said, "#compdef tool\n");
    assert_int_equal(parse("--completions=fish", NULL), 0);
    assert_has(said, "complete -c tool -l paint");
    assert_int_equal(parse("--completions=csh", NULL), 2);
    assert_has(said, "'csh' is not bash, zsh or fish\n");
}

static void lists_are_limited(void **state)
{
    (void)state;
    struct bf_err e = {0};
    c = (struct config){0};
    for (int i = 0; i < BF_OPT_LIST_MAX; i++)
        assert_true(bf_opt_set(&tool, &c, BF_STR("tag"), "x", &e));
    assert_false(bf_opt_set(&tool, &c, BF_STR("tag"), "x", &e));
    assert_has(e.text, "option 'tag': given more than 64 times");
    assert_true(bf_opt_set(&tool, &c, BF_STR("strict"), NULL, &e));
    assert_true(c.strict);
    assert_false(bf_opt_set(&tool, &c, BF_STR("strict"), "1", &e));
    assert_false(bf_opt_set(&tool, &c, BF_STR("count"), NULL, &e));
    assert_false(bf_opt_set(&tool, &c, BF_STR("help"), NULL, &e));
    assert_false(bf_opt_set(&tool, &c, BF_STR("nothing"), NULL, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_values),      cmocka_unit_test(ends_options),
        cmocka_unit_test(refuses),           cmocka_unit_test(prints),
        cmocka_unit_test(lists_are_limited), cmocka_unit_test(old_spellings),
        cmocka_unit_test(environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
