#include "cmd/bflocal/http/http2_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bl_h2_stream {
    struct bl_h2_session *s;
    struct bl_h2_stream *next;       /* in s->open */
    struct bl_h2_stream *next_ready; /* in s->ready */
    int32_t id;
    struct bl_exchange *x;
    size_t head; /* bytes of names and values so far */
    struct bf_str method;
    uint64_t sent; /* bytes of the answer's body */
    bool queued, early;
};

static void enqueue(struct bl_h2_stream *st)
{
    struct bl_h2_session *s = st->s;
    st->queued = true;
    *(s->ready ? s->last : &s->ready) = st;
    s->last = &st->next_ready;
}

static void dequeue(struct bl_h2_stream *st)
{
    struct bl_h2_session *s = st->s;
    struct bl_h2_stream **at = &s->ready;
    while (*at != st)
        at = &(*at)->next_ready;
    *at = st->next_ready;
    if (!*at)
        s->last = at;
    st->next_ready = NULL;
    st->queued = false;
}

static void end_stream(struct bl_h2_stream *st)
{
    struct bl_h2_stream **at = &st->s->open;
    while (*at != st)
        at = &(*at)->next;
    *at = st->next;
    if (st->queued)
        dequeue(st);
    bl_exchange_end(st->x);
    free(st);
}

void bl_h2_end(struct bl_h2_session *s)
{
    while (s->open)
        end_stream(s->open);
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
    struct bl_h2_session *s = arg;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
        return 0;
    struct bl_h2_stream *st = calloc(1, sizeof(*st));
    struct bl_exchange *x = st ? bl_exchange_new(s->exchanges) : NULL;
    if (!x) {
        free(st);
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    *st = (struct bl_h2_stream){.s = s, .next = s->open, .id = frame->hd.stream_id, .x = x};
    s->open = st;
    s->session = session;
    return nghttp2_session_set_stream_user_data(session, st->id, st);
}

static void take_header(struct bl_h2_stream *st, struct bf_str name, struct bf_str value)
{
    struct bl_exchange *x = st->x;
    struct bf_str copy;
    if (!bf_arena_copy(&x->call.arena, value, &copy))
        x->call.failed = true;
    else if (bf_str_is(name, ":method"))
        st->method = copy;
    else if (bf_str_is(name, ":path"))
        bl_exchange_target(x, copy);
    else if (bf_str_is(name, ":authority")) /* AWS's SDK for JavaScript signs it in place of host */
        (void)(bl_exchange_header(x, BF_STR("host"), copy) && bl_exchange_header(x, name, copy));
    else if (name.n && name.p[0] != ':')
        bl_exchange_header(x, name, copy);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t nname, const uint8_t *value, size_t nvalue, uint8_t flags, void *arg)
{
    struct bl_h2_stream *st = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    (void)flags;
    (void)arg;
    if (!st || st->x->begun) /* a trailer */
        return 0;
    st->head += nname + nvalue;
    if (st->head > BL_HEAD_BYTES)
        st->x->call.failed = true;
    else
        take_header(st, bf_str((const char *)name, nname), bf_str((const char *)value, nvalue));
    return 0;
}

/* Some clients send the body only when they are told to. */
static void tell_to_continue(nghttp2_session *session, const struct bl_h2_stream *st)
{
    uint8_t name[] = ":status", value[] = "100";
    nghttp2_nv nv = {name, value, sizeof(name) - 1, sizeof(value) - 1, NGHTTP2_NV_FLAG_NONE};
    if (bf_str_same(bl_header(&st->x->call, "expect"), BF_STR("100-continue")))
        nghttp2_submit_headers(session, NGHTTP2_FLAG_NONE, st->id, NULL, &nv, 1, NULL);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
    struct bl_h2_session *s = arg;
    struct bl_h2_stream *st = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    bool last = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    if (!st || (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA))
        return 0;
    if (!st->x->begun) {
        st->early = !bl_exchange_begin(st->x, st->method, s->loopback);
        if (!st->early && !last)
            tell_to_continue(session, st);
    }
    if ((last || st->early) && !st->queued && !st->x->answered)
        enqueue(st);
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                   size_t n, void *arg)
{
    struct bl_h2_stream *st = nghttp2_session_get_stream_user_data(session, id);
    (void)flags;
    (void)arg;
    if (st && !st->early)
        bl_exchange_receive(st->x, bf_str((const char *)data, n));
    return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *arg)
{
    struct bl_h2_stream *st = nghttp2_session_get_stream_user_data(session, id);
    (void)code;
    (void)arg;
    if (st)
        end_stream(st);
    return 0;
}

void bl_h2_callbacks(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
}

/* A cut answer ends in RST_STREAM: NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE means that. */
static ssize_t on_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t max,
                       uint32_t *flags, nghttp2_data_source *source, void *arg)
{
    struct bl_h2_stream *st = source->ptr;
    (void)session;
    (void)id;
    (void)arg;
    ssize_t n = bl_exchange_body(st->x, st->sent, to, max);
    if (n < 0)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    st->sent += (uint64_t)n;
    if (!st->x->call.ans.cut && st->sent == bl_exchange_length(st->x))
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return n;
}

enum { ANSWER_FIELDS = BL_ANSWER_HEADERS + 4 };

struct fields {
    nghttp2_nv nv[ANSWER_FIELDS];
    size_t n;
};

/* HTTP/2 has names in lower case. nghttp2 wants bytes that are not const, and copies them. */
static void add_field(struct fields *f, struct bf_arena *arena, struct bf_str name,
                      struct bf_str value)
{
    uint8_t *copy = bf_arena_alloc(arena, name.n + value.n + 1);
    if (!copy || f->n == ANSWER_FIELDS)
        return;
    for (size_t i = 0; i < name.n; i++)
        copy[i] = (uint8_t)bf_ascii_lower(name.p[i]);
    memcpy(copy + name.n, value.p, value.n);
    f->nv[f->n++] = (nghttp2_nv){copy, copy + name.n, name.n, value.n, NGHTTP2_NV_FLAG_NONE};
}

static bool has_body(const struct bl_h2_stream *st)
{
    int status = st->x->call.ans.status;
    return status != 204 && status != 304 && !bf_str_is(st->method, "HEAD") &&
           (bl_exchange_length(st->x) || st->x->call.ans.cut);
}

static void submit(struct bl_h2_stream *st)
{
    struct bl_call *c = &st->x->call;
    struct bf_arena *arena = &c->arena;
    struct fields f = {.n = 0};
    char date[32];
    bl_http_date(bl_exchange_date(st->x), date);
    add_field(&f, arena, BF_STR(":status"), bl_arena_printf(arena, "%d", c->ans.status));
    if (c->ans.content_type)
        add_field(&f, arena, BF_STR("content-type"), bf_str_of(c->ans.content_type));
    for (size_t i = 0; i < c->ans.nheaders; i++)
        add_field(&f, arena, c->ans.headers[i].name, c->ans.headers[i].value);
    add_field(&f, arena, BF_STR("date"), bf_str_of(date));
    if (c->ans.status != 204 && c->ans.status != 304 && !c->ans.cut)
        add_field(&f, arena, BF_STR("content-length"),
                  bl_arena_printf(arena, "%llu", (unsigned long long)bl_exchange_length(st->x)));
    nghttp2_data_provider body = {.source = {.ptr = st}, .read_callback = on_body};
    st->x->answered = nghttp2_submit_response(st->s->session, st->id, f.nv, f.n,
                                              has_body(st) ? &body : NULL) == 0;
    if (!st->x->answered)
        nghttp2_submit_rst_stream(st->s->session, NGHTTP2_FLAG_NONE, st->id,
                                  NGHTTP2_INTERNAL_ERROR);
}

bool bl_h2_answer_next(struct bl_h2_session *s)
{
    struct bl_h2_stream *st = s->ready;
    if (!st)
        return false;
    dequeue(st);
    if (!st->early)
        bl_exchange_finish(st->x);
    submit(st);
    return true;
}
