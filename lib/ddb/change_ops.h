/*
 * The interface between change.c and the compiled variants of change_core.h. Private to its room.
 */
#ifndef BF_DDB_CHANGE_OPS_H
#define BF_DDB_CHANGE_OPS_H

#include "lib/ddb/change.h"
#include "lib/json/core.h"

/*
 * The names of the current image and of the maps in it: a hash table that detects duplicates. Every
 * object (the image, a map) has a number, its stamp, which is part of the key of its names. Slots
 * of earlier images are free, so nothing has to be cleared. The hash is seeded.
 */
struct names_slot {
    uint32_t stamp;
    uint32_t at; /* offset of the name in the text */
};

struct bf_change_names {
    struct names_slot *slot;
    size_t mask;           /* slots - 1; a power of two */
    uint32_t first, stamp; /* the stamp of the image, and the newest one */
    uint64_t seed[2];
};

enum { HEAD_TEXT = 384, TAIL_TEXT = 320 };

/* The constant parts of the envelope before the value of "dynamodb": up to the value of eventID,
 * from there to the value of eventName, and the rest. */
struct envelope_head {
    char text[HEAD_TEXT];
    uint16_t first, second, third; /* bytes; first 0: nothing is remembered */
    uint16_t n;                    /* bytes of all of them and eventName */
    uint16_t table_at, table_n;    /* the value of tableName in text; table_n 0: missing */
};

/* The text from the value of "dynamodb" to the end of the record, if nothing in it varies except
 * the value of kinesis.sequenceNumber, which is left out: n bytes are before it, rest bytes after
 * it. */
struct envelope_tail {
    char text[TAIL_TEXT];
    uint16_t n;             /* 0: nothing is remembered */
    uint16_t rest;          /* 0: no sequence number */
    uint16_t arn_at, arn_n; /* the value of eventSourceARN in text; arn_n 0: missing */
};

/* The form of the last record's envelope. */
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
    char *flat; /* the end of the plain JSON; the buffer has room for the length of the text */
    size_t twin, twin_end; /* the rest of the image before, as indices into the table of
                            * attributes */
    struct bf_change_text op, arn;
    const char *body_at; /* the value of "dynamodb"; NULL: missing */
    const char *attr;    /* the quote before the name of the attribute with the error, or NULL */
    bool wrap;           /* a member that captures have was found */
    bool twice;          /* a member of the envelope is repeated: do not remember the envelope */
    char text[200];      /* a reason that is not a literal */
    char decoded[64];    /* a decoded name of an envelope member */
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

/* The rare cases, compiled once in change.c, change_names.c and change_envelope.c. */
bool bf_change_grow(struct bf_change *c);
/* Is the time of the record valid? */
bool bf_change_time_ok(const struct bf_change *c);
/* "dynamodb" is repeated: the last one counts. */
void bf_change_forget_body(struct change_scan *s);
bool bf_change_type(struct bf_str tag, bool escaped, enum bf_attr_type *type);
bool bf_change_is_base64(struct bf_str text, bool escaped);
struct bf_str bf_change_decode(struct change_scan *s, struct bf_str name);

/* change_names.c: allocates a table; false: out of memory. Frees one; NULL is allowed. */
bool bf_change_names_new(struct bf_change *c);
void bf_change_names_free(struct bf_change_names *t);

/* Begins an image when the stamps are used up: frees all slots. */
void bf_change_names_wrap(struct bf_change_names *t);

/* The slow case of first_time (change_names.h): the name's slot is occupied, or the name contains
 * escapes. */
bool bf_change_names_probe(struct change_scan *s, const struct bf_attr *a, uint32_t stamp);

/* Remembers the envelope of the record just scanned. */
void bf_change_learn_head(struct change_scan *s);

/* Remembers the end of the envelope, from `from` up to end. */
void bf_change_learn_tail(struct change_scan *s, const char *from, const char *end);

/* Sets *op from the six bytes at p; false if they name no operation. */
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

/* The type that the tag at p (on its quote) names, if it is spelt as usual; *n is the tag's length
 * including its quotes, 0 if it is not. */
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
