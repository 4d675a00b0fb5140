#include "cmd/bflocal/firehose/jq.h"

#include "lib/json/scan.h"

/* The text that is not read yet. */
struct reader {
    struct bf_str all, rest;
};

static void skip_space(struct reader *r)
{
    while (r->rest.n && memchr(" \t\r\n", r->rest.p[0], 4))
        r->rest = bf_str(r->rest.p + 1, r->rest.n - 1);
}

static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (!r->rest.n || r->rest.p[0] != c)
        return false;
    r->rest = bf_str(r->rest.p + 1, r->rest.n - 1);
    return true;
}

static bool is_letter(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static bool take_name(struct reader *r, struct bf_str *name)
{
    size_t n = 0;
    skip_space(r);
    while (n < r->rest.n &&
           (is_letter(r->rest.p[n]) || (n && r->rest.p[n] >= '0' && r->rest.p[n] <= '9')))
        n++;
    *name = bf_str(r->rest.p, n);
    r->rest = bf_str(r->rest.p + n, r->rest.n - n);
    return n > 0;
}

/* "..." without escapes. */
static bool take_quoted(struct reader *r, struct bf_str *name)
{
    if (!take(r, '"'))
        return false;
    const char *end = memchr(r->rest.p, '"', r->rest.n);
    if (!end || memchr(r->rest.p, '\\', (size_t)(end - r->rest.p)))
        return false;
    *name = bf_str(r->rest.p, (size_t)(end - r->rest.p));
    r->rest = bf_str(end + 1, r->rest.n - name->n - 1);
    return name->n > 0;
}

static bool take_index(struct reader *r, uint64_t *index)
{
    size_t n = 0;
    *index = 0;
    while (n < r->rest.n && n < 9 && r->rest.p[n] >= '0' && r->rest.p[n] <= '9')
        *index = *index * 10 + (uint64_t)(r->rest.p[n++] - '0');
    r->rest = bf_str(r->rest.p + n, r->rest.n - n);
    return n > 0;
}

/* After the first dot: a name, "a name", ["a name"] or [0]. */
static bool take_step(struct reader *r, struct bl_jq_step *step)
{
    *step = (struct bl_jq_step){0};
    if (!take(r, '['))
        return take_quoted(r, &step->name) || take_name(r, &step->name);
    return (take_quoted(r, &step->name) || take_index(r, &step->index)) && take(r, ']');
}

static bool next_is(struct reader *r, char c)
{
    skip_space(r);
    return r->rest.n && r->rest.p[0] == c;
}

static bool take_path(struct reader *r, struct bl_jq_step *steps, size_t *n)
{
    *n = 0;
    if (!take(r, '.'))
        return false;
    do {
        if (*n == BL_JQ_STEPS || !take_step(r, &steps[(*n)++]))
            return false;
    } while (next_is(r, '[') || take(r, '.'));
    return true;
}

static bool fail(const struct reader *r, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT,
                      "MetadataExtractionQuery: bflocal's Firehose reads objects of paths such as "
                      "{a: .b.c}, and does not know what "
                      "begins at byte %zu, '%.*s'",
                      r->all.n - r->rest.n + 1, BF_SHOWN_TO(r->rest, 40));
}

bool bl_jq_parse(struct bl_jq *q, struct bf_str text, struct bf_err *e)
{
    struct reader r = {text, text};
    q->n = 0;
    if (!take(&r, '{'))
        return fail(&r, e);
    do {
        if (q->n == BL_JQ_KEYS)
            return bf_err_set(e, BF_E_INPUT, "MetadataExtractionQuery: more than %d keys",
                              BL_JQ_KEYS);
        if (!(take_quoted(&r, &q->key[q->n].name) || take_name(&r, &q->key[q->n].name)) ||
            !take(&r, ':') || !take_path(&r, q->key[q->n].step, &q->key[q->n].n) ||
            !(next_is(&r, ',') || next_is(&r, '}')))
            return fail(&r, e);
        q->n++;
    } while (take(&r, ','));
    if (!take(&r, '}'))
        return fail(&r, e);
    skip_space(&r);
    return !r.rest.n || fail(&r, e);
}

static bool element(struct bf_str array, uint64_t index, struct bf_json_val *v, bool *found)
{
    struct bf_json j;
    struct bf_err e;
    *found = false;
    bf_json_init(&j, array);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return false;
    for (uint64_t i = 0; bf_json_element(&j, &e) == BF_JSON_MORE; i++) {
        if (!bf_json_value(&j, v, &e))
            return false;
        if (i == index) {
            *found = true;
            return true;
        }
    }
    return true;
}

/* The value at the end of a path; false: there is none. */
static bool find(struct bf_str record, const struct bl_jq_step *steps, size_t n,
                 struct bf_json_val *v)
{
    struct bf_err e;
    bool found = true;
    *v = (struct bf_json_val){.type = BF_JSON_OBJECT, .raw = record};
    for (size_t i = 0; i < n; i++) {
        bool ok =
            steps[i].name.p
                ? v->type == BF_JSON_OBJECT && bf_json_find(v->raw, steps[i].name, v, &found, &e)
                : v->type == BF_JSON_ARRAY && element(v->raw, steps[i].index, v, &found);
        if (!ok || !found)
            return false;
    }
    return true;
}

bool bl_jq_run(const struct bl_jq *q, struct bf_str record, struct bf_buf *out, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_val v;
    bf_json_init(&j, record);
    if (!bf_json_value(&j, &v, e) || !bf_json_end(&j, e) || v.type != BF_JSON_OBJECT)
        return bf_err_set(e, BF_E_INPUT, "Non JSON record provided");
    struct bf_str object = v.raw;
    for (size_t i = 0; i < q->n; i++) {
        bool found = find(object, q->key[i].step, q->key[i].n, &v);
        if (!found || v.type == BF_JSON_NULL || v.type == BF_JSON_ARRAY ||
            v.type == BF_JSON_OBJECT || !v.text.n)
            return bf_err_set(e, BF_E_INPUT, "partitionKeys values must not be null or empty: %.*s",
                              BF_SHOWN(q->key[i].name));
        bf_buf_adds(out, q->key[i].name);
        bf_buf_addc(out, '\0');
        if (v.type == BF_JSON_STRING)
            bf_json_unescape(out, v.text);
        else
            bf_buf_adds(out, v.raw);
        bf_buf_addc(out, '\0');
    }
    return bf_buf_check(out, "the partition keys", e);
}
