#include "lib/xform/dedupe.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/map.h"
#include "lib/encoding/md5.h"

enum { KEPT = 56, DIGEST = 16, BY_DIGEST = 255 };

/* Slots are filled round and round; each is in the chain of its bucket. */
struct slot {
    uint32_t next;         /* index + 1; 0: the end */
    uint32_t bucket;       /* where it is chained, for taking it out */
    unsigned char kind, n; /* kind: 'e' eventID, 's' and 'k' sequence number; 0: empty */
    char text[KEPT];
};

struct bf_dedupe {
    struct slot *slot;
    uint32_t *bucket;
    size_t n, at, mask;
};

struct bf_dedupe *bf_dedupe_new(uint64_t window, struct bf_err *e)
{
    struct bf_dedupe *d = NULL;
    size_t buckets = 64;
    if (window == 0 || window > BF_DEDUPE_MAX) {
        bf_err_set(e, BF_E_USAGE, "a window of 1 to %d records", BF_DEDUPE_MAX);
        return NULL;
    }
    d = calloc(1, sizeof *d);
    if (!d) {
        bf_err_nomem(e);
        return NULL;
    }
    while (buckets < window)
        buckets *= 2;
    d->n = (size_t)window;
    d->mask = buckets - 1;
    d->slot = calloc(d->n, sizeof *d->slot);
    d->bucket = calloc(buckets, sizeof *d->bucket);
    if (d->slot && d->bucket)
        return d;
    bf_err_nomem(e);
    bf_dedupe_destroy(d);
    return NULL;
}

void bf_dedupe_destroy(struct bf_dedupe *d)
{
    if (!d)
        return;
    free(d->slot);
    free(d->bucket);
    free(d);
}

static void identity(struct bf_str text, char kind, struct slot *out)
{
    *out = (struct slot){.kind = (unsigned char)kind, .n = BY_DIGEST};
    if (text.n <= KEPT) {
        out->n = (unsigned char)text.n;
        if (text.n)
            memcpy(out->text, text.p, text.n);
    } else
        bf_md5(text, (unsigned char *)out->text);
}

/* The parts of a record that the Kinesis Producer Library packed have the number of the record. */
static void kinesis_identity(const struct bf_change *c, struct slot *out)
{
    char text[256];
    int n = snprintf(text, sizeof text, "%.*s %.*s",
                     (int)(c->kinesis_seq.text.n < 200 ? c->kinesis_seq.text.n : 200),
                     c->kinesis_seq.text.p, (int)(c->kinesis_part.n < 50 ? c->kinesis_part.n : 50),
                     c->kinesis_part.p ? c->kinesis_part.p : "");
    identity(bf_str(text, (size_t)n), 'k', out);
}

static bool same(const struct slot *a, const struct slot *b)
{
    return a->kind == b->kind && a->n == b->n &&
           memcmp(a->text, b->text, a->n == BY_DIGEST ? DIGEST : a->n) == 0;
}

static void forget(struct bf_dedupe *d, size_t at)
{
    struct slot *s = &d->slot[at];
    uint32_t *link = &d->bucket[s->bucket];
    if (!s->kind)
        return;
    while (*link != at + 1)
        link = &d->slot[*link - 1].next;
    *link = s->next;
}

bool bf_dedupe_seen(struct bf_dedupe *d, const struct bf_change *c)
{
    struct slot it;
    if (c->event_id.text.n) /* an empty one tells nothing apart */
        identity(c->event_id.text, 'e', &it);
    else if (c->seq.text.n)
        identity(c->seq.text, 's', &it);
    else if (c->kinesis_seq.text.n)
        kinesis_identity(c, &it);
    else
        return false;
    struct bf_str text = bf_str(it.text, it.n == BY_DIGEST ? DIGEST : it.n);
    uint32_t bucket = (uint32_t)(bf_hash(text) & d->mask);
    for (uint32_t i = d->bucket[bucket]; i; i = d->slot[i - 1].next)
        if (same(&d->slot[i - 1], &it))
            return true;
    forget(d, d->at);
    it.bucket = bucket;
    it.next = d->bucket[bucket];
    d->slot[d->at] = it;
    d->bucket[bucket] = (uint32_t)(d->at + 1);
    d->at = d->at + 1 < d->n ? d->at + 1 : 0;
    return false;
}
