#include "lib/aws/s3/s3_common.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/http/answer.h"
#include "lib/encoding/enc.h"

/* One part in flight, or waiting for the upload's id. */
struct slot {
    struct bf_s3_multipart *m;
    struct bf_aws_call call;
    struct bf_s3_body body;
    char checksum[BF_CHECKSUM_TEXT];
    char query[1400]; /* partNumber and the encoded upload id */
    unsigned number;  /* 0: free */
    bool sent;
};

/* What Complete has to say of a part. */
struct part {
    char etag[80];
    char checksum[BF_CHECKSUM_TEXT];
};

struct bf_s3_multipart {
    struct bf_aws *aws;
    const struct bf_s3_object *object;
    struct bf_s3_events events;
    struct bf_aws_call call; /* create, complete, abort: one after another */
    struct bf_s3_head head;  /* behind a Complete whose answer leaves a doubt */
    uint64_t bytes;          /* of all parts so far */
    char upload_query[1300]; /* "uploadId=..." */
    struct slot slots[BF_S3_PARTS_IN_FLIGHT];
    struct part *parts;
    unsigned nparts, parts_cap, in_flight;
    bool created, finishing, failed, ended;
    bool busy;                    /* inside an answer: what fails now is taken down at its end */
    char whole[BF_CHECKSUM_TEXT]; /* CRC of all parts so far */
    struct bf_buf xml;
    struct bf_s3_result result;
};

uint64_t bf_s3_part_size(unsigned n)
{
    unsigned doublings = n ? (n - 1) / 1000 : 0;
    uint64_t size = BF_S3_PART_MIN << (doublings > 9 ? 9 : doublings);
    return size < BF_S3_PART_MAX ? size : BF_S3_PART_MAX;
}

uint64_t bf_s3_part_size_for(uint64_t length, uint64_t wanted)
{
    uint64_t least = (length + BF_S3_PARTS_MAX - 1) / BF_S3_PARTS_MAX;
    uint64_t mib = (uint64_t)1 << 20;
    if (wanted < least)
        wanted = (least + mib - 1) / mib * mib;
    return wanted < BF_S3_PART_MIN ? BF_S3_PART_MIN : wanted;
}

/* The upload has come to its end, well or not. */
static void end(struct bf_s3_multipart *m)
{
    if (m->ended)
        return;
    m->ended = true;
    m->events.done(m->events.arg, &m->result);
}

static void aborted(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    (void)a; /* the reason for the abort is the news; a rule of the bucket sweeps up what is left */
    end(call->arg);
}

static void start_call(struct bf_s3_multipart *m, const char *method, const char *query,
                       void (*done)(struct bf_aws_call *, const struct bf_aws_answer *))
{
    m->call = (struct bf_aws_call){.op = &bf_s3_op,
                                   .method = method,
                                   .bucket = m->object->bucket,
                                   .key = m->object->key,
                                   .query = query,
                                   .done = done,
                                   .arg = m};
    bf_s3_add_header(&m->call, "x-amz-request-payer", m->object->payer);
}

static void free_slot(struct slot *s)
{
    struct bf_s3_multipart *m = s->m;
    s->number = 0;
    s->sent = false;
    m->in_flight--;
    m->events.part_done(m->events.arg, (unsigned)(s - m->slots));
}

/* Takes back what is under way, then aborts. The last thing done to m by whoever calls it: `done` may
 * have destroyed it. */
static void take_down(struct bf_s3_multipart *m)
{
    struct bf_err ignored = {0};
    bf_aws_cancel(m->aws, &m->head.call);
    for (size_t i = 0; i < BF_S3_PARTS_IN_FLIGHT; i++) {
        struct slot *s = &m->slots[i];
        if (!s->number)
            continue;
        if (s->sent)
            bf_aws_cancel(m->aws, &s->call);
        free_slot(s);
    }
    if (!m->created) {
        if (m->call.state)
            bf_aws_cancel(m->aws, &m->call);
        end(m);
        return;
    }
    start_call(m, "DELETE", m->upload_query, aborted);
    if (!bf_aws_submit(m->aws, &m->call, &ignored))
        end(m);
}

void bf_s3_multipart_fail(struct bf_s3_multipart *m, const struct bf_err *why)
{
    if (m->failed || m->ended)
        return;
    m->failed = true;
    m->result.err = *why;
    if (!m->busy)
        take_down(m);
}

static void failed_answer(struct bf_s3_multipart *m, const struct bf_aws_call *call,
                          const struct bf_aws_answer *a)
{
    bf_s3_take_answer(&m->result, call, a);
    struct bf_err why = a->err;
    if (why.code == BF_OK)
        bf_err_set(&why, BF_E_SERVICE, "the answer of S3 cannot be understood");
    bf_s3_multipart_fail(m, &why);
}

/* Has an earlier Complete, whose answer got lost, made the object? */
static void looked(struct bf_s3_head *h, const struct bf_s3_result *r)
{
    struct bf_s3_multipart *m = h->arg;
    struct bf_err why = m->result.err;
    if (!bf_s3_is_there(h, m->bytes, m->result.checksum)) {
        bf_s3_multipart_fail(m, &why);
        return;
    }
    bf_err_clear(&m->result.err);
    memcpy(m->result.etag, r->etag, sizeof m->result.etag);
    end(m);
}

static void completed(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct bf_s3_multipart *m = call->arg;
    const struct bf_s3_object *o = m->object;
    char etag[sizeof m->result.etag + 8];
    if (a->err.code != BF_OK && bf_s3_may_be_there(o, a)) {
        struct bf_err ignored = {0};
        bf_s3_take_answer(&m->result, call, a);
        m->head = (struct bf_s3_head){.done = looked, .arg = m};
        if (bf_s3_head_object(m->aws, &m->head, o, &ignored))
            return;
    }
    /* 200 with <Error> in its body has been made an error by the client */
    if (a->err.code != BF_OK) {
        failed_answer(m, call, a);
        return;
    }
    bf_s3_take_answer(&m->result, call, a);
    if (bf_answer_xml_text(a->body, "ETag", etag, sizeof etag))
        bf_copy_unquoted(m->result.etag, sizeof m->result.etag, bf_str_of(etag));
    end(m);
}

/* Of SHA parts: the hash of their hashes and how many there are. */
static bool composite(struct bf_s3_multipart *m, struct bf_err *e)
{
    struct bf_buf all;
    bf_buf_init(&all, (size_t)BF_S3_PARTS_MAX * 32);
    bool ok = true;
    for (unsigned i = 0; i < m->nparts && ok; i++)
        ok = bf_base64_decode(&all, bf_str_of(m->parts[i].checksum));
    ok = ok && bf_checksum_of(m->object->checksum, bf_buf_view(&all), m->result.checksum, e);
    bf_buf_free(&all);
    size_t n = strlen(m->result.checksum);
    if (ok)
        snprintf(m->result.checksum + n, sizeof m->result.checksum - n, "-%u", m->nparts);
    return ok || (e->code == BF_OK ? bf_err_nomem(e) : false);
}

static void print_parts(struct bf_s3_multipart *m)
{
    const char *element = bf_checksum_element(m->object->checksum);
    bf_buf_reset(&m->xml);
    bf_buf_lit(&m->xml,
               "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (unsigned i = 0; i < m->nparts; i++) {
        bf_buf_addf(&m->xml, "<Part><PartNumber>%u</PartNumber><ETag>\"%s\"</ETag>", i + 1,
                    m->parts[i].etag);
        if (*element)
            bf_buf_addf(&m->xml, "<%s>%s</%s>", element, m->parts[i].checksum, element);
        bf_buf_lit(&m->xml, "</Part>");
    }
    bf_buf_lit(&m->xml, "</CompleteMultipartUpload>");
}

static void complete_if_ready(struct bf_s3_multipart *m)
{
    struct bf_err e = {0};
    enum bf_checksum_kind kind = m->object->checksum;
    if (!m->finishing || !m->created || m->in_flight || m->failed)
        return;
    print_parts(m);
    start_call(m, "POST", m->upload_query, completed);
    m->call.body = bf_buf_view(&m->xml);
    bf_s3_add_header(&m->call, "content-type", "application/xml");
    if (m->object->if_none_match)
        bf_s3_add_header(&m->call, "if-none-match", "*");
    bool ok = bf_buf_check(&m->xml, "the list of parts", &e);
    if (ok && bf_checksum_is_crc(kind)) {
        memcpy(m->result.checksum, m->whole, sizeof m->whole);
        bf_s3_add_header(&m->call, bf_checksum_header(kind), m->result.checksum);
        bf_s3_add_header(&m->call, "x-amz-checksum-type", "FULL_OBJECT");
    } else if (ok && kind != BF_CHECKSUM_NONE)
        ok = composite(m, &e);
    if (!ok || !bf_aws_submit(m->aws, &m->call, &e))
        bf_s3_multipart_fail(m, &e);
}

static void part_answered(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct slot *s = call->arg;
    struct bf_s3_multipart *m = s->m;
    struct part *p = &m->parts[s->number - 1];
    bf_copy_unquoted(p->etag, sizeof p->etag, bf_aws_header(call, "etag"));
    bool ok = a->err.code == BF_OK && p->etag[0];
    if (m->result.attempts < a->attempts)
        m->result.attempts = a->attempts;
    s->sent = false;
    if (!ok) {
        failed_answer(m, call, a);
        return;
    }
    m->busy = true;
    free_slot(s);
    m->busy = false;
    if (m->failed)
        take_down(m);
    else
        complete_if_ready(m);
}

static bool send_part(struct slot *s, struct bf_err *e)
{
    struct bf_s3_multipart *m = s->m;
    snprintf(s->query, sizeof s->query, "partNumber=%u&%s", s->number, m->upload_query);
    s->call = (struct bf_aws_call){.op = &bf_s3_op,
                                   .method = "PUT",
                                   .bucket = m->object->bucket,
                                   .key = m->object->key,
                                   .query = s->query,
                                   .done = part_answered,
                                   .arg = s};
    bf_s3_set_body(&s->call, &s->body);
    bf_s3_add_header(&s->call, "x-amz-request-payer", m->object->payer);
    bf_s3_add_header(&s->call, bf_checksum_header(m->object->checksum), s->checksum);
    s->sent = bf_aws_submit(m->aws, &s->call, e);
    return s->sent;
}

static void created(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct bf_s3_multipart *m = call->arg;
    char id[1024];
    struct bf_buf query;
    bool ok =
        a->err.code == BF_OK && bf_answer_xml_text(a->body, "UploadId", id, sizeof id) && id[0];
    bf_buf_init(&query, sizeof m->upload_query - 1);
    if (ok) {
        bf_buf_lit(&query, "uploadId=");
        bf_uri_encode(&query, bf_str_of(id), false);
        ok = bf_buf_ok(&query);
    }
    if (ok) {
        memcpy(m->upload_query, query.p, query.n);
        m->upload_query[query.n] = '\0';
        m->created = true;
    }
    bf_buf_free(&query);
    if (!ok) {
        failed_answer(m, call, a);
        return;
    }
    if (m->events.begun)
        m->events.begun(m->events.arg, id);
    struct bf_err e = {0};
    for (size_t i = 0; i < BF_S3_PARTS_IN_FLIGHT; i++)
        if (m->slots[i].number && !send_part(&m->slots[i], &e)) {
            bf_s3_multipart_fail(m, &e);
            return;
        }
    complete_if_ready(m);
}

struct bf_s3_multipart *bf_s3_multipart_new(struct bf_aws *aws, const struct bf_s3_object *object,
                                            const struct bf_s3_events *events, struct bf_err *e)
{
    struct bf_s3_multipart *m = calloc(1, sizeof *m);
    if (!m) {
        bf_err_nomem(e);
        return NULL;
    }
    m->aws = aws;
    m->object = object;
    m->events = *events;
    bf_buf_init(&m->xml, (size_t)BF_S3_PARTS_MAX * 300);
    for (size_t i = 0; i < BF_S3_PARTS_IN_FLIGHT; i++)
        m->slots[i].m = m;
    start_call(m, "POST", "uploads=", created);
    bf_s3_object_headers(&m->call, object);
    if (object->checksum != BF_CHECKSUM_NONE) {
        bf_s3_add_header(&m->call, "x-amz-checksum-algorithm",
                         bf_checksum_algorithm(object->checksum));
        bf_s3_add_header(&m->call, "x-amz-checksum-type",
                         bf_checksum_is_crc(object->checksum) ? "FULL_OBJECT" : "COMPOSITE");
    }
    if (bf_checksum_of(object->checksum, bf_str("", 0), m->whole, e) &&
        bf_aws_submit(aws, &m->call, e))
        return m;
    free(m);
    return NULL;
}

void bf_s3_multipart_destroy(struct bf_s3_multipart *m)
{
    if (!m)
        return;
    bf_buf_free(&m->xml);
    free(m->parts);
    free(m);
}

bool bf_s3_multipart_room(const struct bf_s3_multipart *m)
{
    return m->in_flight < BF_S3_PARTS_IN_FLIGHT && !m->failed && !m->finishing;
}

static bool room_for_part(struct bf_s3_multipart *m, struct bf_err *e)
{
    if (m->nparts == BF_S3_PARTS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d parts", BF_S3_PARTS_MAX);
    if (m->nparts < m->parts_cap)
        return true;
    unsigned cap = m->parts_cap ? m->parts_cap * 2 : 32;
    struct part *p = realloc(m->parts, cap * sizeof *p);
    if (!p)
        return bf_err_nomem(e);
    m->parts = p;
    m->parts_cap = cap;
    return true;
}

bool bf_s3_multipart_part(struct bf_s3_multipart *m, struct bf_s3_body body, unsigned *slot,
                          struct bf_err *e)
{
    enum bf_checksum_kind kind = m->object->checksum;
    unsigned i = 0;
    while (i < BF_S3_PARTS_IN_FLIGHT && m->slots[i].number)
        i++;
    if (i == BF_S3_PARTS_IN_FLIGHT || !bf_s3_multipart_room(m))
        return bf_err_set(e, BF_E_LIMIT, "no room for another part");
    struct slot *s = &m->slots[i];
    if (!room_for_part(m, e) || !bf_s3_body_checksum(kind, &body, s->checksum, e))
        return false;
    struct part *p = &m->parts[m->nparts];
    *p = (struct part){0};
    memcpy(p->checksum, s->checksum, sizeof p->checksum);
    uint64_t bytes = body.fd > 0 ? body.length : body.data.n;
    if (bf_checksum_is_crc(kind) && !bf_checksum_append(kind, m->whole, s->checksum, bytes))
        return bf_err_nomem(e);
    m->bytes += bytes;
    s->body = body;
    s->number = ++m->nparts;
    m->in_flight++;
    *slot = i;
    if (!m->created || send_part(s, e))
        return true;
    s->number = 0;
    m->in_flight--;
    return false;
}

void bf_s3_multipart_finish(struct bf_s3_multipart *m)
{
    m->finishing = true;
    complete_if_ready(m);
}
