#include "cmd/bflocal/http/service.h"

const struct bl_op *bl_service_op(const struct bl_service *s, struct bf_str name)
{
    for (size_t i = 0; i < s->nops; i++)
        if (bf_str_eq(name, bf_str_of(s->ops[i].name)))
            return &s->ops[i];
    return NULL;
}

static bool can_fail(const struct bl_service *s)
{
    return !s->protocol || s->protocol->knows;
}

static bool has_op(const struct bl_service *s, const char *name, unsigned *faults)
{
    if (s->protocol)
        return s->protocol->knows(name, faults);
    const struct bl_op *op = bl_service_op(s, bf_str_of(name));
    *faults = op ? op->faults : 0;
    return op != NULL;
}

unsigned bl_services_can(const struct bl_service *const *list, const char *service, const char *op)
{
    unsigned faults = 0;
    for (; *list; list++)
        if (can_fail(*list) && strcmp(service, (*list)->name) == 0 && has_op(*list, op, &faults))
            return faults;
    return 0;
}

bool bl_services_know(const struct bl_service *const *list, const char *service, const char *op)
{
    unsigned faults;
    for (; *list; list++)
        if (can_fail(*list) && (!*service || strcmp(service, (*list)->name) == 0) &&
            (!*op || has_op(*list, op, &faults)))
            return true;
    return false;
}

void bl_services_name(const struct bl_service *const *list, struct bf_buf *out)
{
    const char *between = "";
    for (; *list; list++)
        if (can_fail(*list)) {
            bf_buf_addf(out, "%s%s", between, (*list)->name);
            between = ", ";
        }
}

void bl_services_title(const struct bl_service *const *list, struct bf_buf *out)
{
    for (size_t i = 0; list[i]; i++)
        bf_buf_addf(out, "%s%s", i == 0 ? "" : list[i + 1] ? ", " : " and ", list[i]->title);
}

bool bl_services_sign(const struct bl_service *const *list, struct bf_str scope)
{
    for (; *list; list++)
        if (bf_str_eq(scope, bf_str_of((*list)->signing)))
            return true;
    return false;
}
