/*
 * What change.c and the compiled variants of change_core.h know of each other.
 * Inside its room only.
 */
#ifndef BF_DDB_CHANGE_OPS_H
#define BF_DDB_CHANGE_OPS_H

#include "lib/ddb/change.h"
#include "lib/json/core.h"

/*
 * What the last records looked like. The text in front of an attribute's value, such as
 * "status":{"S":" is the same from record to record, and so is the order of attributes. An entry
 * remembers such a text and which came behind it; where it stands again one comparison takes the
 * place of scanning the name and the type. Entry 0 stands for the beginning of an image.
 */
enum { FLAT_HEAD = 4 }; /* in front of an attribute's plain JSON: its length */

#define SHAPE_NO_ID ((uint64_t)1 << 63) /* the bit of what is no entry */
enum { SHAPE_ENTRIES = 63, SHAPE_TEXT = 32, SHAPE_MISSES = 4096, HEAD_TEXT = 320, TAIL_TEXT = 256 };

struct shape_entry {
    char text[SHAPE_TEXT];
    uint32_t mask; /* the low n bits */
    uint8_t n;     /* bytes of text; 0: no entry */
    uint8_t name_n;
    uint8_t av_at; /* where the value's brace is */
    uint8_t type;
    uint8_t next[4]; /* which came behind this one; 0: not known */
    char unused[20]; /* to 64 bytes */
};

/* The constant parts of the envelope in front of "dynamodb"'s value: up to eventID's value, from
 * there to eventName's, from there on. */
struct shape_head {
    char text[HEAD_TEXT];
    uint16_t first, second, third; /* bytes; first 0: nothing remembered */
    uint16_t table_at, table_n;    /* tableName's value in text; table_n 0: not there */
};

/* The text behind "dynamodb"'s value to the end of the record, where it holds nothing that differs but the value of
 * kinesis.sequenceNumber, which is left out: n bytes stand in front of it, rest behind it. */
struct shape_tail {
    char text[TAIL_TEXT];
    uint16_t n;             /* 0: nothing remembered */
    uint16_t rest;          /* 0: no sequence number */
    uint16_t arn_at, arn_n; /* eventSourceARN's value in text; arn_n 0: not there */
};

struct bf_change_shape {
    struct shape_entry entry[SHAPE_ENTRIES];
    uint8_t id[SHAPE_ENTRIES]; /* the first entry of the same name; the last number for entry 0 */
    unsigned n;                /* entries used, with entry 0 */
    unsigned misses;           /* since the table is full */
    struct shape_head head;
    struct shape_tail tail;
};

/* One scan of one text. */
struct change_scan {
    struct core core;
    struct bf_change *change;
    struct bf_change_shape *shape;
    char *flat;  /* where the next byte of plain JSON goes; there is room for the text's length */
    unsigned at; /* the entry that matched last */
    unsigned entry;        /* the one that bf_change_learn made or found last; 0: none */
    size_t twin, twin_end; /* what is left of the image before, in the table of attributes */
    struct bf_change_text op, arn;
    const char *body_at; /* the value of "dynamodb", NULL: there was none */
    const char *attr; /* the quote in front of the name of the attribute that is wrong, or NULL */
    bool wrap;        /* there was a member that captures have */
    bool twice;       /* a member of the envelope stood twice: nothing to be remembered */
    char text[200];   /* a reason that is no literal */
    char decoded[64]; /* an envelope's name written with escapes */
};

struct change_ops {
    const char *(*record)(struct change_scan *s);
    const char *(*value)(struct change_scan *s, struct bf_attr *a);
    const char *(*item)(struct change_scan *s, struct bf_image *out);
};

extern const struct change_ops bf_change_portable;
#if defined(__x86_64__)
extern const struct change_ops bf_change_sse2;
extern const struct change_ops bf_change_avx2;
#endif

/* The rare parts, compiled once in change.c and change_shape.c. */
bool bf_change_grow(struct bf_change *c);
bool bf_change_repeated(struct bf_change *c, size_t first);
/* Can the time that was noted be read? */
bool bf_change_time_ok(const struct bf_change *c);
/* "dynamodb" stands once more: the last one counts. */
void bf_change_forget_body(struct change_scan *s);
/* The quote in front of a name that stands a second time in the map, which is valid (*nomem: or that was too
 * much); NULL: none does. */
const char *bf_change_member_twice(struct bf_change *c, struct bf_str map, bool *nomem);
bool bf_change_type(struct bf_str tag, bool escaped, enum bf_attr_type *type);
bool bf_change_is_base64(struct bf_str text, bool escaped);
struct bf_str bf_change_decode(struct change_scan *s, struct bf_str name);

/* Remembers that the attribute a, whose name's quote is at p, came behind the entry last. */
void bf_change_learn(struct change_scan *s, unsigned last, const char *p, const struct bf_attr *a);

/* Remembers the envelope of the record just scanned. */
void bf_change_learn_head(struct change_scan *s);

/* Remembers its end, which stood at from up to end. */
void bf_change_learn_tail(struct change_scan *s, const char *from, const char *end);

/* The operation that the six bytes at p name. */
static inline bool bf_change_op(const char *p, enum bf_op *op)
{
    static const char names[3][6] = {"INSERT", "MODIFY", "REMOVE"};
    for (int i = 0; i < 3; i++)
        if (memcmp(p, names[i], 6) == 0) {
            *op = (enum bf_op)i;
            return true;
        }
    return false;
}

/* The type that the tag at p, on its quote, names when it is written as usual; *n is the tag's length
 * with its quotes, 0 when it is not. */
static inline enum bf_attr_type bf_change_tag(const char *p, size_t *n)
{
    *n = 3;
    if (p[0] == '"' && p[2] == '"')
        switch (p[1]) {
        case 'S':
            return BF_ATTR_S;
        case 'N':
            return BF_ATTR_N;
        case 'B':
            return BF_ATTR_B;
        case 'M':
            return BF_ATTR_M;
        case 'L':
            return BF_ATTR_L;
        default:
            break;
        }
    *n = 4;
    if (p[0] == '"' && p[2] == 'S' && p[3] == '"')
        switch (p[1]) {
        case 'S':
            return BF_ATTR_SS;
        case 'N':
            return BF_ATTR_NS;
        case 'B':
            return BF_ATTR_BS;
        default:
            break;
        }
    *n = 6;
    if (memcmp(p, "\"BOOL\"", 6) == 0)
        return BF_ATTR_BOOL;
    if (memcmp(p, "\"NULL\"", 6) == 0)
        return BF_ATTR_NULL;
    *n = 0;
    return BF_ATTR_S;
}

#endif
