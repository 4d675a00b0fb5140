#include "lib/ddl/infer.h"

enum { ARENA_MAX = 64 * 1024 * 1024 };

void bf_ddl_infer_init(struct bf_ddl_infer *i)
{
    *i = (struct bf_ddl_infer){0};
    bf_arena_init(&i->arena, ARENA_MAX);
}

void bf_ddl_infer_free(struct bf_ddl_infer *i)
{
    bf_arena_free(&i->arena);
    *i = (struct bf_ddl_infer){0};
}

bool bf_ddl_infer_row(struct bf_ddl_infer *i, struct bf_str row, struct bf_err *e)
{
    struct bf_json j;
    enum bf_json_type type;
    bf_json_init(&j, row);
    if (!bf_json_check(row, e)) { /* all of it, before any of it counts */
        e->code = BF_E_INPUT;     /* too deep is the row's fault, too */
        return false;
    }
    if (!bf_json_peek(&j, &type, e) || type != BF_JSON_OBJECT)
        return bf_err_set(e, BF_E_INPUT, "byte 1: an object was expected");
    if (!i->seen && !(i->seen = bf_ddl_seen_new(&i->arena)))
        return bf_err_nomem(e);
    return bf_ddl_seen_row(&i->arena, i->seen, row, ++i->rows, e);
}

static bool skipped(struct bf_str name, const struct bf_str *skip, size_t n)
{
    size_t i = 0;
    while (i < n && !bf_str_eq(skip[i], name))
        i++;
    return i < n;
}

static bool empty(const struct bf_ddl_seen *s)
{
    int v = BF_DDL_SEEN_BOOLEAN;
    while (v < BF_DDL_SEEN_N && !s->first[v])
        v++;
    return v == BF_DDL_SEEN_N;
}

bool bf_ddl_infer_schema(struct bf_ddl_infer *i, const struct bf_str *skip, size_t n,
                         struct bf_schema *s, struct bf_err *e)
{
    if (i->seen && i->seen->many_row)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", BF_DDL_MEMBERS_MAX);
    for (size_t k = 0; i->seen && k < i->seen->nmembers; k++) {
        const struct bf_ddl_member *m = &i->seen->member[k];
        struct bf_ddl_verdict v;
        if (skipped(m->name, skip, n))
            continue;
        if (!bf_ddl_seen_decide(&i->arena, m->seen, true, &v, e))
            return false;
        if (empty(m->seen))
            v.type = (struct bf_type){.kind = BF_TYPE_JSON};
        /* the schema has memory of its own */
        struct bf_buf text;
        struct bf_str name, kept;
        struct bf_type type;
        bf_buf_init(&text, ARENA_MAX);
        bf_type_put(&text, &v.type);
        bool ok = bf_buf_check(&text, "a type", e) &&
                  ((bf_arena_copy(&s->arena, bf_buf_view(&text), &kept) &&
                    bf_arena_copy(&s->arena, m->name, &name)) ||
                   bf_err_nomem(e));
        bf_buf_free(&text);
        if (!ok || !bf_type_parse(&s->arena, kept, &type, e) || !bf_schema_add(s, name, &type, e))
            return false;
    }
    return s->n || bf_err_set(e, BF_E_INPUT, "no columns");
}
