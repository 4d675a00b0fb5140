#include "lib/aws/client/client.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/aws/client/client_impl.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum { MAX_ANSWER = 32 << 20, DEFAULT_TIMEOUT_MS = 60000, BUCKETS_MAX = 1024 };
enum { LOOK_MS = 5000 };     /* how often to check, at least, whether the computer has slept */
enum { SLOWEST = 16 << 10 }; /* bytes per second of a request's body, at the slowest */

/* The flight whose answer is being delivered; bf_aws_header reads it. Not stored in the call, because the call may be
 * freed or submitted again before `done` returns. */
static _Thread_local struct bf_aws_flight *answering;

struct bf_aws *bf_aws_new(const struct bf_aws_options *options, struct bf_err *e)
{
    struct bf_aws *aws = calloc(1, sizeof *aws);
    if (!aws) {
        bf_err_nomem(e);
        return NULL;
    }
    bf_map_init(&aws->buckets, BUCKETS_MAX);
    bf_rng_seed(&aws->rng, bf_rng_entropy());
    aws->quota.left = BF_RETRY_QUOTA;
    aws->slept_ms = bf_clock_slept_ms();
    aws->grace_ms = options->grace_ms;
    aws->arn = bf_str_of(options->arn);
    if (!bf_aws_config_load(&aws->config, options, bf_aws_env_process(), e)) {
        bf_map_free(&aws->buckets);
        free(aws);
        return NULL;
    }
    bf_aws_config_forget_keys(&aws->config); /* the search reads them again */
    const char *ca = aws->config.ca_bundle;
    if ((!ca || access(ca, R_OK) == 0 || bf_err_sys(e, errno, "CA bundle %s", ca)) &&
        bf_http_init(&aws->http, ca, aws->config.app_id, e) &&
        bf_aws_identity_init(aws, options, e))
        return aws;
    bf_aws_destroy(aws);
    return NULL;
}

void bf_aws_destroy(struct bf_aws *aws)
{
    if (!aws)
        return;
    while (aws->all) {
        struct bf_aws_flight *s = aws->all;
        aws->all = s->all;
        if (s->running)
            bf_http_drop(&aws->http, &s->x);
        bf_http_exchange_free(&s->x);
        bf_request_free(&s->request);
        free(s);
    }
    struct bf_map_entry *bucket;
    for (size_t i = 0; (bucket = bf_map_next(&aws->buckets, &i));)
        free((void *)(uintptr_t)bucket->value);
    bf_map_free(&aws->buckets);
    bf_aws_identity_free(aws);
    bf_signer_free(&aws->signer);
    bf_http_free(&aws->http);
    bf_aws_config_free(&aws->config);
    free(aws);
}

int64_t bf_aws_skew_ms(const struct bf_aws *aws)
{
    return aws->skew_ms;
}

const char *bf_aws_region(const struct bf_aws *aws)
{
    return aws->config.region;
}

bool bf_aws_few_checksums(const struct bf_aws *aws)
{
    return aws->config.few_checksums;
}

void bf_aws_on_note(struct bf_aws *aws, void (*note)(void *arg, const char *text), void *arg)
{
    aws->note = note;
    aws->note_arg = arg;
}

void bf_aws_on_detail(struct bf_aws *aws, void (*detail)(void *arg, const char *text), void *arg)
{
    aws->detail = detail;
    aws->detail_arg = arg;
}

void bf_aws_on_warning(struct bf_aws *aws, void (*warn)(void *arg, const char *text), void *arg)
{
    aws->warn = warn;
    aws->warn_arg = arg;
}

size_t bf_aws_in_flight(const struct bf_aws *aws)
{
    return aws->in_flight;
}

static struct bf_aws_flight *take_free(struct bf_aws *aws)
{
    struct bf_aws_flight *s = aws->free;
    if (s)
        aws->free = s->next;
    else {
        s = calloc(1, sizeof *s);
        if (!s)
            return NULL;
        bf_http_exchange_init(&s->x);
        bf_request_init(&s->request);
        s->all = aws->all;
        aws->all = s;
    }
    aws->in_flight++;
    return s;
}

static void give_back(struct bf_aws *aws, struct bf_aws_flight *s)
{
    bf_request_wipe(&s->request);
    s->call = NULL;
    s->running = false;
    s->next = aws->free;
    aws->free = s;
    aws->in_flight--;
}

/* Removes s from a list if it is in it. */
static void take_off(struct bf_aws_flight **at, const struct bf_aws_flight *s)
{
    while (*at && *at != s)
        at = &(*at)->next;
    if (*at)
        *at = s->next;
}

/* An object may take any time while data flows. An API answer may not, but its request may on a slow line. */
uint64_t bf_aws_timeout_ms(const struct bf_aws_call *call)
{
    if (call->timeout_ms || call->op->service == BF_AWS_S3)
        return call->timeout_ms;
    return DEFAULT_TIMEOUT_MS + call->body.n / SLOWEST * 1000;
}

bool bf_aws_send(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e)
{
    const struct bf_aws_call *call = s->call;
    char sdk_request[48];
    if (!bf_aws_identify(aws, e)) /* credentials may have expired before a retry */
        return false;
    s->generation = aws->generation;
    bf_retry_header(&s->rules, &s->retry, sdk_request);
    s->skew_ms = aws->skew_ms;
    struct bf_request_attempt attempt = {.endpoint = s->endpoint,
                                         .wall_ms = bf_aws_now_ms(aws),
                                         .invocation_id = s->invocation_id,
                                         .sdk_request = sdk_request};
    struct bf_http_exchange *x = &s->x;
    if (!bf_request_build(&s->request, &aws->signer, call, &attempt, x, e))
        return false;
    x->timeout_ms = bf_aws_timeout_ms(call);
    x->stall_s = call->timeout_ms ? 0 : DEFAULT_TIMEOUT_MS / 1000;
    x->answer_ms = call->sink ? 0 : DEFAULT_TIMEOUT_MS;
    x->max_answer = MAX_ANSWER;
    x->sink = call->sink;
    x->sink_arg = call->arg;
    s->moved = 0;
    s->moved_ms = bf_clock_mono_ms();
    s->running = bf_http_start(&aws->http, x, e);
    return s->running;
}

bool bf_aws_submit(struct bf_aws *aws, struct bf_aws_call *call, struct bf_err *e)
{
    call->state = NULL;
    const struct bf_endpoint *endpoint = bf_aws_endpoint_for(aws, call, e);
    if (!endpoint)
        return false;
    struct bf_aws_flight *s = take_free(aws);
    if (!s)
        return bf_err_nomem(e);
    s->call = call;
    s->endpoint = endpoint;
    s->rules = bf_retry_rules_of(call->op->service, aws->config.max_attempts);
    if (call->no_retry)
        s->rules.max_attempts = 1;
    s->retry = (struct bf_retry){.attempt = 1};
    s->redirected = s->clock_tried = s->renewed = false;
    s->failing_ms = 0;
    bf_rng_uuid(&aws->rng, s->invocation_id);
    bool hash_body = !endpoint->https || endpoint->sign_body;
    enum bf_request_hash hash = bf_request_hash(&s->request, call, hash_body, e);
    s->hashing = hash == BF_HASH_MORE;
    uint64_t turn_us = hash == BF_HASH_FAILED ? 0 : bf_aws_turn_us(aws);
    if (s->hashing || turn_us)
        bf_aws_send_later(aws, s, turn_us);
    else if (hash == BF_HASH_FAILED || !bf_aws_send(aws, s, e)) {
        give_back(aws, s);
        return bf_err_ctx(e, "%s", bf_request_name(call));
    }
    call->state = s;
    return true;
}

void bf_aws_cancel(struct bf_aws *aws, struct bf_aws_call *call)
{
    struct bf_aws_flight *s = call->state;
    if (!s || s->call != call)
        return;
    if (s->running)
        bf_http_drop(&aws->http, &s->x);
    else {
        take_off(&aws->waiting, s);
        take_off(&aws->due, s); /* its turn was to follow the one that is being delivered */
    }
    call->state = NULL;
    give_back(aws, s);
}

struct bf_str bf_aws_header(const struct bf_aws_call *call, const char *name)
{
    if (!answering || answering->call != call)
        return (struct bf_str){NULL, 0};
    return bf_http_header(&answering->x, name);
}

uint64_t bf_aws_turn_us(struct bf_aws *aws)
{
    return aws->config.adaptive
               ? bf_adaptive_wait_us(&aws->adaptive, (uint64_t)bf_clock_mono_ms() * 1000)
               : 0;
}

void bf_aws_send_later(struct bf_aws *aws, struct bf_aws_flight *s, uint64_t delay_us)
{
    s->due_ms = bf_clock_mono_ms() + (int64_t)((delay_us + 999) / 1000);
    s->next = aws->waiting;
    aws->waiting = s;
}

void bf_aws_deliver(struct bf_aws *aws, struct bf_aws_flight *s, const struct bf_err *err)
{
    struct bf_aws_call *call = s->call;
    struct bf_aws_answer a = {
        .status = s->x.status,
        .body = bf_buf_view(&s->x.body_in),
        .request_id = s->request_id,
        .code = s->error.code,
        .message = s->error.message,
        .attempts = (int)s->retry.attempt,
        .err = *err,
    };
    struct bf_aws_flight *outer = answering;
    answering = s;
    call->state = NULL;
    call->done(call, &a);
    answering = outer;
    give_back(aws, s);
}

/* The longest wait for the network: until the first retry is due. */
static int wait_ms(const struct bf_aws *aws, int timeout_ms)
{
    int64_t least = timeout_ms < 0 ? INT_MAX : timeout_ms;
    if (aws->in_flight && least > LOOK_MS)
        least = LOOK_MS;
    int64_t now = aws->waiting ? bf_clock_mono_ms() : 0;
    for (const struct bf_aws_flight *s = aws->waiting; s; s = s->next)
        if (s->due_ms - now < least)
            least = s->due_ms > now ? s->due_ms - now : 0;
    return bf_aws_grace_wait_ms(aws, (int)least);
}

/* Hashes the next slice of its body, or sends it. */
static void take_turn(struct bf_aws *aws, struct bf_aws_flight *s)
{
    struct bf_err e = {0};
    if (s->hashing) {
        enum bf_request_hash hash = bf_request_hash_more(&s->request, s->call, &e);
        if (hash == BF_HASH_MORE) {
            bf_aws_send_later(aws, s, 0);
            return;
        }
        s->hashing = false;
        if (hash == BF_HASH_FAILED) {
            bf_aws_give_up(aws, s, &e);
            return;
        }
    }
    if (!bf_aws_send(aws, s, &e))
        bf_aws_give_up(aws, s, &e);
}

/* A call that waits again during its turn, for the next slice, must follow all others: therefore a list of its own. */
static void send_due(struct bf_aws *aws)
{
    if (!aws->waiting)
        return;
    int64_t now = bf_clock_mono_ms();
    struct bf_aws_flight **at = &aws->waiting;
    while (*at) {
        struct bf_aws_flight *s = *at;
        if (s->due_ms <= now) {
            *at = s->next;
            s->next = aws->due;
            aws->due = s;
        } else
            at = &s->next;
    }
    while (aws->due) {
        struct bf_aws_flight *s = aws->due;
        aws->due = s->next;
        take_turn(aws, s);
    }
}

/* Does network I/O and delivers the exchanges that have ended; *n counts them. */
static bool advance(struct bf_aws *aws, size_t *n, struct bf_err *e)
{
    struct bf_http_exchange *x;
    if (!bf_aws_notice_sleep(aws, e))
        return false;
    send_due(aws);
    if (!bf_http_perform(&aws->http, e))
        return false;
    while ((x = bf_http_next(&aws->http))) {
        struct bf_aws_flight *s =
            (struct bf_aws_flight *)(void *)((char *)x - offsetof(struct bf_aws_flight, x));
        s->running = false;
        bf_aws_conclude(aws, s);
        ++*n;
    }
    return true;
}

bool bf_aws_run_fd(struct bf_aws *aws, int timeout_ms, int fd, bool *readable, struct bf_err *e)
{
    size_t done = 0;
    if (readable)
        *readable = false;
    if (!advance(aws, &done, e))
        return false;
    if (fd < 0 && (done || (timeout_ms < 0 && aws->in_flight == 0)))
        return true;
    bf_aws_notice_stop(aws);
    if (!bf_http_wait(&aws->http, done ? 0 : wait_ms(aws, timeout_ms), fd, readable, e) ||
        !advance(aws, &done, e))
        return false;
    bf_aws_end_stalled(aws);
    return true;
}

bool bf_aws_run(struct bf_aws *aws, int timeout_ms, struct bf_err *e)
{
    return bf_aws_run_fd(aws, timeout_ms, -1, NULL, e);
}

struct waiter {
    struct bf_buf *out;
    char *code;
    struct bf_err *e;
    bool done, ok;
};

static void on_done(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct waiter *w = call->arg;
    w->done = true;
    if (w->code)
        snprintf(w->code, 64, "%s", a->code);
    if (a->err.code != BF_OK) {
        *w->e = a->err;
        return;
    }
    if (w->out)
        bf_buf_adds(w->out, a->body);
    w->ok = !w->out || bf_buf_check(w->out, "the answer", w->e);
}

bool bf_aws_call_wait(struct bf_aws *aws, const struct bf_aws_op *op, struct bf_str body,
                      struct bf_buf *out, char code[64], struct bf_err *e)
{
    struct waiter w = {.out = out, .code = code, .e = e};
    struct bf_aws_call call = {.op = op, .body = body, .done = on_done, .arg = &w};
    if (code)
        code[0] = '\0';
    if (!bf_aws_submit(aws, &call, e))
        return false;
    while (!w.done) {
        bool ok = bf_stop_asked() || bf_aws_run(aws, -1, e);
        if (ok && (w.done || !bf_stop_asked()))
            continue;
        bf_aws_cancel(aws, &call);
        return ok ? bf_err_set(e, BF_E_STOPPED, "%s: interrupted", bf_request_name(&call)) : false;
    }
    return w.ok;
}

const char *bf_aws_libraries(void)
{
    static char text[256];
    const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
    snprintf(text, sizeof text, "libcurl/%s %s zlib/%s%s%s", v->version,
             v->ssl_version ? v->ssl_version : "no TLS", v->libz_version ? v->libz_version : "none",
             v->nghttp2_version ? " nghttp2/" : "", v->nghttp2_version ? v->nghttp2_version : "");
    return text;
}
