#include "lib/base/arena.h"

#include <stdlib.h>

enum { ALIGN = 16, BLOCK = 16 * 1024 };

struct bf_arena_block {
    struct bf_arena_block *next;
    size_t cap;
    size_t n;
    size_t pad; /* keeps data aligned to 16 */
    char data[];
};

void bf_arena_init(struct bf_arena *a, size_t max)
{
    *a = (struct bf_arena){.max = max};
}

void bf_arena_free(struct bf_arena *a)
{
    for (struct bf_arena_block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    a->head = NULL;
    a->used = 0;
}

void bf_arena_wipe(struct bf_arena *a)
{
    for (struct bf_arena_block *b = a->head; b; b = b->next)
        for (volatile char *p = b->data; p < b->data + b->cap; p++)
            *p = '\0'; /* volatile: nobody reads it, and yet it must be written */
}

void bf_arena_reset(struct bf_arena *a)
{
    if (!a->head)
        return;
    /* the head is the newest and so the largest of its kind: keep it */
    struct bf_arena_block *keep = a->head;
    a->head = keep->next;
    bf_arena_free(a);
    keep->next = NULL;
    keep->n = 0;
    a->head = keep;
    a->used = keep->cap;
}

void *bf_arena_alloc(struct bf_arena *a, size_t n)
{
    if (n > a->max || n > SIZE_MAX / 2)
        return NULL;
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct bf_arena_block *b = a->head;
    if (b && b->n == 0 && b->cap < n) {
        /* kept by a reset and too small: it must not take its size away from the maximum */
        a->head = b->next;
        a->used -= b->cap;
        free(b);
        b = a->head;
    }
    if (!b || b->cap - b->n < n) {
        size_t cap = b ? b->cap * 2 : BLOCK;
        if (cap > a->max - a->used)
            cap = a->max - a->used;
        if (cap < n)
            cap = n;
        if (cap > a->max - a->used)
            return NULL;
        b = malloc(sizeof *b + cap);
        if (!b)
            return NULL;
        *b = (struct bf_arena_block){.next = a->head, .cap = cap};
        a->head = b;
        a->used += cap;
    }
    void *p = b->data + b->n;
    b->n += n;
    return p;
}

bool bf_arena_copy(struct bf_arena *a, struct bf_str s, struct bf_str *out)
{
    char *p = bf_arena_alloc(a, s.n + 1);
    if (!p)
        return false;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    *out = bf_str(p, s.n);
    return true;
}
