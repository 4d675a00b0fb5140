/*
 * The result object of a query, ID.csv: every value in quotes, quotes inside
 * doubled, NULL is nothing at all between the commas, the empty string is "".
 * Newlines may stand inside quotes. Bytes come in pieces of any size.
 *
 * Source: Athena's guide, "Work with query results", and what the service writes.
 */
#ifndef BF_AWS_ATHENA_RESULT_H
#define BF_AWS_ATHENA_RESULT_H

#include "lib/aws/athena/athena.h"

typedef bool bf_athena_each(void *arg, const struct bf_athena_cell *cell, size_t n,
                            struct bf_err *e);

struct bf_athena_result {
    struct bf_buf row;           /* its values, decoded, one after the other */
    struct bf_athena_cell *cell; /* until the row ends, text.n is where the value begins in it */
    size_t n, cap;
    enum {
        BF_ATHENA_VALUE,
        BF_ATHENA_QUOTED,
        BF_ATHENA_BARE,
        BF_ATHENA_QUOTE
    } at;     /* VALUE: before one */
    bool any; /* something of a row has come */
    uint64_t rows;
};

BF_API void bf_athena_result_init(struct bf_athena_result *r);
BF_API void bf_athena_result_free(struct bf_athena_result *r);

/* Takes a piece; each is called for every row that ends in it. */
BF_API BF_MUST bool bf_athena_result_take(struct bf_athena_result *r, struct bf_str piece,
                                          bf_athena_each *each, void *arg, struct bf_err *e);

/* The end of the object: the last row needs no newline. BF_E_SERVICE: a quote is open. */
BF_API BF_MUST bool bf_athena_result_end(struct bf_athena_result *r, bf_athena_each *each,
                                         void *arg, struct bf_err *e);

#endif
