#include "cmd/bflocal/model/pattern.h"

/* The steps to take next, each once. */
struct list {
    uint16_t step[BL_STEPS_MAX];
    size_t n;
    uint8_t has[BL_STEPS_MAX];
};

struct run {
    const struct bl_program *p;
    const char *begin, *at, *end;
    uint32_t before; /* the code point before `at` */
    bool matched;    /* a way ends at `at` */
};

static uint32_t next_code(const char **at, const char *end)
{
    unsigned char c = (unsigned char)*(*at)++;
    uint32_t code = c < 0x80 ? c : c < 0xe0 ? c & 0x1fu : c < 0xf0 ? c & 0x0fu : c & 0x07u;
    while (*at < end && ((unsigned char)**at & 0xc0) == 0x80)
        code = code << 6 | ((unsigned char)*(*at)++ & 0x3fu);
    return code;
}

static bool in_set(const struct bl_program *p, int16_t number, uint32_t code)
{
    const struct bl_set *s = &p->sets[number];
    for (size_t i = 0; i < s->n; i++) {
        const struct bl_range *r = &p->ranges[s->first + i];
        if (code < r->low)
            return false;
        if (code <= r->high)
            return true;
    }
    return false;
}

static bool run_from(struct run *r, size_t first, bool whole);

static bool follows(const struct run *r, size_t first)
{
    struct run inner = *r;
    return run_from(&inner, first, false);
}

/* Adds step `pc`, or what follows it without a character. */
static void add(struct run *r, struct list *l, size_t pc)
{
    while (!l->has[pc]) {
        const struct bl_step *s = &r->p->steps[pc];
        l->has[pc] = 1;
        switch ((enum bl_opcode)s->op) {
        case BL_SET:
            l->step[l->n++] = (uint16_t)pc;
            return;
        case BL_MATCH:
            r->matched = true;
            return;
        case BL_SPLIT:
            add(r, l, pc + 1);
            pc = (size_t)((ptrdiff_t)pc + s->arg);
            continue;
        case BL_JUMP:
            pc = (size_t)((ptrdiff_t)pc + s->arg);
            continue;
        case BL_BEGIN:
            if (r->at != r->begin)
                return;
            break;
        case BL_END:
            if (r->at != r->end)
                return;
            break;
        case BL_NOT:
            if (follows(r, pc + 1))
                return;
            pc += (size_t)s->arg;
            break;
        case BL_NOT_AFTER:
            if (r->at != r->begin && in_set(r->p, s->arg, r->before))
                return;
            break;
        }
        pc++;
    }
}

/* whole: a way must end at the end of the text; otherwise it may end anywhere. */
static bool run_from(struct run *r, size_t first, bool whole)
{
    struct list a, b, *now = &a, *next = &b;
    memset(&a, 0, sizeof a);
    r->matched = false;
    add(r, now, first);
    while (now->n && r->at < r->end && !(r->matched && !whole)) {
        uint32_t code = r->before = next_code(&r->at, r->end);
        r->matched = false;
        next->n = 0;
        memset(next->has, 0, sizeof next->has);
        for (size_t i = 0; i < now->n; i++)
            if (in_set(r->p, r->p->steps[now->step[i]].arg, code))
                add(r, next, now->step[i] + 1u);
        struct list *swap = now;
        now = next;
        next = swap;
    }
    return r->matched && (!whole || r->at == r->end);
}

bool bl_pattern_matches(const struct bl_program *p, struct bf_str text)
{
    struct run r = {.p = p, .begin = text.p, .at = text.p, .end = text.p + text.n};
    return run_from(&r, 0, true);
}
