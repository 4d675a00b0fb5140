/* Lines in, bytes out, small files, rejected lines, signals; with calls that fail, are short or are interrupted. */
#define BF_FAIL_IO
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/fail.h"
#include "tests/unit/unit.h"

#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/io/file.h"
#include "lib/cli/rejects.h"
#include "lib/base/stop.h"

static char dir[] = "/tmp/bfpipe-io.XXXXXX";

static const char *in_dir(const char *name)
{
    static char paths[4][200];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

/* A file that holds text, opened for reading. */
static int holding(struct bf_str text)
{
    struct bf_err e = {0};
    const char *path = in_dir("input");
    assert_true(bf_file_replace(path, text, &e));
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    return fd;
}

static void holds(const char *path, struct bf_str want)
{
    struct bf_buf b;
    struct bf_err e = {0};
    bf_buf_init(&b, 64 << 20);
    if (!bf_file_read(path, &b, &e))
        fail_msg("%s", e.text);
    assert_int_equal(b.n, want.n);
    assert_true(bf_str_eq(bf_buf_view(&b), want));
    bf_buf_free(&b);
}

static void wants(struct bf_reader *r, enum bf_line kind, const char *text)
{
    struct bf_str line = {0};
    struct bf_err e = {0};
    enum bf_line got = bf_reader_next(r, &line, &e);
    if (got != kind)
        fail_msg("kind %d, not %d: %s", (int)got, (int)kind, e.text);
    if (text && !bf_str_eq(line, bf_str_of(text)))
        fail_msg("'%.*s', not '%s'", (int)line.n, line.p, text);
}

static void reader_takes_lines(void **state)
{
    (void)state;
    struct bf_reader r;
    struct bf_err e = {0};
    size_t sizes[] = {0, 1, 2, 7}; /* whatever read(2) gives at a time */
    for (size_t i = 0; i < BF_COUNT(sizes); i++) {
        short_io = 0;
        int fd = holding(BF_STR("one\n\ntwo\r\n\0x\nlast"));
        short_io = sizes[i];
        assert_true(bf_reader_init(&r, fd, "input", 0, NULL, &e));
        wants(&r, BF_LINE, "one");
        assert_int_equal(r.line, 1);
        assert_int_equal(r.offset, 0);
        wants(&r, BF_LINE, "");
        assert_int_equal(r.offset, 4);
        wants(&r, BF_LINE, "two\r");
        wants(&r, BF_LINE, NULL);
        wants(&r, BF_LINE_PARTIAL, "last");
        assert_int_equal(r.line, 5);
        assert_int_equal(r.offset, 13);
        wants(&r, BF_LINE_END, NULL);
        wants(&r, BF_LINE_END, NULL);
        bf_reader_close(&r);
        bf_reader_close(&r);
    }
    short_io = 0;
    assert_true(bf_reader_init(&r, holding(BF_STR("")), "input", 0, NULL, &e));
    wants(&r, BF_LINE_END, NULL);
    bf_reader_close(&r);
}

/* Whole buffers, lines and a long one in turn give every byte once. */
static void reader_hands_over(void **state)
{
    (void)state;
    size_t sizes[] = {0, 1, 7, 1000};
    for (size_t i = 0; i < BF_COUNT(sizes); i++) {
        struct bf_reader r;
        struct bf_reader_lines l = {.buf = NULL};
        struct bf_buf text, got;
        struct bf_err e = {0};
        enum bf_line kind;
        struct bf_str line;
        bf_buf_init(&text, 4 << 20);
        bf_buf_init(&got, 4 << 20);
        for (size_t n = 0; text.n < (sizes[i] ? 20000 : 2000000); n = (n * 7 + 1) % 1009)
            bf_buf_addf(&text, "%0*u\n", (int)n, (unsigned)n);
        bf_buf_lit(&text, "the last");
        short_io = 0;
        int fd = holding(bf_buf_view(&text));
        short_io = sizes[i];
        assert_true(bf_reader_init(&r, fd, "input", 0, NULL, &e));
        assert_false(bf_reader_swap(&r, &l));
        while ((kind = bf_reader_next(&r, &line, &e)) == BF_LINE) {
            bf_buf_adds(&got, line);
            bf_buf_addc(&got, '\n');
            assert_int_equal(r.next_offset, got.n);
            if (bf_reader_swap(&r, &l)) {
                assert_true(l.n > 0 && l.p[l.n - 1] == '\n');
                assert_true(l.p + l.n + l.slack <= l.buf + l.cap);
                assert_null(memchr(l.p + l.n, '\n', l.slack));
                bf_buf_add(&got, l.p, l.n);
            }
        }
        assert_int_equal(kind, BF_LINE_PARTIAL);
        bf_buf_adds(&got, line);
        assert_true(bf_str_eq(bf_buf_view(&got), bf_buf_view(&text)));
        assert_false(bf_reader_swap(&r, &l));
        bf_reader_close(&r);
        assert_true(bf_reader_init(&r, holding(bf_buf_view(&text)), "input", 10, NULL, &e));
        wants(&r, BF_LINE, "0");
        assert_false(bf_reader_swap(&r, &l)); /* the next ones may be too long */
        bf_reader_close(&r);
        free(l.buf);
        bf_buf_free(&text);
        bf_buf_free(&got);
    }
    short_io = 0;
}

/* A line of exactly the maximum passes, one byte more is long, and the lines behind arrive. */
static void reader_limits_lines(void **state)
{
    (void)state;
    static const size_t limits[] = {1, 10, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1000 * 1000};
    for (size_t i = 0; i < BF_COUNT(limits); i++) {
        for (int ended = 0; ended < 2; ended++) {
            size_t max = limits[i];
            struct bf_buf text;
            struct bf_reader r;
            struct bf_str line;
            struct bf_err e = {0};
            uint64_t bytes;
            bf_buf_init(&text, 8 << 20);
            memset(bf_buf_room(&text, max), 'a', max);
            text.n += max;
            bf_buf_lit(&text, "\n");
            memset(bf_buf_room(&text, max + 1), 'b', max + 1);
            text.n += max + 1;
            bf_buf_lit(&text, "\nc\n");
            memset(bf_buf_room(&text, 3 * max + 1), 'd', 3 * max + 1);
            text.n += 3 * max + 1;
            if (ended)
                bf_buf_lit(&text, "\n");
            assert_true(bf_reader_init(&r, holding(bf_buf_view(&text)), "input", max, NULL, &e));
            assert_int_equal(bf_reader_next(&r, &line, &e), BF_LINE);
            assert_int_equal(line.n, max);
            assert_int_equal(bf_reader_next(&r, &line, &e), BF_LINE_LONG);
            assert_true(line.n > max);
            assert_null(memchr(line.p, '\n', line.n));
            assert_int_equal(r.line, 2);
            wants(&r, BF_LINE, "c"); /* the long one is dropped */
            assert_int_equal(r.line, 3);
            assert_int_equal(r.offset, 2 * max + 3);
            assert_int_equal(bf_reader_next(&r, &line, &e), BF_LINE_LONG);
            struct bf_out out;
            assert_true(bf_out_open(&out, in_dir("long"), &e));
            assert_true(bf_reader_skip(&r, &out, &bytes, &e));
            assert_int_equal(bytes, 3 * max + 1);
            assert_true(bf_out_close(&out, &e));
            wants(&r, BF_LINE_END, NULL);
            bf_reader_close(&r);
            if (!ended)
                bf_buf_lit(&text, "\n");
            holds(in_dir("long"), bf_str(text.p + 2 * max + 5, 3 * max + 2));
            bf_buf_free(&text);
        }
    }
}

static void reader_reports_errors(void **state)
{
    (void)state;
    struct bf_reader r;
    struct bf_str line;
    struct bf_err e = {0};
    assert_false(bf_reader_open(&r, in_dir("nothing"), 0, NULL, &e));
    assert_int_equal(e.sys, ENOENT);
    assert_true(bf_reader_init(&r, holding(BF_STR("a\nb\n")), "input", 0, NULL, &e));
    fail_read_in = 0;
    assert_int_equal(bf_reader_next(&r, &line, &e), BF_LINE_ERROR);
    assert_string_equal(e.text, "input: Input/output error");
    fail_read_in = 0;
    fail_errno = EINTR;
    wants(&r, BF_LINE, "a");
    fail_errno = EIO;
    fail_read_in = -1;
    bf_reader_close(&r);
    fail_alloc_in = 0;
    int fd = open("/dev/null", O_RDONLY);
    assert_false(bf_reader_init(&r, fd, "input", 0, NULL, &e));
    assert_false(bf_reader_open(&r, "/dev/null", 0, NULL, &e));
    fail_alloc_in = -1;
    assert_int_equal(e.code, BF_E_MEMORY);
    close(fd);
    assert_true(bf_reader_open(&r, dir, 0, NULL, &e)); /* a folder opens, and cannot be read */
    assert_int_equal(bf_reader_next(&r, &line, &e), BF_LINE_ERROR);
    assert_int_equal(e.sys, EISDIR);
    bf_reader_close(&r);
}

/* The output that is tied to a reader is flushed before the reader waits; a wait can end. */
static void reader_flushes_and_waits(void **state)
{
    (void)state;
    struct bf_reader r;
    struct bf_out out;
    struct bf_str line;
    struct bf_err e = {0};
    int p[2];
    char got[10];
    assert_int_equal(pipe(p), 0);
    int q[2];
    assert_int_equal(pipe(q), 0);
    assert_true(bf_out_init(&out, q[1], "output", 100, &e));
    assert_true(bf_reader_init(&r, p[0], "input", 0, &out, &e));
    bf_out_line(&out, BF_STR("said"));
    assert_int_equal(bf_reader_next_within(&r, 0, &line, &e), BF_LINE_WAIT);
    assert_int_equal(read(q[0], got, sizeof got), 5);
    assert_int_equal(write(p[1], "ab", 2), 2);
    assert_int_equal(bf_reader_next_within(&r, 1, &line, &e), BF_LINE_WAIT);
    assert_int_equal(write(p[1], "c\nd", 3), 3);
    assert_int_equal(bf_reader_next_within(&r, 1000, &line, &e), BF_LINE);
    assert_str(line, "abc");
    close(p[1]);
    wants(&r, BF_LINE_PARTIAL, "d");
    wants(&r, BF_LINE_END, NULL);
    bf_reader_close(&r);
    close(q[0]);
    assert_true(bf_out_close(&out, &e));
}

static void output_writes_all(void **state)
{
    (void)state;
    struct bf_err e = {0};
    size_t sizes[] = {0, 1, 3};
    for (size_t i = 0; i < BF_COUNT(sizes); i++)
        for (size_t cap = 1; cap < 20; cap++) {
            struct bf_out out;
            int fd = open(in_dir("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
            short_io = sizes[i];
            fail_write_in = 1;
            fail_errno = EINTR;
            assert_true(bf_out_init(&out, fd, "out", cap, &e));
            bf_out_write(&out, NULL, 0);
            bf_out_line(&out, BF_STR("hello"));
            bf_out_line(&out, BF_STR("a longer line than that"));
            bf_out_write(&out, "x", 1);
            assert_true(bf_out_flush(&out, &e));
            assert_int_equal(out.bytes, 31);
            assert_true(bf_out_close(&out, &e));
            assert_true(bf_out_close(&out, &e));
            short_io = 0;
            fail_write_in = -1;
            fail_errno = EIO;
            holds(in_dir("out"), BF_STR("hello\na longer line than that\nx"));
        }
}

static void output_errors_stick(void **state)
{
    (void)state;
    struct bf_out out;
    struct bf_err e = {0};
    assert_true(bf_out_open(&out, "/dev/full", &e));
    bf_out_line(&out, BF_STR("x"));
    assert_true(bf_out_ok(&out)); /* still in the buffer */
    assert_false(bf_out_flush(&out, &e));
    assert_int_equal(e.sys, ENOSPC);
    assert_has(e.text, "/dev/full: ");
    for (int i = 0; i < 100000; i++)
        bf_out_line(&out, BF_STR("0123456789"));
    bf_err_clear(&e);
    assert_false(bf_out_close(&out, &e));
    assert_int_equal(e.sys, ENOSPC);

    int p[2];
    assert_int_equal(pipe(p), 0);
    close(p[0]);
    assert_true(bf_out_init(&out, p[1], "standard output", 0, &e));
    bf_out_line(&out, BF_STR("x"));
    assert_false(bf_out_close(&out, &e));
    assert_int_equal(e.code, BF_E_CLOSED);

    assert_true(bf_out_open(&out, in_dir("out"), &e));
    fail_close_in = 0;
    assert_false(bf_out_close(&out, &e)); /* some file systems tell only now */
    fail_close_in = -1;
    assert_int_equal(e.sys, EIO);
    assert_false(bf_out_open(&out, in_dir("no/such"), &e));
    assert_int_equal(e.sys, ENOENT);
    fail_alloc_in = 0;
    assert_false(bf_out_open(&out, in_dir("out"), &e));
    fail_alloc_in = -1;
    assert_int_equal(e.code, BF_E_MEMORY);
}

static void files_are_replaced_whole(void **state)
{
    (void)state;
    struct bf_err e = {0};
    const char *path = in_dir("state");
    assert_true(bf_file_replace(path, BF_STR("old"), &e));
    long *calls[] = {&fail_write_in, &fail_fsync_in, &fail_close_in, &fail_rename_in};
    for (size_t i = 0; i < BF_COUNT(calls); i++) {
        *calls[i] = 0;
        assert_false(bf_file_replace(path, BF_STR("new"), &e));
        *calls[i] = -1;
        assert_int_equal(e.sys, EIO);
        holds(path, BF_STR("old"));
        assert_int_not_equal(access(in_dir("state.new"), F_OK),
                             0); /* nothing is left lying about */
    }
    short_io = 1;
    assert_true(bf_file_replace(path, BF_STR("newer"), &e));
    short_io = 0;
    holds(path, BF_STR("newer"));
    assert_true(bf_file_replace(path, bf_str(NULL, 0), &e));
    holds(path, BF_STR(""));
    assert_false(bf_file_replace(in_dir("no/such"), BF_STR("x"), &e));
    fail_fsync_in = 1; /* the folder's */
    assert_false(bf_file_replace(path, BF_STR("x"), &e));
    fail_errno = EINVAL;
    fail_fsync_in = 1;
    assert_true(bf_file_replace(path, BF_STR("x"), &e));
    fail_fsync_in = -1;
    fail_errno = EIO;
}

static void files_are_read(void **state)
{
    (void)state;
    struct bf_buf b;
    struct bf_err e = {0};
    bf_buf_init(&b, 5);
    assert_false(bf_file_read(in_dir("nothing"), &b, &e));
    assert_int_equal(e.code, BF_E_NOTFOUND);
    close(holding(BF_STR("12345")));
    assert_true(bf_file_read(in_dir("input"), &b, &e));
    bf_buf_reset(&b);
    assert_false(bf_file_read("/dev/zero", &b, &e)); /* ends */
    assert_int_equal(e.code, BF_E_LIMIT);
    bf_buf_reset(&b);
    fail_read_in = 0;
    assert_false(bf_file_read(in_dir("input"), &b, &e));
    fail_read_in = -1;
    assert_int_equal(e.sys, EIO);
    assert_false(bf_file_read(dir, &b, &e));
    assert_int_equal(e.sys, EISDIR);
    bf_buf_free(&b);
}

static void folders_are_made(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct stat st;
    assert_true(bf_file_make_dirs(in_dir("a/b//c/"), &e));
    assert_true(bf_file_make_dirs(in_dir("a/b/c"), &e));
    assert_int_equal(stat(in_dir("a/b/c"), &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_true(bf_file_replace(in_dir("a/file"), BF_STR(""), &e));
    assert_false(bf_file_make_dirs(in_dir("a/file"), &e));
    assert_int_equal(e.sys, ENOTDIR);
    assert_false(bf_file_make_dirs(in_dir("a/file/x"), &e));
    assert_false(bf_file_make_dirs("", &e));
    assert_true(bf_file_make_dirs("/", &e));
}

static void locks_exclude(void **state)
{
    (void)state;
    struct bf_err e = {0};
    int fd, other, status;
    const char *path = in_dir("lock");
    assert_true(bf_file_lock(path, &fd, &e));
    pid_t pid = fork(); /* a lock excludes other processes */
    if (pid == 0)
        _exit(!bf_file_lock(path, &other, &e) && e.code == BF_E_TEMPORARY ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(fd);
    assert_true(bf_file_lock(path, &fd, &e));
    close(fd);
    assert_false(bf_file_lock(in_dir("no/such"), &fd, &e));
}

/* Standard error into a file while f runs. */
static void silently(void (*f)(void))
{
    int saved = dup(STDERR_FILENO);
    int fd = open(in_dir("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(saved >= 0 && fd >= 0);
    dup2(fd, STDERR_FILENO);
    f();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
}

static void reject_some(void)
{
    struct bf_rejects r;
    struct bf_reader reader;
    struct bf_str line;
    struct bf_err e = {0}, why = {0};
    assert_true(bf_rejects_append(&r, in_dir("rejects"), false, &e));
    (void)bf_err_set(&why, BF_E_INPUT, "is wrong");
    assert_true(bf_rejects_add(&r, BF_STR("bad \xff line"), 17, &why, &e));
    assert_true(
        bf_reader_init(&reader, holding(BF_STR("0123456789abc\nx\n")), "input", 10, NULL, &e));
    assert_int_equal(bf_reader_next(&reader, &line, &e), BF_LINE_LONG);
    assert_true(bf_rejects_add_long(&r, &reader, &e));
    bf_reader_close(&reader);
    for (int i = 0; i < 20; i++)
        assert_true(bf_rejects_add(&r, BF_STR("y"), 0, &why, &e));
    assert_int_equal(r.count, 22);
    assert_true(bf_rejects_close(&r, &e));
}

static void rejects_go_to_their_file(void **state)
{
    (void)state;
    struct bf_buf b;
    struct bf_err e = {0};
    bf_diag_tool("test");
    silently(reject_some);
    bf_buf_init(&b, 10000);
    bf_buf_lit(&b, "bad \xff line\n0123456789abc\n");
    for (int i = 0; i < 20; i++)
        bf_buf_lit(&b, "y\n");
    holds(in_dir("rejects"), bf_buf_view(&b));
    bf_buf_reset(&b);
    assert_true(bf_file_read(in_dir("stderr"), &b, &e));
    const char *text = bf_buf_cstr(&b);
    assert_memory_equal(
        text, "test: line 17: is wrong\ntest: line 1: 13 bytes, longer than the maximum of 10\n",
        77);
    assert_has(text, "\ntest: further rejected lines are only counted\ntest: 22 lines rejected (");
    bf_buf_free(&b);
}

static void rejects_may_be_strict_or_fail(void **state)
{
    (void)state;
    struct bf_rejects r;
    struct bf_err e = {0}, why = {0};
    (void)bf_err_set(&why, BF_E_INPUT, "is wrong");
    assert_true(bf_rejects_append(&r, in_dir("strict"), true, &e));
    assert_false(bf_rejects_add(&r, BF_STR("bad"), 3, &why, &e));
    assert_string_equal(e.text, "line 3: is wrong");
    assert_true(bf_rejects_close(&r, &e));
    holds(in_dir("strict"), BF_STR("bad\n"));
    assert_false(bf_rejects_append(&r, in_dir("no/such"), false, &e));
    assert_true(bf_rejects_append(&r, "/dev/full", true, &e));
    assert_false(bf_rejects_add(&r, BF_STR("bad"), 3, &why, &e));
    assert_int_equal(e.sys, ENOSPC);
    assert_false(bf_rejects_close(&r, &e));
    assert_true(bf_rejects_append(&r, NULL, true, &e));
    assert_false(bf_rejects_add(&r, BF_STR("bad"), 3, &why, &e));
    assert_true(bf_rejects_close(&r, &e));
}

static void a_byte_order_mark_is_no_text(void **state)
{
    (void)state;
    struct bf_err e = {0};
    struct bf_buf b;
    const char *path = in_dir("bom");
    bf_buf_init(&b, 100);
    bf_buf_lit(&b, "x");
    assert_true(bf_file_replace(path, BF_STR("\xEF\xBB\xBFy\xEF\xBB\xBF"), &e));
    assert_true(bf_file_read(path, &b, &e));
    assert_str(bf_buf_view(&b), "xy\xEF\xBB\xBF");
    assert_true(bf_file_replace(path, BF_STR("\xEF\xBB\xBF"), &e));
    assert_true(bf_file_read(path, &b, &e));
    assert_true(bf_file_replace(path, BF_STR(""), &e));
    assert_true(bf_file_read(path, &b, &e));
    assert_str(bf_buf_view(&b), "xy\xEF\xBB\xBF");
    bf_buf_free(&b);
}

static int make_dir(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

/* The exit status of a process that gets SIGTERM twice, with a pause between, and would end with 0. */
static int signalled_twice(int64_t pause_ms)
{
    struct bf_err e = {0};
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!bf_stop_install(&e) || raise(SIGTERM) != 0 || !bf_stop_asked())
            _exit(1);
        for (int64_t from = bf_clock_mono_ms(); bf_clock_mono_ms() < from + pause_ms;)
            (void)poll(NULL, 0, 10);
        (void)raise(SIGTERM);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_second_signal_ends(void **unused)
{
    (void)unused;
    assert_int_equal(signalled_twice(BF_STOP_SAME_MS), 128 + SIGTERM);
}

/* Where the process was held up between the two, nothing can be said, and it is tried again. */
static void a_signal_that_comes_twice_is_one(void **unused)
{
    (void)unused;
    int64_t from;
    int status;
    do {
        from = bf_clock_mono_ms();
        status = signalled_twice(0);
    } while (bf_clock_mono_ms() - from >= BF_STOP_SAME_MS && status == 128 + SIGTERM);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_hands_over),
        cmocka_unit_test(reader_takes_lines),
        cmocka_unit_test(reader_limits_lines),
        cmocka_unit_test(reader_reports_errors),
        cmocka_unit_test(reader_flushes_and_waits),
        cmocka_unit_test(output_writes_all),
        cmocka_unit_test(output_errors_stick),
        cmocka_unit_test(files_are_replaced_whole),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(folders_are_made),
        cmocka_unit_test(locks_exclude),
        cmocka_unit_test(rejects_go_to_their_file),
        cmocka_unit_test(rejects_may_be_strict_or_fail),
        cmocka_unit_test(a_byte_order_mark_is_no_text),
        cmocka_unit_test(a_second_signal_ends),
        cmocka_unit_test(a_signal_that_comes_twice_is_one),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
