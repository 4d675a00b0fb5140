/*
 * The part of jq that MetadataExtractionQuery mostly is: an object of paths,
 *
 *     {customer: .customer.id, "day": ._day, first: .items[0].sku, kind: .["a kind"]}
 *
 * Anything else (pipes, functions, filters) is refused by name.
 */
#ifndef BL_FIREHOSE_JQ_H
#define BL_FIREHOSE_JQ_H

#include "lib/base/str.h"

enum { BL_JQ_KEYS = 50, BL_JQ_STEPS = 16 };

struct bl_jq_step {
    struct bf_str name; /* p NULL: an index */
    uint64_t index;
};

struct bl_jq {
    struct {
        struct bf_str name;
        struct bl_jq_step step[BL_JQ_STEPS];
        size_t n;
    } key[BL_JQ_KEYS];
    size_t n;
};

/* The names are views into text. BF_E_INPUT names what is not supported. */
bool bl_jq_parse(struct bl_jq *q, struct bf_str text, struct bf_err *e) BF_MUST;

/* Appends "NAME" NUL "VALUE" NUL for each key; strings are decoded. BF_E_INPUT: the record is no JSON object, or a value is
 * missing, null, empty, an array or an object. */
bool bl_jq_run(const struct bl_jq *q, struct bf_str record, struct bf_buf *out,
               struct bf_err *e) BF_MUST;

#endif
