/*
 * The result object of a query, ID.csv: every value is quoted, quotes inside are doubled, NULL is
 * nothing at all between the commas, the empty string is "". Quoted values may contain newlines.
 * The bytes may be passed in pieces of any size.
 *
 * Source: Athena's guide, "Work with query results", and output of the service.
 */
#ifndef BF_AWS_ATHENA_RESULT_H
#define BF_AWS_ATHENA_RESULT_H

#include "lib/aws/athena/athena.h"

typedef bool bf_athena_each(void *arg, const struct bf_athena_cell *cell, size_t n,
                            struct bf_err *e);

struct bf_athena_result {
    struct bf_buf row;           /* the decoded values of the current row, one after the other */
    struct bf_athena_cell *cell; /* until the row ends, text.n is the offset of the value in row */
    size_t n, cap;
    enum {
        BF_ATHENA_VALUE,
        BF_ATHENA_QUOTED,
        BF_ATHENA_BARE,
        BF_ATHENA_QUOTE
    } at;     /* VALUE: before a value */
    bool any; /* the current row is not empty */
    uint64_t rows;
};

BF_API void bf_athena_result_init(struct bf_athena_result *r);
BF_API void bf_athena_result_free(struct bf_athena_result *r);

/* Parses a piece; calls each for every row that ends in it. */
BF_API BF_MUST bool bf_athena_result_take(struct bf_athena_result *r, struct bf_str piece,
                                          bf_athena_each *each, void *arg, struct bf_err *e);

/* The end of the object: the last row may lack a newline. BF_E_SERVICE: a quote is open. */
BF_API BF_MUST bool bf_athena_result_end(struct bf_athena_result *r, bf_athena_each *each,
                                         void *arg, struct bf_err *e);

#endif
