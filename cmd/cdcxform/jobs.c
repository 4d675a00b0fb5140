/*
 * Several threads. The main thread hands out what it reads in a ring of
 * batches, buffer by buffer, without looking for lines; workers, each with a
 * transform of its own, turn a batch into rows and a list of refused lines, and
 * count; the main thread takes the batches back in the order of the ring, so the
 * order of lines is kept and only it writes and reports. Before it would wait
 * for input it takes everything back.
 */
#include "cmd/cdcxform/run.h"

#include <pthread.h>
#include <stdlib.h>

enum { BATCH = 256 * 1024, BATCH_MAX = 1024 * 1024 * 1024, JOBS_PAD = 64 };

enum state { FREE, FILLED, TAKEN, DONE };

/* In front of each refused line in batch.bad; text and line follow. */
struct refused {
    uint64_t number;
    enum bf_err_code code;
    size_t text_n, line_n;
};

struct batch {
    enum state state;
    struct bf_reader_lines in; /* lines as the reader had them, or: */
    struct bf_buf lines;       /* lines that came one by one, with newlines, padded */
    bool single;               /* lines it is; the reader has counted them */
    struct bf_buf rows;
    struct bf_buf bad;   /* struct refused, reason, line; and again */
    struct bf_err fatal; /* the worker could not go on */
    uint64_t number;     /* of the line at work, from 0; in the end how many there are */
};

struct ring {
    pthread_mutex_t lock;
    pthread_cond_t filled, done;
    struct batch *batch;
    size_t n;
    size_t in, next, out; /* to fill, to take, to give back; counted without end */
    uint64_t line;        /* number of the last line in front of the oldest batch */
    bool closing, strict;
};

struct worker {
    pthread_t thread;
    struct ring *ring;
    struct bf_xform *xform;
    struct batch *batch; /* at work */
};

static void keep_refused(struct batch *b, struct bf_str line, uint64_t number,
                         const struct bf_err *why)
{
    struct refused head = {number, why->code, strlen(why->text), line.n};
    size_t before = b->bad.n;
    bf_buf_add(&b->bad, &head, sizeof head);
    bf_buf_add(&b->bad, why->text, head.text_n);
    bf_buf_adds(&b->bad, line);
    if (!bf_buf_ok(&b->bad)) { /* half of it would be no line */
        b->bad.n = before;
        bf_err_nomem(&b->fatal);
    }
}

static bool bad_record(void *ctx, struct bf_str text, const struct bf_err *why, struct bf_err *e)
{
    struct worker *w = ctx;
    keep_refused(w->batch, text, w->batch->number, why);
    if (w->ring->strict)
        return bf_err_set(e, BF_E_STOPPED, "strict");
    return true;
}

/* All lines of a batch; with --strict up to the first that is refused. */
static void transform(struct worker *w, struct batch *b)
{
    const char *p = b->single ? b->lines.p : b->in.p;
    const char *end = p + (b->single ? b->lines.n - JOBS_PAD : b->in.n);
    const char *readable = end + (b->single ? JOBS_PAD : b->in.slack);
    w->batch = b;
    for (b->number = 0; p < end; b->number++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        struct bf_str line = bf_str(p, (size_t)(newline - p));
        struct bf_err why;
        bf_err_clear(&why);
        if (!bf_xform_line(w->xform, line, (size_t)(readable - newline), &b->rows, &why)) {
            if (why.code == BF_E_INPUT || why.code == BF_E_LIMIT)
                keep_refused(b, line, b->number, &why);
            else if (why.code != BF_E_STOPPED)
                b->fatal = why;
            if (why.code == BF_E_STOPPED || b->fatal.code || w->ring->strict)
                return;
        }
        p = newline + 1;
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct ring *ring = w->ring;
    pthread_mutex_lock(&ring->lock);
    for (;;) {
        while (!ring->closing && ring->next == ring->in)
            pthread_cond_wait(&ring->filled, &ring->lock);
        if (ring->next == ring->in)
            break;
        struct batch *b = &ring->batch[ring->next++ % ring->n];
        b->state = TAKEN;
        pthread_mutex_unlock(&ring->lock);
        transform(w, b);
        pthread_mutex_lock(&ring->lock);
        b->state = DONE;
        pthread_cond_signal(&ring->done);
    }
    pthread_mutex_unlock(&ring->lock);
    return NULL;
}

/* Reports the refused lines of a batch behind line number `before`. */
static bool report(struct run *r, const struct batch *b, uint64_t before, struct bf_err *e)
{
    for (size_t at = 0; at < b->bad.n;) {
        struct refused head;
        struct bf_err why = {0};
        memcpy(&head, b->bad.p + at, sizeof head);
        at += sizeof head;
        bf_err_set(&why, head.code, "%.*s", (int)head.text_n, b->bad.p + at);
        at += head.text_n;
        if (!bf_rejects_add(&r->rejects, bf_str(b->bad.p + at, head.line_n),
                            before + 1 + head.number, &why, e))
            return false;
        at += head.line_n;
    }
    return true;
}

/* Takes the oldest batch back. */
static bool collect(struct run *r, struct ring *ring, struct bf_err *e)
{
    struct batch *b = &ring->batch[ring->out % ring->n];
    pthread_mutex_lock(&ring->lock);
    while (b->state != DONE)
        pthread_cond_wait(&ring->done, &ring->lock);
    pthread_mutex_unlock(&ring->lock);
    ring->out++;
    b->state = FREE;
    bf_out_write(&r->out, b->rows.p, b->rows.n);
    bool ok = report(r, b, ring->line, e) && bf_out_ok(&r->out);
    ring->line += b->number;
    r->lines += b->number;
    r->reader.line += b->single ? 0 : b->number;
    if (ok && b->fatal.code) {
        *e = b->fatal;
        ok = false;
    }
    bf_progress_tick(&r->progress, r->lines, r->bytes);
    return ok || (e->code == BF_OK ? bf_out_flush(&r->out, e) : false);
}

static bool drain(struct run *r, struct ring *ring, struct bf_err *e)
{
    while (ring->out < ring->in)
        if (!collect(r, ring, e))
            return false;
    return bf_out_flush(&r->out, e);
}

/* Gives the batch that was filled to the workers, and makes the next one ready. */
static bool hand_out(struct run *r, struct ring *ring, struct bf_err *e)
{
    struct batch *b = &ring->batch[ring->in % ring->n];
    if (b->single) {
        char *pad = bf_buf_room(&b->lines, JOBS_PAD);
        if (!pad)
            return bf_buf_check(&b->lines, "a batch of lines", e);
        memset(pad, 0, JOBS_PAD);
        b->lines.n += JOBS_PAD;
    }
    pthread_mutex_lock(&ring->lock);
    b->state = FILLED;
    ring->in++;
    pthread_cond_signal(&ring->filled);
    pthread_mutex_unlock(&ring->lock);
    if (ring->in - ring->out == ring->n && !collect(r, ring, e))
        return false;
    b = &ring->batch[ring->in % ring->n];
    b->single = false;
    bf_buf_reset(&b->lines);
    bf_buf_reset(&b->rows);
    bf_buf_reset(&b->bad);
    return true;
}

/* What waits in the batch that is being filled. */
static bool hand_out_rest(struct run *r, struct ring *ring, struct bf_err *e)
{
    return !ring->batch[ring->in % ring->n].single || hand_out(r, ring, e);
}

static bool add(struct run *r, struct ring *ring, struct bf_str line, struct bf_err *e)
{
    struct batch *b = &ring->batch[ring->in % ring->n];
    b->single = true;
    bf_buf_adds(&b->lines, line);
    bf_buf_addc(&b->lines, '\n');
    r->bytes += line.n + 1;
    if (!bf_buf_ok(&b->lines))
        return bf_err_nomem(e);
    return b->lines.n < BATCH || hand_out(r, ring, e);
}

/* A line, and with it all that the reader has in memory. */
static bool add_all(struct run *r, struct ring *ring, struct bf_str line, enum bf_line kind,
                    struct bf_err *e)
{
    if (kind == BF_LINE_PARTIAL || r->reader.max_line < r->reader.cap)
        return add(r, ring, line, e);
    if (!hand_out_rest(r, ring, e))
        return false;
    struct batch *b = &ring->batch[ring->in % ring->n];
    bf_reader_unread(&r->reader, line);
    if (!bf_reader_swap(&r->reader, &b->in))
        return bf_err_nomem(e);
    r->bytes += b->in.n;
    return hand_out(r, ring, e);
}

static bool take_back(struct run *r, struct ring *ring, struct bf_err *e)
{
    return hand_out_rest(r, ring, e) && drain(r, ring, e);
}

static bool feed(struct run *r, struct ring *ring, struct bf_str line, enum bf_line kind,
                 struct bf_err *e)
{
    for (;; kind = bf_reader_next_within(&r->reader, 0, &line, e)) {
        if (kind == BF_LINE_WAIT) {
            if (!take_back(r, ring, e))
                return false;
            kind = bf_reader_next(&r->reader, &line, e);
        }
        if (kind == BF_LINE_ERROR)
            return false;
        if (kind == BF_LINE_END || kind == BF_LINE_STOP)
            return take_back(r, ring, e);
        if (kind == BF_LINE_LONG) {
            if (!take_back(r, ring, e))
                return false;
            uint64_t number = r->reader.line;
            if (!run_long(r, line, e))
                return false;
            ring->line += r->reader.line == number; /* else it goes on */
            r->lines++;
        } else if (!add_all(r, ring, line, kind, e))
            return false;
    }
}

static bool start(struct run *r, struct ring *ring, struct worker *w, size_t n, size_t *started,
                  struct bf_err *e)
{
    struct bf_xform_conf conf = r->config->xform;
    conf.row.header = false;
    conf.bad = bad_record;
    for (*started = 0; *started < n; ++*started) {
        struct worker *one = &w[*started];
        conf.bad_ctx = one;
        one->ring = ring;
        one->xform = bf_xform_new(&conf, e);
        if (!one->xform)
            return false;
        int error = pthread_create(&one->thread, NULL, work, one);
        if (error) {
            bf_xform_destroy(one->xform);
            return bf_err_sys(e, error, "cannot start a thread");
        }
    }
    return true;
}

static void end(struct run *r, struct ring *ring, struct worker *w, size_t started)
{
    pthread_mutex_lock(&ring->lock);
    ring->closing = true;
    pthread_cond_broadcast(&ring->filled);
    pthread_mutex_unlock(&ring->lock);
    for (size_t i = 0; i < started; i++) {
        pthread_join(w[i].thread, NULL);
        struct bf_xform_count n = bf_xform_count(w[i].xform);
        r->others.changes += n.changes;
        r->others.rows += n.rows;
        r->others.filtered += n.filtered;
        r->others.marks += n.marks;
        r->others.passed += n.passed;
        bf_xform_merge(r->xform, w[i].xform);
        bf_xform_destroy(w[i].xform);
    }
}

bool run_jobs(struct run *r, struct bf_str first, enum bf_line kind, struct bf_err *e)
{
    size_t jobs = (size_t)r->config->jobs, started = 0;
    bool given = kind == BF_LINE || kind == BF_LINE_PARTIAL || kind == BF_LINE_LONG;
    struct ring ring = {.lock = PTHREAD_MUTEX_INITIALIZER,
                        .filled = PTHREAD_COND_INITIALIZER,
                        .done = PTHREAD_COND_INITIALIZER,
                        .n = jobs + 2,
                        .line = r->reader.line - (given ? 1 : 0),
                        .strict = r->config->strict};
    struct worker *w = calloc(jobs, sizeof *w);
    ring.batch = calloc(ring.n, sizeof *ring.batch);
    bool ok = w && ring.batch ? true : bf_err_nomem(e);
    for (size_t i = 0; ok && i < ring.n; i++) {
        bf_buf_init(&ring.batch[i].lines, BATCH_MAX);
        bf_buf_init(&ring.batch[i].rows, BATCH_MAX);
        bf_buf_init(&ring.batch[i].bad, BATCH_MAX);
    }
    bool more; /* not here: what waits runs on one thread */
    ok = ok && bf_xform_end(r->xform, &r->rows, &more, e) && run_flush(r, e) && /* the header */
         start(r, &ring, w, jobs, &started, e) && feed(r, &ring, first, kind, e);
    if (started)
        end(r, &ring, w, started);
    for (size_t i = 0; ring.batch && i < ring.n; i++) {
        free(ring.batch[i].in.buf);
        bf_buf_free(&ring.batch[i].lines);
        bf_buf_free(&ring.batch[i].rows);
        bf_buf_free(&ring.batch[i].bad);
    }
    free(ring.batch);
    free(w);
    return ok;
}
