/* The client's request and answer bodies, and its waiting. */
#include "tests/unit/client.h"

#include "lib/aws/sign/hash.h"

struct sunk {
    struct end end; /* first: on_done casts arg to it */
    size_t bytes, pieces, stop_after;
};

static bool on_piece(void *arg, struct bf_str piece)
{
    struct sunk *s = arg;
    s->bytes += piece.n;
    s->pieces++;
    return !s->stop_after || s->bytes < s->stop_after;
}

static void answers_in_pieces(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    struct bf_err e = {0};
    struct sunk s = {0};
    struct bf_aws_call call = {.op = &s3,
                               .method = "GET",
                               .bucket = "b",
                               .key = BF_STR("k"),
                               .sink = on_piece,
                               .done = on_done,
                               .arg = &s};
    /* larger than the maximum of an answer without a sink */
    fault_rules(&server, "GetObject 1x error 500 X\nGetObject huge 40000000");
    assert_true(bf_aws_submit(aws, &call, &e));
    run_all(aws);
    assert_int_equal(s.end.err.code, BF_OK);
    assert_int_equal(s.end.attempts, 2);
    assert_int_equal(s.bytes, 40000000);
    assert_int_equal(s.end.body_n, 0);
    /* data that the sink has received is not requested again */
    fault_rules(&server, "GetObject length +9");
    s = (struct sunk){0};
    fault_rules(&server, "PutObject fake\nGetObject cut 3\n");
    struct bf_aws_call put = {
        .op = &s3, .method = "PUT", .bucket = "b", .key = BF_STR("k"), .body = BF_STR("12345")};
    assert_int_equal(run(aws, &put).err.code, BF_OK);
    assert_true(bf_aws_submit(aws, &call, &e));
    run_all(aws);
    assert_int_equal(s.end.err.code, BF_E_NETWORK);
    assert_int_equal(s.end.attempts, 1);
    assert_int_equal(s.bytes, 3);
    /* a sink may stop the transfer */
    fault_rules(&server, "GetObject huge 10000000");
    s = (struct sunk){.stop_after = 1};
    assert_true(bf_aws_submit(aws, &call, &e));
    run_all(aws);
    assert_int_equal(s.pieces, 1);
    assert_int_equal(s.end.err.code, BF_E_STOPPED);
    bf_aws_destroy(aws);
}

static void a_body_from_a_file(void **unused)
{
    (void)unused;
    char path[128];
    fault_path(&server, "body", path);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    for (int i = 0; i < 200000; i++)
        fprintf(file, "%07d\n", i);
    assert_int_equal(fflush(file), 0);
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "PutObject 1x error 500 X\nPutObject 1x close");
    struct bf_aws_call call = {.op = &s3,
                               .method = "PUT",
                               .bucket = "lake",
                               .key = BF_STR("a b"),
                               .body_fd = fileno(file),
                               .body_offset = 8,
                               .body_length = 1500000};
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_OK);
    /* libcurl replaces a kept connection that is closed: it reads the body again */
    assert_int_equal(end.attempts, 2);
    assert_int_equal(fault_count(&server, "log", "\"op\":"), 3);
    char *object = fault_text(&server, "objects/lake/a b");
    assert_int_equal(strlen(object), 1500000);
    assert_memory_equal(object, "0000001\n0000002\n", 16);
    assert_memory_equal(object + 1500000 - 8, "0187500\n", 8);
    free(object);
    /* the file shrinks, although its hash was given */
    call.body_sha256 = "UNSIGNED-PAYLOAD";
    call.body_length = 2000000;
    end = run(aws, &call);
    assert_int_equal(end.err.code, BF_E_IO);
    assert_string_equal(end.err.text, "PutObject: the body's file is shorter than 2000008 bytes");
    bf_aws_destroy(aws);
    fclose(file);
}

/* The file is hashed in slices, between which other calls continue. */
static void a_large_body_from_a_file(void **unused)
{
    (void)unused;
    enum { SIZE = 5 << 20, LINE = 8 };
    char path[128];
    fault_path(&server, "large", path);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    for (int i = 0; i < SIZE / LINE; i++)
        fprintf(file, "%07d\n", i);
    assert_int_equal(fflush(file), 0);
    struct bf_aws *aws = client(server.url, 0);
    struct bf_err e = {0};
    fault_rules(&server, "");
    struct end large = {0};
    struct bf_aws_call call = {.op = &s3,
                               .method = "PUT",
                               .bucket = "lake",
                               .key = BF_STR("large"),
                               .body_fd = fileno(file),
                               .body_length = SIZE,
                               .done = on_done,
                               .arg = &large};
    assert_true(bf_aws_submit(aws, &call, &e));
    assert_int_equal(bf_aws_in_flight(aws), 1);
    run_all(aws);
    assert_int_equal(large.err.code, BF_OK);
    char *object = fault_text(&server, "objects/lake/large");
    assert_int_equal(strlen(object), SIZE);
    free(object);
    char hash[BF_SHA256_HEX];
    FILE *again = fopen(path, "r");
    char *text = malloc(SIZE);
    assert_int_equal(fread(text, 1, SIZE, again), SIZE);
    assert_true(bf_sha256_hex(bf_str(text, SIZE), hash));
    assert_int_equal(fault_count(&server, "log", hash), 1);
    fclose(again);
    free(text);
    /* it shrinks while it waits for its turn; and a cancelled call is gone */
    large = (struct end){0};
    assert_true(bf_aws_submit(aws, &call, &e));
    assert_int_equal(ftruncate(fileno(file), 3 << 20), 0);
    run_all(aws);
    assert_int_equal(large.err.code, BF_E_IO);
    assert_string_equal(large.err.text, "PutObject: the body's file is shorter than 5242880 bytes");
    call.body_length = 3 << 20;
    assert_true(bf_aws_submit(aws, &call, &e));
    bf_aws_cancel(aws, &call);
    assert_int_equal(bf_aws_in_flight(aws), 0);
    bf_aws_destroy(aws);
    fclose(file);
}

/* A call whose end cancels another. */
struct pair {
    struct end end; /* first: on_done casts arg to it */
    struct bf_aws *aws;
    struct bf_aws_call *other;
};

static void on_done_cancel(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct pair *p = call->arg;
    on_done(call, a);
    bf_aws_cancel(p->aws, p->other);
}

/* Both wait to hash the next slice of a file that has shrunk: the first one that notices cancels
 * the second, as the parts of an upload do. */
static void taken_back_in_its_turn(void **unused)
{
    (void)unused;
    enum { SIZE = 5 << 20 };
    char path[128];
    fault_path(&server, "short", path);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), SIZE), 0);
    struct bf_aws *aws = client(server.url, 0);
    struct bf_err e = {0};
    fault_rules(&server, "");
    struct bf_aws_call call[2];
    struct pair pair[2];
    for (int i = 0; i < 2; i++) {
        pair[i] = (struct pair){.aws = aws, .other = &call[1 - i]};
        call[i] = (struct bf_aws_call){.op = &s3,
                                       .method = "PUT",
                                       .bucket = "lake",
                                       .key = BF_STR("k"),
                                       .body_fd = fileno(file),
                                       .body_length = SIZE,
                                       .done = on_done_cancel,
                                       .arg = &pair[i]};
        assert_true(bf_aws_submit(aws, &call[i], &e));
    }
    assert_int_equal(ftruncate(fileno(file), 2 << 20), 0);
    run_all(aws);
    assert_int_equal(pair[0].end.done + pair[1].end.done, 1);
    assert_int_equal(pair[0].end.done ? pair[0].end.err.code : pair[1].end.err.code, BF_E_IO);
    bf_aws_destroy(aws);
    fclose(file);
}

static void wakes_for_input(void **unused)
{
    (void)unused;
    int ends[2];
    struct bf_err e = {0};
    bool readable;
    struct bf_aws *aws = client(server.url, 0);
    assert_int_equal(pipe(ends), 0);
    assert_true(bf_aws_run_fd(aws, 0, ends[0], &readable, &e));
    assert_false(readable);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(bf_aws_run_fd(aws, -1, ends[0], &readable, &e));
    assert_true(readable);
    char c;
    assert_int_equal(read(ends[0], &c, 1), 1);
    assert_true(bf_aws_run_fd(aws, 0, ends[0], &readable, &e));
    assert_false(readable);
    close(ends[1]); /* the end of input counts as readable */
    assert_true(bf_aws_run_fd(aws, -1, ends[0], &readable, &e));
    assert_true(readable);
    close(ends[0]);
    assert_true(bf_aws_run(aws, -1, &e)); /* nothing in flight: returns at once */
    bf_aws_destroy(aws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_pieces),        cmocka_unit_test(a_body_from_a_file),
        cmocka_unit_test(a_large_body_from_a_file), cmocka_unit_test(taken_back_in_its_turn),
        cmocka_unit_test(wakes_for_input),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
