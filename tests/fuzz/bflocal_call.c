/*
 * Whole calls to bflocal, without the network: a request line, headers, an empty
 * line, a body. The harness signs them, so that what lies behind the signature
 * check is reached: S3's paths, XML, chunks and listings, the JSON services'
 * bodies and expressions. A call must end with an answer, and no name may leave
 * the folder of the files.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/http/router.h"
#include "cmd/bflocal/services.h"
#include "lib/base/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { CALLS = 2000, PIECE = 37 };

static struct bl_local local;
static unsigned calls;

/* A store with a bucket and an object, anew from time to time. */
static void renew(void)
{
    struct bf_err e = {0};
    if (calls++ % CALLS)
        return;
    if (calls > 1)
        bl_local_close(&local);
    local = (struct bl_local){.services = bl_services,
                              .region = "us-east-1",
                              .access_key = "K",
                              .secret_key = "S",
                              .ddb_shards = 2};
    bl_fault_init(&local.faults, bl_services);
    if (!bl_local_open(&local, NULL, &e) ||
        !bl_store_exec(
            &local.store,
            "INSERT INTO s3_bucket VALUES ('bkt', 0);"
            "INSERT INTO s3_object VALUES ('bkt', CAST('a/b' AS BLOB), 0, 0, 0, '\"e\"', x'', 0, "
            "0, '', 0);"
            "INSERT INTO s3_upload VALUES ('u', 'bkt', CAST('k' AS BLOB), 0, x'', 1, 1);",
            &e))
        abort();
}

static void add(struct bl_call *c, struct bf_str name, struct bf_str value)
{
    if (c->req.nheaders < BL_HEADERS_MAX)
        c->req.headers[c->req.nheaders++] = (struct bf_sigv4_header){name, value};
}

/* "METHOD TARGET\nname: value\n...\n\nbody" */
static void parse(struct bl_call *c, struct bf_str text, struct bf_str *body)
{
    struct bf_str rest = text, line, word;
    *body = bf_str(NULL, 0);
    if (!bf_str_split(&rest, '\n', &line))
        return;
    bf_str_split(&line, ' ', &c->req.method);
    c->req.path = line.p ? line : BF_STR("/");
    const char *mark = c->req.path.n ? memchr(c->req.path.p, '?', c->req.path.n) : NULL;
    if (mark) {
        c->req.query = bf_str(mark + 1, c->req.path.n - (size_t)(mark + 1 - c->req.path.p));
        c->req.path.n = (size_t)(mark - c->req.path.p);
    }
    while (rest.p && bf_str_split(&rest, '\n', &line) && line.n) {
        bf_str_split(&line, ':', &word);
        if (line.p && !bf_str_is(word, "authorization") && !bf_str_is(word, "host") &&
            !bf_str_is(word, "x-amz-date") && !bf_str_is(word, "content-length") &&
            c->req.nheaders + 6 < BL_HEADERS_MAX)
            add(c, word, bf_str_trim(line));
    }
    *body = rest.p ? rest : bf_str(NULL, 0);
}

/* Host, date, hash, authorization, as a client would. */
static void sign(struct bl_call *c, struct bf_str body, struct bf_buf *authorization,
                 char hash[BF_SHA256_HEX], char length[24])
{
    struct bf_str target = bl_header(c, "x-amz-target"),
                  given = bl_header(c, "x-amz-content-sha256");
    bool s3 = !target.p, kinesis = bf_str_starts(target, BF_STR("Kinesis"));
    static struct bf_sigv4_scope scope;
    struct bf_sigv4_key key;
    struct bf_err e = {0};
    scope.region = BF_STR("us-east-1");
    scope.service = s3 ? BF_STR("s3") : kinesis ? BF_STR("kinesis") : BF_STR("dynamodb");
    bf_clock_amz(scope.time, bl_now_ms(&local));
    if (!bf_sha256_hex(body, hash))
        abort();
    add(c, BF_STR("host"), BF_STR("localhost"));
    add(c, BF_STR("x-amz-date"), bf_str(scope.time, 16));
    snprintf(length, 24, "%zu", body.n);
    add(c, BF_STR("content-length"), bf_str_of(length));
    if (s3 && !given.p)
        add(c, BF_STR("x-amz-content-sha256"), bf_str(hash, 64));
    struct bf_sigv4_request q = {c->req.method,
                                 c->req.path,
                                 c->req.query,
                                 c->req.headers,
                                 c->req.nheaders,
                                 s3 && given.p ? given : bf_str(hash, 64),
                                 !s3,
                                 !s3};
    if (bf_sigv4_signing_key(BF_STR("S"), &scope, &key, &e) &&
        bf_sigv4_authorization(&q, &scope, BF_STR("K"), &key, authorization, NULL, &e))
        add(c, BF_STR("authorization"), bf_buf_view(authorization));
}

static void run(struct bl_call *c, struct bf_str body)
{
    size_t max = 0;
    if (bf_str_is(c->req.path, "/_bflocal/stop"))
        return; /* it would be obeyed */
    for (size_t i = 0; i < local.faults.n; i++)
        local.faults.rules[i].ms = 0; /* whoever waits finds nothing */
    if (!bl_router_begin(c, &max))
        return;
    c->body.max = max ? max : 1;
    for (size_t i = 0; c->sink && !c->failed && i < body.n; i += PIECE)
        if (!c->sink(c, bf_str(body.p + i, body.n - i < PIECE ? body.n - i : PIECE)))
            c->failed = true;
    if (!c->sink)
        c->req.body = body;
    bl_router_finish(c);
    if (c->ans.status < 200 || c->ans.status > 599 || !bf_buf_ok(&c->ans.body))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct bl_call call;
    struct bl_call *c = &call;
    struct bf_buf authorization;
    struct bf_str text, body;
    char hash[BF_SHA256_HEX], length[24];
    renew();
    memset(c, 0, sizeof(*c));
    c->local = &local;
    c->store = &local.store;
    c->ans.fd = -1;
    c->ans.status = 200;
    bf_arena_init(&c->arena, 8 << 20);
    bf_buf_init(&c->body, 1);
    bf_buf_init(&c->ans.body, 48 << 20);
    bf_buf_init(&authorization, 16384);
    if (bf_arena_copy(&c->arena, bf_str((const char *)data, n), &text)) {
        parse(c, text, &body);
        sign(c, body, &authorization, hash, length);
        run(c, body);
    }
    if (c->cleanup)
        c->cleanup(c);
    bl_answer_drop_file(c);
    bf_buf_free(&authorization);
    bf_buf_free(&c->ans.body);
    bf_buf_free(&c->body);
    bf_arena_free(&c->arena);
    return 0;
}
