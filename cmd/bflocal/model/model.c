/*
 * The walk over a request. Messages are those of the framework in which the services
 * are written: what all of them answer with the same constraint.
 */
#include "cmd/bflocal/model/model.h"

#include <stdlib.h>

#include "cmd/bflocal/model/model_impl.h"
#include "lib/json/scan.h"

enum { DEPTH_MAX = 32, SHOWN_MAX = 256, VIOLATIONS_MAX = 20 };

/* A step of the path to a value: a member or a key, or an element by its number from 1. */
struct step {
    const char *member; /* NULL: another kind of step */
    size_t element;
    struct bf_str key;
};

struct walk {
    struct bf_json j;
    struct bf_buf *text; /* the violations, or the error of type */
    struct bf_buf plain; /* a string without escapes */
    size_t violations;
    bool mistyped;
    bool *misfit; /* not NULL: a string that does not fit sets it, and its list or map reports */
    size_t depth;
    struct step path[DEPTH_MAX]; /* deeper values have the path of this depth in messages */
};

/* The caller sets depth back. */
static void descend(struct walk *w, struct step s)
{
    if (w->depth < DEPTH_MAX)
        w->path[w->depth] = s;
    w->depth++;
}

static void descend_member(struct walk *w, const char *name)
{
    descend(w, (struct step){.member = name});
}

/* Members begin with a small letter in messages. */
static void put_path(struct walk *w)
{
    for (size_t i = 0; i < w->depth && i < DEPTH_MAX; i++) {
        const struct step *s = &w->path[i];
        if (i)
            bf_buf_addc(w->text, '.');
        if (s->element)
            bf_buf_addf(w->text, "%zu.member", s->element);
        else if (s->member)
            bf_buf_addf(w->text, "%c%s", bf_ascii_lower(*s->member), s->member + 1);
        else
            bf_buf_adds(w->text, s->key);
    }
}

/* Begins "Value 'x' at 'path' failed to satisfy constraint: ". quoted.p == NULL: null. */
static void begin_violation(struct walk *w, struct bf_str value, const char *quote)
{
    if (w->violations++)
        bf_buf_lit(w->text, "; ");
    bf_buf_lit(w->text, "Value");
    if (value.p)
        bf_buf_addf(w->text, " %s%.*s%s", quote, BF_SHOWN_TO(value, SHOWN_MAX), quote);
    bf_buf_lit(w->text, " at '");
    put_path(w);
    bf_buf_lit(w->text, "' failed to satisfy constraint: ");
}

static void violate_value(struct walk *w, const struct bl_shape *s, struct bf_str value)
{
    begin_violation(w, s->sensitive ? bf_str(NULL, 0) : value, "'");
}

/* A length or a value outside its range. what: "length" or "value". */
static void check_range(struct walk *w, const struct bl_shape *s, const char *what, int64_t n,
                        struct bf_str value)
{
    if (n < s->min) {
        violate_value(w, s, value);
        bf_buf_addf(w->text, "Member must have %s greater than or equal to %lld", what,
                    (long long)s->min);
    } else if (n > s->max) {
        violate_value(w, s, value);
        bf_buf_addf(w->text, "Member must have %s less than or equal to %lld", what,
                    (long long)s->max);
    }
}

static void put_values(struct walk *w, const struct bl_shape *s)
{
    bf_buf_lit(w->text, "Member must satisfy enum value set: [");
    for (size_t i = 0; i < s->n; i++)
        bf_buf_addf(w->text, "%s%s", i ? ", " : "", bl_model_values(s)[i]);
    bf_buf_addc(w->text, ']');
}

/* All constraints of the strings in a list or map, in brackets. */
static void put_constraints(struct walk *w, const struct bl_shape *s)
{
    const char *between = "";
    bf_buf_addc(w->text, '[');
    if (s->max != BL_NO_MAX) {
        bf_buf_addf(w->text, "Member must have length less than or equal to %lld",
                    (long long)s->max);
        between = ", ";
    }
    if (s->min != BL_NO_MIN) {
        bf_buf_addf(w->text, "%sMember must have length greater than or equal to %lld", between,
                    (long long)s->min);
        between = ", ";
    }
    if (s->pattern) {
        bf_buf_addf(w->text, "%sMember must satisfy regular expression pattern: %s", between,
                    bl_model_pattern(s));
        between = ", ";
    }
    if (s->n) {
        bf_buf_addf(w->text, "%s", between);
        put_values(w, s);
    }
    bf_buf_addc(w->text, ']');
}

/* The strings of a list, or the keys or values of a map, of which one does not fit. */
static void violate_inside(struct walk *w, const struct bl_shape *inside, bool misfit,
                           struct bf_str value, const char *what)
{
    if (!misfit)
        return;
    begin_violation(w, value, "'");
    bf_buf_addf(w->text, "%s must satisfy constraint: ", what);
    put_constraints(w, inside);
}

/* Whether a string fits without its being decoded or counted: it is not longer than its JSON. */
static bool surely_fits(const struct bl_shape *s, struct bf_str json)
{
    return !s->pattern && !s->n && s->min <= 1 && (json.n || s->min <= 0) &&
           (int64_t)json.n <= s->max;
}

static void check_string(struct walk *w, const struct bl_shape *s, const struct bf_json_val *v)
{
    struct bf_str text = v->text;
    if (surely_fits(s, text))
        return;
    if (v->escaped) {
        bf_buf_reset(&w->plain);
        bf_json_unescape(&w->plain, v->text);
        if (!bf_buf_ok(&w->plain))
            return;
        text = bf_buf_view(&w->plain);
    }
    if (w->misfit) {
        *w->misfit |= !bl_text_fits(s, text);
        return;
    }
    check_range(w, s, "length", bl_text_length(text), text);
    if (s->pattern && !bl_model_matches(s, text)) {
        violate_value(w, s, text);
        bf_buf_addf(w->text, "Member must satisfy regular expression pattern: %s",
                    bl_model_pattern(s));
    }
    if (bl_text_is_value(s, text))
        return;
    violate_value(w, s, text);
    put_values(w, s);
}

/* The bytes of a base64 text. */
static void check_blob(struct walk *w, const struct bl_shape *s, struct bf_str text)
{
    size_t n = text.n / 4 * 3;
    for (size_t i = 1; i <= 2 && i <= text.n; i++)
        n -= n && text.p[text.n - i] == '=';
    check_range(w, s, "length", (int64_t)n, bf_str(NULL, 0));
}

static void check_integer(struct walk *w, const struct bl_shape *s, struct bf_str text)
{
    char digits[40] = "";
    memcpy(digits, text.p, text.n < sizeof digits ? text.n : sizeof digits - 1);
    check_range(w, s, "value", strtoll(digits, NULL, 10), text);
}

static const char *const kinds[] = {
    [BL_SHAPE_STRUCTURE] = "a structure",
    [BL_SHAPE_LIST] = "a list",
    [BL_SHAPE_MAP] = "a map",
    [BL_SHAPE_STRING] = "a String",
    [BL_SHAPE_BLOB] = "a Blob",
    [BL_SHAPE_BOOLEAN] = "a Boolean",
    [BL_SHAPE_TIME] = "a Timestamp",
    [BL_SHAPE_INTEGER] = "an Integer",
    [BL_SHAPE_NUMBER] = "a Double",
};

static bool fail_type(struct walk *w, const struct bl_shape *s, enum bf_json_type type)
{
    static const char *const tokens[] = {
        [BF_JSON_NULL] = "NULL_VALUE",
        [BF_JSON_FALSE] = "FALSE_VALUE",
        [BF_JSON_TRUE] = "TRUE_VALUE",
        [BF_JSON_NUMBER] = "NUMBER_VALUE",
        [BF_JSON_STRING] = "STRING_VALUE",
        [BF_JSON_ARRAY] = "",
        [BF_JSON_OBJECT] = "",
    };
    bf_buf_reset(w->text);
    w->mistyped = true;
    if (type == BF_JSON_ARRAY)
        bf_buf_lit(w->text, "Start of list found where not expected");
    else if (type == BF_JSON_OBJECT)
        bf_buf_lit(w->text, "Start of structure or map found where not expected.");
    else if (s->kind <= BL_SHAPE_MAP)
        bf_buf_addf(w->text, "%s",
                    s->kind == BL_SHAPE_LIST ? "Expected list or null" : "Expected null");
    else
        bf_buf_addf(w->text, "%s can not be converted to %s", tokens[type], kinds[s->kind]);
    return false;
}

static bool has_type(const struct bl_shape *s, enum bf_json_type type)
{
    switch (s->kind) {
    case BL_SHAPE_STRUCTURE:
    case BL_SHAPE_MAP:
        return type == BF_JSON_OBJECT;
    case BL_SHAPE_LIST:
        return type == BF_JSON_ARRAY;
    case BL_SHAPE_STRING:
    case BL_SHAPE_BLOB:
        return type == BF_JSON_STRING;
    case BL_SHAPE_BOOLEAN:
        return type == BF_JSON_TRUE || type == BF_JSON_FALSE;
    case BL_SHAPE_TIME:
    case BL_SHAPE_INTEGER:
    case BL_SHAPE_NUMBER:
        return type == BF_JSON_NUMBER;
    }
    return false;
}

/* The walk's functions return false at its end: the text is no JSON, or has a wrong type. */
static bool check_value(struct walk *w, const struct bl_shape *s);

static bool check_scalar(struct walk *w, const struct bl_shape *s)
{
    struct bf_json_val v;
    struct bf_err e;
    if (!bf_json_value(&w->j, &v, &e))
        return false;
    if (s->kind == BL_SHAPE_STRING)
        check_string(w, s, &v);
    else if (s->kind == BL_SHAPE_BLOB)
        check_blob(w, s, v.text);
    else if (s->kind == BL_SHAPE_INTEGER)
        check_integer(w, s, v.text);
    return true;
}

static void violate_null(struct walk *w)
{
    begin_violation(w, BF_STR("null"), "");
    bf_buf_lit(w->text, "Member must not be null");
}

static void require_members(struct walk *w, const struct bl_shape *s, uint64_t seen)
{
    const struct bl_shape_member *m = bl_model_members(s);
    size_t depth = w->depth;
    for (size_t i = 0; i < s->n; i++) {
        if (!m[i].required || (seen >> i & 1))
            continue;
        descend_member(w, m[i].name);
        violate_null(w);
        w->depth = depth;
    }
}

static const struct bl_shape_member *find_member(const struct bl_shape *s,
                                                 const struct bf_json_key *key)
{
    const struct bl_shape_member *m = bl_model_members(s);
    for (size_t i = 0; i < s->n; i++)
        if (bf_json_key_eq(key, bf_str_of(m[i].name)))
            return &m[i];
    return NULL;
}

static bool check_structure(struct walk *w, const struct bl_shape *s)
{
    struct bf_json_key key;
    struct bf_err e;
    enum bf_json_more more;
    enum bf_json_type type;
    size_t depth = w->depth;
    uint64_t seen = 0;
    while ((more = bf_json_member(&w->j, &key, &e)) == BF_JSON_MORE) {
        const struct bl_shape_member *m = find_member(s, &key);
        if (!bf_json_peek(&w->j, &type, &e))
            return false;
        if (!m || type == BF_JSON_NULL) {
            if (!bf_json_skip(&w->j, &e))
                return false;
            continue;
        }
        seen |= (uint64_t)1 << (m - bl_model_members(s));
        descend_member(w, m->name);
        if (!check_value(w, bl_model_shape(m->shape)))
            return false;
        w->depth = depth;
    }
    if (more == BF_JSON_END)
        require_members(w, s, seen);
    return more == BF_JSON_END;
}

/* An element of a list or a value of a map. */
static bool check_inside(struct walk *w, const struct bl_shape *s, bool *misfit)
{
    enum bf_json_type type;
    struct bf_err e;
    w->misfit = s->kind == BL_SHAPE_STRING ? misfit : NULL;
    bool ok = bf_json_peek(&w->j, &type, &e);
    if (ok && type == BF_JSON_NULL)
        violate_null(w);
    ok = ok && check_value(w, s);
    w->misfit = NULL;
    return ok;
}

static bool check_list(struct walk *w, const struct bl_shape *s)
{
    const struct bl_shape *element = bl_model_shape(s->first);
    struct bf_err e;
    enum bf_json_more more;
    size_t depth = w->depth, n = 0;
    bool misfit = false;
    while ((more = bf_json_element(&w->j, &e)) == BF_JSON_MORE) {
        descend(w, (struct step){.element = ++n});
        if (!check_inside(w, element, &misfit))
            return false;
        w->depth = depth;
    }
    check_range(w, s, "length", (int64_t)n, n ? BF_STR("[...]") : BF_STR("[]"));
    violate_inside(w, element, misfit, BF_STR("[...]"), "Member");
    return more == BF_JSON_END;
}

static void check_key(struct walk *w, const struct bl_shape *s, const struct bf_json_key *key,
                      bool *misfit)
{
    const struct bf_json_val k = {.text = key->text, .escaped = key->escaped};
    w->misfit = misfit;
    check_string(w, s, &k);
    w->misfit = NULL;
}

static bool check_map(struct walk *w, const struct bl_shape *s)
{
    const struct bl_shape *keys = bl_model_shape(s->first), *values = bl_model_shape(s->n);
    struct bf_json_key key;
    struct bf_err e;
    enum bf_json_more more;
    size_t depth = w->depth, n = 0;
    bool bad_key = false, bad_value = false;
    while ((more = bf_json_member(&w->j, &key, &e)) == BF_JSON_MORE) {
        n++;
        descend(w, (struct step){.key = key.text});
        check_key(w, keys, &key, &bad_key);
        if (!check_inside(w, values, &bad_value))
            return false;
        w->depth = depth;
    }
    check_range(w, s, "length", (int64_t)n, n ? BF_STR("{...}") : BF_STR("{}"));
    violate_inside(w, keys, bad_key, BF_STR("{...}"), "Map keys");
    violate_inside(w, values, bad_value, BF_STR("{...}"), "Map value");
    return more == BF_JSON_END;
}

static bool check_value(struct walk *w, const struct bl_shape *s)
{
    struct bf_err e;
    enum bf_json_type type;
    if (!bf_json_peek(&w->j, &type, &e))
        return false;
    if (type == BF_JSON_NULL || w->violations >= VIOLATIONS_MAX)
        return bf_json_skip(&w->j, &e);
    if (!has_type(s, type))
        return fail_type(w, s, type);
    if (s->kind > BL_SHAPE_MAP)
        return check_scalar(w, s);
    if (!bf_json_enter(&w->j, type, &e))
        return false;
    return s->kind == BL_SHAPE_STRUCTURE ? check_structure(w, s)
           : s->kind == BL_SHAPE_LIST    ? check_list(w, s)
                                         : check_map(w, s);
}

/* The strings of a list in one header. */
static void check_items(struct walk *w, const struct bl_shape *s, struct bf_str text)
{
    struct bf_str item;
    bool misfit = false;
    while (text.n && bf_str_split(&text, ',', &item))
        misfit = misfit || !bl_text_fits(s, bf_str_trim(item));
    violate_inside(w, s, misfit, BF_STR("[...]"), "Member");
}

static bool check_outside(struct walk *w, const struct bl_outside *o, struct bf_str text)
{
    const struct bl_shape *s = bl_model_shape(o->shape);
    const struct bf_json_val v = {.type = BF_JSON_STRING, .text = text};
    if (!text.p && o->required)
        violate_null(w);
    if (!text.p)
        return true;
    if (!bl_text_has_type(s, text))
        return fail_type(w, s, BF_JSON_STRING);
    if (s->kind == BL_SHAPE_INTEGER)
        check_integer(w, s, text);
    else if (s->kind == BL_SHAPE_STRING)
        check_string(w, s, &v);
    else if (s->kind == BL_SHAPE_LIST)
        check_items(w, bl_model_shape(s->first), text);
    return true;
}

static bool check_all_outside(struct walk *w, const struct bl_model *m,
                              const struct bl_model_request *r, const struct bl_outside **wrong)
{
    size_t n;
    const struct bl_outside *o = bl_model_outside(m, &n);
    bool ok = true;
    for (size_t i = 0; ok && r->outside && i < n; i++) {
        descend_member(w, o[i].name);
        ok = check_outside(w, &o[i], r->outside(r->arg, &o[i]));
        w->depth = 0;
        if (!*wrong && (!ok || w->violations))
            *wrong = &o[i];
    }
    return ok;
}

enum bl_model_verdict bl_model_check(const struct bl_model *m, const struct bl_model_request *r,
                                     struct bf_buf *text, const struct bl_outside **wrong)
{
    struct walk w;
    struct bf_buf violations;
    struct bf_str body = bf_str_trim(r->body);
    bf_buf_init(&violations, text->max - 64); /* its head: the number of violations */
    w.text = &violations;
    w.violations = w.depth = 0;
    w.mistyped = false;
    w.misfit = NULL;
    bf_json_init(&w.j, body.n ? body : BF_STR("{}"));
    bf_buf_init(&w.plain, body.n + 1);
    *wrong = NULL;
    bool whole =
        check_all_outside(&w, m, r, wrong) && (!r->body.p || check_value(&w, bl_model_body(m)));
    if (w.mistyped)
        bf_buf_adds(text, bf_buf_view(&violations));
    else if (whole && w.violations)
        bf_buf_addf(text, "%zu validation error%s detected: %.*s", w.violations,
                    w.violations > 1 ? "s" : "", (int)violations.n, violations.p);
    bf_buf_free(&violations);
    bf_buf_free(&w.plain);
    return w.mistyped ? BL_MODEL_TYPE : whole && w.violations ? BL_MODEL_VIOLATED : BL_MODEL_FITS;
}
