/*
 * --snapshot: a parallel scan of a table, beside the reading of the stream that has its changes.
 *
 * The scan begins when the start of every shard has been written: the positions of the stream are then older than each page.
 * An item is a line {"Item":{...},"keys":["id"],"tableName":"sales"}. The segments are like shards of the stream,
 * "snapshot:TABLE/0-of-8", with marks of their own, "#PAGE/KEY": so the consumer commits the items of a page with the key
 * after which the next page begins, and a scan that was interrupted goes on there. A segment that is read to its end is an
 * ended shard; a scan whose segments have ended is never made again.
 */
#include "cmd/kinread/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/dynamodb/dynamodb.h"
#include "lib/aws/dynamodb/scan.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/cli/diag.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

enum {
    SEGMENTS = 8,
    SEGMENTS_MAX = 4096, /* of a state */
    KEY_MAX = 64 * 1024, /* a LastEvaluatedKey: 3 KiB, with escapes */
    PENDING = 256 * 1024,
    RETRY_FIRST_MS = 250
};

#define PREFIX "snapshot:"

enum stage { READY, ASKED, ENDED };

struct segment {
    struct snapshot *s;
    unsigned number;
    enum stage stage;
    struct bf_aws_call call;
    struct bf_buf body;     /* of the call */
    struct bf_buf after;    /* the key after which the next page begins */
    struct bf_buf position; /* of the last mark */
    uint64_t page;          /* the pages read so far */
    int64_t due_ms;         /* monotonic */
    int64_t failing_ms;     /* as of a reading */
    unsigned failures;
};

struct snapshot {
    struct follow *f;
    struct bf_str operand; /* of --snapshot, without dynamodb:; empty: not given */
    struct bf_str table;   /* its name */
    struct bf_buf keys;    /* the end of a line: ,"keys":[...],"tableName":...} */
    struct segment *segment;
    unsigned n, left, asked; /* segments; those that have not ended; those in flight */
    bool begun;              /* the start marks are written */
    uint64_t items;
    int64_t done_wall_ms, done_mono_ms;
};

bool snapshot_owns(const char *shard)
{
    return bf_str_starts(bf_str_of(shard), BF_STR(PREFIX));
}

bool snapshot_running(const struct snapshot *s)
{
    return s && s->left > 0;
}

int64_t snapshot_done_wall_ms(const struct snapshot *s)
{
    return s ? s->done_wall_ms : 0;
}

int64_t snapshot_done_mono_ms(const struct snapshot *s)
{
    return s ? s->done_mono_ms : 0;
}

uint64_t snapshot_items(const struct snapshot *s)
{
    return s ? s->items : 0;
}

static bool fail(struct snapshot *s, struct bf_err *e)
{
    bf_err_ctx(e, "dynamodb:%.*s", (int)s->table.n, s->table.p);
    return follow_fail(s->f, e);
}

static bool make_segments(struct snapshot *s, unsigned n, struct bf_err *e)
{
    s->segment = calloc(n, sizeof *s->segment);
    if (!s->segment)
        return bf_err_nomem(e);
    s->n = s->left = n;
    for (unsigned i = 0; i < n; i++) {
        struct segment *g = &s->segment[i];
        g->s = s;
        g->number = i;
        bf_buf_init(&g->body, 2 * KEY_MAX);
        bf_buf_init(&g->after, KEY_MAX);
        bf_buf_init(&g->position, 2 * KEY_MAX);
    }
    return true;
}

/* The operand's table: its name, or the last part of its ARN. */
static bool take_operand(struct snapshot *s, const char *text, struct bf_err *e)
{
    struct bf_str t = bf_str_of(text), scheme = BF_STR("dynamodb:"), part;
    if (!bf_str_starts(t, scheme))
        return bf_err_set(e, BF_E_USAGE, "--snapshot: '%.80s' is not dynamodb:TABLE", text);
    s->operand = s->table = bf_str(t.p + scheme.n, t.n - scheme.n);
    if (!bf_ddb_check_name(s->operand, e))
        return bf_err_ctx(e, "--snapshot");
    for (struct bf_str rest = s->operand; bf_str_split(&rest, '/', &part);)
        s->table = part;
    return true;
}

static bool look_up(struct snapshot *s, struct bf_err *e)
{
    struct bf_ddb_table table;
    if (!bf_ddb_describe(s->f->aws, s->operand, &table, e))
        return bf_err_ctx(e, "dynamodb:%.*s", (int)s->table.n, s->table.p);
    bf_buf_lit(&s->keys, ",\"keys\":[");
    for (unsigned i = 0; i < table.nkeys; i++) {
        bf_buf_adds(&s->keys, i ? BF_STR(",") : BF_STR(""));
        bf_json_put_string(&s->keys, bf_str_of(table.key[i].name));
    }
    bf_buf_lit(&s->keys, "],\"tableName\":");
    bf_json_put_string(&s->keys, s->table);
    bf_buf_lit(&s->keys, "}\n");
    return bf_buf_check(&s->keys, "the names of the keys", e);
}

struct snapshot *snapshot_new(struct follow *f, struct bf_err *e)
{
    struct snapshot *s = calloc(1, sizeof *s);
    if (!s) {
        bf_err_nomem(e);
        return NULL;
    }
    s->f = f;
    bf_buf_init(&s->keys, 16 * 1024);
    if (!f->cfg->snapshot || (take_operand(s, f->cfg->snapshot, e) && look_up(s, e)))
        return s;
    snapshot_destroy(s);
    return NULL;
}

void snapshot_destroy(struct snapshot *s)
{
    if (!s)
        return;
    for (unsigned i = 0; s->segment && i < s->n; i++) {
        struct segment *g = &s->segment[i];
        if (g->stage == ASKED)
            bf_aws_cancel(s->f->aws, &g->call);
        bf_buf_free(&g->body);
        bf_buf_free(&g->after);
        bf_buf_free(&g->position);
    }
    free(s->segment);
    bf_buf_free(&s->keys);
    free(s);
}

/* "snapshot:sales/3-of-8" */
static bool parse_shard(const char *shard, struct bf_str *table, uint64_t *number, uint64_t *of)
{
    struct bf_str rest = bf_str(shard + sizeof PREFIX - 1, strlen(shard) - (sizeof PREFIX - 1));
    struct bf_str first, word;
    struct bf_err ignored = {0};
    return bf_str_split(&rest, '/', table) && bf_str_split(&rest, '-', &first) &&
           bf_str_split(&rest, '-', &word) && bf_str_is(word, "of") &&
           bf_num_u64(first, number, &ignored) && bf_num_u64(rest, of, &ignored) &&
           *of <= SEGMENTS_MAX && *number < *of;
}

/* "#12/KEY"; "" or TRIM_HORIZON: nothing has been read. */
static bool parse_position(struct segment *g, struct bf_str text)
{
    struct bf_str rest = text, page;
    struct bf_err ignored = {0};
    bf_buf_reset(&g->after);
    bf_buf_reset(&g->position);
    bf_buf_adds(&g->position, text);
    if (text.n == 0)
        return true;
    rest = bf_str(text.p + 1, text.n - 1);
    return text.p[0] == '#' && bf_str_split(&rest, '/', &page) &&
           bf_num_u64(page, &g->page, &ignored) && bf_base64_decode(&g->after, rest) &&
           bf_buf_ok(&g->after) && bf_buf_ok(&g->position);
}

bool snapshot_resume(struct snapshot *s, const struct bf_state_shard *known, struct bf_err *e)
{
    struct bf_str table;
    uint64_t number, of;
    if (!parse_shard(known->shard, &table, &number, &of))
        return bf_err_set(e, BF_E_INPUT, "%s: %s: the state does not name a segment of a scan",
                          known->stream, known->shard);
    if (!bf_str_eq(table, s->table))
        return known->ended ||
               bf_err_set(e, BF_E_USAGE,
                          "the scan of %.*s is not complete in this state: give --snapshot "
                          "dynamodb:%.*s until it is",
                          (int)table.n, table.p, (int)table.n, table.p);
    if (!s->segment && !make_segments(s, (unsigned)of, e))
        return false;
    struct segment *g = of == s->n ? &s->segment[number] : NULL;
    if (!g || !parse_position(g, bf_str_of(known->sequence)))
        return bf_err_set(e, BF_E_INPUT, "%s: %s: the position in the state is not one of a scan",
                          known->stream, known->shard);
    if (known->ended) {
        g->stage = ENDED;
        s->left--;
    }
    return true;
}

static bool mark(struct segment *g, enum bf_mark_kind kind, struct bf_err *e)
{
    struct snapshot *s = g->s;
    char shard[BF_DDB_NAME_MAX + 64];
    struct bf_buf after = g->position; /* the position of the mark before */
    snprintf(shard, sizeof shard, PREFIX "%.*s/%u-of-%u", (int)s->table.n, s->table.p, g->number,
             s->n);
    struct bf_mark m = {.shard = bf_str_of(shard), .kind = kind};
    if (kind == BF_MARK_START) {
        m.sequence = after.n ? bf_buf_view(&after) : BF_STR("");
        return emit_mark(&s->f->em, &m, e);
    }
    bf_buf_init(&g->position, 2 * KEY_MAX);
    bf_buf_addf(&g->position, "#%" PRIu64 "/", g->page);
    bf_base64_encode(&g->position, bf_buf_view(&g->after));
    m.after = after.n ? bf_buf_view(&after) : BF_STR("");
    m.sequence = bf_buf_view(&g->position);
    bool ok = bf_buf_check(&g->position, "mark", e) && emit_mark(&s->f->em, &m, e);
    bf_buf_free(&after);
    return ok;
}

static bool take_item(void *arg, struct bf_str item, struct bf_err *e)
{
    struct snapshot *s = arg;
    struct bf_buf *out = &s->f->em.buf;
    bf_buf_lit(out, "{\"Item\":");
    size_t at = out->n;
    bf_buf_adds(out, item);
    for (size_t i = at; i < out->n; i++)
        if (out->p[i] == '\n') /* between tokens */
            out->p[i] = ' ';
    bf_buf_adds(out, bf_buf_view(&s->keys));
    s->items++;
    return bf_buf_check(out, "output", e);
}

static bool retry(struct segment *g, const struct bf_err *why)
{
    struct snapshot *s = g->s;
    struct bf_err e = *why;
    int64_t now = bf_clock_mono_ms();
    g->stage = READY;
    g->failing_ms = g->failing_ms ? g->failing_ms : now;
    if (!bf_err_retryable(e.code) || now - g->failing_ms >= (int64_t)s->f->cfg->retry_for_ms)
        return fail(s, &e);
    g->failures++;
    g->due_ms = now + bf_backoff_ms(RETRY_FIRST_MS, g->failures, &s->f->rng);
    bf_diag_note("dynamodb:%.*s: segment %u: %s; trying again in %.1f s", (int)s->table.n,
                 s->table.p, g->number, e.text, (double)(g->due_ms - now) / 1000);
    return true;
}

/* Empty answers count from here on, so that --end reads the stream up to the end of the scan. */
static void complete(struct snapshot *s)
{
    s->done_wall_ms = bf_clock_wall_ms();
    s->done_mono_ms = bf_clock_mono_ms();
    for (size_t i = 0; i < s->f->lineage.n; i++) {
        struct reading *r = s->f->lineage.shards[i]->reader;
        if (r)
            r->empty = 0;
    }
    bf_diag_note("dynamodb:%.*s: the scan is complete: %" PRIu64 " item%s in this run",
                 (int)s->table.n, s->table.p, s->items, s->items == 1 ? "" : "s");
}

/* Writes the items of a page and the mark that covers them, or nothing. */
static bool write_page(struct segment *g, struct bf_str body, struct bf_err *e)
{
    struct snapshot *s = g->s;
    struct emit *em = &s->f->em;
    struct bf_ddb_scan_sink sink = {take_item, s};
    struct bf_str last;
    uint64_t items = s->items;
    if (em->buf.n >= PENDING && !emit_flush(em, e))
        return false;
    size_t at = em->buf.n;
    if (!bf_ddb_scan_page(body, &sink, &last, e)) {
        em->buf.n = at;
        s->items = items;
        return false;
    }
    g->page++;
    bf_buf_reset(&g->after);
    bf_buf_adds(&g->after, last);
    g->stage = last.n ? READY : ENDED;
    return bf_buf_check(&g->after, "LastEvaluatedKey", e) &&
           mark(g, last.n ? BF_MARK_AT : BF_MARK_END, e);
}

static void on_page(struct bf_aws_call *call, const struct bf_aws_answer *answer)
{
    struct segment *g = call->arg;
    struct snapshot *s = g->s;
    struct bf_err e = answer->err;
    s->asked--;
    g->stage = READY;
    if (s->f->failed || s->f->finished)
        return;
    if (e.code != BF_OK || !write_page(g, answer->body, &e)) {
        (void)retry(g, &e);
        return;
    }
    g->failures = 0;
    g->failing_ms = 0;
    if (g->stage != ENDED)
        return;
    bf_diag_note("dynamodb:%.*s: segment %u of %u is read: %" PRIu64 " page%s", (int)s->table.n,
                 s->table.p, g->number, s->n, g->page, g->page == 1 ? "" : "s");
    if (--s->left == 0)
        complete(s);
}

static bool ask(struct segment *g)
{
    struct snapshot *s = g->s;
    struct bf_err e = {0};
    bf_buf_reset(&g->body);
    bf_ddb_scan_body(&g->body, s->operand, g->number, s->n, bf_buf_view(&g->after));
    g->call = (struct bf_aws_call){
        .op = &bf_ddb_scan_op, .body = bf_buf_view(&g->body), .done = on_page, .arg = g};
    if (!bf_buf_check(&g->body, "request", &e) || !bf_aws_submit(s->f->aws, &g->call, &e))
        return fail(s, &e);
    g->stage = ASKED;
    s->asked++;
    return true;
}

/* Writes the start of all segments, after that of all shards. */
static bool begin(struct snapshot *s)
{
    struct bf_err e = {0};
    s->begun = true;
    if (!s->segment && !make_segments(s, SEGMENTS, &e))
        return fail(s, &e);
    for (unsigned i = 0; i < s->n; i++)
        if (s->segment[i].stage != ENDED && !mark(&s->segment[i], BF_MARK_START, &e))
            return fail(s, &e);
    if (s->left)
        bf_diag_note("dynamodb:%.*s: scanning %u of %u segments", (int)s->table.n, s->table.p,
                     s->left, s->n);
    return true;
}

bool snapshot_step(struct snapshot *s, int *wait_ms)
{
    int64_t now = bf_clock_mono_ms();
    if (!s->operand.n || s->f->waiting)
        return true;
    if (!s->begun && !begin(s))
        return false;
    for (unsigned i = 0; i < s->n && s->left; i++) {
        struct segment *g = &s->segment[i];
        if (g->stage != READY)
            continue;
        if (g->due_ms > now)
            *wait_ms = g->due_ms - now < *wait_ms ? (int)(g->due_ms - now) : *wait_ms;
        else if (s->asked < s->f->cfg->window && !ask(g))
            return false;
    }
    return true;
}
