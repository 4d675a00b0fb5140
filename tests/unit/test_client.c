/* The client and a server that misbehaves: what is sent, how often, and the final result. */
#include "tests/unit/client.h"

#include "lib/aws/client/client_impl.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"

static void retried_until_it_works(void **unused)
{
    (void)unused;
    static const char *const scripts[] = {
        "* 2x error 500 InternalFailure",
        "* 2x error 503 ServiceUnavailable",
        "* 2x close",
        "* 2x reset",
        "* 2x cut 1",
        "* 2x length +5",
        "* 2x error 400 RequestTimeout",
        "* 2x plain 502 <html>",
    };
    for (size_t i = 0; i < BF_COUNT(scripts); i++) {
        struct bf_aws *aws = client(server.url, 0);
        fault_rules(&server, scripts[i]);
        struct bf_aws_call call = {.op = &put_records,
                                   .body = BF_STR("{\"Records\":[{\"Data\":\"YQ==\"}]}")};
        struct end end = run(aws, &call);
        if (end.err.code != BF_OK)
            fail_msg("%s: %s", scripts[i], end.err.text);
        assert_int_equal(end.attempts, 3);
        assert_int_equal(end.status, 200);
        assert_string_equal(end.code, "");
        assert_has(end.body, "\"FailedRecordCount\":0");
        assert_has(end.request_id, "FAULT-");
        assert_int_equal(fault_count(&server, "log", "\"op\":\"PutRecords\""), 3);
        assert_int_equal(fault_count(&server, "log", "\"amz-sdk-request\":\"attempt=2; max=3\""),
                         1);
        bf_aws_destroy(aws);
    }
}

/* The attempts after one that timed out get the full time. */
static void on_timeout(void *arg, const char *text)
{
    struct bf_aws_call *call = arg;
    if (strncmp(text, "credentials: ", 13) != 0)
        call->timeout_ms = 0;
}

static void no_answer_in_time(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 2);
    struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}"), .timeout_ms = 300};
    fault_rules(&server, "* hang");
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_E_NETWORK);
    assert_int_equal(end.attempts, 2);
    bf_aws_destroy(aws);
    /* the first request is answered after the second has arrived, which is too late */
    aws = client(server.url, 0);
    bf_aws_on_note(aws, on_timeout, &call);
    fault_rules(&server, "* gather 2 fake");
    end = run(aws, &call);
    assert_int_equal(end.err.code, BF_OK);
    assert_true(end.attempts > 1);
    bf_aws_destroy(aws);
}

static void one_invocation_id(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "* 2x error 500 X");
    struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}")};
    assert_int_equal(run(aws, &call).attempts, 3);
    char *log = fault_text(&server, "log"), piece[80];
    const char *id = strstr(log, "\"amz-sdk-invocation-id\":\"");
    assert_non_null(id);
    snprintf(piece, sizeof piece, "%.63s", id);
    free(log);
    assert_int_equal(fault_count(&server, "log", piece), 3);
    assert_int_equal(run(aws, &call).attempts, 1);
    assert_int_equal(fault_count(&server, "log", piece), 3);
    bf_aws_destroy(aws);
}

static void what_it_says_in_the_end(void **unused)
{
    (void)unused;
    static const struct {
        const char *script;
        int attempts, status;
        enum bf_err_code code;
        const char *text;
    } cases[] = {
        {"* error 400 ResourceNotFoundException Requested resource not found", 1, 400,
         BF_E_NOTFOUND,
         "ListTables: ResourceNotFoundException: Requested resource not found (HTTP 400, request "
         "FAULT-"},
        {"* error 400 UnrecognizedClientException The security token is invalid.", 1, 400,
         BF_E_DENIED, "UnrecognizedClientException: The security token is invalid. (HTTP 400"},
        {"* error 500 InternalServerError", 4, 500, BF_E_TEMPORARY,
         "ListTables: InternalServerError"},
        {"* plain 418 teapot", 1, 418, BF_E_SERVICE, "ListTables: HTTP418 (HTTP 418"},
        {"* close", 4, 0, BF_E_NETWORK, "closed the connection without an answer (4 attempts)"},
        {"* cut 1", 4, 0, BF_E_NETWORK, "was cut off (4 attempts)"},
        {"* length +7", 4, 0, BF_E_NETWORK, "was cut off (4 attempts)"},
        {"* crc", 4, 200, BF_E_NETWORK,
         "ListTables: CRC32CheckFailed: the answer arrived damaged (HTTP 200"},
        /* the extra byte makes the next answer on this connection one without a status line */
        {"* length -1", 4, -1, BF_E_NETWORK, "ListTables: "},
        {"* huge 33554433", 1, 0, BF_E_LIMIT, "is larger than 33554432 bytes"},
        {"* redirect 307 - http://127.0.0.1:1/", 1, 307, BF_E_SERVICE,
         "ListTables: TemporaryRedirect"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_aws *aws = client(server.url, 0);
        fault_rules(&server, cases[i].script);
        struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}")};
        struct end end = run(aws, &call);
        assert_has(end.err.text, cases[i].text);
        assert_int_equal(end.err.code, cases[i].code);
        if (cases[i].status >= 0)
            assert_int_equal(end.status, cases[i].status);
        assert_int_equal(end.attempts, cases[i].attempts);
        if (cases[i].status >= 0) /* otherwise a request may not even have been read */
            assert_int_equal(fault_count(&server, "log", "\"op\":"), cases[i].attempts);
        bf_aws_destroy(aws);
    }
}

static void nobody_listens(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client("http://127.0.0.1:1", 2);
    struct bf_aws_call call = {.op = &put_records, .body = BF_STR("{}")};
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_E_NETWORK);
    assert_string_equal(end.err.text, "PutRecords: cannot connect to 127.0.0.1:1: Connection "
                                      "refused (2 attempts)");
    bf_aws_destroy(aws);
}

static void no_retry_where_none_is_wanted(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "* throttle");
    struct bf_aws_call call = {.op = &put_records, .body = BF_STR("{}"), .no_retry = true};
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_E_THROTTLED);
    assert_int_equal(end.attempts, 1);
    assert_string_equal(end.code, "ProvisionedThroughputExceededException");
    bf_aws_destroy(aws);
}

static void asked_for_time(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "* 1x retry-after 300 error 500 X");
    struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}")};
    int64_t began = bf_clock_mono_ms();
    assert_int_equal(run(aws, &call).attempts, 2);
    assert_true(bf_clock_mono_ms() - began >= 299);
    bf_aws_destroy(aws);
}

static void a_dead_service_is_spared(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 1000);
    fault_rules(&server, "* retry-after 0 error 500 X");
    enum { CALLS = 60 };
    static struct bf_aws_call calls[CALLS];
    static struct end ends[CALLS];
    struct bf_err e = {0};
    for (size_t i = 0; i < CALLS; i++) {
        ends[i] = (struct end){0};
        calls[i] = (struct bf_aws_call){
            .op = &list_tables, .body = BF_STR("{}"), .done = on_done, .arg = &ends[i]};
        assert_true(bf_aws_submit(aws, &calls[i], &e));
    }
    run_all(aws);
    /* 500 / 14: thirty-five retries for all calls together */
    assert_int_equal(fault_count(&server, "log", "\"op\":"), CALLS + 500 / 14);
    assert_has(ends[0].err.text, "); the budget of retries is used up");
    bf_aws_destroy(aws);
}

static void a_clock_that_is_off(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "* clock -3600");
    struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}")};
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_OK);
    assert_int_equal(end.attempts, 2);
    /* the client remembers it */
    assert_int_equal(run(aws, &call).attempts, 1);
    /* with a correct clock a refused signature is an error */
    fault_rules(&server, "* error 400 InvalidSignatureException no");
    aws = (bf_aws_destroy(aws), client(server.url, 0));
    end = run(aws, &call);
    assert_int_equal(end.attempts, 1);
    assert_int_equal(end.err.code, BF_E_DENIED);
    bf_aws_destroy(aws);
}

static void a_bucket_elsewhere(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    /* the Location is a port where no server listens */
    fault_rules(&server, "* 1x redirect 301 eu-central-1 http://127.0.0.1:1/\n");
    struct bf_aws_call call = {
        .op = &s3, .method = "PUT", .bucket = "lake", .key = BF_STR("k"), .body = BF_STR("x")};
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_OK);
    assert_int_equal(end.attempts, 1);
    assert_int_equal(fault_count(&server, "log", "/us-east-1/s3/"), 1);
    assert_int_equal(fault_count(&server, "log", "/eu-central-1/s3/"), 1);
    assert_int_equal(run(aws, &call).err.code, BF_OK);
    assert_int_equal(fault_count(&server, "log", "/eu-central-1/s3/"), 2);
    /* a redirect loop ends */
    fault_rules(&server, "* redirect 301 eu-south-1 http://127.0.0.1:1/");
    end = run(aws, &call);
    assert_int_equal(end.status, 301);
    assert_has(end.err.text, "PutObject: PermanentRedirect: Please send");
    assert_true(fault_count(&server, "log", "\"op\":") <= 2);
    bf_aws_destroy(aws);
    /* an invalid region is never part of a host name or a signature */
    aws = client(server.url, 0);
    fault_rules(&server, "* redirect 301 evil.example/eu");
    assert_int_equal(run(aws, &call).status, 301);
    assert_int_equal(fault_count(&server, "log", "\"op\":"), 1);
    bf_aws_destroy(aws);
}

static void an_error_behind_200(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "CompleteMultipartUpload 1x hidden InternalError\n"
                         "GetObject ok <Error><Code>not one</Code></Error>\n");
    struct bf_aws_call call = {.op = &s3,
                               .method = "POST",
                               .bucket = "lake",
                               .key = BF_STR("k"),
                               .query = "uploadId=u",
                               .body = BF_STR("<CompleteMultipartUpload/>")};
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_OK);
    assert_int_equal(end.attempts, 2);
    fault_rules(&server, "CompleteMultipartUpload hidden AccessDenied\n");
    struct bf_aws *once = client(server.url, 1);
    end = run(once, &call);
    assert_int_equal(end.err.code, BF_E_DENIED);
    assert_has(end.err.text, "CompleteMultipartUpload: AccessDenied: We encountered");
    bf_aws_destroy(once);
    /* an object's content is not interpreted */
    fault_rules(&server, "GetObject ok <Error><Code>not one</Code></Error>\n");
    struct bf_aws_call get = {.op = &s3, .method = "GET", .bucket = "lake", .key = BF_STR("k")};
    end = run(aws, &get);
    assert_int_equal(end.err.code, BF_OK);
    assert_string_equal(end.body, "<Error><Code>not one</Code></Error>");
    bf_aws_destroy(aws);
}

/* The Date of the answer shows that the clock is nearly right: the time is learned from it, and
 * the request is sent once more only. */
static void a_refused_time_is_tried_once(void **unused)
{
    (void)unused;
    static const char *const codes[] = {"RequestTimeTooSkewed", "RequestExpired",
                                        "RequestInTheFuture"};
    struct bf_aws *aws = client(server.url, 0);
    struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}")};
    for (size_t i = 0; i < BF_COUNT(codes); i++) {
        char rules[120];
        snprintf(rules, sizeof rules, "ListTables 1x error 403 %s too far off\n", codes[i]);
        fault_rules(&server, rules);
        struct end end = run(aws, &call);
        assert_int_equal(end.err.code, BF_OK);
        assert_int_equal(end.attempts, 2);
    }
    fault_rules(&server, "ListTables error 403 RequestTimeTooSkewed too far off\n");
    struct end end = run(aws, &call);
    assert_int_equal(end.attempts, 2);
    assert_has(end.err.text, "RequestTimeTooSkewed");
    /* a refused signature has another cause than time */
    fault_rules(&server, "ListTables error 403 InvalidSignatureException no\n");
    end = run(aws, &call);
    assert_int_equal(end.attempts, 1);
    bf_aws_destroy(aws);
}

static void connections_are_used_again(void **unused)
{
    (void)unused;
    enum { WINDOW = 8, ROUNDS = 20 };
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "");
    static struct bf_aws_call calls[WINDOW];
    struct bf_err e = {0};
    for (int round = 0; round < ROUNDS; round++) {
        struct end ends[WINDOW] = {0};
        for (size_t i = 0; i < WINDOW; i++) {
            calls[i] = (struct bf_aws_call){
                .op = &list_tables, .body = BF_STR("{}"), .done = on_done, .arg = &ends[i]};
            assert_true(bf_aws_submit(aws, &calls[i], &e));
        }
        run_all(aws);
        for (size_t i = 0; i < WINDOW; i++)
            assert_int_equal(ends[i].err.code, BF_OK);
    }
    char *log = fault_text(&server, "log");
    long highest = 0, lowest = 1L << 30;
    size_t n = 0;
    for (const char *p = log; (p = strstr(p, "\"connection\":")); p++, n++) {
        long connection = strtol(p + 13, NULL, 10);
        highest = connection > highest ? connection : highest;
        lowest = connection < lowest ? connection : lowest;
    }
    free(log);
    assert_int_equal(n, WINDOW * ROUNDS);
    assert_true(highest - lowest < WINDOW);
    bf_aws_destroy(aws);
}

static struct bf_aws *again_client;

/* Submits itself again until its counter is 0. */
static void on_again(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    int *left = call->arg;
    struct bf_err e = {0};
    assert_int_equal(a->err.code, BF_OK);
    if (--*left > 0)
        assert_true(bf_aws_submit(again_client, call, &e));
    else
        free(call);
}

static void calls_submit_calls(void **unused)
{
    (void)unused;
    again_client = client(server.url, 0);
    fault_rules(&server, "");
    int left = 5;
    struct bf_err e = {0};
    struct bf_aws_call *call = calloc(1, sizeof *call);
    *call = (struct bf_aws_call){
        .op = &list_tables, .body = BF_STR("{}"), .done = on_again, .arg = &left};
    assert_true(bf_aws_submit(again_client, call, &e));
    run_all(again_client);
    assert_int_equal(left, 0);
    assert_int_equal(fault_count(&server, "log", "\"op\":"), 5);
    bf_aws_destroy(again_client);
}

static void cancelled(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    fault_rules(&server, "PutRecords hang\nListTables retry-after 60000 error 500 X");
    struct end ends[2] = {0};
    struct bf_err e = {0};
    struct bf_aws_call flying = {
        .op = &put_records, .body = BF_STR("{}"), .done = on_done, .arg = &ends[0]};
    struct bf_aws_call waiting = {
        .op = &list_tables, .body = BF_STR("{}"), .done = on_done, .arg = &ends[1]};
    assert_true(bf_aws_submit(aws, &flying, &e));
    assert_true(bf_aws_submit(aws, &waiting, &e));
    assert_non_null(flying.state);
    for (int i = 0; i < 200 && fault_count(&server, "log", "\"op\":") < 2; i++)
        assert_true(bf_aws_run(aws, 50, &e));
    assert_true(bf_aws_run(aws, 200, &e));
    assert_int_equal(bf_aws_in_flight(aws), 2);
    bf_aws_cancel(aws, &flying);
    bf_aws_cancel(aws, &waiting);
    bf_aws_cancel(aws, &waiting); /* a second call has no effect */
    assert_null(flying.state);
    assert_int_equal(bf_aws_in_flight(aws), 0);
    assert_true(bf_aws_run(aws, 10, &e));
    assert_false(ends[0].done || ends[1].done);
    /* a client may be destroyed while calls are in flight */
    assert_true(bf_aws_submit(aws, &flying, &e));
    assert_true(bf_aws_run(aws, 0, &e));
    bf_aws_destroy(aws);
    assert_false(ends[0].done);
}

static void one_call_waited_for(void **unused)
{
    (void)unused;
    struct bf_aws *aws = client(server.url, 0);
    struct bf_buf out;
    struct bf_err e = {0};
    char code[64];
    bf_buf_init(&out, 64);
    fault_rules(&server, "ListTables 1x error 400 ValidationException bad\n"
                         "ListTables 1x ok {\"TableNames\":[]}\nListTables huge 100");
    assert_false(bf_aws_call_wait(aws, &list_tables, BF_STR("{}"), &out, code, &e));
    assert_string_equal(code, "ValidationException");
    assert_has(e.text, "ListTables: ValidationException: bad (HTTP 400, request FAULT-");
    assert_true(bf_aws_call_wait(aws, &list_tables, BF_STR("{}"), &out, code, &e));
    assert_string_equal(code, "");
    assert_str(bf_buf_view(&out), "{\"TableNames\":[]}");
    assert_false(bf_aws_call_wait(aws, &list_tables, BF_STR("{}"), &out, NULL, &e));
    assert_int_equal(e.code, BF_E_LIMIT);
    bf_buf_free(&out);
    bf_aws_destroy(aws);
}

static void on_note(void *arg, const char *text)
{
    snprintf(arg, 256, "%s", text);
}

static void notes(void **unused)
{
    (void)unused;
    char text[256] = "";
    struct bf_aws *aws = client(server.url, 0);
    bf_aws_on_note(aws, on_note, text);
    fault_rules(&server, "* 1x error 500 InternalFailure");
    struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}")};
    run(aws, &call);
    assert_has(text, "ListTables: InternalFailure (HTTP 500, request FAULT-");
    assert_has(text, "; attempt 2 of 4 in ");
    bf_aws_destroy(aws);
}

static void no_client(void **unused)
{
    (void)unused;
    struct bf_err e = {0};
    struct bf_aws_options options = {.endpoint_url = server.url, .ca_bundle = "/nowhere/ca.pem"};
    assert_null(bf_aws_new(&options, &e));
    assert_string_equal(e.text, "CA bundle /nowhere/ca.pem: No such file or directory");
    options = (struct bf_aws_options){.endpoint_url = "ftp://x"};
    struct bf_aws *aws = bf_aws_new(&options, &e);
    struct bf_aws_call call = {.op = &list_tables, .body = BF_STR("{}"), .done = on_done};
    assert_false(bf_aws_submit(aws, &call, &e));
    assert_has(e.text, "endpoint URL 'ftp://x' does not begin with http");
    bf_aws_destroy(aws);
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    aws = client(server.url, 0);
    assert_false(bf_aws_submit(aws, &call, &e));
    assert_int_equal(e.code, BF_E_DENIED);
    assert_has(e.text, "no credentials");
    bf_aws_destroy(aws);
    setenv("AWS_ACCESS_KEY_ID", "test", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    unsetenv("AWS_REGION");
    assert_null(bf_aws_new(&options, &e));
    assert_int_equal(e.code, BF_E_USAGE);
    assert_has(e.text, "region");
    setenv("AWS_REGION", "us-east-1", 1);
}

/* The last test, because the signal stays set. */
static void a_signal_ends_the_wait(void **unused)
{
    (void)unused;
    struct bf_err e = {0};
    assert_true(bf_stop_install(&e));
    fault_rules(&server, "ListTables hang\nPutRecords after 100 fake");
    struct bf_aws *aws = client(server.url, 0);
    struct bf_aws *other = client(server.url, 0);
    struct end end = {0};
    struct bf_aws_call call = {
        .op = &put_records, .body = BF_STR("{\"Records\":[]}"), .done = on_done, .arg = &end};
    assert_true(bf_aws_submit(other, &call, &e));
    pid_t killer = fork();
    if (killer == 0) {
        fault_await(&server, "ListTables");
        kill(getppid(), SIGTERM);
        _exit(0);
    }
    char code[64];
    assert_false(bf_aws_call_wait(aws, &list_tables, BF_STR("{}"), NULL, code, &e));
    assert_int_equal(e.code, BF_E_STOPPED);
    assert_string_equal(e.text, "ListTables: interrupted");
    waitpid(killer, NULL, 0);
    /* calls that are in flight elsewhere are finished; a wait that starts now ends at once */
    run_all(other);
    assert_int_equal(end.err.code, BF_OK);
    fault_rules(&server, "");
    assert_false(bf_aws_call_wait(aws, &list_tables, BF_STR("{}"), NULL, code, &e));
    assert_int_equal(e.code, BF_E_STOPPED);
    bf_aws_destroy(other);
    bf_aws_destroy(aws);
}

/* Five MiB need time on a slow line; the caller's timeout takes precedence. */
static void how_long_an_attempt_may_take(void **unused)
{
    (void)unused;
    struct bf_aws_call call = {.op = &put_records, .body = BF_STR("{}")};
    assert_int_equal(bf_aws_timeout_ms(&call), 60000);
    call.body.n = 7 << 20;
    assert_int_equal(bf_aws_timeout_ms(&call), 60000 + 448000);
    call.timeout_ms = 5;
    assert_int_equal(bf_aws_timeout_ms(&call), 5);
    call = (struct bf_aws_call){.op = &s3};
    assert_int_equal(bf_aws_timeout_ms(&call), 0);
}

static void on_warning(void *arg, const char *text)
{
    (void)text;
    ++*(int *)arg;
}

/* After the signal above: calls without progress during the grace period are given up, others
 * continue. */
static void a_signal_and_a_service_that_hangs(void **unused)
{
    (void)unused;
    int warnings = 0;
    struct bf_err e = {0};
    struct bf_aws_options options = {.endpoint_url = server.url, .grace_ms = 1200};
    struct bf_aws *aws = bf_aws_new(&options, &e);
    assert_non_null(aws);
    assert_true(bf_stop_asked());
    bf_aws_on_warning(aws, on_warning, &warnings);
    fault_rules(&server, "PutRecords hang");
    struct bf_aws_call call = {.op = &put_records, .body = BF_STR("{\"Records\":[]}")};
    struct end end = run(aws, &call);
    assert_int_equal(end.err.code, BF_E_NETWORK);
    assert_int_equal(end.attempts, 1);
    assert_non_null(strstr(end.err.text, "PutRecords: interrupted, and 127.0.0.1:"));
    assert_int_equal(warnings, 1);
    /* the delay of a throttled service would be longer, so this attempt is the last */
    fault_rules(&server, "PutRecords retry-after 4000 throttle");
    end = run(aws, &call);
    assert_int_equal(end.err.code, BF_E_THROTTLED);
    assert_int_equal(end.attempts, 1);
    assert_int_equal(fault_count(&server, "log", "\"op\":"), 1);
    /* the service's error is more informative than the timeout */
    fault_rules(&server, "PutRecords 1x error 500 InternalFailure\nPutRecords hang");
    end = run(aws, &call);
    assert_int_equal(end.err.code, BF_E_TEMPORARY);
    assert_non_null(strstr(end.err.text, "PutRecords: InternalFailure"));
    assert_true(bf_aws_patience_ms(aws, 1, UINT64_MAX) <= 1200);
    assert_true(bf_aws_patience_ms(aws, 1, 0) <= 0);
    bf_aws_destroy(aws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retried_until_it_works),
        cmocka_unit_test(no_answer_in_time),
        cmocka_unit_test(one_invocation_id),
        cmocka_unit_test(what_it_says_in_the_end),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(no_retry_where_none_is_wanted),
        cmocka_unit_test(asked_for_time),
        cmocka_unit_test(a_dead_service_is_spared),
        cmocka_unit_test(a_clock_that_is_off),
        cmocka_unit_test(a_bucket_elsewhere),
        cmocka_unit_test(an_error_behind_200),
        cmocka_unit_test(a_refused_time_is_tried_once),
        cmocka_unit_test(connections_are_used_again),
        cmocka_unit_test(calls_submit_calls),
        cmocka_unit_test(cancelled),
        cmocka_unit_test(one_call_waited_for),
        cmocka_unit_test(notes),
        cmocka_unit_test(no_client),
        cmocka_unit_test(how_long_an_attempt_may_take),
        cmocka_unit_test(a_signal_ends_the_wait),
        cmocka_unit_test(a_signal_and_a_service_that_hangs),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
