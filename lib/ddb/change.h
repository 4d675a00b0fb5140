/*
 * A change record: what DynamoDB published, in either of its two forms (through
 * Kinesis, or a GetRecords record of DynamoDB Streams), as a view.
 *
 * bf_change_parse goes over the text once and validates all of it: JSON
 * grammar, UTF-8, escapes, nesting, and DynamoDB's types in every image (a
 * number of 39 digits, a wrong tag, a set with a wrong element, an attribute or
 * a member of a map that stands twice). What comes out are slices of the text, and for each image
 * the table of its attributes. Members may come in any order; where one stands
 * twice the last one counts; members that are not known are passed over.
 *
 * The struct owns the attribute tables and reuses them: initialise once, parse
 * many. Slices hold until the text goes away or the next parse, whichever is
 * first.
 */
#ifndef BF_DDB_CHANGE_H
#define BF_DDB_CHANGE_H

#include "lib/base/map.h"
#include "lib/base/str.h"

BF_C_BEGIN

struct bf_change_envelope;
struct bf_change_names;

enum bf_op { BF_OP_INSERT, BF_OP_MODIFY, BF_OP_REMOVE };

/* DynamoDB's types of values. */
enum __attribute__((packed)) bf_attr_type {
    BF_ATTR_S,
    BF_ATTR_N,
    BF_ATTR_B,
    BF_ATTR_BOOL,
    BF_ATTR_NULL,
    BF_ATTR_M,
    BF_ATTR_L,
    BF_ATTR_SS,
    BF_ATTR_NS,
    BF_ATTR_BS
};

enum { BF_ATTR_DEPTH = 32 }; /* how deep M and L may be nested */

struct bf_attr {
    struct bf_str name; /* as it stands between its quotes, escapes undecoded */
    struct bf_str av;   /* {"S":"text"} */
    struct bf_str
        val; /* S, N, B: between the quotes; BOOL: true or false; M, L, sets: with brackets */
    enum bf_attr_type type;
    bool name_escaped; /* name holds a backslash */
    bool escaped;      /* S, B: val holds a backslash */
    bool json;         /* N: val is a JSON number as it stands */
    uint32_t plain_n;
    /* The value as plain JSON, plain_n bytes, as a row has it. NULL: not made. Code that changes val sets it to NULL. */
    const char *plain;
};

struct bf_image {
    bool present;
    struct bf_str raw; /* {"order_id":{"S":"o-1"},...} */
    const struct bf_attr *attr;
    size_t n;
};

/* A string member of the envelope. */
struct bf_change_text {
    struct bf_str text; /* between the quotes; text.p NULL: not there */
    bool escaped;
};

struct bf_change {
    struct bf_str text; /* what was parsed, padded: behind it are 64 bytes that can be read */
    enum bf_op op;
    struct bf_change_text event_id;
    struct bf_change_text table; /* tableName; else out of eventSourceARN; else not there */
    struct bf_change_text seq;   /* dynamodb.SequenceNumber */
    struct bf_change_text
        kinesis_seq; /* of the Kinesis record that brought it: kinesis.sequenceNumber, which
                                          kinread adds; or a capture told it */
    struct bf_str
        kinesis_part; /* digits: which part of a record that the KPL packed; p NULL: it is whole */
    struct bf_str
        time; /* ApproximateCreationDateTime as written, quotes included; p NULL: not there */
    struct bf_image keys, new_image, old_image;

    /* owned */
    struct bf_attr *attrs;
    size_t nattrs, cap;
    struct bf_buf padded;                /* a copy of a text that could not be read in place */
    struct bf_buf flat;                  /* the plain JSON of maps, lists and sets */
    struct bf_buf name;                  /* one that was written with escapes */
    struct bf_change_names *names;       /* finds names that stand twice */
    struct bf_change_envelope *envelope; /* what the last one looked like, for speed alone */
};

BF_API void bf_change_init(struct bf_change *c);
BF_API void bf_change_free(struct bf_change *c);

enum bf_change_kind {
    BF_CHANGE,      /* *c is filled */
    BF_CHANGE_WRAP, /* valid JSON that wraps records: a capture (capture.h) */
    BF_CHANGE_BAD   /* *e says why, "byte N: what" */
};

/* text is one JSON document. slack: how many bytes behind it can be read and are initialised, the first
 * of them '\n' or NUL (a line in a reader's buffer); with 64 and more the text is read in place, else
 * it is copied first. 0 is always right. */
BF_API BF_MUST enum bf_change_kind bf_change_parse(struct bf_change *c, struct bf_str text,
                                                   size_t slack, struct bf_err *e);

/* One attribute value such as {"S":"text"} (name is empty), validated. */
BF_API BF_MUST bool bf_change_value(struct bf_change *c, struct bf_str av, struct bf_attr *out,
                                    struct bf_err *e);

/* An item or map of attribute values such as {"order_id":{"S":"o-1"}}, validated, as c->new_image. */
BF_API BF_MUST bool bf_change_item(struct bf_change *c, struct bf_str item, struct bf_err *e);

/* The attribute of that (decoded) name, or NULL. */
BF_API const struct bf_attr *bf_image_find(const struct bf_image *image, struct bf_str name);

/* Is the attribute's name this one? Compares decoded characters. */
BF_API bool bf_attr_is(const struct bf_attr *a, struct bf_str name);

/* When the change was made, in microseconds since 1970 UTC, and how many decimals of the second the
 * source gave (0, 3 or 6), told by magnitude: 10 digits are seconds, 13 milliseconds, 16 microseconds;
 * a fraction or exponent and an ISO 8601 text are understood too. False when there is no time; a parsed record has none
 * that cannot be read. */
BF_API BF_MUST bool bf_change_time(const struct bf_change *c, int64_t *us, unsigned *decimals);

/* "INSERT", "MODIFY", "REMOVE". */
BF_API struct bf_str bf_op_name(enum bf_op op);
BF_API BF_MUST bool bf_op_parse(struct bf_str name, enum bf_op *op);

/* "S", "N", "BOOL"... */
BF_API struct bf_str bf_attr_type_name(enum bf_attr_type type);

BF_C_END

#endif
