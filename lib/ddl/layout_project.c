/* The table properties of partition projection. */
#include "lib/ddl/layout.h"

struct putter {
    void (*put)(void *arg, struct bf_str name, struct bf_str value);
    void *arg;
    const struct bf_ddl_partition *part;
};

static void put(const struct putter *p, const char *what, struct bf_str value)
{
    struct bf_buf name;
    bf_buf_init(&name, 1024);
    bf_buf_lit(&name, "projection.");
    bf_buf_adds(&name, p->part->name);
    bf_buf_addc(&name, '.');
    bf_buf_adds(&name, bf_str_of(what));
    p->put(p->arg, bf_buf_ok(&name) ? bf_buf_view(&name) : (struct bf_str){0}, value);
    bf_buf_free(&name);
}

static void put_part(const struct putter *p)
{
    static const char *const types[] = {"date", "integer", "enum", "injected"};
    put(p, "type", bf_str_of(types[p->part->projection]));
    switch (p->part->projection) {
    case BF_DDL_PROJECT_DATE:
        put(p, "format", p->part->format);
        put(p, "range", p->part->range);
        put(p, "interval", BF_STR("1"));
        put(p, "interval.unit", bf_str_of(p->part->unit));
        break;
    case BF_DDL_PROJECT_INTEGER:
        put(p, "range", p->part->range);
        if (p->part->digits) {
            struct bf_buf digits;
            bf_buf_init(&digits, 32);
            bf_buf_u64(&digits, p->part->digits);
            put(p, "digits", bf_buf_view(&digits));
            bf_buf_free(&digits);
        }
        break;
    case BF_DDL_PROJECT_ENUM:
        put(p, "values", p->part->values);
        break;
    case BF_DDL_PROJECT_INJECTED:
        break;
    }
}

void bf_ddl_layout_properties(const struct bf_ddl_layout *l,
                              void (*put_one)(void *arg, struct bf_str name, struct bf_str value),
                              void *arg)
{
    if (!l->projected)
        return;
    put_one(arg, BF_STR("projection.enabled"), BF_STR("true"));
    for (size_t i = 0; i < l->n; i++)
        put_part(&(struct putter){put_one, arg, &l->part[i]});
    put_one(arg, BF_STR("storage.location.template"), l->template);
}
