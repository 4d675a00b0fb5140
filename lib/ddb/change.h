/*
 * A change record as a view: a change that DynamoDB published, in either of its two forms (through
 * Kinesis, or a GetRecords record of DynamoDB Streams).
 *
 * bf_change_parse reads the text once and validates all of it: JSON grammar, UTF-8, escapes,
 * nesting, and DynamoDB's types in every image. Errors are, for example, a number of 39 digits, an
 * unknown type, a set with an element of another type, and an attribute or member of a map that
 * appears twice. The results are slices of the text, and for each image the table of its
 * attributes. Members may be in any order; if one is repeated, the last one counts; unknown members
 * are ignored.
 *
 * The struct owns the attribute tables and reuses them: initialise once, parse many. Slices are
 * valid until the text is freed or the next parse.
 */
#ifndef BF_DDB_CHANGE_H
#define BF_DDB_CHANGE_H

#include "lib/base/map.h"
#include "lib/base/str.h"

BF_C_BEGIN

struct bf_change_envelope;
struct bf_change_names;
struct bf_image_index;

enum bf_op { BF_OP_INSERT, BF_OP_MODIFY, BF_OP_REMOVE };

/* DynamoDB's types of values (API reference, AttributeValue). */
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

enum { BF_ATTR_DEPTH = 32 }; /* the maximum nesting of M and L */

struct bf_attr {
    struct bf_str name; /* the text between its quotes, escapes undecoded */
    struct bf_str av;   /* {"S":"text"} */
    struct bf_str
        val; /* S, N, B: between the quotes; BOOL: true or false; M, L, sets: with brackets */
    enum bf_attr_type type;
    bool name_escaped; /* name contains a backslash */
    bool escaped;      /* S, B: val contains a backslash */
    bool json;         /* N: val is also a valid JSON number */
    uint32_t plain_n;
    /* The value as plain JSON, plain_n bytes, as it is in a row. NULL: not computed. Code that
     * changes val sets it to NULL. */
    const char *plain;
};

struct bf_image {
    bool present;
    struct bf_str raw; /* {"order_id":{"S":"o-1"},...} */
    const struct bf_attr *attr;
    size_t n;
    struct bf_image_index *index; /* of the struct bf_change; NULL: none (bf_image_find) */
};

/* A string member of the envelope. */
struct bf_change_text {
    struct bf_str text; /* between the quotes; text.p NULL: missing */
    bool escaped;
};

struct bf_change {
    struct bf_str text; /* the parsed text, padded: 64 bytes after it can be read */
    enum bf_op op;
    struct bf_change_text event_id;
    struct bf_change_text table; /* tableName, or the table in eventSourceARN; may be missing */
    struct bf_change_text seq;   /* dynamodb.SequenceNumber */
    struct bf_change_text
        kinesis_seq; /* of the Kinesis record that carried it: kinesis.sequenceNumber, added by
                      * kinread, or set by the reader of a capture */
    struct bf_str
        kinesis_part; /* digits: index in a record that the KPL packed; p NULL: not packed */
    struct bf_str
        time; /* ApproximateCreationDateTime as written, including quotes; p NULL: missing */
    struct bf_image keys, new_image, old_image;
    bool made; /* set by a caller that made the text itself: errors have no "byte N: " */

    /* owned */
    struct bf_attr *attrs;
    size_t nattrs, cap;
    struct bf_buf padded;                /* a copy of a text that could not be read in place */
    struct bf_buf flat;                  /* the plain JSON of maps, lists and sets */
    struct bf_buf name;                  /* a decoded name */
    struct bf_change_names *names;       /* detects duplicate names */
    struct bf_image_index *index[2];     /* of new_image and old_image */
    struct bf_change_envelope *envelope; /* the form of the last envelope; only an optimisation */
};

BF_API void bf_change_init(struct bf_change *c);
BF_API void bf_change_free(struct bf_change *c);

enum bf_change_kind {
    BF_CHANGE,      /* *c is filled */
    BF_CHANGE_WRAP, /* valid JSON that wraps records: a capture (capture.h) */
    BF_CHANGE_BAD   /* see *e: "byte N: reason" */
};

/* text is one JSON document. slack is the number of initialised bytes after it that can be read;
 * the first of them must be '\n' or NUL (as for a line in a reader's buffer). With 64 or more the
 * text is read in place, otherwise it is copied first. 0 is always valid. */
BF_API BF_MUST enum bf_change_kind bf_change_parse(struct bf_change *c, struct bf_str text,
                                                   size_t slack, struct bf_err *e);

/* One attribute value such as {"S":"text"}, validated; out->name is empty. */
BF_API BF_MUST bool bf_change_value(struct bf_change *c, struct bf_str av, struct bf_attr *out,
                                    struct bf_err *e);

/* An item or map of attribute values such as {"order_id":{"S":"o-1"}}, validated; the result is
 * c->new_image. */
BF_API BF_MUST bool bf_change_item(struct bf_change *c, struct bf_str item, struct bf_err *e);

/* The attribute with that (decoded) name, or NULL. Many look-ups in a large image build an index of it, so an image
 * belongs to one thread. */
BF_API const struct bf_attr *bf_image_find(const struct bf_image *image, struct bf_str name);

/* Is the attribute's name this one? Compares decoded characters. */
BF_API bool bf_attr_is(const struct bf_attr *a, struct bf_str name);

/* The time of the change in microseconds since 1970 UTC, and the number of decimals of the second
 * that the source gave (0, 3 or 6). The magnitude decides the unit: 10 digits are seconds, 13
 * milliseconds, 16 microseconds. A fraction, an exponent, and an ISO 8601 text are parsed too.
 * False if the record has no time; a time that cannot be parsed is an error of bf_change_parse. */
BF_API BF_MUST bool bf_change_time(const struct bf_change *c, int64_t *us, unsigned *decimals);

/* "INSERT", "MODIFY", "REMOVE". */
BF_API struct bf_str bf_op_name(enum bf_op op);
BF_API BF_MUST bool bf_op_parse(struct bf_str name, enum bf_op *op);

/* "S", "N", "BOOL"... */
BF_API struct bf_str bf_attr_type_name(enum bf_attr_type type);

BF_C_END

#endif
