/* CSV with its columns and their types, and documents that are known by their members. */
#include "tests/unit/unit.h"

#include <unistd.h>

#include "lib/row/columns.h"
#include "lib/envelope/known.h"

struct fixture {
    struct bf_reader reader;
    struct bf_csv csv;
    struct bf_err e;
};

/* Reads text through a pipe; it must fit into one. */
static void start(struct fixture *f, const char *text, size_t max_line, size_t max_record)
{
    int fd[2];
    *f = (struct fixture){0};
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(write(fd[1], text, strlen(text)), (ssize_t)strlen(text));
    close(fd[1]);
    assert_true(bf_reader_init(&f->reader, fd[0], "test", max_line, NULL, &f->e));
    bf_csv_init(&f->csv, &f->reader, ',', max_record);
}

static void stop(struct fixture *f)
{
    bf_csv_free(&f->csv);
    bf_reader_close(&f->reader);
}

#define NEXT(f, want) assert_int_equal(bf_csv_next(&(f)->csv, -1, &(f)->e), want)

static void records(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, "\xEF\xBB\xBFid,name\r\n1,\"a, \"\"b\"\"\"\n\n2,\"two\nlines\"\n3,\"\"\"\"\n,last", 0,
          0);
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.n, 2);
    assert_str(f.csv.field[0], "id");
    assert_str(f.csv.field[1], "name");
    NEXT(&f, BF_CSV_RECORD);
    assert_str(f.csv.field[1], "a, \"b\"");
    assert_str(f.csv.raw, "1,\"a, \"\"b\"\"\"");
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.n, 1);
    assert_str(f.csv.field[0], "");
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.line, 4);
    assert_str(f.csv.field[1], "two\nlines");
    assert_str(f.csv.raw, "2,\"two\nlines\"");
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.line, 6);
    assert_str(f.csv.field[1], "\"");
    NEXT(&f, BF_CSV_RECORD);
    assert_str(f.csv.field[0], "");
    assert_str(f.csv.field[1], "last");
    NEXT(&f, BF_CSV_END);
    NEXT(&f, BF_CSV_END);
    stop(&f);
}

static void bad_records(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, "1,a\"b\n2,\"x\"y\n3,\"open\n4,ok\n5,\"fine\"\n", 0, 0);
    NEXT(&f, BF_CSV_BAD);
    assert_str(f.csv.raw, "1,a\"b");
    assert_int_equal(f.csv.line, 1);
    assert_has(f.e.text, "quote inside a field");
    NEXT(&f, BF_CSV_BAD);
    assert_str(f.csv.raw, "2,\"x\"y");
    assert_has(f.e.text, "behind the closing quote");
    NEXT(&f, BF_CSV_BAD);
    assert_int_equal(f.csv.line, 3);
    assert_str(f.csv.raw, "3,\"open");
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.line, 4);
    assert_str(f.csv.field[1], "ok");
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.line, 5);
    assert_str(f.csv.field[1], "fine");
    NEXT(&f, BF_CSV_END);
    stop(&f);
}

static void unclosed_quote_swallows_nothing(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, "1,\"open\n2,b\n3,c\n", 0, 0);
    NEXT(&f, BF_CSV_BAD);
    assert_has(f.e.text, "never closed");
    NEXT(&f, BF_CSV_RECORD);
    assert_str(f.csv.field[0], "2");
    NEXT(&f, BF_CSV_RECORD);
    assert_str(f.csv.field[0], "3");
    NEXT(&f, BF_CSV_END);
    stop(&f);

    start(&f, "1,\"open\n2,b\n3,c\n4,d\n5,e\n", 0, 12); /* past the maximum of a record */
    NEXT(&f, BF_CSV_BAD);
    for (int i = 2; i <= 5; i++) {
        NEXT(&f, BF_CSV_RECORD);
        assert_int_equal(f.csv.line, i);
        assert_int_equal(f.csv.field[0].p[0], '0' + i);
    }
    NEXT(&f, BF_CSV_END);
    stop(&f);
}

static void long_lines(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t bytes;
    start(&f, "1,\"open\n2,aaaaaaaaaaaaaaaaaaaaaaaaaaa\n3,c\n", 16, 0);
    NEXT(&f, BF_CSV_BAD);
    assert_int_equal(f.csv.line, 1);
    NEXT(&f, BF_CSV_LONG);
    assert_int_equal(f.csv.line, 2);
    assert_true(bf_reader_skip(&f.reader, NULL, &bytes, &f.e));
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.line, 3);
    NEXT(&f, BF_CSV_END);
    stop(&f);
}

static void waits_inside_a_record(void **state)
{
    (void)state;
    struct fixture f = {0};
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(write(fd[1], "1,\"a\nb", 6), 6);
    assert_true(bf_reader_init(&f.reader, fd[0], "test", 0, NULL, &f.e));
    bf_csv_init(&f.csv, &f.reader, ',', 0);
    assert_int_equal(bf_csv_next(&f.csv, 0, &f.e), BF_CSV_WAIT);
    assert_int_equal(write(fd[1], "\",c\n", 4), 4);
    close(fd[1]);
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.n, 3);
    assert_str(f.csv.field[1], "a\nb");
    NEXT(&f, BF_CSV_END);
    stop(&f);
}

static void given_up_by_the_caller(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, "a,\"b\n1,2\n3,\"4\n5,6\n", 0, 0);
    NEXT(&f, BF_CSV_BAD); /* the second quote closes the first, and text stands behind it */
    assert_str(f.csv.raw, "a,\"b");
    NEXT(&f, BF_CSV_RECORD);
    assert_str(f.csv.raw, "1,2");
    bf_csv_give_up(&f.csv); /* one line: nothing is read again */
    stop(&f);
    start(&f, "a,\"b\n1,2\n3\",4\n5,6\n", 0, 0);
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.n, 3);
    assert_str(f.csv.field[1], "b\n1,2\n3");
    bf_csv_give_up(&f.csv);
    assert_str(f.csv.raw, "a,\"b");
    assert_int_equal(f.csv.line, 1);
    NEXT(&f, BF_CSV_RECORD);
    assert_str(f.csv.raw, "1,2");
    assert_int_equal(f.csv.line, 2);
    NEXT(&f, BF_CSV_BAD);
    assert_str(f.csv.raw, "3\",4");
    assert_true(
        bf_csv_split(&f.csv, BF_STR("x,\"y\"\"\"\r"), &f.e)); /* a text of our own in between */
    assert_str(f.csv.field[1], "y\"");
    assert_false(bf_csv_split(&f.csv, BF_STR("\"x"), &f.e));
    assert_has(f.e.text, "field 1: its quote is never closed");
    NEXT(&f, BF_CSV_RECORD);
    assert_str(f.csv.raw, "5,6");
    assert_int_equal(f.csv.line, 4);
    NEXT(&f, BF_CSV_END);
    stop(&f);
}

static void too_many_fields(void **state)
{
    (void)state;
    struct fixture f;
    static char text[BF_CSV_FIELDS_MAX + 8];
    memset(text, ',', BF_CSV_FIELDS_MAX);
    strcpy(text + BF_CSV_FIELDS_MAX, "\n1,2\n");
    start(&f, text, 0, 0);
    NEXT(&f, BF_CSV_BAD);
    assert_has(f.e.text, "more than 4096 fields");
    NEXT(&f, BF_CSV_RECORD);
    assert_int_equal(f.csv.n, 2);
    stop(&f);
}

static void forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char newline, separator;
        size_t n;
    } cases[] = {
        {"a,b", '\n', ',', 3},         {"", '\n', ',', 0},           {"a;b;c,d", '\n', ';', 7},
        {"a;b,c", '\n', ',', 5},       {"a\tb|c\td", '\n', '\t', 7}, {"a|b", '\n', '|', 3},
        {"\"a,b,c\";d", '\n', ';', 9}, {"a,b\r", '\n', ',', 4},      {"a,b\r\r", '\n', ',', 5},
        {"a;b\r1,2,3", '\r', ';', 3},  {"\"a\rb\",c", '\n', ',', 7}, {"\r\ra,b\rc", '\r', ',', 1},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_csv_form form = bf_csv_form(bf_str_of(cases[i].text));
        assert_int_equal(form.newline, cases[i].newline);
        assert_int_equal(form.separator, cases[i].separator);
        assert_int_equal(form.n, cases[i].n);
    }
}

/* What was read ahead comes again, record by record, with its numbers: bad ones and long lines too. */
static void read_ahead(void **state)
{
    (void)state;
    static const char text[] =
        "h1,h2\n1,a\n2,\"b\nc\"\n3,\"open\n4,d\n5,xxxxxxxxxxxxxxxxxxxx\n6,e\n";
    for (int ahead = 0; ahead < 8; ahead++) {
        struct fixture f;
        uint64_t bytes;
        start(&f, text, 16, 0);
        NEXT(&f, BF_CSV_RECORD);
        if (ahead)
            bf_csv_keep(&f.csv);
        for (int i = 1; i < ahead; i++)
            if (bf_csv_next(&f.csv, -1, &f.e) == BF_CSV_LONG)
                break;
        if (ahead)
            bf_csv_rewind(&f.csv);
        NEXT(&f, BF_CSV_RECORD);
        assert_str(f.csv.field[1], "a");
        assert_int_equal(f.csv.line, 2);
        NEXT(&f, BF_CSV_RECORD);
        assert_str(f.csv.field[1], "b\nc");
        assert_int_equal(f.csv.line, 3);
        NEXT(&f, BF_CSV_BAD);
        assert_str(f.csv.raw, "3,\"open");
        assert_int_equal(f.csv.line, 5);
        NEXT(&f, BF_CSV_RECORD);
        assert_str(f.csv.field[1], "d");
        assert_int_equal(f.csv.line, 6);
        NEXT(&f, BF_CSV_LONG);
        assert_int_equal(f.csv.line, 7);
        assert_true(bf_reader_skip(&f.reader, NULL, &bytes, &f.e));
        NEXT(&f, BF_CSV_RECORD);
        assert_str(f.csv.field[1], "e");
        assert_int_equal(f.csv.line, 8);
        NEXT(&f, BF_CSV_END);
        stop(&f);
    }
}

/* What all records are, written down: kind, line, raw text, fields. With ahead, so many records are read after the
 * first one, and again. */
static void tell(const char *text, unsigned ahead, struct bf_buf *out)
{
    struct fixture f;
    uint64_t bytes;
    start(&f, text, 12, 20);
    bf_buf_reset(out);
    for (unsigned i = 0;; i++) {
        if (i == 1 && ahead) {
            bf_csv_keep(&f.csv);
            for (unsigned k = 0; k < ahead; k++) {
                enum bf_csv_got got = bf_csv_next(&f.csv, -1, &f.e);
                if (got == BF_CSV_LONG || got == BF_CSV_END)
                    break;
            }
            bf_csv_rewind(&f.csv);
        }
        enum bf_csv_got got = bf_csv_next(&f.csv, -1, &f.e);
        if (got == BF_CSV_END)
            break;
        bf_buf_addf(out, "%d %u", (int)got, (unsigned)f.csv.line);
        if (got == BF_CSV_LONG)
            assert_true(bf_reader_skip(&f.reader, NULL, &bytes, &f.e));
        else
            bf_buf_addf(out, " <%.*s>", (int)f.csv.raw.n, f.csv.raw.p);
        for (size_t k = 0; got == BF_CSV_RECORD && k < f.csv.n; k++)
            bf_buf_addf(out, "[%.*s]", (int)f.csv.field[k].n, f.csv.field[k].p);
        bf_buf_addc(out, '\n');
    }
    stop(&f);
    assert_non_null(bf_buf_cstr(out));
}

static void reading_ahead_changes_nothing(void **state)
{
    (void)state;
    static const char alphabet[] = "ab1,,;\"\"\n\n\n\r";
    struct bf_buf plain, again;
    uint32_t seed = 20261127;
    bf_buf_init(&plain, 100000);
    bf_buf_init(&again, 100000);
    for (int round = 0; round < 4000; round++) {
        char text[61] = "h";
        size_t n = 1, ends = (size_t)round % 3 == 0 ? 11 : 10; /* some with CR, most without */
        while (n < sizeof text - 1 && (n < 10 || seed >> 27)) {
            seed = seed * 1664525 + 1013904223;
            text[n++] = alphabet[(seed >> 16) % (ends + 1)];
        }
        text[n] = '\0';
        tell(text, 0, &plain);
        for (unsigned ahead = 1; ahead < 8; ahead++) {
            tell(text, ahead, &again);
            if (strcmp(plain.p, again.p) != 0)
                fail_msg("%u ahead: '%s': '%s', not '%s'", ahead, text, again.p, plain.p);
        }
    }
    bf_buf_free(&plain);
    bf_buf_free(&again);
}

static void numbers(void **state)
{
    (void)state;
    static const char *const yes[] = {"0",
                                      "-1",
                                      "12.50",
                                      "1e-05",
                                      "1.5E+20",
                                      "-0.0",
                                      "12345678901234567890123456789012345678",
                                      "1E-130"};
    static const char *const no[] = {
        "",     "007",      "+1",     ".5",   "5.",
        "12E3", "732823e0", "1e+126", "0x1F", "NaN",
        "1 ",   "1,5",      "-",      "1e",   "123456789012345678901234567890123456789"};
    for (size_t i = 0; i < BF_COUNT(yes); i++)
        assert_true(bf_columns_number(bf_str_of(yes[i])));
    for (size_t i = 0; i < BF_COUNT(no); i++)
        assert_false(bf_columns_number(bf_str_of(no[i])));
}

static void documents(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum bf_known known;
    } cases[] = {
        {"{}", BF_KNOWN_NOT},
        {"[]", BF_KNOWN_NOT},
        {"{\"id\":1", BF_KNOWN_NOT},
        {"{\"id\":1}", BF_KNOWN_NOT},
        {"{\"Keys\":1,\"Items\":{},\"put\":\"x\"}", BF_KNOWN_NOT},
        {"{\"put\":{\"id\":1}}", BF_KNOWN_WRITE},
        {"{\"set\":{},\"update\":{\"id\":1}}", BF_KNOWN_WRITE},
        {"{\"delete\":{\"id\":{\"N\":\"1\"}}}", BF_KNOWN_WRITE},
        {"{\"Item\":{\"id\":{\"N\":\"1\"}}}", BF_KNOWN_ITEM},
        {"{\"id\":{\"N\":\"1\"},\"x\":{\"NULL\":true}}", BF_KNOWN_TYPED},
        {"{\"id\":{\"N\":\"1\"},\"x\":1}", BF_KNOWN_NOT},
        {"{\"id\":{\"N\":\"1\",\"S\":\"1\"}}", BF_KNOWN_NOT},
        {"{\"Metadata\":{},\"Keys\":{\"id\":{\"N\":\"1\"}}}", BF_KNOWN_EXPORT},
        {"{\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{}}}", BF_KNOWN_CHANGE},
        {"{\"Count\":0,\"Items\":[]}", BF_KNOWN_ITEMS},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        assert_int_equal(bf_known_what(bf_str_of(cases[i].text), NULL), cases[i].known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),
        cmocka_unit_test(bad_records),
        cmocka_unit_test(unclosed_quote_swallows_nothing),
        cmocka_unit_test(long_lines),
        cmocka_unit_test(waits_inside_a_record),
        cmocka_unit_test(given_up_by_the_caller),
        cmocka_unit_test(too_many_fields),
        cmocka_unit_test(forms),
        cmocka_unit_test(read_ahead),
        cmocka_unit_test(reading_ahead_changes_nothing),
        cmocka_unit_test(numbers),
        cmocka_unit_test(documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
