/* Time zones: the rule at the end of a file, the table in it, and zones of this machine against known offsets. */
#include "tests/unit/unit.h"

#include "lib/base/clock.h"
#include "lib/objectkey/timezone.h"

static int minutes_at(const struct bf_timezone *z, const char *time)
{
    int64_t ms = 0;
    struct bf_err e;
    assert_true(bf_clock_parse(bf_str_of(time), &ms, &e));
    return bf_timezone_minutes(z, ms);
}

static struct bf_timezone of_rule(const char *text)
{
    struct bf_timezone z = {0};
    assert_true(bf_timezone_rule(&z.rule, bf_str_of(text)));
    return z;
}

static void rules(void **state)
{
    (void)state;
    struct bf_timezone z = of_rule("EST5EDT,M3.2.0,M11.1.0");
    assert_int_equal(minutes_at(&z, "2026-03-08T06:59:59"), -300);
    assert_int_equal(minutes_at(&z, "2026-03-08T07:00:00"), -240);
    assert_int_equal(minutes_at(&z, "2026-11-01T05:59:59"), -240);
    assert_int_equal(minutes_at(&z, "2026-11-01T06:00:00"), -300);
    z = of_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"); /* the south, half an hour */
    assert_int_equal(minutes_at(&z, "2026-01-01"), 660);
    assert_int_equal(minutes_at(&z, "2026-07-01"), 630);
    z = of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
    assert_int_equal(minutes_at(&z, "2026-03-29T00:59:59"), 60);
    assert_int_equal(minutes_at(&z, "2026-03-29T01:00:00"), 120);
    assert_int_equal(minutes_at(&z, "2026-10-25T00:59:59"), 120);
    assert_int_equal(minutes_at(&z, "2026-10-25T01:00:00"), 60);
    z = of_rule("X3Y,J60,300/-1"); /* days of the year; 1 March in every year */
    assert_int_equal(minutes_at(&z, "2028-03-01T04:59:59"), -180);
    assert_int_equal(minutes_at(&z, "2028-03-01T05:00:00"), -120);
    z = of_rule("<+0545>-5:45");
    assert_int_equal(minutes_at(&z, "2026-07-01"), 345);
}

static void no_rules(void **state)
{
    static const char *const wrong[] = {"",
                                        "EST",
                                        "5",
                                        "<+03",
                                        "EST5EDT",
                                        "EST5EDT,M3.2.0",
                                        "EST5EDT,M13.2.0,M11.1.0",
                                        "EST5EDT,M3.6.0,M1.1.0",
                                        "EST5EDT,M3.2.0,M11.1.0x",
                                        "EST5EDT,J0,J1",
                                        "EST200",
                                        "EST5:60"};
    struct bf_timezone_rule r;
    (void)state;
    for (size_t i = 0; i < BF_COUNT(wrong); i++)
        if (bf_timezone_rule(&r, bf_str_of(wrong[i])))
            fail_msg("'%s' is taken", wrong[i]);
}

static void zones(void **state)
{
    struct bf_timezone z;
    struct bf_err e = {0};
    (void)state;
    assert_true(bf_timezone_load(&z, BF_STR(""), &e));
    assert_int_equal(minutes_at(&z, "2026-07-01"), 0);
    if (!bf_timezone_load(&z, BF_STR("America/New_York"), &e)) {
        assert_int_equal(e.code, BF_E_NOTFOUND);
        skip();
    }
    assert_int_equal(minutes_at(&z, "1960-07-01"), -240);
    assert_int_equal(minutes_at(&z, "1974-01-10"), -240); /* summer time in winter, once */
    assert_int_equal(minutes_at(&z, "2026-01-01"), -300);
    assert_int_equal(minutes_at(&z, "2126-07-01"), -240);
    bf_timezone_free(&z);
    assert_true(bf_timezone_load(&z, BF_STR("Asia/Kolkata"), &e));
    assert_int_equal(minutes_at(&z, "2026-07-01"), 330);
    bf_timezone_free(&z);
}

static void no_zones(void **state)
{
    static const char *const wrong[] = {"/etc/passwd", "../../etc/passwd", "Europe", "Nowhere/Land",
                                        "a b"};
    struct bf_timezone z;
    struct bf_err e;
    (void)state;
    for (size_t i = 0; i < BF_COUNT(wrong); i++)
        assert_false(bf_timezone_load(&z, bf_str_of(wrong[i]), &e));
}

/* A file cut off anywhere, and with any byte changed, is read or refused. */
static void broken_files(void **state)
{
    static const unsigned char head[] =
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1";
    unsigned char file[220], changed[220];
    struct bf_timezone z;
    struct bf_err e;
    size_t n = 0;
    (void)state;
    for (int part = 0; part < 2; part++) {
        size_t at = n;
        memcpy(file + n, head, 44);
        n += 44;
        if (part) { /* one transition */
            file[at + 35] = 1;
            memcpy(file + n, "\0\0\0\0\0\0\0\x10\0", 9);
            n += 9;
        }
        memcpy(file + n, "\0\0\x0e\x10\0\0A", 7);
        n += 7;
    }
    memcpy(file + n, "\nX-1\n", 5);
    n += 5;
    assert_true(bf_timezone_read(&z, bf_str((char *)file, n), &e));
    assert_int_equal(bf_timezone_minutes(&z, 0), 60);
    bf_timezone_free(&z);
    for (size_t cut = 0; cut < n - 5; cut++)
        assert_false(bf_timezone_read(&z, bf_str((char *)file, cut), &e));
    for (size_t i = 0; i < n; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(changed, file, n);
            changed[i] ^= (unsigned char)(1 << bit);
            if (bf_timezone_read(&z, bf_str((char *)changed, n), &e)) {
                (void)bf_timezone_minutes(&z, 1795759200000);
                bf_timezone_free(&z);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules),    cmocka_unit_test(no_rules),     cmocka_unit_test(zones),
        cmocka_unit_test(no_zones), cmocka_unit_test(broken_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
