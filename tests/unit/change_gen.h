/*
 * Random change records for test_cdc_change.c: every type, unusual numbers and
 * escapes, white space where it is allowed, images that are mostly copies of each
 * other, and envelopes with different ends. Also small changes to such a text, most of
 * which make it invalid.
 */
#ifndef BF_UNIT_CHANGE_GEN_H
#define BF_UNIT_CHANGE_GEN_H

#include "lib/base/rng.h"
#include "lib/base/str.h"

enum { ATTRS = 32 };

struct fixture {
    struct bf_rng rng;
    struct bf_buf line;
    unsigned attrs; /* makes names unique by a number */
    /* positions of the attributes in the last image: name, value, end */
    size_t name[ATTRS], value[ATTRS], end[ATTRS], n;
};

static uint64_t below(struct fixture *f, uint64_t n)
{
    return bf_rng_below(&f->rng, n);
}

static void put_space(struct fixture *f)
{
    if (below(f, 40) == 0)
        bf_buf_addf(&f->line, "%s", (const char *[]){" ", "\t ", "\r\n", "\n  "}[below(f, 4)]);
}

static void put_string(struct fixture *f)
{
    static const char *const pieces[] = {
        "a",       "shipping", "\\\"",           "\\\\", "\\/",    "\\n",
        "\\u00e9", "é",        "\\ud83d\\ude00", "😀",    "日本語", "0123456789012345678901234567",
        " ",       "\x7f",
    };
    bf_buf_addc(&f->line, '"');
    for (uint64_t i = below(f, 6); i > 0; i--)
        bf_buf_addf(&f->line, "%s", pieces[below(f, BF_COUNT(pieces))]);
    bf_buf_addc(&f->line, '"');
}

static void put_number(struct fixture *f)
{
    static const char *const odd[] = {"0",     "-0",   "007",  "+1",       ".5",
                                      "5.",    "1E+2", "1e5",  "-0.10",    "1.0E-9",
                                      "-12.5", "0.0",  "00.1", "9.99E+125"};
    bf_buf_addc(&f->line, '"');
    if (below(f, 4) == 0)
        bf_buf_addf(&f->line, "%s", odd[below(f, BF_COUNT(odd))]);
    else {
        if (below(f, 5) == 0)
            bf_buf_addc(&f->line, '-');
        bf_buf_addf(&f->line, "%u", (unsigned)below(f, 10000));
        for (uint64_t i = below(f, 3) ? 0 : below(f, 30); i > 0; i--)
            bf_buf_addc(&f->line, (char)('0' + below(f, 10)));
        if (below(f, 2))
            bf_buf_addf(&f->line, ".%02u", (unsigned)below(f, 100));
    }
    bf_buf_addc(&f->line, '"');
}

static void put_value(struct fixture *f, unsigned depth);

static void put_set(struct fixture *f, unsigned type)
{
    bf_buf_addf(&f->line, "\"%s\":[", (const char *[]){"SS", "NS", "BS"}[type]);
    for (uint64_t i = 0, n = below(f, 4); i < n; i++) {
        bf_buf_addf(&f->line, i ? "," : "");
        put_space(f);
        if (type == 0)
            put_string(f);
        else if (type == 1)
            put_number(f);
        else
            bf_buf_lit(&f->line, "\"AAEqQQ==\"");
    }
    bf_buf_addc(&f->line, ']');
}

static void put_name(struct fixture *f, uint64_t i)
{
    /* mostly the same names, to use the memory of earlier records */
    if (below(f, 20))
        bf_buf_addf(&f->line, "\"attribute%u\"", (unsigned)i);
    else
        bf_buf_addf(&f->line, "\"%s%u\"",
                    below(f, 2) ? "\\u0078" : "a_much_longer_name_than_others_", 1000 + f->attrs++);
    put_space(f);
    bf_buf_addc(&f->line, ':');
    put_space(f);
}

static void copy(struct fixture *f, size_t from, size_t to)
{
    char *room = bf_buf_room(&f->line, to - from);
    memcpy(room, f->line.p + from, to - from);
    f->line.n += to - from;
}

static void put_attributes(struct fixture *f, uint64_t from, uint64_t n, unsigned depth)
{
    for (uint64_t i = from; i < n; i++) {
        bf_buf_addf(&f->line, i ? "," : "");
        put_space(f);
        size_t name = f->line.n;
        put_name(f, i);
        size_t value = f->line.n;
        put_value(f, depth + 1);
        if (depth == 0) {
            f->name[i] = name;
            f->value[i] = value;
            f->end[i] = f->line.n;
            f->n = i + 1;
        }
        put_space(f);
    }
    bf_buf_addc(&f->line, '}');
}

static void put_members(struct fixture *f, uint64_t n, unsigned depth)
{
    bf_buf_addc(&f->line, '{');
    put_attributes(f, 0, n, depth);
}

/* Writes an image that starts with the last key. */
static void put_keyed(struct fixture *f, uint64_t n)
{
    size_t name = f->line.n + 1;
    bf_buf_addc(&f->line, '{');
    copy(f, f->name[0], f->end[0]);
    f->value[0] = name + f->value[0] - f->name[0];
    f->end[0] = f->line.n;
    f->name[0] = name;
    put_attributes(f, 1, n, 0);
}

/* Writes an image similar to the last one: most attributes are unchanged; some are changed,
 * removed or added, and two are swapped. */
static void put_like(struct fixture *f)
{
    size_t n = f->n, swap = below(f, 6) ? n : below(f, n + 1);
    bool first = true;
    bf_buf_addc(&f->line, '{');
    for (size_t k = 0; k < n; k++) {
        size_t i = k == swap && k + 1 < n ? k + 1 : swap < n && k == swap + 1 ? k - 1 : k;
        uint64_t what = below(f, 12);
        if (what == 0)
            continue;
        bf_buf_addf(&f->line, first ? "" : ",");
        first = false;
        if (what == 1) {
            bf_buf_addf(&f->line, "\"another%u\":", f->attrs++);
            put_value(f, 1);
            bf_buf_addc(&f->line, ',');
        }
        copy(f, f->name[i], what == 2 ? f->value[i] : f->end[i]);
        if (what == 2)
            put_value(f, 1);
        if (what > 8)
            put_space(f);
    }
    bf_buf_addc(&f->line, '}');
}

static void put_value(struct fixture *f, unsigned depth)
{
    bf_buf_addc(&f->line, '{');
    put_space(f);
    if (below(f, 30) == 0)
        bf_buf_addc(&f->line, ' ');
    switch (below(f, depth < 4 ? 12 : 8)) {
    case 0:
    case 1:
    case 2:
        bf_buf_addf(&f->line, below(f, 30) ? "\"S\":" : "\"\\u0053\" :");
        put_string(f);
        break;
    case 3:
    case 4:
        bf_buf_lit(&f->line, "\"N\":");
        put_number(f);
        break;
    case 5:
        bf_buf_lit(&f->line, "\"B\":\"AAEqQQ==\"");
        break;
    case 6:
        bf_buf_addf(&f->line, "\"BOOL\":%s", below(f, 2) ? "true" : "false");
        break;
    case 7:
        bf_buf_lit(&f->line, "\"NULL\":true");
        break;
    case 8:
        bf_buf_lit(&f->line, "\"M\":");
        put_members(f, below(f, 4), depth);
        break;
    case 9:
        bf_buf_lit(&f->line, "\"L\":[");
        for (uint64_t i = 0, n = below(f, 4); i < n; i++) {
            bf_buf_addf(&f->line, i ? "," : "");
            put_value(f, depth + 1);
        }
        bf_buf_addc(&f->line, ']');
        break;
    default:
        put_set(f, (unsigned)below(f, 3));
    }
    put_space(f);
    bf_buf_addc(&f->line, '}');
}

static void put_record(struct fixture *f)
{
    static const char *const ops[] = {"INSERT", "MODIFY", "REMOVE"};
    const char *op = ops[below(f, 3)];
    bf_buf_reset(&f->line);
    bf_buf_addf(&f->line, "{\"awsRegion\":\"us-east-1\",\"eventID\":");
    put_string(f);
    bf_buf_addf(&f->line,
                ",\"eventName\":\"%s\",\"userIdentity\":null,\"tableName\":\"%s\",\"dynamodb\":{",
                op, below(f, 10) ? "sales" : "orders");
    static const char *const tails[] = {
        "}",
        ",\"eventSource\":\"aws:dynamodb\"} ",
        ",\"eventSource\":\"aws:\\u0064ynamodb\"}\r",
        ",\"eventSourceARN\":\"arn:aws:dynamodb:eu-west-1:1:table/books/stream/2026\"}",
        ",\"tableName\":\"books\"}",
        ",\"eventID\":null}",
    };
    bf_buf_addf(&f->line, "\"ApproximateCreationDateTime\":%u%06u,\"Keys\":",
                1795759 + (unsigned)below(f, 1000), (unsigned)below(f, 1000000));
    f->n = 0;
    put_members(f, 1, 0);
    if (op[0] != 'R') {
        bf_buf_lit(&f->line, ",\"NewImage\":");
        if (below(f, 2))
            put_keyed(f, below(f, 16));
        else
            put_members(f, below(f, 16), 0);
    }
    if (op[0] != 'I') {
        bf_buf_lit(&f->line, ",\"OldImage\":");
        if (below(f, 4))
            put_like(f);
        else
            put_members(f, below(f, 16), 0);
    }
    bf_buf_addf(&f->line, ",\"SizeBytes\":%s}", below(f, 20) ? "40" : "0");
    if (below(f, 4))
        bf_buf_lit(&f->line, ",\"eventSource\":\"aws:dynamodb\"}");
    else if (below(f, 6) == 0)
        bf_buf_addf(&f->line, " ,\"eventName\":\"%s\"}", op);
    else
        bf_buf_adds(&f->line, bf_str_of(tails[below(f, BF_COUNT(tails))]));
}

/* Makes one to three small changes to the text. */
static void mutate(struct fixture *f)
{
    static const char bytes[] = "\"\\{}[]:,0123456789.-+eE \n\x80\xc3\xed\xff\x01tfnuSNBML";
    for (uint64_t i = 1 + below(f, 3); i > 0; i--) {
        size_t at = below(f, f->line.n), n = below(f, 4);
        switch (below(f, 4)) {
        case 0:
            f->line.p[at] = bytes[below(f, sizeof bytes - 1)];
            break;
        case 1:
            if (at + n < f->line.n) {
                memmove(f->line.p + at, f->line.p + at + n, f->line.n - at - n);
                f->line.n -= n;
            }
            break;
        case 2:
            bf_buf_addc(&f->line, 'x');
            memmove(f->line.p + at + 1, f->line.p + at, f->line.n - at - 1);
            f->line.p[at] = bytes[below(f, sizeof bytes - 1)];
            break;
        default:
            if (below(f, 4) == 0)
                f->line.n = at + 1;
        }
    }
}

#endif
