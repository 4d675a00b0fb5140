#include "lib/ddb/change_ops.h"

void bf_change_learn_head(struct change_scan *s)
{
    struct envelope_head *h = &s->envelope->head;
    const struct bf_change *c = s->change;
    const char *start = s->core.start, *id = c->event_id.text.p, *op = s->op.text.p,
               *body = s->body_at;
    h->first = 0;
    if (s->twice || !id || !op || !body || id > op || op > body || c->event_id.escaped ||
        s->op.escaped || s->op.text.n != 6 || (s->arn.text.p && s->arn.text.p < body) ||
        (c->kinesis_seq.text.p && c->kinesis_seq.text.p < body) || c->kinesis_part.p)
        return;
    const char *second = id + c->event_id.text.n + 1, *third = op + 7;
    size_t n1 = (size_t)(id - start), n2 = (size_t)(op - second), n3 = (size_t)(body - third);
    if (n1 > HEAD_TEXT || n2 > HEAD_TEXT || n3 > HEAD_TEXT || n1 + n2 + n3 > HEAD_TEXT - 64)
        return;
    memcpy(h->text, start, n1);
    memcpy(h->text + n1, second, n2);
    memcpy(h->text + n1 + n2, third, n3);
    const char *table = c->table.text.p;
    h->table_n = 0;
    if (table && table < body) {
        if (c->table.escaped || c->table.text.n == 0)
            return;
        size_t at = (size_t)(table - start);
        at -= table < id ? 0 : table < op ? c->event_id.text.n + 1 : c->event_id.text.n + 1 + 7;
        h->table_at = (uint16_t)at;
        h->table_n = (uint16_t)c->table.text.n;
    }
    h->first = (uint16_t)n1;
    h->second = (uint16_t)n2;
    h->third = (uint16_t)n3;
    h->n = (uint16_t)(n1 + n2 + 7 + n3);
}

static bool behind(struct bf_str text, const char *from)
{
    return text.p && text.p >= from;
}

void bf_change_learn_tail(struct change_scan *s, const char *from, const char *end)
{
    struct envelope_tail *t = &s->envelope->tail;
    const struct bf_change *c = s->change;
    struct bf_str seq = behind(c->kinesis_seq.text, from) ? c->kinesis_seq.text : bf_str(end, 0);
    size_t n = (size_t)(seq.p - from), rest = (size_t)(end - seq.p) - seq.n;
    t->n = t->rest = 0;
    /* the texts are compared 64 bytes at a time */
    if (n + rest > TAIL_TEXT - 64 || s->twice || behind(c->table.text, from) || c->kinesis_part.p ||
        (rest && (c->kinesis_seq.escaped || behind(s->arn.text, seq.p))))
        return;
    t->arn_n = 0;
    if (behind(s->arn.text, from)) {
        if (s->arn.escaped || s->arn.text.n == 0)
            return;
        t->arn_at = (uint16_t)(s->arn.text.p - from);
        t->arn_n = (uint16_t)s->arn.text.n;
    }
    memcpy(t->text, from, n);
    memcpy(t->text + n, seq.p + seq.n, rest);
    t->n = (uint16_t)n;
    t->rest = (uint16_t)rest;
}
