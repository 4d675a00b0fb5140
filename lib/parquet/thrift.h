/*
 * Thrift's compact protocol, the writing half, as Parquet's headers and footer use it: field headers with the distance to
 * the field before, zigzag varints, lists with their element type, structs that end with a zero.
 *
 *     struct thrift t = {.out = &buf};
 *     thrift_i32(&t, 1, version);
 *     struct thrift inner = thrift_struct(&t, 5);
 *     ...
 *     thrift_end(&inner);
 *     thrift_end(&t);
 */
#ifndef BF_PARQUET_THRIFT_H
#define BF_PARQUET_THRIFT_H

#include "lib/base/str.h"

enum {
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_I8 = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_STRUCT = 12
};

struct thrift {
    struct bf_buf *out;
    int last; /* id of the field before */
};

static inline void thrift_varint(struct bf_buf *out, uint64_t v)
{
    char bytes[10];
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        bytes[n++] = (char)(v | 0x80);
    bytes[n++] = (char)v;
    bf_buf_add(out, bytes, n);
}

static inline void thrift_zigzag(struct bf_buf *out, int64_t v)
{
    thrift_varint(out, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

static inline void thrift_field(struct thrift *t, int id, int type)
{
    int step = id - t->last;
    if (step >= 1 && step <= 15)
        bf_buf_addc(t->out, (char)(step << 4 | type));
    else {
        bf_buf_addc(t->out, (char)type);
        thrift_zigzag(t->out, id);
    }
    t->last = id;
}

static inline void thrift_bool(struct thrift *t, int id, bool v)
{
    thrift_field(t, id, v ? THRIFT_TRUE : THRIFT_FALSE);
}

static inline void thrift_i8(struct thrift *t, int id, int v)
{
    thrift_field(t, id, THRIFT_I8);
    bf_buf_addc(t->out, (char)v);
}

static inline void thrift_i16(struct thrift *t, int id, int64_t v)
{
    thrift_field(t, id, THRIFT_I16);
    thrift_zigzag(t->out, v);
}

static inline void thrift_i32(struct thrift *t, int id, int64_t v)
{
    thrift_field(t, id, THRIFT_I32);
    thrift_zigzag(t->out, v);
}

static inline void thrift_i64(struct thrift *t, int id, int64_t v)
{
    thrift_field(t, id, THRIFT_I64);
    thrift_zigzag(t->out, v);
}

static inline void thrift_string(struct bf_buf *out, struct bf_str s)
{
    thrift_varint(out, s.n);
    bf_buf_adds(out, s);
}

static inline void thrift_binary(struct thrift *t, int id, struct bf_str s)
{
    thrift_field(t, id, THRIFT_BINARY);
    thrift_string(t->out, s);
}

/* n elements of that type follow. */
static inline void thrift_list(struct thrift *t, int id, int type, size_t n)
{
    thrift_field(t, id, THRIFT_LIST);
    bf_buf_addc(t->out, (char)((n < 15 ? n : 15) << 4 | (unsigned)type));
    if (n >= 15)
        thrift_varint(t->out, n);
}

/* A struct as a field, to be ended; one in a list begins without ceremony. */
static inline struct thrift thrift_struct(struct thrift *t, int id)
{
    thrift_field(t, id, THRIFT_STRUCT);
    return (struct thrift){.out = t->out};
}

static inline void thrift_end(struct thrift *t)
{
    bf_buf_addc(t->out, '\0');
}

/* A struct without fields. */
static inline void thrift_empty(struct thrift *t, int id)
{
    struct thrift inner = thrift_struct(t, id);
    thrift_end(&inner);
}

#endif
