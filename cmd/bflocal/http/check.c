#include "cmd/bflocal/http/check.h"

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/http/service.h"
#include "lib/encoding/enc.h"

enum { TEXT_MAX = 64 * 1024 };

static struct bf_str part_of_path(struct bl_call *c, size_t n)
{
    struct bf_str rest = c->req.path, part = {NULL, 0}, out = {NULL, 0};
    struct bf_buf b;
    for (size_t i = 0; i <= n; i++)
        if (!rest.p || !bf_str_split(&rest, '/', &part))
            return out;
    bf_buf_init(&b, part.n + 1);
    bf_uri_decode(&b, part);
    if (!bf_buf_ok(&b) || !bf_arena_copy(&c->arena, bf_buf_view(&b), &out))
        out = bf_str(NULL, 0);
    bf_buf_free(&b);
    return out;
}

static struct bf_str find_outside(void *arg, const struct bl_outside *o)
{
    struct bl_call *c = arg;
    if (o->place == BL_IN_PATH)
        return part_of_path(c, o->part);
    if (o->place == BL_IN_HEADER)
        return bl_header(c, o->wire);
    return c->service->protocol->member ? c->service->protocol->member(c, o->wire)
                                        : bl_query(c, o->wire);
}

static void refuse(struct bl_call *c, enum bl_model_verdict v, const struct bl_outside *wrong,
                   struct bf_str text)
{
    const struct bl_dialect *d = c->service->dialect;
    if (c->service->protocol && c->service->protocol->refuse)
        c->service->protocol->refuse(c, wrong, text);
    else if (v == BL_MODEL_TYPE)
        bl_fail(c, BL_SerializationException, "%.*s", (int)text.n, text.p);
    else
        bl_fail_with(c, d->violated_error, bf_str_of(d->violated_members), "%.*s", (int)text.n,
                     text.p);
}

bool bl_call_check(struct bl_call *c)
{
    const struct bl_model *m = bl_model_find(c->service->name, c->op_name);
    struct bf_str body = c->req.body.p ? c->req.body : BF_STR("");
    const struct bl_model_request r = {c->service->dialect ? body : bf_str(NULL, 0),
                                       c->service->protocol ? find_outside : NULL, c};
    const struct bl_outside *wrong;
    struct bf_buf text;
    if (!m)
        return true;
    bf_buf_init(&text, TEXT_MAX);
    enum bl_model_verdict v = bl_model_check(m, &r, &text, &wrong);
    if (v != BL_MODEL_FITS)
        refuse(c, v, wrong, bf_buf_ok(&text) ? bf_buf_view(&text) : BF_STR("out of memory"));
    bf_buf_free(&text);
    return v == BL_MODEL_FITS;
}
