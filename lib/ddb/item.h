/*
 * Items: from JSON as people write it to the attribute values that DynamoDB accepts, in one pass of
 * the scanner, without a tree.
 *
 * Plain JSON becomes S, N, BOOL, NULL, L and M; a key attribute of type B is written as base64 in a
 * string. The typed form ({"total":{"N":"92.01"}}) is checked and copied unchanged; sets and binary
 * values need it. Numbers keep their text, and strings their escapes.
 *
 * Checked here, so that an error has a line number and does not fail the items around it: grammar
 * and UTF-8 (the scanner), numbers (38 digits, range), nesting of at most 32, size of at most 400
 * KB as DynamoDB counts it (Developer Guide, "DynamoDB item sizes and formats"), the key: present,
 * of its type, not empty, at most 2,048 and 1,024 bytes. The service itself rejects what only it
 * can know (index keys, duplicate members of sets).
 *
 * Errors name the attribute and never quote a value.
 */
#ifndef BF_DDB_ITEM_H
#define BF_DDB_ITEM_H

#include "lib/json/scan.h"

enum {
    BF_ITEM_BYTES_MAX = 400 * 1024,
    BF_ITEM_NEST_MAX = 32,
    BF_ITEM_NAME_MAX = 65535,   /* bytes of an attribute's name */
    BF_ITEM_KEY_NAME_MAX = 255, /* of the name of a key attribute */
    BF_ITEM_HASH_MAX = 2048,    /* bytes of a partition key's value */
    BF_ITEM_RANGE_MAX = 1024    /* bytes of a sort key's value */
};

struct bf_item_attr {
    struct bf_str name;
    char type; /* 'S', 'N' or 'B' */
};

/* The primary key of a table: the partition key, then the sort key if it has one. */
struct bf_item_schema {
    struct bf_item_attr key[2];
    unsigned n;
};

/* The result of a scan of an item. The key's views are valid as long as the scanned text. */
struct bf_item {
    size_t bytes;         /* size as DynamoDB counts it */
    size_t attrs;         /* number of attributes */
    struct bf_str key[2]; /* the texts of the key's values, escapes undecoded */
    bool escaped[2];
    bool has[2];
};

/* Reads the plain object at the cursor and appends its typed form, with braces. */
BF_API BF_MUST bool bf_item_plain(struct bf_json *j, const struct bf_item_schema *schema,
                                  struct bf_item *item, struct bf_buf *out, struct bf_err *e);

/* Reads the typed object at the cursor and appends it unchanged. out may be NULL: only checks
 * it. */
BF_API BF_MUST bool bf_item_typed(struct bf_json *j, const struct bf_item_schema *schema,
                                  struct bf_item *item, struct bf_buf *out, struct bf_err *e);

/* Reads one plain value at the cursor, appends its typed form and adds its size to *bytes. attr is
 * the attribute's name, for messages. */
BF_API BF_MUST bool bf_item_plain_value(struct bf_json *j, struct bf_str attr, size_t *bytes,
                                        struct bf_buf *out, struct bf_err *e);

/* Is the item's key complete and within its limits? Appends bytes that are equal for two items
 * if and only if DynamoDB treats their keys as the same ("1" and "1.0" as numbers, "a" and
 * "\u0061"). */
BF_API BF_MUST bool bf_item_key(const struct bf_item *item, const struct bf_item_schema *schema,
                                struct bf_buf *key, struct bf_err *e);

/* The size of a number's text and of a string's text (escapes undecoded) as DynamoDB counts them,
 * bytes. */
BF_API size_t bf_item_number_bytes(struct bf_str text);
BF_API size_t bf_item_string_bytes(struct bf_str text, bool escaped);

#endif
