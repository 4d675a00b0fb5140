/*
 * What change.c and the compiled variants of change_core.h know of each other.
 * Inside its room only.
 */
#ifndef BF_DDB_CHANGE_OPS_H
#define BF_DDB_CHANGE_OPS_H

#include "lib/ddb/change.h"
#include "lib/json/core.h"

/*
 * The names of the image at hand and of the maps in it: a hash table that finds one that stands twice. Every
 * object (the image, a map) has a number, its stamp, and a name counts with the stamp of its object. Slots of
 * earlier images are free, so that nothing has to be cleared. The hash is seeded.
 */
struct names_slot {
    uint32_t stamp;
    uint32_t at; /* of the name in the text */
};

struct bf_change_names {
    struct names_slot *slot;
    size_t mask;           /* slots - 1; a power of two */
    uint32_t first, stamp; /* the image's stamp, and the newest one */
    uint64_t seed[2];
};

enum { HEAD_TEXT = 384, TAIL_TEXT = 320 };

/* The constant parts of the envelope in front of "dynamodb"'s value: up to eventID's value, from
 * there to eventName's, from there on. */
struct envelope_head {
    char text[HEAD_TEXT];
    uint16_t first, second, third; /* bytes; first 0: nothing remembered */
    uint16_t n;                    /* of all of them and eventName */
    uint16_t table_at, table_n;    /* tableName's value in text; table_n 0: not there */
};

/* The text behind "dynamodb"'s value to the end of the record, where it holds nothing that differs but the value of
 * kinesis.sequenceNumber, which is left out: n bytes stand in front of it, rest behind it. */
struct envelope_tail {
    char text[TAIL_TEXT];
    uint16_t n;             /* 0: nothing remembered */
    uint16_t rest;          /* 0: no sequence number */
    uint16_t arn_at, arn_n; /* eventSourceARN's value in text; arn_n 0: not there */
};

/* What the envelope of the last record looked like. */
struct bf_change_envelope {
    struct envelope_head head;
    struct envelope_tail tail;
};

/* One scan of one text. */
struct change_scan {
    struct core core;
    struct bf_change *change;
    struct bf_change_envelope *envelope;
    struct bf_change_names *names;
    char *flat; /* where the next byte of plain JSON goes; there is room for the text's length */
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
#endif

/* The rare parts, compiled once in change.c, change_names.c and change_envelope.c. */
bool bf_change_grow(struct bf_change *c);
/* Can the time that was noted be read? */
bool bf_change_time_ok(const struct bf_change *c);
/* "dynamodb" stands once more: the last one counts. */
void bf_change_forget_body(struct change_scan *s);
bool bf_change_type(struct bf_str tag, bool escaped, enum bf_attr_type *type);
bool bf_change_is_base64(struct bf_str text, bool escaped);
struct bf_str bf_change_decode(struct change_scan *s, struct bf_str name);

/* change_names.c: a new table; false: no memory. Frees one, NULL too. */
bool bf_change_names_new(struct bf_change *c);
void bf_change_names_free(struct bf_change_names *t);

/* Begins an image when stamps run out: all slots are free. */
void bf_change_names_wrap(struct bf_change_names *t);

/* first_time (change_names.h) of a name whose slot is taken, or which is written with escapes. */
bool bf_change_names_probe(struct change_scan *s, const struct bf_attr *a, uint32_t stamp);

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
