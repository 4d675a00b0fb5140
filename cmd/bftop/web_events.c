/* Server-sent events (HTML Living Standard, 9.2): what a client has not seen yet, in one message a panel. */
#include <stdlib.h>

#include "cmd/bftop/web.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"
#include "lib/json/write.h"

enum { PENDING_MAX = 16 * 1024 * 1024, BEAT_MS = 5000, WAIT_MS = 1000, BLOCK = 16 * 1024 };

struct stream {
    struct web *web;
    struct web_place *place;
    uint64_t seen[PANELS_MAX], seen_told, sets;
    bool greeted;
    struct bf_buf pending;
    size_t sent; /* of it */
    int64_t sent_ms;
};

/* Under the lock. */
static void gather(struct stream *s)
{
    struct web *w = s->web;
    if (!s->greeted || s->sets != w->sets) {
        s->greeted = true;
        s->sets = w->sets;
        memset(s->seen, 0, sizeof s->seen);
        bf_buf_addf(&s->pending, "event: set\ndata: %s\n\n", w->set);
    }
    for (size_t i = 0; i < w->n; i++)
        if (s->seen[i] != w->panel[i].state) {
            s->seen[i] = w->panel[i].state;
            bf_buf_addf(&s->pending, "event: panel\ndata: {\"id\":\"p%zu\",\"html\":", i);
            bf_json_put_string(&s->pending, bf_buf_view(&w->panel[i].html));
            bf_buf_lit(&s->pending, "}\n\n");
        }
    if (s->seen_told != w->told_state) {
        s->seen_told = w->told_state;
        bf_buf_addf(&s->pending,
                    "event: state\ndata: {\"trouble\":%s,\"text\":", w->trouble ? "true" : "false");
        bf_json_put_string(&s->pending, bf_str_of(w->told));
        bf_buf_lit(&s->pending, "}\n\n");
    }
}

/* Waits for news; a comment from time to time shows that a client has gone. False: the server stops. */
static bool fill(struct stream *s)
{
    struct web *w = s->web;
    bf_buf_reset(&s->pending);
    s->sent = 0;
    web_place_until(w, s->place, 0);
    pthread_mutex_lock(&w->lock);
    for (;;) {
        gather(s);
        if (w->stopping || s->pending.n || !bf_buf_ok(&s->pending))
            break;
        if (bf_clock_mono_ms() - s->sent_ms >= BEAT_MS) {
            bf_buf_lit(&s->pending, ":\n\n");
            break;
        }
        (void)bf_wait_ms(&w->news, &w->lock, WAIT_MS);
    }
    bool go_on = !w->stopping && bf_buf_ok(&s->pending);
    pthread_mutex_unlock(&w->lock);
    web_place_until(w, s->place, WEB_ANSWER_MS);
    s->sent_ms = bf_clock_mono_ms();
    return go_on;
}

static ssize_t on_read(void *arg, uint64_t at, char *to, size_t max)
{
    struct stream *s = arg;
    (void)at;
    if (s->sent == s->pending.n && !fill(s))
        return MHD_CONTENT_READER_END_OF_STREAM;
    size_t n = s->pending.n - s->sent < max ? s->pending.n - s->sent : max;
    memcpy(to, s->pending.p + s->sent, n);
    s->sent += n;
    return (ssize_t)n;
}

static void on_free(void *arg)
{
    struct stream *s = arg;
    pthread_mutex_lock(&s->web->lock);
    s->web->streams--;
    pthread_mutex_unlock(&s->web->lock);
    bf_buf_free(&s->pending);
    free(s);
}

struct MHD_Response *web_events(struct web *w, struct web_place *place)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    pthread_mutex_lock(&w->lock);
    bool room = w->streams < WEB_STREAMS;
    w->streams += room;
    pthread_mutex_unlock(&w->lock);
    if (!room) {
        free(s);
        return NULL;
    }
    s->web = w;
    s->place = place;
    s->sent_ms = bf_clock_mono_ms();
    bf_buf_init(&s->pending, PENDING_MAX);
    bf_buf_lit(&s->pending, "retry: 1000\n\n");
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, s, on_free);
    if (!r)
        on_free(s);
    return r;
}
