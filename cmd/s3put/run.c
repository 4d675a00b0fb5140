#include "cmd/s3put/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"
#include "lib/checkpoint/mark.h"
#include "cmd/s3put/run_hold.h"

enum { NETWORK_EVERY = 256 * 1024, TOGETHER_MAX = 64 * 1024 * 1024, WATCH_MS = 500 };

/* Makes the batch an object and hands it over. Without --state only. */
static bool seal(struct run *r, struct batch *x, struct bf_err *e)
{
    struct sealed *s = sealed_new(&r->sealer, &r->batches, x, false, e);
    if (!s)
        return false;
    if (x->file[0] && !s->raw_file && !s->rows_file[0])
        spool_remove(&r->spool_files, x->file);
    batches_close(&r->batches, x);
    deliver_add(&r->deliver, s);
    return true;
}

/* Keeps the rows in memory under --memory: into the spool where there is one, else out to S3. */
static bool shrink(struct run *r, struct bf_err *e)
{
    while (r->batches.held > r->config->memory) {
        struct batch *x = batches_largest(&r->batches);
        if (r->batches.spool) {
            if (!batches_spill(&r->batches, x, e))
                return false;
        } else if (!seal(r, x, e))
            return false;
    }
    return true;
}

static bool is_due(const struct run *r, const struct batch *x, int64_t now_ms)
{
    return x->old || x->bytes >= r->config->size ||
           (r->config->interval_ms && now_ms - x->opened_ms >= (int64_t)r->config->interval_ms);
}

/* At a mark everything read so far is covered by the positions: what is due can be sealed. */
static bool commit_if_due(struct run *r, struct bf_err *e)
{
    if (!r->due || r->since_mark)
        return true;
    int64_t now = bf_clock_mono_ms();
    size_t most = r->config->partitions;
    for (size_t i = 0; i < r->batches.n; i++)
        r->batches.all[i]->due = is_due(r, r->batches.all[i], now);
    while (r->batches.n > most) { /* the oldest ones make room */
        struct batch *oldest = NULL;
        size_t open = 0;
        for (size_t i = 0; i < r->batches.n; i++) {
            struct batch *x = r->batches.all[i];
            open += !x->due;
            if (!x->due && (!oldest || x->opened_ms < oldest->opened_ms))
                oldest = x;
        }
        if (open <= most || !oldest)
            break;
        oldest->due = true;
    }
    r->due = false;
    return durable_commit(&r->durable, e);
}

/* Seals what has waited for --interval. *wait_ms: until the next one is due, -1 if none is. */
static bool check_intervals(struct run *r, int *wait_ms, struct bf_err *e)
{
    int64_t now = bf_clock_mono_ms(), interval = (int64_t)r->config->interval_ms;
    int64_t next = INT_MAX;
    *wait_ms = -1;
    if (interval && r->columns.finding &&
        r->columns.held.n) { /* the first rows wait no longer than others */
        next = r->columns.since_ms + interval - now;
        if (next <= 0 && !run_release(r, e))
            return false;
        next = next > 0 ? next : INT_MAX;
    }
    for (size_t i = r->batches.n; interval && i-- > 0;) {
        struct batch *x = r->batches.all[i];
        int64_t left = x->opened_ms + interval - now;
        if (left > 0)
            next = left < next ? left : next;
        else if (r->stateful)
            r->due = true;
        else if (!seal(r, x, e))
            return false;
    }
    int64_t left = r->stateful ? durable_wait_ms(&r->durable) : -1;
    r->due = r->due || left == 0;
    if (left > 0 && left < next)
        next = left;
    if (next < INT_MAX)
        *wait_ms = (int)next;
    return !r->stateful || commit_if_due(r, e);
}

/* The batch for the row just routed, opened if it is the first of its partition. */
static bool find_batch(struct run *r, int64_t arrival_ms, struct batch **x, struct bf_err *why,
                       struct bf_err *e)
{
    struct batches *b = &r->batches;
    struct bf_str id = bf_buf_view(&r->route.id);
    *x = batches_find(b, id);
    if (*x)
        return true;
    if (b->n >= r->config->partitions) {
        r->due = true;
        if (!r->stateful && !seal(r, batches_oldest(b), e))
            return false;
    }
    *x = batches_open(b, id, arrival_ms, bf_clock_mono_ms(), r->route.time_ms, e);
    if (!*x)
        return false;
    if (sealed_key(&r->sealer, *x, why))
        return true;
    batches_close(b, *x);
    *x = NULL;
    return true;
}

static bool take_row(struct run *r, struct bf_str row, uint64_t number, struct bf_err *e)
{
    struct bf_err why = {0};
    struct batch *x = NULL;
    int64_t arrival = bf_clock_wall_ms();
    bool fits = route_row(&r->route, row, arrival, &why) &&
                (r->config->format != FORMAT_PARQUET || columns_check(&r->columns, row, &why));
    if (!fits && why.code == BF_E_MEMORY) { /* is no row's fault */
        *e = why;
        return false;
    }
    if (fits && !find_batch(r, arrival, &x, &why, e))
        return false;
    if (!x)
        return bf_rejects_add(&r->rejects, row, number, &why, e);
    r->rows++;
    r->rows_bytes += row.n + 1;
    r->since_mark++;
    if (!batches_add(&r->batches, x, row, e))
        return false;
    if (x->bytes >= r->config->size) {
        if (r->stateful) { /* the next mark may be far: until then it grows in its file */
            r->due = true;
            if (x->rows.n >= r->config->size && !batches_spill(&r->batches, x, e))
                return false;
        } else if (!seal(r, x, e))
            return false;
    }
    return r->batches.held <= r->config->memory || shrink(r, e);
}

static bool take_mark(struct run *r, struct bf_str line, uint64_t number, struct bf_err *e)
{
    struct bf_mark mark;
    struct bf_err why = {0};
    if (!bf_mark_parse(&mark, line, &why))
        return bf_rejects_add(&r->rejects, line, number, &why, e);
    if (!r->stateful)
        return true; /* positions matter to --state only */
    if (!bf_mark_same_run(&r->reader_run, &mark, r->since_mark > 0, e)) {
        r->refused = true;
        return false;
    }
    if (mark.more) { /* nothing, should the others never come */
        bf_buf_adds(&r->together, line);
        bf_buf_addc(&r->together, '\n');
        return bf_buf_check(&r->together, "marks", e);
    }
    bool covers = mark.kind == BF_MARK_AT || mark.kind == BF_MARK_END;
    if (!covers) /* of a reader before this one: it was cut off in between */
        bf_buf_reset(&r->together);
    if (!durable_marks(&r->durable, bf_buf_view(&r->together), &mark, e))
        return false;
    if (!covers)
        return true; /* starts come together: they are committed with what follows, or when nothing does */
    bf_buf_reset(&r->together);
    r->since_mark = 0;
    r->batches.mark++;
    r->due = r->due || durable_wait_ms(&r->durable) == 0;
    return commit_if_due(r, e);
}

bool run_take(struct run *r, struct bf_str line, uint64_t number, struct bf_err *e)
{
    if (bf_mark_is(line))
        return take_mark(r, line, number, e);
    if (r->due && r->since_mark == 0 && r->stateful && !commit_if_due(r, e))
        return false;
    return take_row(r, line, number, e);
}

static bool take_line(struct run *r, struct bf_str line, struct bf_err *e)
{
    r->since_network += line.n + 1;
    if (r->columns.finding)
        return run_hold(r, line, e);
    if (r->config->format != FORMAT_CSV || r->has_header || bf_mark_is(line))
        return run_take(r, line, r->input.line, e);
    r->has_header = true;
    bf_buf_adds(&r->header, line);
    bf_buf_addc(&r->header, '\n');
    r->sealer.header = bf_buf_view(&r->header);
    r->rejects.header = line.n ? bf_str(r->header.p, line.n) : line;
    return bf_buf_check(&r->header, "the header line", e);
}

/* With --state: what a reader that was killed left of a line is read again by the next one. */
static bool take_rest(struct run *r, struct bf_str line, struct bf_err *e)
{
    struct bf_mark mark;
    struct bf_err ignored = {0};
    if (!r->stateful || (bf_mark_is(line) && bf_mark_parse(&mark, line, &ignored)))
        return take_line(r, line, e);
    r->torn = true;
    return true;
}

/* Lets the network work; waits for it, for input, for the clock. */
static bool work(struct run *r, int timeout_ms, bool for_input, struct bf_err *e)
{
    bool readable;
    r->since_network = 0;
    if (timeout_ms < 0 ||
        timeout_ms > WATCH_MS) /* the reader of the receipts may go away meanwhile */
        timeout_ms = WATCH_MS;
    if (!deliver_run(&r->deliver, timeout_ms, for_input ? r->input.reader.fd : -1, &readable, e))
        return false;
    if (!r->deliver.aws && for_input) {
        struct pollfd fds[2] = {{.fd = r->input.reader.fd, .events = POLLIN},
                                {.fd = bf_stop_fd(), .events = POLLIN}};
        (void)poll(fds, 2, timeout_ms);
    }
    bf_progress_tick(&r->progress, r->rows, r->rows_bytes);
    if (for_input && !bf_out_heard(&r->out, e))
        return false;
    return !r->stateful || durable_settle(&r->durable, e);
}

/* What the input has next. *more: false when that was its end. */
static bool take_next(struct run *r, bool *more, struct bf_err *e)
{
    struct bf_err why = {0};
    int wait_ms;
    switch (input_next(&r->input, &why)) {
    case INPUT_ROW:
        return take_line(r, r->input.row, e);
    case INPUT_REST:
        return take_rest(r, r->input.row, e);
    case INPUT_BAD:
        return bf_rejects_add(&r->rejects, r->input.row, r->input.line, &why, e);
    case INPUT_LONG:
        return bf_rejects_add_long(&r->rejects, &r->input.reader, e);
    case INPUT_WAIT:
        return check_intervals(r, &wait_ms, e) && work(r, wait_ms, true, e);
    case INPUT_STOP:
        r->stopped = true;
        *more = false;
        return true;
    case INPUT_END:
        *more = false;
        return true;
    case INPUT_ERROR:
        break;
    }
    *e = why;
    return false;
}

/* Reads until the end, a signal (r->stopped), or a failed upload. */
static bool read_all(struct run *r, struct bf_err *e)
{
    bool more = true;
    int wait_ms;
    while (more && r->deliver.failed.code == BF_OK) {
        if (!deliver_has_room(&r->deliver)) {
            if (!work(r, -1, false, e))
                return false;
            continue;
        }
        if (r->since_network >= NETWORK_EVERY &&
            (!check_intervals(r, &wait_ms, e) || !work(r, 0, false, e)))
            return false;
        if (!take_next(r, &more, e))
            return false;
    }
    return true;
}

/* A row that a signal has cut off. */
static bool reject_rest(struct run *r, struct bf_err *e)
{
    struct bf_buf rest;
    struct bf_err why = {0};
    bf_buf_init(&rest, 2 * r->config->max_line + 2);
    input_rest(&r->input, &rest);
    (void)bf_reader_cut(&why);
    bool ok = rest.n == 0 ||
              bf_rejects_add(&r->rejects, bf_buf_view(&rest), r->input.reader.line + 1, &why, e);
    bf_buf_free(&rest);
    return ok;
}

/* Seals everything that may be sealed. */
static bool seal_rest(struct run *r, struct bf_err *e)
{
    if (!run_release(r, e))
        return false;
    if (!r->stateful) {
        while (r->batches.n) {
            while (!deliver_has_room(&r->deliver))
                if (!work(r, -1, false, e))
                    return false;
            if (!seal(r, r->batches.all[0], e))
                return false;
        }
        return true;
    }
    uint64_t uncovered = batches_rewind(&r->batches) + r->torn;
    r->since_mark = 0;
    for (size_t i = 0; i < r->batches.n; i++)
        r->batches.all[i]->due = true;
    if (!durable_commit(&r->durable, e))
        return false;
    if (uncovered && !bf_stop_asked())
        return bf_err_set(e, BF_E_TEMPORARY,
                          "%" PRIu64 " rows behind the last mark are not delivered; "
                          "they will be read again",
                          uncovered);
    return true;
}

/* The worse of two outcomes stays in *e. */
static bool and_also(bool ok, bool other, struct bf_err *e, const struct bf_err *second)
{
    if (ok && !other)
        *e = *second;
    return ok && other;
}

/* What has been read is delivered also after a failure to read more. */
static bool finish_run(struct run *r, bool ok, struct bf_err *e)
{
    struct bf_err second = {0};
    /* what was read since the last commit is read again; after a reader that was refused, since the last mark */
    bool broken = !ok && r->stateful && !r->refused;
    if (broken)
        (void)durable_tell(e);
    else {
        /* a line that a signal cut off is no row, and it is not lost without a word */
        bool cut = r->stopped && !r->stateful;
        bool sealed = (!cut || reject_rest(r, &second)) && seal_rest(r, &second);
        ok = and_also(ok, sealed, e, &second);
    }
    ok = and_also(ok, deliver_drain(&r->deliver, &second), e, &second);
    if (r->stateful)
        ok = and_also(ok, durable_settle(&r->durable, &second), e, &second);
    if (r->deliver.failed.code != BF_OK) {
        second = r->deliver.failed;
        ok = and_also(ok, false, e, &second);
    }
    if (r->deliver.aside)
        ok = and_also(ok, bf_err_told(&second, BF_E_SERVICE), e, &second);
    return ok;
}

/* With --state the rows that are rejected will not be read again: they are kept without --rejects, too. */
static bool open_rejects(struct run *r, struct bf_err *e)
{
    const struct config *c = r->config;
    const char *path = c->rejects;
    if (r->stateful && !path) {
        snprintf(r->own_rejects, sizeof r->own_rejects, "%s/rejects", c->state);
        path = r->own_rejects;
        if (mkdir(c->state, 0700) != 0 && errno != EEXIST)
            return bf_err_sys(e, errno, "%s", c->state);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) /* a link, for instance */
            return bf_err_sys(e, errno, "%s", path);
        close(fd);
    }
    return bf_rejects_append(&r->rejects, path, c->strict, e);
}

static bool open_all(struct run *r, struct bf_err *e)
{
    const struct config *c = r->config;
    struct deliver *d = &r->deliver;
    r->stateful = c->state != NULL;
    bf_rng_seed(&r->rng, bf_rng_entropy());
    bf_buf_init(&r->header, c->max_line + 1);
    bf_buf_init(&r->together, TOGETHER_MAX);
    bf_progress_init(&r->progress, &c->common, BF_PROGRESS_SINK);
    *d = (struct deliver){.config = c, .receipts = &r->out, .rejects = &r->rejects};
    if (!route_init(&r->route, c, e) ||
        !bf_out_init(&r->out, STDOUT_FILENO, "standard output", 0, e) ||
        !input_init(&r->input, c, e) || !open_rejects(r, e))
        return false;
    route_warn(&r->route);
    if (!columns_init(&r->columns, c, &r->route, e))
        return false;
    r->sealer =
        (struct sealer){.config = c, .route = &r->route, .rng = &r->rng, .columns = &r->columns};
    r->sealer.compress = bf_compress_new(c->compress, (int)c->level, e);
    if (!r->sealer.compress)
        return false;
    if (!config_open_client(c, &d->aws, e))
        return false;
    if (c->spool && !c->dry_run) {
        if (!spool_init(&r->spool_files, c->spool, &r->rng, e))
            return false;
        d->spool = r->sealer.spool = &r->spool_files;
    }
    if (!shape_init(&r->shape, c, &r->route, &r->columns, e))
        return false;
    batches_init(&r->batches, c, &r->shape, r->sealer.spool);
    if (!config_ask_bucket(c, d->aws, e))
        return false;
    return !r->stateful || durable_open(&r->durable, r, e);
}

static void close_all(struct run *r)
{
    if (r->stateful)
        durable_close(&r->durable);
    while (r->deliver.first) {
        struct sealed *s = r->deliver.first;
        r->deliver.first = s->next;
        sealed_destroy(s);
    }
    bf_aws_destroy(r->deliver.aws);
    batches_free(&r->batches);
    bf_compress_destroy(r->sealer.compress);
    shape_free(&r->shape);
    columns_free(&r->columns);
    route_free(&r->route);
    input_free(&r->input);
    bf_buf_free(&r->header);
    bf_buf_free(&r->together);
}

bool run_rows(const struct config *c, struct bf_err *e)
{
    struct bf_err second = {0};
    struct run r = {.config = c, .input.reader.fd = -1};
    bool ok = open_all(&r, e);
    if (ok) {
        ok = read_all(&r, e);
        bool cut = r.deliver.failed.code != BF_OK && !r.stateful;
        uint64_t last = r.input.reader.line;
        ok = finish_run(&r, ok, e);
        if (cut)
            bf_rejects_unread(&r.input.reader, last);
        bf_progress_end(&r.progress, r.rows, r.rows_bytes);
        route_tell(&r.route, r.rows);
        deliver_tell(&r.deliver);
        bf_diag_note("%" PRIu64 " rows, %" PRIu64 " objects, %" PRIu64 " bytes delivered",
                     r.deliver.records, r.deliver.objects, r.deliver.bytes);
    }
    ok = and_also(ok, bf_rejects_close(&r.rejects, &second), e, &second);
    ok = and_also(ok, bf_out_close(&r.out, &second), e, &second);
    close_all(&r);
    return ok && bf_rejects_told(&r.rejects, e);
}
