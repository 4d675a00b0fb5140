/* The tables, and how they are read. */
#include "cmd/bflocal/model/model_impl.h"

#include <stdlib.h>

struct bl_model {
    const char *service, *operation;
    uint16_t body, outside, noutside;
};

struct pattern {
    const char *text;
    uint16_t first; /* of its steps */
};

#include "cmd/bflocal/model/table.inc"

_Static_assert((int)BL_LONGEST <= (int)BL_STEPS_MAX, "a pattern of the models is too long");

static int compare(const void *a, const void *b)
{
    const struct bl_model *x = a, *y = b;
    int by_service = strcmp(x->service, y->service);
    return by_service ? by_service : strcmp(x->operation, y->operation);
}

const struct bl_model *bl_model_find(const char *service, const char *operation)
{
    const struct bl_model wanted = {service, operation, 0, 0, 0};
    return bsearch(&wanted, ops, BF_COUNT(ops), sizeof ops[0], compare);
}

const struct bl_shape *bl_model_shape(size_t number)
{
    return &shapes[number];
}

const struct bl_shape_member *bl_model_members(const struct bl_shape *s)
{
    return &members[s->first];
}

const char *const *bl_model_values(const struct bl_shape *s)
{
    return &values[s->first];
}

const struct bl_shape *bl_model_body(const struct bl_model *m)
{
    return &shapes[m->body];
}

const struct bl_outside *bl_model_outside(const struct bl_model *m, size_t *n)
{
    *n = m->noutside;
    return &outside[m->outside];
}

const char *bl_model_pattern(const struct bl_shape *s)
{
    return patterns[s->pattern].text;
}

bool bl_model_matches(const struct bl_shape *s, struct bf_str text)
{
    const struct bl_program p = {&steps[patterns[s->pattern].first], sets, ranges};
    return bl_pattern_matches(&p, text);
}
