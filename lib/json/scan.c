#include "lib/json/scan.h"

#include <stdio.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "lib/encoding/enc.h"
#include "lib/json/cpu.h"
#include "lib/json/escape.h"

_Static_assert(BF_JSON_DEPTH == 256, "bf_json_enter names the depth");

static bool fail(struct bf_json *j, const char *at, struct bf_err *e, const char *what)
{
    j->bad = at;
    j->what = what;
    return bf_err_set(e, BF_E_INPUT, "byte %zu: %s", (size_t)(at - j->start) + 1, what);
}

static void space(struct bf_json *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' || *j->p == '\n' || *j->p == '\r'))
        j->p++;
}

void bf_json_init(struct bf_json *j, struct bf_str text)
{
    const char *p = text.p ? text.p : ""; /* no arithmetic on NULL */
    *j = (struct bf_json){.start = p, .p = p, .end = p + text.n};
}

bool bf_json_peek(struct bf_json *j, enum bf_json_type *type, struct bf_err *e)
{
    space(j);
    if (j->p == j->end)
        return fail(j, j->p, e, "unexpected end, a value was expected");
    switch (*j->p) {
    case '{':
        *type = BF_JSON_OBJECT;
        return true;
    case '[':
        *type = BF_JSON_ARRAY;
        return true;
    case '"':
        *type = BF_JSON_STRING;
        return true;
    case 't':
        *type = BF_JSON_TRUE;
        return true;
    case 'f':
        *type = BF_JSON_FALSE;
        return true;
    case 'n':
        *type = BF_JSON_NULL;
        return true;
    default:
        *type = BF_JSON_NUMBER;
        if (*j->p == '-' || (*j->p >= '0' && *j->p <= '9'))
            return true;
        return fail(j, j->p, e, "a value was expected");
    }
}

bool bf_json_enter(struct bf_json *j, enum bf_json_type type, struct bf_err *e)
{
    space(j);
    char open = type == BF_JSON_OBJECT ? '{' : '[';
    if (j->p == j->end || *j->p != open)
        return fail(j, j->p, e, open == '{' ? "an object was expected" : "an array was expected");
    if (j->depth == BF_JSON_DEPTH) {
        fail(j, j->p, e, "nested deeper than 256");
        e->code = BF_E_LIMIT;
        return false;
    }
    j->p++;
    j->depth++;
    j->first = true;
    return true;
}

/* The escape whose backslash is at j->p; moves past it. */
static bool escape(struct bf_json *j, struct bf_err *e)
{
    const char *at = j->p;
    if (j->end - at < 2)
        return fail(j, at, e, "unterminated string");
    if (at[1] != 'u') {
        if (!escape_is_short(at[1]))
            return fail(j, at, e, "unknown escape");
        j->p += 2;
        return true;
    }
    unsigned v, low;
    if (j->end - at < 6 || !escape_hex4(at + 2, &v))
        return fail(j, at, e, "\\u needs four hex digits");
    j->p += 6;
    if (v < 0xD800 || v > 0xDFFF)
        return true;
    if (v > 0xDBFF || j->end - at < 12 || at[6] != '\\' || at[7] != 'u' ||
        !escape_hex4(at + 8, &low) || low < 0xDC00 || low > 0xDFFF)
        return fail(j, at, e, "half of a surrogate pair");
    j->p += 6;
    return true;
}

/* The first byte in p .. end-1 at which a string needs a closer look, or end. */
static const char *special_bytes(const char *p, const char *end)
{
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20 &&
           (unsigned char)*p < 0x80)
        p++;
    return p;
}

#if defined(__SSE2__)
static const char *special(const char *p, const char *end)
{
    if (bf_cpu_level() == BF_CPU_PORTABLE)
        return special_bytes(p, end);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        /* signed comparison: below 0x20 are the control characters and all bytes from 0x80 on */
        __m128i hit = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
                                                _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        if (mask)
            return p + __builtin_ctz(mask);
    }
    return special_bytes(p, end);
}
#else
#define special special_bytes
#endif

/* The string whose opening quote is at j->p. */
static bool string(struct bf_json *j, struct bf_str *text, bool *escaped, struct bf_err *e)
{
    const char *open = j->p++, *body = j->p;
    *escaped = false;
    for (;;) {
        j->p = special(j->p, j->end);
        if (j->p == j->end)
            return fail(j, open, e, "unterminated string");
        if (*j->p == '"')
            break;
        if (*j->p == '\\') {
            *escaped = true;
            if (!escape(j, e))
                return false;
        } else if ((unsigned char)*j->p >= 0x80) {
            const char *from = j->p;
            while (j->p < j->end && (unsigned char)*j->p >= 0x80)
                j->p++;
            size_t bad;
            if (!bf_utf8_valid(bf_str(from, (size_t)(j->p - from)), &bad))
                return fail(j, from + bad, e, "invalid UTF-8");
        } else
            return fail(j, j->p, e, "control character in a string");
    }
    *text = bf_str(body, (size_t)(j->p - body));
    j->p++;
    return true;
}

const char *bf_json_plain(const char *p, const char *end)
{
    p = special(p, end);
    return p < end && *p == '"' ? p : NULL;
}

static bool digits(struct bf_json *j)
{
    const char *from = j->p;
    while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
        j->p++;
    return j->p > from;
}

static bool number(struct bf_json *j, struct bf_err *e)
{
    const char *at = j->p;
    if (*j->p == '-')
        j->p++;
    if (j->p < j->end && *j->p == '0')
        j->p++;
    else if (!digits(j))
        return fail(j, at, e, "not a number");
    if (j->p < j->end && *j->p == '.') {
        j->p++;
        if (!digits(j))
            return fail(j, at, e, "a number needs digits after its point");
    }
    if (j->p < j->end && (*j->p == 'e' || *j->p == 'E')) {
        j->p++;
        if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
            j->p++;
        if (!digits(j))
            return fail(j, at, e, "a number needs digits in its exponent");
    }
    return true;
}

static bool literal(struct bf_json *j, const char *word, size_t n, struct bf_err *e)
{
    if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
        return fail(j, j->p, e, "a value was expected");
    j->p += n;
    return true;
}

enum bf_json_more bf_json_element(struct bf_json *j, struct bf_err *e)
{
    space(j);
    if (j->p < j->end && *j->p == ']') {
        j->p++;
        j->depth--;
        j->first = false;
        return BF_JSON_END;
    }
    if (!j->first) {
        if (j->p == j->end || *j->p != ',') {
            fail(j, j->p, e, "',' or ']' was expected");
            return BF_JSON_ERROR;
        }
        j->p++;
        space(j);
        if (j->p < j->end && *j->p == ']') {
            fail(j, j->p, e, "a value was expected");
            return BF_JSON_ERROR;
        }
    }
    j->first = false;
    return BF_JSON_MORE;
}

enum bf_json_more bf_json_member(struct bf_json *j, struct bf_json_key *key, struct bf_err *e)
{
    space(j);
    if (j->p < j->end && *j->p == '}') {
        j->p++;
        j->depth--;
        j->first = false;
        return BF_JSON_END;
    }
    if (!j->first) {
        if (j->p == j->end || *j->p != ',') {
            fail(j, j->p, e, "',' or '}' was expected");
            return BF_JSON_ERROR;
        }
        j->p++;
        space(j);
    }
    j->first = false;
    if (j->p == j->end || *j->p != '"') {
        fail(j, j->p, e, "a key in quotes was expected");
        return BF_JSON_ERROR;
    }
    if (!string(j, &key->text, &key->escaped, e))
        return BF_JSON_ERROR;
    space(j);
    if (j->p == j->end || *j->p != ':') {
        fail(j, j->p, e, "':' was expected");
        return BF_JSON_ERROR;
    }
    j->p++;
    return BF_JSON_MORE;
}

/* Skips the object or array at the cursor without recursion. */
static bool container(struct bf_json *j, struct bf_err *e)
{
    unsigned outer = j->depth;
    bool in_object[BF_JSON_DEPTH + 1];
    enum bf_json_type type;
    do {
        if (!bf_json_peek(j, &type, e))
            return false;
        if (type == BF_JSON_OBJECT || type == BF_JSON_ARRAY) {
            if (!bf_json_enter(j, type, e))
                return false;
            in_object[j->depth] = type == BF_JSON_OBJECT;
        } else if (!bf_json_skip(j, e))
            return false;
        /* close all containers that end here; stop at the next value */
        enum bf_json_more more = BF_JSON_END;
        struct bf_json_key key;
        while (j->depth > outer && more == BF_JSON_END)
            /* cppcheck-suppress uninitvar ; deeper than outer, so it was entered above */
            more = in_object[j->depth] ? bf_json_member(j, &key, e) : bf_json_element(j, e);
        if (more == BF_JSON_ERROR)
            return false;
    } while (j->depth > outer);
    return true;
}

bool bf_json_value(struct bf_json *j, struct bf_json_val *v, struct bf_err *e)
{
    if (!bf_json_peek(j, &v->type, e))
        return false;
    const char *from = j->p;
    bool ok = false;
    v->escaped = false;
    switch (v->type) {
    case BF_JSON_NULL:
        ok = literal(j, "null", 4, e);
        break;
    case BF_JSON_FALSE:
        ok = literal(j, "false", 5, e);
        break;
    case BF_JSON_TRUE:
        ok = literal(j, "true", 4, e);
        break;
    case BF_JSON_NUMBER:
        ok = number(j, e);
        break;
    case BF_JSON_STRING:
        ok = string(j, &v->text, &v->escaped, e);
        break;
    case BF_JSON_ARRAY:
    case BF_JSON_OBJECT:
        ok = container(j, e);
        break;
    }
    if (!ok)
        return false;
    v->raw = bf_str(from, (size_t)(j->p - from));
    if (v->type != BF_JSON_STRING)
        v->text = v->raw;
    return true;
}

bool bf_json_skip(struct bf_json *j, struct bf_err *e)
{
    struct bf_json_val v;
    return bf_json_value(j, &v, e);
}

bool bf_json_string(struct bf_json *j, struct bf_json_val *v, struct bf_err *e)
{
    space(j);
    if (j->p == j->end || *j->p != '"')
        return fail(j, j->p, e, "a string was expected");
    return bf_json_value(j, v, e);
}

bool bf_json_end(struct bf_json *j, struct bf_err *e)
{
    space(j);
    return j->p == j->end || fail(j, j->p, e, "more text after the document");
}

/* Decodes one character of valid string text at *p into out (4 bytes) and moves past it. */
static size_t decode_one(const char **p, char *out)
{
    const char *s = *p;
    if (*s != '\\') {
        out[0] = *s;
        *p = s + 1;
        return 1;
    }
    *p = s + 2;
    switch (s[1]) {
    case 'b':
        out[0] = '\b';
        return 1;
    case 'f':
        out[0] = '\f';
        return 1;
    case 'n':
        out[0] = '\n';
        return 1;
    case 'r':
        out[0] = '\r';
        return 1;
    case 't':
        out[0] = '\t';
        return 1;
    case 'u':
        break;
    default:
        out[0] = s[1];
        return 1;
    }
    unsigned v = 0, low = 0;
    (void)escape_hex4(s + 2, &v);
    *p = s + 6;
    if (v >= 0xD800 && v <= 0xDBFF) {
        (void)escape_hex4(s + 8, &low);
        *p = s + 12;
        v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
    }
    return bf_utf8_put(out, v);
}

bool bf_json_key_eq(const struct bf_json_key *key, struct bf_str name)
{
    if (!key->escaped)
        return bf_str_eq(key->text, name);
    const char *p = key->text.p, *end = p + key->text.n;
    size_t at = 0;
    while (p < end) {
        char c[4];
        size_t n = decode_one(&p, c);
        if (n > name.n - at || memcmp(c, name.p + at, n) != 0)
            return false;
        at += n;
    }
    return at == name.n;
}

void bf_json_unescape(struct bf_buf *out, struct bf_str text)
{
    const char *p = text.p, *end = p + text.n;
    while (p < end) {
        const char *plain = p;
        while (p < end && *p != '\\')
            p++;
        bf_buf_add(out, plain, (size_t)(p - plain));
        if (p < end) {
            char c[4];
            size_t n = decode_one(&p, c);
            bf_buf_add(out, c, n);
        }
    }
}

bool bf_json_find(struct bf_str object, struct bf_str name, struct bf_json_val *v, bool *found,
                  struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    enum bf_json_more more;
    *found = false;
    bf_json_init(&j, object);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        struct bf_json_val here;
        if (!bf_json_value(&j, &here, e))
            return false;
        if (bf_json_key_eq(&key, name)) {
            *v = here;
            *found = true;
        }
    }
    return more == BF_JSON_END && bf_json_end(&j, e);
}

bool bf_json_check(struct bf_str text, struct bf_err *e)
{
    struct bf_json j;
    bf_json_init(&j, text);
    return bf_json_skip(&j, e) && bf_json_end(&j, e);
}

/* Adds a hint if some text, such as the time and level of a log, precedes an object that ends with the line. */
static void hint_in_front(struct bf_str line, struct bf_err *e)
{
    size_t have = strlen(e->text);
    struct bf_str text = bf_str_trim(line);
    const char *brace = text.n ? memchr(text.p, '{', text.n) : NULL;
    if (!brace || brace == text.p || text.p[0] == '[' || text.p[text.n - 1] != '}')
        return;
    struct bf_json j;
    struct bf_err ignored;
    bf_json_init(&j, bf_str(brace, (size_t)(text.p + text.n - brace)));
    if (bf_json_skip(&j, &ignored) && bf_json_end(&j, &ignored))
        snprintf(e->text + have, sizeof e->text - have,
                 "; an object begins at byte %zu, sed 's/^[^{]*//' removes the text before it",
                 (size_t)(brace - line.p) + 1);
}

void bf_json_hint(struct bf_str line, struct bf_err *e)
{
    static const struct {
        struct bf_str begins;
        const char *hint;
    } known[] = {
        {BF_STR("["), "; it is an array, jq -c '.[]' makes lines of it"},
        {BF_STR("\x1f\x8b"), "; it is gzip, zcat unpacks it"},
        {BF_STR("\x28\xb5\x2f\xfd"), "; it is Zstandard, zstdcat unpacks it"},
        {BF_STR("\xff\xfe"), "; it is UTF-16, iconv -f UTF-16 -t UTF-8 turns it"},
    };
    static const char several[] =
        "; it begins a document of several lines, jq -c . makes one of it";
    for (size_t i = 0; i <= BF_COUNT(known); i++) {
        bool is = i < BF_COUNT(known) ? bf_str_starts(line, known[i].begins)
                                      : bf_str_is(bf_str_trim(line), "{");
        const char *hint = i < BF_COUNT(known) ? known[i].hint : several;
        size_t have = strlen(e->text), n = strlen(hint);
        if (is && have + n < sizeof e->text)
            memcpy(e->text + have, hint, n + 1);
    }
    hint_in_front(line, e);
}
