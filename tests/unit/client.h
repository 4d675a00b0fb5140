/*
 * Shared by the tests of the client: one fault server for the program, an AWS
 * environment that contains only it, and a function that runs a call to its end.
 */
#ifndef BF_TESTS_CLIENT_H
#define BF_TESTS_CLIENT_H

#include "tests/unit/fault.h"

#include "lib/aws/client/client.h"

static struct fault server;
static const struct bf_aws_op list_tables __attribute__((unused)) = {BF_AWS_DYNAMODB, "ListTables"};
static const struct bf_aws_op put_records __attribute__((unused)) = {BF_AWS_KINESIS, "PutRecords"};
static const struct bf_aws_op s3 __attribute__((unused)) = {BF_AWS_S3, NULL};

static inline struct bf_aws *client(const char *url, uint64_t max_attempts)
{
    struct bf_err e = {0};
    struct bf_aws_options options = {.endpoint_url = url, .max_attempts = max_attempts};
    struct bf_aws *aws = bf_aws_new(&options, &e);
    if (!aws)
        fail_msg("%s", e.text);
    return aws;
}

/* A copy of a call's result. */
struct end {
    bool done;
    int status, attempts;
    char code[64], request_id[64];
    struct bf_err err;
    char body[256];
    size_t body_n;
};

static inline void on_done(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct end *end = call->arg;
    assert_false(end->done);
    end->done = true;
    end->status = a->status;
    end->attempts = a->attempts;
    end->err = a->err;
    end->body_n = a->body.n;
    snprintf(end->code, sizeof end->code, "%s", a->code);
    snprintf(end->request_id, sizeof end->request_id, "%s", a->request_id);
    snprintf(end->body, sizeof end->body, "%.*s", a->body.n < 200 ? (int)a->body.n : 200,
             a->body.n ? a->body.p : "");
    if (a->status) /* headers are available only here */
        assert_true(bf_aws_header(call, "date").n != 0);
}

static inline void run_all(struct bf_aws *aws)
{
    struct bf_err e = {0};
    while (bf_aws_in_flight(aws))
        assert_true(bf_aws_run(aws, -1, &e));
}

static inline struct end run(struct bf_aws *aws, struct bf_aws_call *call)
{
    struct end end = {0};
    struct bf_err e = {0};
    call->done = on_done;
    if (!call->arg)
        call->arg = &end;
    assert_true(bf_aws_submit(aws, call, &e));
    run_all(aws);
    assert_true(end.done);
    assert_null(call->state);
    assert_int_equal(bf_aws_header(call, "date").n, 0);
    call->arg = NULL;
    return end;
}

static inline int start(void **unused)
{
    (void)unused;
    static const char *const unset[] = {"AWS_PROFILE",       "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE",
                                        "AWS_SESSION_TOKEN", "AWS_MAX_ATTEMPTS", "http_proxy"};
    for (size_t i = 0; i < BF_COUNT(unset); i++)
        unsetenv(unset[i]);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_ACCESS_KEY_ID", "test", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    fault_start(&server);
    return 0;
}

static inline int stop(void **unused)
{
    (void)unused;
    fault_stop(&server);
    return 0;
}

#endif
