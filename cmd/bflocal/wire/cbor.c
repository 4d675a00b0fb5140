/* CBOR to JSON text: requests. The other way is in cbor_put.c. */
#include "cmd/bflocal/wire/cbor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/encoding/enc.h"
#include "lib/json/write.h"

enum { UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };
enum { FALSE = 20, TRUE, NIL, UNDEFINED, HALF = 25, SINGLE, DOUBLE, BREAK = 31 };
enum { TIMESTAMP = 1 }; /* the tag */

struct reader {
    const unsigned char *start, *p, *end;
    const unsigned char *at; /* where the present item begins */
    struct bf_buf *out;
    struct bf_buf chunks; /* of a byte string without a length */
    struct bf_err *e;
};

/* The head of a data item. */
struct head {
    unsigned type, info;
    bool endless; /* no length: until the break */
    uint64_t n;
};

static bool fail_at(struct reader *r, const char *what)
{
    return bf_err_set(r->e, BF_E_INPUT, "byte %zu: %s", (size_t)(r->at - r->start), what);
}

static size_t bytes_left(const struct reader *r)
{
    return (size_t)(r->end - r->p);
}

static bool take_head(struct reader *r, struct head *h)
{
    r->at = r->p;
    if (r->p == r->end)
        return fail_at(r, "ends too early");
    *h = (struct head){.type = *r->p >> 5, .info = *r->p & 31};
    size_t more = h->info < 24 ? 0 : (size_t)1 << (h->info - 24);
    if (h->info >= 28) {
        more = 0;
        h->endless = h->info == BREAK && h->type >= BYTES && h->type != TAG;
        if (!h->endless)
            return fail_at(r, "is not well-formed");
    }
    if (bytes_left(r) <= more)
        return fail_at(r, "ends too early");
    h->n = more ? 0 : h->info;
    for (size_t i = 1; i <= more; i++)
        h->n = h->n << 8 | r->p[i];
    bool string = h->type == BYTES || h->type == TEXT;
    size_t least = h->type == MAP ? 2 : 1; /* bytes of an element */
    if ((string || h->type == ARRAY || h->type == MAP) && !h->endless &&
        h->n > (bytes_left(r) - 1 - more) / least)
        return fail_at(r, "is longer than the body");
    r->p += 1 + more;
    return true;
}

static bool is_break(struct reader *r)
{
    bool yes = r->p < r->end && *r->p == 0xff;
    r->p += yes;
    return yes;
}

/* The bytes of a string of that length, checked to be there. */
static struct bf_str take_bytes(struct reader *r, uint64_t n)
{
    struct bf_str s = bf_str((const char *)r->p, (size_t)n);
    r->p += n;
    return s;
}

static bool json_text(struct reader *r, uint64_t n)
{
    size_t bad;
    struct bf_str s = bf_str((const char *)r->p, (size_t)n);
    if (!bf_utf8_valid(s, &bad)) {
        r->at = r->p + bad;
        return fail_at(r, "is not valid UTF-8");
    }
    r->p += n;
    bf_json_put_escaped(r->out, s);
    return true;
}

/* The pieces of a string without a length: strings of its own type, with one. */
static bool json_chunks(struct reader *r, unsigned type)
{
    struct head h;
    while (!is_break(r)) {
        if (!take_head(r, &h))
            return false;
        if (h.type != type || h.endless)
            return fail_at(r, "is no piece of a string");
        if (type == BYTES)
            bf_buf_adds(&r->chunks, take_bytes(r, h.n));
        else if (!json_text(r, h.n))
            return false;
    }
    return true;
}

static bool json_string(struct reader *r, const struct head *h)
{
    bf_buf_addc(r->out, '"');
    if (h->endless) {
        bf_buf_reset(&r->chunks);
        if (!json_chunks(r, h->type) || !bf_buf_check(&r->chunks, "a byte string", r->e))
            return false;
        bf_base64_encode(r->out, bf_buf_view(&r->chunks)); /* empty for a text */
    } else if (h->type == BYTES)
        bf_base64_encode(r->out, take_bytes(r, h->n));
    else if (!json_text(r, h->n))
        return false;
    bf_buf_addc(r->out, '"');
    return true;
}

/* The fewest digits that read back as the same. */
static bool json_double(struct reader *r, double v)
{
    char text[40];
    if (!isfinite(v))
        return fail_at(r, "is a number that JSON has not");
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    bf_buf_adds(r->out, bf_str_of(text));
    return true;
}

static double float_of(const struct head *h)
{
    if (h->info == HALF) { /* RFC 8949, Appendix D */
        int exponent = (int)(h->n >> 10 & 31), mantissa = (int)(h->n & 1023);
        double v = exponent == 0    ? ldexp(mantissa, -24)
                   : exponent == 31 ? (mantissa ? NAN : INFINITY)
                                    : ldexp(mantissa + 1024, exponent - 25);
        return h->n & 0x8000 ? -v : v;
    }
    if (h->info == SINGLE) {
        uint32_t bits = (uint32_t)h->n;
        float v;
        memcpy(&v, &bits, sizeof(v));
        return (double)v;
    }
    double v;
    memcpy(&v, &h->n, sizeof(v));
    return v;
}

static bool json_simple(struct reader *r, const struct head *h)
{
    if (h->endless)
        return fail_at(r, "is a break where nothing ends");
    if (h->info >= HALF)
        return json_double(r, float_of(h));
    if (h->info == FALSE || h->info == TRUE)
        bf_buf_adds(r->out, h->info == TRUE ? BF_STR("true") : BF_STR("false"));
    else if (h->info == NIL || h->info == UNDEFINED)
        bf_buf_lit(r->out, "null");
    else
        return fail_at(r, "is no simple value that is known");
    return true;
}

static void json_integer(struct reader *r, const struct head *h)
{
    if (h->type == NEGATIVE && h->n == UINT64_MAX) {
        bf_buf_lit(r->out, "-18446744073709551616");
        return;
    }
    if (h->type == NEGATIVE)
        bf_buf_addc(r->out, '-');
    bf_buf_u64(r->out, h->n + (h->type == NEGATIVE));
}

static bool json_time(struct reader *r)
{
    struct head h;
    if (!take_head(r, &h))
        return false;
    if (h.type == SIMPLE && h.info >= HALF && !h.endless)
        return json_double(r, float_of(&h));
    if (h.type > NEGATIVE || h.n > INT64_MAX / 2)
        return fail_at(r, "is no time");
    uint64_t ms = h.n + h.type; /* NEGATIVE is 1 */
    bf_buf_addf(r->out, "%s%llu.%03u", h.type == NEGATIVE ? "-" : "",
                (unsigned long long)(ms / 1000), (unsigned)(ms % 1000));
    return true;
}

static bool json_item(struct reader *r, unsigned depth);

/* A key and its colon. */
static bool json_key(struct reader *r)
{
    struct head h;
    if (!take_head(r, &h))
        return false;
    if (h.type != TEXT)
        return fail_at(r, "is a key that is no text");
    if (!json_string(r, &h))
        return false;
    bf_buf_addc(r->out, ':');
    return true;
}

/* What lies in an array or map, commas between. */
static bool json_inside(struct reader *r, const struct head *h, unsigned depth)
{
    if (depth == BL_CBOR_DEPTH)
        return bf_err_set(r->e, BF_E_LIMIT, "byte %zu: nested deeper than %d",
                          (size_t)(r->at - r->start), BL_CBOR_DEPTH);
    bf_buf_addc(r->out, h->type == MAP ? '{' : '[');
    for (uint64_t i = 0; h->endless ? !is_break(r) : i < h->n; i++) {
        if (i)
            bf_buf_addc(r->out, ',');
        if (h->type == MAP && !json_key(r))
            return false;
        if (!json_item(r, depth + 1))
            return false;
        if (!bf_buf_ok(r->out)) /* nobody waits for the end of what is lost */
            return bf_buf_check(r->out, "the body as JSON", r->e);
    }
    bf_buf_addc(r->out, h->type == MAP ? '}' : ']');
    return true;
}

static bool json_item(struct reader *r, unsigned depth)
{
    struct head h;
    do {
        if (!take_head(r, &h))
            return false;
        if (h.type == TAG && h.n == TIMESTAMP)
            return json_time(r);
    } while (h.type == TAG);
    switch (h.type) {
    case UNSIGNED:
    case NEGATIVE:
        json_integer(r, &h);
        return true;
    case BYTES:
    case TEXT:
        return json_string(r, &h);
    case SIMPLE:
        return json_simple(r, &h);
    default:
        return json_inside(r, &h, depth);
    }
}

static bool at_end(struct reader *r)
{
    r->at = r->p;
    return r->p == r->end || fail_at(r, "follows the end");
}

bool bl_cbor_to_json(struct bf_buf *json, struct bf_str cbor, struct bf_err *e)
{
    const unsigned char *p = (const unsigned char *)cbor.p;
    struct reader r = {.start = p, .p = p, .end = p + cbor.n, .out = json, .e = e};
    bf_buf_init(&r.chunks, cbor.n + 1);
    bool ok = json_item(&r, 0) && at_end(&r) && bf_buf_check(json, "the body as JSON", e);
    bf_buf_free(&r.chunks);
    return ok;
}
