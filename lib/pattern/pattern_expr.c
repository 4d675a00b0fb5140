/* The values of a field: parses the array of a pattern; errors are in the service's wording. */
#include <stdarg.h>
#include <stdio.h>

#include "lib/pattern/pattern_impl.h"

bool bf_pat_fail(const struct pat_parse *ps, const char *at, struct bf_err *e, const char *fmt, ...)
{
    char what[360];
    size_t line = 1;
    const char *from = ps->text.p;
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    for (const char *p = ps->text.p; p < at; p++)
        if (*p == '\n') {
            line++;
            from = p + 1;
        }
    return bf_err_set(e, BF_E_USAGE, "line %zu, column %zu: Event pattern is not valid. Reason: %s",
                      line, (size_t)(at - from) + 1, what);
}

/* A value and its position in the pattern. */
struct word {
    struct bf_json_val v;
    const char *at;
};

static bool next_value(struct pat_parse *ps, struct word *w, struct bf_err *e)
{
    bool ok = bf_json_value(&ps->json, &w->v, e);
    w->at = w->v.raw.p;
    return ok;
}

/* Rejects further members in an object that must have only one. */
static bool only_one(struct pat_parse *ps, const char *what, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more = bf_json_member(&ps->json, &key, e);
    if (more == BF_JSON_MORE)
        return bf_pat_fail(ps, key.text.p - 1, e, "%s", what);
    return more == BF_JSON_END;
}

static const char one_key[] = "Only one key allowed in match expression";

/* The name in {"name": ...}; the cursor is then at its value. missing is the error for {}. */
static bool only_key(struct pat_parse *ps, struct bf_json_key *key, const char *missing,
                     struct bf_err *e)
{
    const char *at = ps->json.p;
    if (!bf_json_enter(&ps->json, BF_JSON_OBJECT, e))
        return false;
    enum bf_json_more more = bf_json_member(&ps->json, key, e);
    if (more == BF_JSON_END)
        return bf_pat_fail(ps, at, e, "%s", missing);
    return more == BF_JSON_MORE;
}

static int shown(struct bf_str s)
{
    return (int)(s.n < 100 ? s.n : 100);
}

/* The string w as a value of that kind. */
static bool string_value(struct pat_parse *ps, const struct word *w, enum pat_kind kind,
                         struct pat_value *out, struct bf_err *e)
{
    out->kind = kind;
    if (!bf_pat_copy(ps, w->v.text, w->v.escaped, &out->text, e))
        return false;
    return kind != PAT_WILDCARD || bf_pat_wildcard_compile(ps, w->at, out, e);
}

/* The text of the number w, which must be valid for us. */
static bool number_text(struct pat_parse *ps, const struct word *w, struct bf_str *out,
                        struct bf_err *e)
{
    struct pat_number number;
    if (!bf_pat_number_read(w->v.raw, &number))
        return bf_pat_fail(ps, w->at, e, "Cannot compare number : %.*s", shown(w->v.raw),
                           w->v.raw.p);
    return bf_pat_copy(ps, w->v.raw, false, out, e);
}

/* A number in the pattern is a range with equal ends. */
static bool number_value(struct pat_parse *ps, const struct word *w, struct pat_value *out,
                         struct bf_err *e)
{
    out->kind = PAT_NUMERIC;
    if (!number_text(ps, w, &out->low, e))
        return false;
    out->high = out->low;
    return true;
}

static bool limit(struct pat_parse *ps, const char *op, struct bf_str *out, struct bf_err *e)
{
    enum bf_json_more more = bf_json_element(&ps->json, e);
    struct word w;
    const char *at = ps->json.p;
    if (more == BF_JSON_ERROR)
        return false;
    if (more == BF_JSON_END)
        return bf_pat_fail(ps, at - 1, e, "Value of %s must be numeric", op);
    if (!next_value(ps, &w, e))
        return false;
    if (w.v.type != BF_JSON_NUMBER)
        return bf_pat_fail(ps, w.at, e, "Value of %s must be numeric", op);
    return number_text(ps, &w, out, e);
}

static bool is_less(struct bf_str a, struct bf_str b)
{
    struct pat_number x, y;
    return bf_pat_number_read(a, &x) && bf_pat_number_read(b, &y) && bf_pat_number_cmp(&x, &y) < 0;
}

/* The second half of a range: "<" or "<=", a number, and the end. */
static bool upper_half(struct pat_parse *ps, struct pat_value *out, struct bf_err *e)
{
    struct word op;
    enum bf_json_more more = bf_json_element(&ps->json, e);
    if (more != BF_JSON_MORE)
        return more == BF_JSON_END;
    if (!next_value(ps, &op, e))
        return false;
    if (op.v.type != BF_JSON_STRING)
        return bf_pat_fail(ps, op.at, e, "Bad value in numeric range: %.*s", shown(op.v.raw),
                           op.v.raw.p);
    out->open_high = bf_str_is(op.v.text, "<");
    if (!out->open_high && !bf_str_is(op.v.text, "<="))
        return bf_pat_fail(ps, op.at, e, "Bad numeric range operator: %.*s", shown(op.v.text),
                           op.v.text.p);
    if (!limit(ps, out->open_high ? "<" : "<=", &out->high, e))
        return false;
    if (!is_less(out->low, out->high))
        return bf_pat_fail(ps, op.at, e, "Bottom must be less than top");
    more = bf_json_element(&ps->json, e);
    if (more == BF_JSON_MORE)
        return bf_pat_fail(ps, ps->json.p, e, "Too many terms in numeric range expression");
    return more == BF_JSON_END;
}

static bool lower_half(struct pat_parse *ps, const struct word *op, struct pat_value *out,
                       struct bf_err *e)
{
    struct bf_str name = op->v.text;
    bool low = bf_str_is(name, ">") || bf_str_is(name, ">="), equals = bf_str_is(name, "=");
    bool high = bf_str_is(name, "<") || bf_str_is(name, "<=");
    if (!low && !high && !equals)
        return bf_pat_fail(ps, op->at, e, "Unrecognized numeric range operator: %.*s", shown(name),
                           name.p);
    char text[8] = "equals";
    if (!equals) {
        memcpy(text, name.p, name.n);
        text[name.n] = '\0';
    }
    if (!limit(ps, text, high ? &out->high : &out->low, e))
        return false;
    out->open_low = low && name.n == 1;
    out->open_high = high && name.n == 1;
    if (equals)
        out->high = out->low;
    if (low)
        return upper_half(ps, out, e);
    enum bf_json_more more = bf_json_element(&ps->json, e);
    if (more == BF_JSON_MORE)
        return bf_pat_fail(ps, ps->json.p, e, "Too many elements in numeric expression");
    return more == BF_JSON_END;
}

static bool numeric(struct pat_parse *ps, struct pat_value *out, struct bf_err *e)
{
    enum bf_json_type type;
    struct word op;
    if (!bf_json_peek(&ps->json, &type, e))
        return false;
    if (type != BF_JSON_ARRAY)
        return bf_pat_fail(ps, ps->json.p, e, "Value of numeric must be an array.");
    if (!bf_json_enter(&ps->json, BF_JSON_ARRAY, e))
        return false;
    out->kind = PAT_NUMERIC;
    enum bf_json_more more = bf_json_element(&ps->json, e);
    if (more == BF_JSON_ERROR)
        return false;
    if (more == BF_JSON_END)
        return bf_pat_fail(ps, ps->json.p - 1, e, "Invalid member in numeric match: ]");
    if (!next_value(ps, &op, e))
        return false;
    if (op.v.type != BF_JSON_STRING)
        return bf_pat_fail(ps, op.at, e, "Invalid member in numeric match: %.*s", shown(op.v.raw),
                           op.v.raw.p);
    return lower_half(ps, &op, out, e) &&
           only_one(ps, "Too many elements in numeric expression", e);
}

/* {"prefix":"text"} or {"prefix":{"equals-ignore-case":"text"}}, and the same for suffix; name is for messages. */
static bool affix(struct pat_parse *ps, bool prefix, struct pat_value *out, struct bf_err *e)
{
    enum bf_json_type type;
    struct bf_json_key key;
    struct word w;
    enum pat_kind kind = prefix ? PAT_PREFIX : PAT_SUFFIX;
    if (!bf_json_peek(&ps->json, &type, e))
        return false;
    bool folded = type == BF_JSON_OBJECT;
    if (folded) {
        if (!only_key(ps, &key,
                      prefix ? "Prefix expression name not found"
                             : "Suffix expression name not found",
                      e))
            return false;
        if (!bf_json_key_is(&key, "equals-ignore-case"))
            return bf_pat_fail(ps, key.text.p - 1, e, "Unsupported %s pattern: %.*s",
                               prefix ? "prefix" : "suffix", shown(key.text), key.text.p);
        kind = prefix ? PAT_PREFIX_FOLD : PAT_SUFFIX_FOLD;
    }
    if (!next_value(ps, &w, e))
        return false;
    if (w.v.type != BF_JSON_STRING)
        return bf_pat_fail(ps, w.at, e, "%s match pattern must be a string",
                           folded   ? "equals-ignore-case"
                           : prefix ? "prefix"
                                    : "suffix");
    return string_value(ps, &w, kind, out, e) && (!folded || only_one(ps, one_key, e)) &&
           only_one(ps, one_key, e);
}

static bool text_operator(struct pat_parse *ps, const char *name, enum pat_kind kind,
                          struct pat_value *out, struct bf_err *e)
{
    struct word w;
    if (!next_value(ps, &w, e))
        return false;
    if (w.v.type != BF_JSON_STRING)
        return bf_pat_fail(ps, w.at, e, "%s match pattern must be a string", name);
    return string_value(ps, &w, kind, out, e) && only_one(ps, one_key, e);
}

static bool exists(struct pat_parse *ps, struct pat_value *out, struct bf_err *e)
{
    struct word w;
    if (!next_value(ps, &w, e))
        return false;
    if (w.v.type != BF_JSON_TRUE && w.v.type != BF_JSON_FALSE)
        return bf_pat_fail(ps, w.at, e, "exists match pattern must be either true or false.");
    out->kind = w.v.type == BF_JSON_TRUE ? PAT_EXISTS : PAT_ABSENT;
    return only_one(ps, one_key, e);
}

/* Parses the number of bits of a network; returns the service's message if it is invalid, or NULL. */
static const char *mask_bits(struct bf_str text, int *bits)
{
    bool negative = text.n > 1 && text.p[0] == '-';
    size_t i = negative || (text.n > 1 && text.p[0] == '+');
    if (i == text.n || text.n > 9)
        return "Malformed CIDR, mask bits must be an integer";
    for (*bits = 0; i < text.n; i++) {
        if (!core_digit(text.p[i]))
            return "Malformed CIDR, mask bits must be an integer";
        *bits = *bits * 10 + (text.p[i] - '0');
    }
    return negative && *bits ? "Malformed CIDR, mask bits must not be negative" : NULL;
}

/* Does it have the form of an address? Then only its numbers can be invalid. */
static bool looks_like_address(struct bf_str text)
{
    size_t dots = 0, colons = 0, digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '.' && (i == 0 || text.p[i - 1] == '.' || i + 1 == text.n))
            return false;
        dots += c == '.';
        colons += c == ':';
        digits += core_digit(c);
        if (c != '.' && c != ':' && !core_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
            return false;
    }
    return colons ? dots == 0 : dots == 3 && digits + dots == text.n;
}

static bool cidr(struct pat_parse *ps, struct pat_value *out, struct bf_err *e)
{
    struct word w;
    struct bf_str ip, bits;
    if (!next_value(ps, &w, e))
        return false;
    if (w.v.type != BF_JSON_STRING)
        return bf_pat_fail(ps, w.at, e, "prefix match pattern must be a string");
    if (!string_value(ps, &w, PAT_CIDR, out, e))
        return false;
    for (bits = out->text; bits.n && bits.p[bits.n - 1] == '/';)
        bits.n--;
    if (!bf_str_split(&bits, '/', &ip) || !bits.p || memchr(bits.p, '/', bits.n))
        return bf_pat_fail(ps, w.at, e, "Malformed CIDR, one '/' required");
    const char *wrong = mask_bits(bits, &out->bits);
    if (wrong)
        return bf_pat_fail(ps, w.at, e, "%s", wrong);
    if (!bf_pat_address_read(ip, &out->address))
        return bf_pat_fail(ps, w.at, e, "%s IP address: %.*s",
                           looks_like_address(ip) ? "Invalid" : "Nonstandard", shown(ip), ip.p);
    if (out->bits >= out->address.n * 8)
        return bf_pat_fail(ps, w.at, e, "IPv%d mask bits must be < %d", out->address.n == 4 ? 4 : 6,
                           out->address.n * 8);
    return only_one(ps, one_key, e);
}

/* One value that anything-but excludes. */
static bool but_member(struct pat_parse *ps, enum pat_kind kind, bool in_list,
                       struct pat_value *out, struct bf_err *e)
{
    struct word w;
    if (!next_value(ps, &w, e))
        return false;
    if (w.v.type == BF_JSON_STRING) {
        if (w.v.text.n == 0 && (kind == PAT_PREFIX || kind == PAT_SUFFIX))
            return bf_pat_fail(ps, w.at, e, "Null prefix/suffix not allowed");
        return string_value(ps, &w, kind, out, e);
    }
    if (kind == PAT_STRING && w.v.type == BF_JSON_NUMBER)
        return number_value(ps, &w, out, e);
    return bf_pat_fail(ps, w.at, e, "%s",
                       !in_list && w.v.type != BF_JSON_NUMBER
                           ? "Value of anything-but must be an array or single string/number value."
                       : kind == PAT_EQUALS_FOLD ? "Inside anything-but/equals-ignore-case list, "
                                                   "number|start|null|boolean is not supported."
                       : kind == PAT_WILDCARD    ? "wildcard match pattern must be a string"
                       : kind == PAT_STRING
                           ? "Inside anything but list, start|null|boolean is not supported."
                           : "prefix/suffix match pattern must be a string");
}

static bool but_list(struct pat_parse *ps, enum pat_kind kind, struct pat_value *out,
                     struct bf_err *e)
{
    enum bf_json_type type;
    enum bf_json_more more = BF_JSON_END;
    bool mixed = false;
    size_t cap = 0;
    if (!bf_json_peek(&ps->json, &type, e))
        return false;
    const char *at = ps->json.p;
    bool in_list = type == BF_JSON_ARRAY;
    if (in_list && !bf_json_enter(&ps->json, BF_JSON_ARRAY, e))
        return false;
    while (!in_list || (more = bf_json_element(&ps->json, e)) == BF_JSON_MORE) {
        if (!bf_pat_grow(&ps->set->memory, &out->list, out->n, &cap, sizeof *out->list))
            return bf_pat_nomem(&ps->set->memory, e);
        if (!but_member(ps, kind, in_list, &out->list[out->n], e))
            return false;
        mixed |= out->list[out->n++].kind != out->list[0].kind;
        if (!in_list)
            break;
    }
    if (more != BF_JSON_END)
        return false;
    if (mixed || out->n == 0)
        return bf_pat_fail(
            ps, at, e,
            "Inside anything but list, either all values are number or string, mixed "
            "type is not supported");
    return true;
}

static bool anything_but(struct pat_parse *ps, struct pat_value *out, struct bf_err *e)
{
    static const char more[] = "Too many elements in numeric expression";
    enum bf_json_type type;
    struct bf_json_key key;
    enum pat_kind kind = PAT_STRING;
    out->kind = PAT_BUT;
    if (!bf_json_peek(&ps->json, &type, e))
        return false;
    if (type == BF_JSON_OBJECT) {
        if (!only_key(ps, &key, "Anything-But expression name not found", e))
            return false;
        kind = bf_json_key_is(&key, "prefix")               ? PAT_PREFIX
               : bf_json_key_is(&key, "suffix")             ? PAT_SUFFIX
               : bf_json_key_is(&key, "equals-ignore-case") ? PAT_EQUALS_FOLD
               : bf_json_key_is(&key, "wildcard")           ? PAT_WILDCARD
                                                            : PAT_STRING;
        if (kind == PAT_STRING)
            return bf_pat_fail(ps, key.text.p - 1, e, "Unsupported anything-but pattern: %.*s",
                               shown(key.text), key.text.p);
    }
    return but_list(ps, kind, out, e) && (kind == PAT_STRING || only_one(ps, more, e)) &&
           only_one(ps, more, e);
}

static bool expression(struct pat_parse *ps, struct pat_value *out, struct bf_err *e)
{
    struct bf_json_key key;
    if (!only_key(ps, &key, "Match expression name not found", e))
        return false;
    if (bf_json_key_is(&key, "prefix"))
        return affix(ps, true, out, e);
    if (bf_json_key_is(&key, "suffix"))
        return affix(ps, false, out, e);
    if (bf_json_key_is(&key, "equals-ignore-case"))
        return text_operator(ps, "equals-ignore-case", PAT_EQUALS_FOLD, out, e);
    if (bf_json_key_is(&key, "wildcard"))
        return text_operator(ps, "wildcard", PAT_WILDCARD, out, e);
    if (bf_json_key_is(&key, "exactly"))
        return text_operator(ps, "exact", PAT_STRING, out, e);
    if (bf_json_key_is(&key, "anything-but"))
        return anything_but(ps, out, e);
    if (bf_json_key_is(&key, "numeric"))
        return numeric(ps, out, e);
    if (bf_json_key_is(&key, "exists"))
        return exists(ps, out, e);
    if (bf_json_key_is(&key, "cidr"))
        return cidr(ps, out, e);
    return bf_pat_fail(ps, key.text.p - 1, e, "Unrecognized match type %.*s", shown(key.text),
                       key.text.p);
}

/* A string that is an address also matches other spellings of it, as in the service. */
static bool plain_string(struct pat_parse *ps, const struct word *w, struct pat_value *out,
                         struct bf_err *e)
{
    if (!string_value(ps, w, PAT_STRING, out, e))
        return false;
    if (bf_pat_address_read(out->text, &out->address)) {
        out->kind = PAT_CIDR;
        out->bits = out->address.n * 8;
    }
    return true;
}

static bool value(struct pat_parse *ps, struct pat_value *out, struct bf_err *e)
{
    enum bf_json_type type;
    struct word w;
    if (!bf_json_peek(&ps->json, &type, e))
        return false;
    if (type == BF_JSON_OBJECT)
        return expression(ps, out, e);
    if (!next_value(ps, &w, e))
        return false;
    if (type == BF_JSON_STRING)
        return plain_string(ps, &w, out, e);
    if (type == BF_JSON_NUMBER)
        return number_value(ps, &w, out, e);
    if (type == BF_JSON_ARRAY)
        return bf_pat_fail(ps, w.at, e, "Match value must be String, number, true, false, or null");
    out->kind = PAT_WORD;
    return bf_pat_copy(ps, w.v.raw, false, &out->text, e);
}

bool bf_pat_read_values(struct pat_parse *ps, struct pat_test *t, struct bf_err *e)
{
    enum bf_json_more more;
    size_t cap = 0;
    const char *at = ps->json.p;
    if (!bf_json_enter(&ps->json, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(&ps->json, e)) == BF_JSON_MORE) {
        if (!bf_pat_grow(&ps->set->memory, &t->value, t->n, &cap, sizeof *t->value))
            return bf_pat_nomem(&ps->set->memory, e);
        if (!value(ps, &t->value[t->n], e))
            return false;
        t->absent |= t->value[t->n++].kind == PAT_ABSENT;
    }
    if (more == BF_JSON_END && t->n == 0)
        return bf_pat_fail(ps, at, e, "Empty arrays are not allowed");
    return more == BF_JSON_END;
}
