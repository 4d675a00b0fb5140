/* JSON text to CBOR: answers. */
#include <stdlib.h>

#include "cmd/bflocal/wire/cbor.h"
#include "lib/encoding/base64.h"
#include "lib/json/scan.h"

enum { UNSIGNED = 0 << 5, NEGATIVE = 1 << 5, BYTES = 2 << 5, TEXT = 3 << 5 }; /* first bytes */
enum {
    ARRAY = 0x9f,
    MAP = 0xbf,
    BREAK = 0xff,
    FALSE = 0xf4,
    TRUE,
    NIL,
    DOUBLE = 0xfb,
    TIMESTAMP = 0xc1
};
enum { HEAD_MAX = 9 };

enum kind { PLAIN, BLOB, TIME };

/* Kinesis's model, the members of answers. */
static enum kind kind_of(const struct bf_json_key *key)
{
    if (bf_json_key_is(key, "Data"))
        return BLOB;
    if (bf_json_key_is(key, "ApproximateArrivalTimestamp") ||
        bf_json_key_is(key, "StreamCreationTimestamp"))
        return TIME;
    return PLAIN;
}

/* A head in the fewest bytes. */
static size_t make_head(unsigned char out[HEAD_MAX], unsigned type, uint64_t n)
{
    size_t more = n < 24 ? 0 : n <= UINT8_MAX ? 1 : n <= UINT16_MAX ? 2 : n <= UINT32_MAX ? 4 : 8;
    static const unsigned char info[] = {[1] = 24, [2] = 25, [4] = 26, [8] = 27};
    out[0] = (unsigned char)(type | (more ? info[more] : (unsigned)n));
    for (size_t i = more; i; i--, n >>= 8)
        out[i] = (unsigned char)n;
    return 1 + more;
}

static void put_head(struct bf_buf *out, unsigned type, uint64_t n)
{
    unsigned char head[HEAD_MAX];
    bf_buf_add(out, head, make_head(head, type, n));
}

/* Puts a head in front of what was appended since `at`. */
static void put_head_at(struct bf_buf *out, size_t at, unsigned type)
{
    unsigned char head[HEAD_MAX];
    size_t n = out->n - at, h = make_head(head, type, n);
    if (!bf_buf_room(out, h))
        return;
    memmove(out->p + at + h, out->p + at, n);
    memcpy(out->p + at, head, h);
    out->n += h;
}

static void put_text(struct bf_buf *out, struct bf_str text, bool escaped)
{
    size_t at = out->n;
    if (!escaped)
        put_head(out, TEXT, text.n);
    if (escaped)
        bf_json_unescape(out, text);
    else
        bf_buf_adds(out, text);
    if (escaped && bf_buf_ok(out))
        put_head_at(out, at, TEXT);
}

/* An integer of 64 bits as such, all else as a double. */
static void put_number(struct bf_buf *out, struct bf_str text)
{
    char room[400], *end;
    size_t n = text.n < sizeof(room) ? text.n : sizeof(room) - 1;
    memcpy(room, text.p, n);
    room[n] = '\0';
    bool negative = room[0] == '-';
    if (n - negative <= 18 && strspn(room + negative, "0123456789") == n - negative) {
        uint64_t v = strtoull(room + negative, &end, 10);
        put_head(out, negative && v ? NEGATIVE : UNSIGNED, negative && v ? v - 1 : v);
        return;
    }
    double v = strtod(room, &end);
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    bf_buf_addc(out, (char)DOUBLE);
    for (int shift = 56; shift >= 0; shift -= 8)
        bf_buf_addc(out, (char)(bits >> shift));
}

/* Seconds with decimals: whole milliseconds, as the service has them. */
static void put_time(struct bf_buf *out, struct bf_str text)
{
    char room[64];
    size_t n = text.n < sizeof(room) ? text.n : sizeof(room) - 1;
    memcpy(room, text.p, n);
    room[n] = '\0';
    double seconds = strtod(room, NULL);
    bf_buf_addc(out, (char)TIMESTAMP);
    put_head(out, UNSIGNED, seconds > 0 && seconds < 1e15 ? (uint64_t)(seconds * 1000 + 0.5) : 0);
}

static bool put_string(struct bf_buf *out, const struct bf_json_val *v, enum kind kind,
                       struct bf_err *e)
{
    size_t at = out->n;
    if (kind != BLOB)
        put_text(out, v->text, v->escaped);
    else if (!bf_base64_decode(out, v->text))
        return bf_err_set(e, BF_E_INPUT, "a blob is no base64");
    else if (bf_buf_ok(out))
        put_head_at(out, at, BYTES);
    return true;
}

static bool put_value(struct bf_buf *out, struct bf_json *j, enum kind kind, struct bf_err *e);

static bool put_inside(struct bf_buf *out, struct bf_json *j, enum bf_json_type type,
                       struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    bool map = type == BF_JSON_OBJECT;
    if (!bf_json_enter(j, type, e))
        return false;
    bf_buf_addc(out, (char)(map ? MAP : ARRAY));
    while ((more = map ? bf_json_member(j, &key, e) : bf_json_element(j, e)) == BF_JSON_MORE) {
        if (map)
            put_text(out, key.text, key.escaped);
        if (!put_value(out, j, map ? kind_of(&key) : PLAIN, e))
            return false;
    }
    bf_buf_addc(out, (char)BREAK);
    return more == BF_JSON_END;
}

static bool put_value(struct bf_buf *out, struct bf_json *j, enum kind kind, struct bf_err *e)
{
    enum bf_json_type type;
    struct bf_json_val v;
    if (!bf_json_peek(j, &type, e))
        return false;
    if (type == BF_JSON_OBJECT || type == BF_JSON_ARRAY)
        return put_inside(out, j, type, e);
    if (!bf_json_value(j, &v, e))
        return false;
    if (type == BF_JSON_STRING)
        return put_string(out, &v, kind, e);
    if (type == BF_JSON_NUMBER && kind == TIME)
        put_time(out, v.text);
    else if (type == BF_JSON_NUMBER)
        put_number(out, v.text);
    else
        bf_buf_addc(out, (char)(type == BF_JSON_TRUE ? TRUE : type == BF_JSON_FALSE ? FALSE : NIL));
    return true;
}

bool bl_cbor_from_json(struct bf_buf *cbor, struct bf_str json, struct bf_err *e)
{
    struct bf_json j;
    bf_json_init(&j, json);
    return put_value(cbor, &j, PLAIN, e) && bf_json_end(&j, e) &&
           bf_buf_check(cbor, "the answer as CBOR", e);
}
