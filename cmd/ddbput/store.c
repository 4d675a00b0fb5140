#include "cmd/ddbput/ddbput.h"

#include <stdlib.h>

#include "lib/base/map.h"

bool store_init(struct store *s, struct bf_err *e)
{
    *s = (struct store){.ops = calloc(OPS, sizeof *s->ops)};
    if (!s->ops)
        return bf_err_nomem(e);
    for (size_t i = OPS; i-- > 0;) {
        bf_buf_init(&s->ops[i].text, OP_TEXT_MAX);
        s->ops[i].next = s->free;
        s->free = &s->ops[i];
    }
    return true;
}

void store_free(struct store *s)
{
    for (size_t i = 0; s->ops && i < OPS; i++)
        bf_buf_free(&s->ops[i].text);
    free(s->ops);
    s->ops = NULL;
}

struct bf_str op_request(const struct op *o)
{
    return bf_str(o->text.p, o->request_n);
}

struct bf_str op_line(const struct op *o)
{
    return bf_str(o->text.p + o->request_n, o->line_n);
}

struct bf_str op_key(const struct op *o)
{
    size_t at = o->request_n + o->line_n;
    return bf_str(o->text.p + at, o->text.n - at);
}

static void push(struct op_list *l, struct op *o)
{
    o->next = NULL;
    if (l->last)
        l->last->next = o;
    else
        l->first = o;
    l->last = o;
    l->n++;
}

struct op *op_list_pop(struct op_list *l)
{
    struct op *o = l->first;
    if (!o)
        return NULL;
    l->first = o->next;
    if (!l->first)
        l->last = NULL;
    l->n--;
    return o;
}

bool store_has_room(const struct store *s)
{
    return s->free && s->bytes < OPS_BYTES;
}

struct op *store_take(struct store *s)
{
    struct op *o = s->free;
    s->free = o->next;
    bf_buf_reset(&o->text);
    return o;
}

void store_return(struct store *s, struct op *o)
{
    if (o->text.cap > OP_KEEP)
        bf_buf_free(&o->text);
    o->next = s->free;
    s->free = o;
}

static void make_ready(struct store *s, struct op *o)
{
    struct op **bucket = &s->bucket[o->hash % BUCKETS];
    o->bucket_next = *bucket;
    *bucket = o;
    push(o->kind == OP_PUT || o->kind == OP_DELETE ? &s->batch : &s->single, o);
}

void store_enter(struct store *s, struct op *o)
{
    o->hash = bf_hash(op_key(o));
    o->behind = NULL;
    o->last = o;
    s->busy++;
    s->bytes += o->text.n;
    struct op *first = s->bucket[o->hash % BUCKETS];
    while (first && !(first->hash == o->hash && bf_str_eq(op_key(first), op_key(o))))
        first = first->bucket_next;
    if (!first) {
        make_ready(s, o);
        return;
    }
    first->last->behind = o;
    first->last = o;
}

void store_done(struct store *s, struct op *o)
{
    struct op **at = &s->bucket[o->hash % BUCKETS];
    while (*at != o)
        at = &(*at)->bucket_next;
    *at = o->bucket_next;
    s->busy--;
    s->bytes -= o->text.n;
    if (o->behind) {
        o->behind->last = o->last;
        make_ready(s, o->behind);
    }
    store_return(s, o);
}

struct op *store_any(struct store *s)
{
    struct op *o = op_list_pop(&s->batch);
    return o ? o : op_list_pop(&s->single);
}
