#include "lib/ddl/seen.h"

#include "lib/ddl/name.h"

/* A double holds numbers of 309 digits before the point, and of some 323 zeros after it. */
enum { BEFORE_MAX = 400, DOUBLE_MAX = 308 };

struct bf_ddl_seen *bf_ddl_seen_new(struct bf_arena *a)
{
    struct bf_ddl_seen *s = bf_arena_alloc(a, sizeof *s);
    if (s)
        memset(s, 0, sizeof *s);
    return s;
}

static void note(struct bf_ddl_seen *s, enum bf_ddl_value what, uint64_t row)
{
    if (s->first[what] == 0)
        s->first[what] = row;
}

static bool full(struct bf_err *e)
{
    return bf_err_set(e, BF_E_LIMIT,
                      "more columns and nested names than the memory for them holds");
}

static bool digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9')
            return false;
    return true;
}

static bool is_date(const char *p)
{
    int month = (p[5] - '0') * 10 + p[6] - '0', day = (p[8] - '0') * 10 + p[9] - '0';
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!digits(p, 4) || p[4] != '-' || !digits(p + 5, 2) || p[7] != '-' || !digits(p + 8, 2) ||
        month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    int year = (p[0] - '0') * 1000 + (p[1] - '0') * 100 + (p[2] - '0') * 10 + p[3] - '0';
    return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* "06:30:00", then nothing, or a point and digits. *decimals: their number. */
static bool is_time(struct bf_str t, unsigned *decimals)
{
    if (t.n < 8 || !digits(t.p, 2) || t.p[2] != ':' || !digits(t.p + 3, 2) || t.p[5] != ':' ||
        !digits(t.p + 6, 2) || memcmp(t.p, "23", 2) > 0 || t.p[3] > '5' || t.p[6] > '5')
        return false;
    *decimals = t.n > 8 ? (unsigned)(t.n - 9) : 0;
    return t.n == 8 || (t.p[8] == '.' && t.n >= 10 && t.n <= 18 && digits(t.p + 9, t.n - 9));
}

static void take_text(struct bf_ddl_seen *s, struct bf_str t, uint64_t row)
{
    unsigned decimals = 0;
    enum bf_ddl_value what = BF_DDL_SEEN_TEXT;
    if (t.n == 0)
        what = BF_DDL_SEEN_EMPTY;
    else if (t.n == 10 && is_date(t.p))
        what = BF_DDL_SEEN_DATE;
    else if (t.n > 11 && is_date(t.p) && t.p[10] == ' ' &&
             is_time(bf_str(t.p + 11, t.n - 11), &decimals)) {
        what = BF_DDL_SEEN_TIMESTAMP;
        if (decimals > 3 && s->fine_row == 0)
            s->fine_row = row;
    } else if (t.n > 12 && is_date(t.p) && t.p[10] == 'T' && t.p[t.n - 1] == 'Z' &&
               is_time(bf_str(t.p + 11, t.n - 12), &decimals)) {
        what = BF_DDL_SEEN_ISO;
        s->iso_decimals |= 1U << decimals;
    }
    note(s, what, row);
}

/* The number's digits in plain notation: "-1.50e2" has three before its point. False: too long to
 * count. */
static bool count_digits(struct bf_str t, unsigned *before, unsigned *after)
{
    size_t i = t.n && t.p[0] == '-', point = 0, n = 0, lead = 0;
    bool seen_point = false, any = false;
    long exponent = 0;
    size_t last = 0; /* digits up to the last one after the point that is not zero */
    for (; i < t.n && t.p[i] != 'e' && t.p[i] != 'E'; i++) {
        if (t.p[i] == '.') {
            seen_point = true;
            point = n;
            continue;
        }
        n++;
        any = any || t.p[i] != '0';
        lead += !any;
        if (t.p[i] != '0' || !seen_point)
            last = n;
    }
    if (!seen_point)
        point = n;
    if (i < t.n) {
        bool minus = t.p[i + 1] == '-';
        for (i += 1U + (minus || t.p[i + 1] == '+'); i < t.n && exponent < BEFORE_MAX; i++)
            exponent = exponent * 10 + (t.p[i] - '0');
        exponent = minus ? -exponent : exponent;
    }
    long b = (long)point - (long)lead + exponent, f = (long)last - (long)point - exponent;
    if (!any)
        b = f = 0;
    *before = b < 0 ? 0 : (unsigned)b;
    *after = f < 0 ? 0 : (unsigned)f;
    return b <= BEFORE_MAX && f <= BEFORE_MAX && n <= BEFORE_MAX;
}

/* Digits after the point as written: 92.00 is a decimal with two. */
static unsigned written_after(struct bf_str t)
{
    const char *point = memchr(t.p, '.', t.n);
    size_t n = 0;
    if (point)
        for (const char *p = point + 1; p < t.p + t.n && *p >= '0' && *p <= '9'; p++)
            n++;
    return n > BF_TYPE_DIGITS ? 0 : (unsigned)n;
}

static bool in_64_bits(struct bf_str t, unsigned before)
{
    bool negative = t.p[0] == '-';
    struct bf_str d = bf_str(t.p + negative, t.n - negative);
    return before < 19 ||
           (d.n == 19 && bf_str_cmp(d, negative ? BF_STR("9223372036854775808")
                                                : BF_STR("9223372036854775807")) <= 0);
}

static void take_number(struct bf_ddl_seen *s, struct bf_str t, uint64_t row)
{
    unsigned before, after;
    bool counted = count_digits(t, &before, &after),
         exponent = memchr(t.p, 'e', t.n) || memchr(t.p, 'E', t.n);
    if (counted && !exponent && written_after(t) > after)
        after = written_after(t);
    if (!counted || before + after > BF_TYPE_DIGITS) {
        note(s, before > DOUBLE_MAX || after > DOUBLE_MAX ? BF_DDL_SEEN_BEYOND : BF_DDL_SEEN_DOUBLE,
             row);
        return;
    }
    if (before > s->before || s->before_row == 0) {
        s->before = before;
        s->before_row = row;
    }
    if (after > s->after || s->after_row == 0) {
        s->after = after;
        s->after_row = row;
    }
    bool whole = after == 0 && !exponent && !memchr(t.p, '.', t.n) && in_64_bits(t, before);
    note(s, whole ? BF_DDL_SEEN_INTEGER : BF_DDL_SEEN_DECIMAL, row);
}

static bool grow(struct bf_arena *a, struct bf_ddl_seen *s)
{
    size_t cap = s->cap ? s->cap * 2 : 8;
    struct bf_ddl_member *more = bf_arena_alloc(a, cap * sizeof *more);
    if (!more)
        return false;
    if (s->nmembers)
        memcpy(more, s->member, s->nmembers * sizeof *more);
    s->member = more;
    s->cap = cap;
    return true;
}

struct bf_ddl_seen *bf_ddl_seen_member(struct bf_arena *a, struct bf_ddl_seen *s,
                                       struct bf_str name, size_t *at, uint64_t row)
{
    if (*at < s->nmembers &&
        bf_str_eq(s->member[*at].name, name)) /* most rows have the same order */
        return s->member[(*at)++].seen;
    for (size_t i = 0; i < s->nmembers; i++)
        if (bf_str_eq(s->member[i].name, name)) {
            *at = i + 1;
            return s->member[i].seen;
        }
    for (size_t i = 0; i < s->nmembers; i++)
        if (s->alike_row == 0 && bf_str_same(s->member[i].name, name))
            s->alike_row = row;
    if (s->nmembers == BF_DDL_MEMBERS_MAX) {
        s->many_row = s->many_row ? s->many_row : row;
        return NULL;
    }
    struct bf_ddl_member m = {.seen = bf_ddl_seen_new(a)};
    if ((s->nmembers == s->cap && !grow(a, s)) || !m.seen || !bf_arena_copy(a, name, &m.name))
        return NULL;
    s->member[s->nmembers++] = m;
    *at = s->nmembers;
    return m.seen;
}

static bool take_array(struct bf_arena *a, struct bf_ddl_seen *s, struct bf_str text, uint64_t row,
                       struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_val v;
    enum bf_json_more more;
    bf_json_init(&j, text);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(&j, e)) == BF_JSON_MORE) {
        if (!s->element && !(s->element = bf_ddl_seen_new(a)))
            return full(e);
        if (!bf_json_value(&j, &v, e) || !bf_ddl_seen_value(a, s->element, &v, row, e))
            return false;
    }
    return more == BF_JSON_END;
}

/* The decoded name of a key, valid until the next call. */
static struct bf_str decoded(struct bf_buf *room, const struct bf_json_key *key)
{
    bf_buf_reset(room);
    bf_json_unescape(room, key->text);
    return bf_buf_view(room);
}

bool bf_ddl_seen_row(struct bf_arena *a, struct bf_ddl_seen *s, struct bf_str text, uint64_t row,
                     struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    struct bf_buf room;
    size_t at = 0;
    bf_buf_init(&room, (size_t)1 << 20);
    bf_json_init(&j, text);
    bool ok = bf_json_enter(&j, BF_JSON_OBJECT, e);
    s->objects++;
    while (ok && (more = bf_json_member(&j, &key, e)) != BF_JSON_END) {
        ok = more == BF_JSON_MORE && bf_json_value(&j, &v, e);
        if (!ok)
            break;
        struct bf_str name = key.escaped ? decoded(&room, &key) : key.text;
        struct bf_ddl_seen *m = bf_ddl_seen_member(a, s, name, &at, row);
        if (m && s->member[at - 1].object == s->objects && s->twice_row == 0)
            s->twice_row = row;
        if (m)
            s->member[at - 1].object = s->objects;
        ok = m ? bf_ddl_seen_value(a, m, &v, row, e) : s->many_row || full(e);
    }
    bf_buf_free(&room);
    return ok && bf_json_end(&j, e);
}

bool bf_ddl_seen_value(struct bf_arena *a, struct bf_ddl_seen *s, const struct bf_json_val *v,
                       uint64_t row, struct bf_err *e)
{
    switch (v->type) {
    case BF_JSON_NULL:
        note(s, BF_DDL_SEEN_NULL, row);
        return true;
    case BF_JSON_FALSE:
    case BF_JSON_TRUE:
        note(s, BF_DDL_SEEN_BOOLEAN, row);
        return true;
    case BF_JSON_NUMBER:
        take_number(s, v->text, row);
        return true;
    case BF_JSON_STRING: /* an escaped text is not a date, whose characters need no escapes */
        if (v->escaped)
            note(s, BF_DDL_SEEN_TEXT, row);
        else
            take_text(s, v->text, row);
        return true;
    case BF_JSON_ARRAY:
        note(s, BF_DDL_SEEN_ARRAY, row);
        return take_array(a, s, v->raw, row, e);
    case BF_JSON_OBJECT:
        note(s, BF_DDL_SEEN_OBJECT, row);
        return bf_ddl_seen_row(a, s, v->raw, row, e);
    }
    return true;
}

void bf_ddl_seen_field(struct bf_ddl_seen *s, struct bf_str text, bool null, uint64_t row)
{
    struct bf_err ignored;
    struct bf_json j;
    struct bf_json_val v;
    bf_json_init(&j, text);
    if (null)
        note(s, BF_DDL_SEEN_NULL, row);
    else if (text.n && (bf_str_is(text, "true") || bf_str_is(text, "false")))
        note(s, BF_DDL_SEEN_BOOLEAN, row);
    else if (text.n && (text.p[0] == '-' || digits(text.p, 1)) && bf_json_value(&j, &v, &ignored) &&
             v.type == BF_JSON_NUMBER && v.text.n == text.n)
        take_number(s, text, row);
    else
        take_text(s, text, row);
}
