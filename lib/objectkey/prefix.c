#include "lib/objectkey/prefix.h"

#include <ctype.h>
#include <stdio.h>

#include "lib/objectkey/javatime.h"

enum { RANDOM_CHARS = 11 };

static bool add(struct bf_prefix *p, enum bf_prefix_kind kind, struct bf_str text, struct bf_err *e)
{
    if (text.n == 0 && kind == BF_PREFIX_LITERAL)
        return true;
    if (p->n == BF_PREFIX_PARTS)
        return bf_err_set(e, BF_E_USAGE, "prefix: more than %d expressions", BF_PREFIX_PARTS / 2);
    p->part[p->n].kind = kind;
    p->part[p->n].text = text;
    p->n++;
    p->has_expression = p->has_expression || kind != BF_PREFIX_LITERAL;
    return true;
}

/* Parses the inside of !{...}. */
static bool add_expression(struct bf_prefix *p, struct bf_str text, enum bf_prefix_role role,
                           struct bf_err *e)
{
    struct bf_str rest = text, space = {NULL, 0};
    (void)bf_str_split(&rest, ':', &space);
    struct bf_str value = rest.p ? rest : bf_str("", 0);
    if (bf_str_is(space, "timestamp")) {
        if (value.n == 0)
            return bf_err_set(e, BF_E_USAGE, "prefix: !{timestamp:} needs a pattern");
        if (!bf_javatime_check(value, e))
            return bf_err_ctx(e, "prefix: !{%.*s}", BF_SHOWN_TO(text, 80));
        return add(p, BF_PREFIX_TIMESTAMP, value, e);
    }
    if (bf_str_is(text, "firehose:random-string"))
        return add(p, BF_PREFIX_RANDOM, value, e);
    if (bf_str_is(text, "firehose:error-output-type")) {
        if (role == BF_PREFIX_OF_ERRORS)
            return add(p, BF_PREFIX_ERROR_TYPE, value, e);
        return bf_err_set(e, BF_E_USAGE,
                          "prefix: !{firehose:error-output-type} belongs into an error prefix");
    }
    if (value.n &&
        (bf_str_is(space, "partitionKeyFromQuery") || bf_str_is(space, "partitionKeyFromLambda"))) {
        if (role == BF_PREFIX_OF_DATA)
            return add(p, BF_PREFIX_FIELD, value, e);
        return bf_err_set(e, BF_E_USAGE, "prefix: an error prefix knows no partition keys");
    }
    return bf_err_set(e, BF_E_USAGE, "prefix: unknown expression !{%.*s}", BF_SHOWN_TO(text, 80));
}

/* The offset of the next "!{", or the length of s. */
static size_t to_expression(struct bf_str s)
{
    size_t i = 0;
    while (i < s.n && !(s.p[i] == '!' && i + 1 < s.n && s.p[i + 1] == '{'))
        i++;
    return i;
}

static size_t characters(struct bf_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* A prefix of which the literal text alone is too long can never be evaluated. */
static bool check_literals(const struct bf_prefix *p, struct bf_err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (p->part[i].kind == BF_PREFIX_LITERAL)
            n += characters(p->part[i].text);
    return n <= BF_PREFIX_MAX_CHARS ||
           bf_err_set(e, BF_E_USAGE, "prefix: more than %d characters", BF_PREFIX_MAX_CHARS);
}

bool bf_prefix_parse(struct bf_prefix *p, struct bf_str text, enum bf_prefix_role role,
                     struct bf_err *e)
{
    *p = (struct bf_prefix){0};
    bool typed = false;
    while (text.n) {
        size_t literal = to_expression(text);
        if (!add(p, BF_PREFIX_LITERAL, bf_str(text.p, literal), e))
            return false;
        text.p += literal, text.n -= literal;
        if (text.n == 0)
            break;
        const char *close = memchr(text.p, '}', text.n);
        if (!close)
            return bf_err_set(e, BF_E_USAGE, "prefix: '!{' without its '}'");
        size_t n = (size_t)(close - text.p);
        if (!add_expression(p, bf_str(text.p + 2, n - 2), role, e))
            return false;
        typed = typed || p->part[p->n - 1].kind == BF_PREFIX_ERROR_TYPE;
        text.p += n + 1, text.n -= n + 1;
    }
    if (role == BF_PREFIX_OF_ERRORS && p->has_expression && !typed)
        return bf_err_set(e, BF_E_USAGE,
                          "error prefix: with expressions it needs !{firehose:error-output-type}");
    if (!p->has_expression && role == BF_PREFIX_OF_DATA) {
        if (!add(p, BF_PREFIX_TIMESTAMP, BF_STR("yyyy/MM/dd/HH/"), e))
            return false;
        p->has_expression = false; /* it is ours, not the user's */
    }
    return check_literals(p, e);
}

static bool stands_at(struct bf_str s, size_t at, const char *word)
{
    size_t n = strlen(word);
    return s.n - at >= n && memcmp(s.p + at, word, n) == 0;
}

/* Is it "%Y" and its like? An encoded byte such as "%dd" is not. */
static bool is_strftime(struct bf_str s, size_t at)
{
    if (s.p[at] != '%' || s.n - at < 2 || !strchr("YymdHMSjFT", s.p[at + 1]))
        return false;
    bool hex = s.n - at > 2 && isxdigit((unsigned char)s.p[at + 1]) &&
               isxdigit((unsigned char)s.p[at + 2]);
    return !hex;
}

static bool doubt_literal(struct bf_str s, char out[200])
{
    static const char *const foreign[] = {"${", "$(", "{{", "YYYY", "yyyy"};
    for (size_t i = 0; i < s.n; i++) {
        if (is_strftime(s, i)) {
            snprintf(out, 200,
                     "'%%%c' in the prefix is literal text; a time is written "
                     "!{timestamp:yyyy/MM/dd}",
                     s.p[i + 1]);
            return true;
        }
        for (size_t k = 0; k < BF_COUNT(foreign); k++)
            if (stands_at(s, i, foreign[k])) {
                snprintf(out, 200,
                         "'%s' in the prefix is literal text; expressions are written "
                         "!{timestamp:yyyy/MM/dd}, !{partitionKeyFromQuery:NAME}",
                         foreign[k]);
                return true;
            }
    }
    return false;
}

/* Finds letters that mean something else in lower case, which the user probably wanted. */
static bool doubt_pattern(struct bf_str s, char out[200])
{
    bool quoted = false;
    size_t run = 0; /* how many equal letters end here */
    for (size_t i = 0; i < s.n; i++) {
        quoted ^= s.p[i] == '\'';
        run = i && s.p[i] == s.p[i - 1] ? run + 1 : 1;
        bool pair = s.p[i] == 'D' && run == 2 && (i + 1 == s.n || s.p[i + 1] != 'D');
        if (quoted || (s.p[i] != 'Y' && !pair))
            continue;
        snprintf(out, 200,
                 s.p[i] == 'Y'
                     ? "'Y' in !{timestamp:...} is the year that the week belongs to; the "
                       "year is 'y'"
                     : "'D' in !{timestamp:...} is the day of the year; the day of the "
                       "month is 'd'");
        return true;
    }
    return false;
}

bool bf_prefix_doubt(const struct bf_prefix *p, char out[200])
{
    for (size_t i = 0; i < p->n; i++)
        if (p->part[i].kind == BF_PREFIX_LITERAL     ? doubt_literal(p->part[i].text, out)
            : p->part[i].kind == BF_PREFIX_TIMESTAMP ? doubt_pattern(p->part[i].text, out)
                                                     : false)
            return true;
    return false;
}

bool bf_prefix_check_pair(const struct bf_prefix *data, const struct bf_prefix *errors,
                          struct bf_err *e)
{
    if (!data->has_expression || errors)
        return true;
    return bf_err_set(e, BF_E_USAGE, "a prefix with expressions needs an error prefix");
}

static void put_random(struct bf_buf *out, struct bf_rng *rng)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (int i = 0; i < RANDOM_CHARS; i++)
        bf_buf_addc(out, alphabet[bf_rng_below(rng, sizeof alphabet - 1)]);
}

bool bf_prefix_put(const struct bf_prefix *p, const struct bf_prefix_values *v, struct bf_buf *out,
                   struct bf_err *e)
{
    size_t from = out->n;
    for (size_t i = 0; i < p->n; i++) {
        struct bf_str text = p->part[i].text;
        switch (p->part[i].kind) {
        case BF_PREFIX_LITERAL:
            bf_buf_adds(out, text);
            break;
        case BF_PREFIX_TIMESTAMP:
            bf_javatime_put(out, text, v->wall_ms, v->zone_minutes);
            break;
        case BF_PREFIX_RANDOM:
            put_random(out, v->rng);
            break;
        case BF_PREFIX_FIELD:
            if (!v->field || !v->field(v->arg, text, &text))
                return bf_err_set(e, BF_E_INPUT, "no partition key '%.*s'", BF_SHOWN_TO(text, 80));
            bf_buf_adds(out, text);
            break;
        case BF_PREFIX_ERROR_TYPE:
            bf_buf_adds(out, bf_str_of(v->error_type));
            break;
        }
    }
    if (!bf_buf_check(out, "the prefix", e))
        return false;
    if (characters(bf_str(out->p + from, out->n - from)) <= BF_PREFIX_MAX_CHARS)
        return true;
    return bf_err_set(e, BF_E_LIMIT, "the evaluated prefix has more than %d characters",
                      BF_PREFIX_MAX_CHARS);
}

void bf_prefix_put_times(const struct bf_prefix *p, int64_t wall_ms, int zone_minutes,
                         struct bf_buf *out)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->part[i].kind == BF_PREFIX_TIMESTAMP) {
            bf_javatime_put(out, p->part[i].text, wall_ms, zone_minutes);
            bf_buf_addc(out, '\0');
        }
}

void bf_prefix_put_name(struct bf_buf *out, const char *stream, const char *version,
                        int64_t wall_ms, const char *uuid, const char *extension)
{
    bf_buf_addf(out, "%s-%s-", stream, version);
    bf_javatime_put(out, BF_STR("yyyy-MM-dd-HH-mm-ss"), wall_ms, 0);
    bf_buf_addf(out, "-%s%s", uuid, extension);
}
