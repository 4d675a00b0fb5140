#include "cmd/bflocal/http/params.h"

#include <stdlib.h>

static bool wrong_type(struct bl_call *c, const char *name, const char *wanted)
{
    return bl_fail(c, BL_SerializationException, "%s: expected %s", name, wanted);
}

/* A member that the caller's function reads. */
struct other {
    struct bf_str name;
    bool (*take)(struct bl_call *c, struct bf_json *j, void *arg);
    void *arg;
    bool taken;
};

/* Is this member at the cursor, for the first time and not null? */
static bool is_wanted(const struct other *o, const struct bf_json_key *key, struct bf_json *j)
{
    enum bf_json_type type;
    struct bf_err e;
    return o && !o->taken && bf_json_key_eq(key, o->name) && bf_json_peek(j, &type, &e) &&
           type != BF_JSON_NULL;
}

/* The object at the cursor. */
static bool read_members(struct bl_call *c, struct bf_json *j, struct bl_params *p, struct other *o)
{
    struct bf_json_key key;
    struct bf_err e = {0};
    enum bf_json_more more;
    p->n = 0;
    if (!bf_json_enter(j, BF_JSON_OBJECT, &e))
        return bl_fail(c, BL_SerializationException, "Unexpected value type in payload");
    while ((more = bf_json_member(j, &key, &e)) == BF_JSON_MORE) {
        struct bf_json_val v;
        if (is_wanted(o, &key, j)) {
            o->taken = true;
            if (!o->take(c, j, o->arg))
                return false;
            continue;
        }
        if (!bf_json_value(j, &v, &e))
            break;
        if (v.type == BF_JSON_NULL || p->n == BL_PARAMS_MAX)
            continue;
        if (!bl_param_text(c, &(struct bf_json_val){.text = key.text, .escaped = key.escaped},
                           &p->member[p->n].name))
            return false;
        p->member[p->n++].value = v;
    }
    return more == BF_JSON_END || bl_fail(c, BL_SerializationException, "%s", e.text);
}

static bool read_object(struct bl_call *c, struct bf_str object, struct bl_params *p,
                        struct other *o)
{
    struct bf_json j;
    struct bf_err e = {0};
    bf_json_init(&j, object);
    return read_members(c, &j, p, o) &&
           (bf_json_end(&j, &e) || bl_fail(c, BL_SerializationException, "%s", e.text));
}

bool bl_params_read_object(struct bl_call *c, struct bf_str object, struct bl_params *p)
{
    return read_object(c, object, p, NULL);
}

static struct bf_str request_object(const struct bl_call *c)
{
    struct bf_str text = bf_str_trim(c->req.body);
    return text.n ? text : BF_STR("{}");
}

bool bl_params_read(struct bl_call *c, struct bl_params *p)
{
    return read_object(c, request_object(c), p, NULL);
}

bool bl_params_read_but(struct bl_call *c, struct bl_params *p, const char *name,
                        bool (*take)(struct bl_call *c, struct bf_json *j, void *arg), void *arg)
{
    struct other o = {.name = bf_str_of(name), .take = take, .arg = arg};
    return read_object(c, request_object(c), p, &o);
}

struct list {
    size_t n, most;
    bool (*take)(struct bl_call *c, const struct bl_params *element, void *arg);
    void *arg;
};

static bool take_elements(struct bl_call *c, struct bf_json *j, void *arg)
{
    struct list *l = arg;
    struct bl_params element;
    struct bf_err e = {0};
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_SerializationException, "%s", e.text);
    while ((more = bf_json_element(j, &e)) == BF_JSON_MORE) {
        if (l->n++ == l->most)
            return bl_fail(c, BL_SerializationException, "more than %zu elements", l->most);
        if (!read_members(c, j, &element, NULL) || !l->take(c, &element, l->arg))
            return false;
    }
    return more == BF_JSON_END || bl_fail(c, BL_SerializationException, "%s", e.text);
}

bool bl_params_read_list(struct bl_call *c, struct bl_params *p, const char *name, size_t most,
                         bool (*take)(struct bl_call *c, const struct bl_params *element,
                                      void *arg),
                         void *arg)
{
    struct list l = {.most = most, .take = take, .arg = arg};
    return bl_params_read_but(c, p, name, take_elements, &l);
}

const struct bf_json_val *bl_param(const struct bl_params *p, const char *name)
{
    struct bf_str wanted = bf_str_of(name);
    for (size_t i = 0; i < p->n; i++)
        if (bf_str_eq(p->member[i].name, wanted))
            return &p->member[i].value;
    return NULL;
}

struct bf_str bl_param_raw(const struct bl_params *p, const char *name)
{
    const struct bf_json_val *v = bl_param(p, name);
    return v ? v->raw : (struct bf_str){NULL, 0};
}

bool bl_param_text(struct bl_call *c, const struct bf_json_val *v, struct bf_str *out)
{
    *out = v->text;
    if (!v->escaped)
        return true;
    struct bf_buf b = {
        .p = bf_arena_alloc(&c->arena, v->text.n + 1), .cap = v->text.n + 1, .max = v->text.n + 1};
    if (!b.p)
        return bl_fail(c, BL_SerializationException, "request too large");
    bf_json_unescape(&b, v->text);
    *out = bf_buf_view(&b);
    return true;
}

bool bl_param_string(struct bl_call *c, const struct bl_params *p, const char *name,
                     struct bf_str *out)
{
    const struct bf_json_val *v = bl_param(p, name);
    if (!v)
        return true;
    if (v->type != BF_JSON_STRING)
        return wrong_type(c, name, "a string");
    return bl_param_text(c, v, out);
}

bool bl_param_int(struct bl_call *c, const struct bl_params *p, const char *name, int64_t *out)
{
    const struct bf_json_val *v = bl_param(p, name);
    if (!v)
        return true;
    char text[24], *end;
    if (v->type != BF_JSON_NUMBER || v->text.n >= sizeof text)
        return wrong_type(c, name, "an integer");
    memcpy(text, v->text.p, v->text.n);
    text[v->text.n] = '\0';
    *out = strtoll(text, &end, 10);
    return *end == '\0' || wrong_type(c, name, "an integer");
}

bool bl_param_bool(struct bl_call *c, const struct bl_params *p, const char *name, bool *out)
{
    const struct bf_json_val *v = bl_param(p, name);
    if (!v)
        return true;
    if (v->type != BF_JSON_TRUE && v->type != BF_JSON_FALSE)
        return wrong_type(c, name, "true or false");
    *out = v->type == BF_JSON_TRUE;
    return true;
}

bool bl_param_time(struct bl_call *c, const struct bl_params *p, const char *name, int64_t *ms)
{
    const struct bf_json_val *v = bl_param(p, name);
    if (!v)
        return true;
    char text[40], *end;
    if (v->type != BF_JSON_NUMBER || v->text.n >= sizeof text)
        return wrong_type(c, name, "a time in seconds");
    memcpy(text, v->text.p, v->text.n);
    text[v->text.n] = '\0';
    double seconds = strtod(text, &end);
    if (*end || seconds < 0 || seconds > 1e11)
        return wrong_type(c, name, "a time in seconds");
    *ms = (int64_t)(seconds * 1000 + 0.5);
    return true;
}
