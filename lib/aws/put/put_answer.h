/*
 * The answer to a request of several records: PutRecords and PutRecordBatch return 200 OK for the
 * whole request, and a result for each entry.
 */
#ifndef BF_AWS_PUT_PUT_ANSWER_H
#define BF_AWS_PUT_PUT_ANSWER_H

#include "lib/base/str.h"

/* The result of an entry; code empty: stored. Views into the answer. */
struct bf_put_result {
    struct bf_str code;
    struct bf_str message;
};

typedef void bf_put_each(void *arg, size_t i, const struct bf_put_result *result);

/* The names in an operation's answer. */
struct bf_put_words {
    const char *op;    /* for messages: "PutRecords" */
    const char *array; /* the member with the results */
    const char *id;    /* the member that only a stored entry has */
};

/* Calls each for the results of a request of n entries, in order. False, and each is not called, if
 * the answer does not have exactly n of them. */
BF_MUST bool bf_put_answer(const struct bf_put_words *words, struct bf_str body, size_t n,
                           bf_put_each *each, void *arg, struct bf_err *e);

#endif
