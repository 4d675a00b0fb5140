#include "lib/ddb/change.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/ddb/change_ops.h"
#include "lib/envelope/known.h"
#include "lib/ddb/number.h"
#include "lib/json/cpu.h"
#include "lib/json/scan.h"

enum {
    ATTRS_MAX = 4 * 1024 * 1024, /* an entry needs 14 bytes of text at least */
    TEXT_MAX = 256 * 1024 * 1024
};

void bf_change_init(struct bf_change *c)
{
    *c = (struct bf_change){0};
    bf_buf_init(&c->padded, TEXT_MAX + (size_t)BF_CORE_PAD);
    bf_buf_init(&c->flat, TEXT_MAX + (size_t)BF_CORE_PAD);
    bf_buf_init(&c->name, TEXT_MAX);
}

void bf_change_free(struct bf_change *c)
{
    free(c->attrs);
    free(c->envelope);
    bf_change_names_free(c->names);
    bf_buf_free(&c->padded);
    bf_buf_free(&c->flat);
    bf_buf_free(&c->name);
    *c = (struct bf_change){0};
}

/* More room in the attribute table, the finished images moved along. */
bool bf_change_grow(struct bf_change *c)
{
    struct bf_image *images[] = {&c->keys, &c->new_image, &c->old_image};
    size_t at[3], cap = c->cap ? c->cap * 2 : 64;
    if (cap > ATTRS_MAX)
        return false;
    for (int i = 0; i < 3; i++)
        at[i] = images[i]->present ? (size_t)(images[i]->attr - c->attrs) : 0;
    struct bf_attr *p = realloc(c->attrs, cap * sizeof *p);
    if (!p)
        return false;
    c->attrs = p;
    c->cap = cap;
    for (int i = 0; i < 3; i++)
        images[i]->attr = p + at[i];
    return true;
}

void bf_change_forget_body(struct change_scan *s)
{
    struct bf_change *c = s->change;
    s->twice = true;
    c->keys = c->new_image = c->old_image = (struct bf_image){0};
    c->time = (struct bf_str){0};
    c->seq = (struct bf_change_text){0};
}

bool bf_change_time_ok(const struct bf_change *c)
{
    int64_t us;
    unsigned decimals;
    return bf_change_time(c, &us, &decimals) && us >= 0;
}

static const char type_names[][5] = {"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"};

struct bf_str bf_attr_type_name(enum bf_attr_type type)
{
    return bf_str_of(type_names[type]);
}

bool bf_change_type(struct bf_str tag, bool escaped, enum bf_attr_type *type)
{
    struct bf_json_key key = {tag, escaped};
    for (size_t i = 0; i < BF_COUNT(type_names); i++)
        if (bf_json_key_eq(&key, bf_str_of(type_names[i]))) {
            *type = (enum bf_attr_type)i;
            return true;
        }
    return false;
}

/* Canonical base64 with padding, without decoding it. */
static bool is_base64(struct bf_str t)
{
    size_t pad = t.n && t.p[t.n - 1] == '=' ? t.n > 1 && t.p[t.n - 2] == '=' ? 2 : 1 : 0;
    if (t.n % 4)
        return false;
    for (size_t i = 0; i < t.n - pad; i++) {
        unsigned c = (unsigned char)t.p[i];
        if (!((c | 0x20) - 'a' < 26 || c - '0' < 10 || c == '+' || c == '/'))
            return false;
    }
    return true;
}

bool bf_change_is_base64(struct bf_str text, bool escaped)
{
    if (!escaped)
        return is_base64(text);
    struct bf_buf decoded;
    bf_buf_init(&decoded, text.n + 1);
    bf_json_unescape(&decoded, text);
    bool ok = is_base64(bf_buf_view(&decoded));
    bf_buf_free(&decoded);
    return ok;
}

/* An envelope's name written with escapes; one too long for the struct is none that we know. */
struct bf_str bf_change_decode(struct change_scan *s, struct bf_str name)
{
    struct bf_buf decoded;
    size_t n = 0;
    if (name.n > 6 * sizeof s->decoded)
        return BF_STR("?");
    bf_buf_init(&decoded, name.n + 1);
    bf_json_unescape(&decoded, name);
    if (bf_buf_ok(&decoded) && decoded.n <= sizeof s->decoded) {
        n = decoded.n;
        memcpy(s->decoded, decoded.p, n);
    }
    bf_buf_free(&decoded);
    return bf_str(s->decoded, n);
}

static const struct change_ops *ops(void)
{
    switch (bf_cpu_level()) {
#if defined(__x86_64__)
    case BF_CPU_SSE2:
        return &bf_change_sse2;
#endif
    default:
        return &bf_change_portable;
    }
}

/* What is kept from record to record, made at the first one. */
static bool keep(struct change_scan *s, struct bf_err *e)
{
    struct bf_change *c = s->change;
    if ((!c->envelope && !(c->envelope = calloc(1, sizeof *c->envelope))) ||
        (!c->names && !bf_change_names_new(c)) || (!c->attrs && !bf_change_grow(c)))
        return bf_err_nomem(e);
    s->envelope = c->envelope;
    s->names = c->names;
    return true;
}

/* Gets a scan ready over a padded text. */
static bool begin(struct change_scan *s, struct bf_change *c, struct bf_str text, size_t slack,
                  struct bf_err *e)
{
    c->op = BF_OP_INSERT;
    c->event_id = c->table = c->seq = c->kinesis_seq = (struct bf_change_text){0};
    c->kinesis_part = (struct bf_str){0};
    c->time = (struct bf_str){0};
    c->keys = c->new_image = c->old_image = (struct bf_image){0};
    c->nattrs = 0;
    if (slack < BF_CORE_PAD || (text.p[text.n] != '\n' && text.p[text.n] != '\0')) {
        bf_buf_reset(&c->padded);
        char *copy = bf_buf_room(&c->padded, text.n + BF_CORE_PAD);
        if (!copy)
            return bf_buf_check(&c->padded, "the record", e);
        if (text.n)
            memcpy(copy, text.p, text.n);
        memset(copy + text.n, 0, BF_CORE_PAD);
        text.p = copy;
    }
    bf_buf_reset(&c->flat);
    s->flat = bf_buf_room(&c->flat, text.n + BF_CORE_PAD);
    if (!s->flat)
        return bf_buf_check(&c->flat, "the record", e);
    c->text = text;
    s->core = (struct core){.start = text.p, .end = text.p + text.n};
    s->change = c;
    s->op = s->arn = (struct bf_change_text){0};
    s->attr = NULL;
    s->body_at = NULL;
    s->wrap = s->twice = false;
    s->twin = s->twin_end = 0;
    return keep(s, e);
}

/* The attribute's name for a message: what of it is sound, cut to something readable. */
static struct bf_str shown_name(const struct change_scan *s)
{
    const char *p = s->attr + 1;
    size_t n = 0;
    while (n < 60 && p + n < s->core.bad && p[n] != '"')
        n++;
    if (n == 0 && s->core.bad == s->attr) /* the name itself is not at fault: it stands twice */
        while (n < 60 && p[n] != '"')
            n++;
    while (n && (p[n] & 0xC0) == 0x80)
        n--;
    return bf_str(p, n);
}

/* Turns what the scan noted into *e; false. */
static bool failed(struct change_scan *s, struct bf_err *e)
{
    if (s->core.code == BF_E_MEMORY)
        return bf_err_nomem(e);
    bf_err_set(e, s->core.code, "%s", s->core.what);
    if (s->attr && *s->attr == '"') {
        struct bf_str name = shown_name(s);
        bf_err_ctx(e, "attribute %.*s", (int)name.n, name.p);
    }
    return bf_err_ctx(e, "byte %zu", (size_t)(s->core.bad - s->core.start) + 1);
}

/* Behind the document at p only white space may follow. */
static bool finish(struct change_scan *s, const char *p, struct bf_err *e)
{
    if (!p)
        return failed(s, e);
    p = core_space(&s->core, p);
    if (p == s->core.end)
        return true;
    core_fail(&s->core, p, "more text after the document");
    return failed(s, e);
}

/* "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/..." */
static void table_of_arn(struct bf_change *c, struct bf_str arn)
{
    static const char mark[] = ":table/";
    const size_t n = sizeof mark - 1;
    for (size_t i = 0; i + n < arn.n; i++) {
        if (memcmp(arn.p + i, mark, n) != 0)
            continue;
        const char *name = arn.p + i + n;
        const char *slash = memchr(name, '/', arn.n - i - n);
        c->table.text = bf_str(name, slash ? (size_t)(slash - name) : arn.n - i - n);
        return;
    }
}

static enum bf_change_kind judge(struct change_scan *s, struct bf_err *e)
{
    struct bf_change *c = s->change;
    if (!s->body_at) {
        if (s->wrap)
            return BF_CHANGE_WRAP;
        bf_err_set(e, BF_E_INPUT, "not a change record: no member dynamodb");
        bf_known_not_change(c->text, e);
        return BF_CHANGE_BAD;
    }
    if (!s->op.text.p) {
        bf_err_set(e, BF_E_INPUT, "not a change record: no member eventName");
        return BF_CHANGE_BAD;
    }
    if (!bf_op_parse(s->op.text, &c->op)) {
        bf_err_set(e, BF_E_INPUT, "eventName is %.*s, not INSERT, MODIFY or REMOVE",
                   (int)(s->op.text.n < 40 ? s->op.text.n : 40), s->op.text.p);
        return BF_CHANGE_BAD;
    }
    if (!c->table.text.p && s->arn.text.p && !s->arn.escaped)
        table_of_arn(c, s->arn.text);
    return BF_CHANGE;
}

enum bf_change_kind bf_change_parse(struct bf_change *c, struct bf_str text, size_t slack,
                                    struct bf_err *e)
{
    struct change_scan s;
    if (!begin(&s, c, text, slack, e))
        return BF_CHANGE_BAD;
    if (!finish(&s, ops()->record(&s), e)) {
        bf_json_hint(text, e);
        return BF_CHANGE_BAD;
    }
    return judge(&s, e);
}

bool bf_change_value(struct bf_change *c, struct bf_str av, struct bf_attr *out, struct bf_err *e)
{
    struct change_scan s;
    *out = (struct bf_attr){.name = BF_STR("")};
    return begin(&s, c, av, 0, e) && finish(&s, ops()->value(&s, out), e);
}

bool bf_change_item(struct bf_change *c, struct bf_str item, struct bf_err *e)
{
    struct change_scan s;
    return begin(&s, c, item, 0, e) && finish(&s, ops()->item(&s, &c->new_image), e);
}

bool bf_attr_is(const struct bf_attr *a, struct bf_str name)
{
    if (!a->name_escaped)
        return bf_str_eq(a->name, name);
    struct bf_json_key key = {a->name, true};
    return bf_json_key_eq(&key, name);
}

const struct bf_attr *bf_image_find(const struct bf_image *image, struct bf_str name)
{
    for (size_t i = 0; i < image->n; i++)
        if (bf_attr_is(&image->attr[i], name))
            return &image->attr[i];
    return NULL;
}

static const char op_names[][7] = {"INSERT", "MODIFY", "REMOVE"};

struct bf_str bf_op_name(enum bf_op op)
{
    return bf_str(op_names[op], 6);
}

bool bf_op_parse(struct bf_str name, enum bf_op *op)
{
    return name.n == 6 && bf_change_op(name.p, op);
}

/* Eight digits at p as a number; false when they are not all digits. */
static bool eight(const char *p, int64_t *v)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t w;
    memcpy(&w, p, 8);
    if (((w & 0xF0F0F0F0F0F0F0F0u) | ((w + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4) !=
        0x3333333333333333u)
        return false;
    w = (w & 0x0F0F0F0F0F0F0F0Fu) * (10 * 256 + 1) >> 8; /* pairs, then fours, then all */
    w = (w & 0x00FF00FF00FF00FFu) * (100 * 65536 + 1) >> 16;
    *v = (int64_t)((w & 0x0000FFFF0000FFFFu) * (10000 * 4294967296u + 1) >> 32);
    return true;
#else
    *v = 0;
    for (int i = 0; i < 8; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        *v = *v * 10 + (p[i] - '0');
    }
    return true;
#endif
}

/* Digits alone: how large the number is says what it counts. */
static bool epoch(struct bf_str t, int64_t *us, unsigned *decimals)
{
    int64_t v = 0, low;
    if (t.n ==
        13) { /* milliseconds, as the service writes them: two times eight, three of them twice */
        if (!eight(t.p, &v) || !eight(t.p + 5, &low))
            return false;
        v = v * 100000 + low % 100000;
        *decimals = v < 100000000000 ? 0 : 3;
        *us = v * (*decimals ? 1000 : 1000000);
        return true;
    }
    if (t.n == 0 || t.n > 16 || (t.n >= 8 && !eight(t.p, &v)))
        return false;
    for (size_t i = t.n >= 8 ? 8 : 0; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9')
            return false;
        v = v * 10 + (t.p[i] - '0');
    }
    *decimals = v < 100000000000 ? 0 : v < 100000000000000 ? 3 : 6;
    *us = v * (*decimals == 0 ? 1000000 : *decimals == 3 ? 1000 : 1);
    return true;
}

/* 1480642020.5, 1.48064202E9: seconds with a fraction. */
static bool fraction(struct bf_str t, int64_t *us, unsigned *decimals)
{
    struct bf_err e;
    struct bf_buf plain;
    if (!bf_number_check(t, &e))
        return false;
    bf_buf_init(&plain, 512);
    bf_number_put_plain(&plain, t);
    struct bf_str rest = bf_buf_view(&plain), whole;
    bool ok = bf_buf_ok(&plain) && bf_str_split(&rest, '.', &whole) && epoch(whole, us, decimals);
    if (ok && rest.p && *decimals == 0) {
        int64_t unit = 100000;
        *decimals = rest.n > 3 ? 6 : 3;
        for (size_t i = 0; i < rest.n && i < 6; i++, unit /= 10)
            *us += (rest.p[i] - '0') * unit;
    }
    bf_buf_free(&plain);
    return ok;
}

bool bf_change_time(const struct bf_change *c, int64_t *us, unsigned *decimals)
{
    struct bf_str t = c->time;
    int64_t ms;
    struct bf_err e;
    if (!t.p)
        return false;
    if (epoch(t, us, decimals))
        return true;
    if (t.n < 2 || t.p[0] != '"')
        return fraction(t, us, decimals);
    t = bf_str(t.p + 1, t.n - 2);
    if (!bf_clock_parse(t, &ms, &e))
        return false;
    *us = ms * 1000;
    *decimals = ms % 1000 ? 3 : 0;
    return true;
}
