/*
 * The answer to a request of several records: PutRecords and PutRecordBatch say
 * 200 OK for the whole and name, entry by entry, what was not taken.
 */
#ifndef BF_AWS_PUT_PUT_ANSWER_H
#define BF_AWS_PUT_PUT_ANSWER_H

#include "lib/base/str.h"

/* What became of an entry; code empty: it is in. Views into the answer. */
struct bf_put_result {
    struct bf_str code;
    struct bf_str message;
};

typedef void bf_put_each(void *arg, size_t i, const struct bf_put_result *result);

/* How an operation's answer is spelled. */
struct bf_put_words {
    const char *op;    /* for messages: "PutRecords" */
    const char *array; /* the member that holds the results */
    const char *id;    /* the member that a stored entry has */
};

/* Walks the answer to a request of n entries, in their order. False, before the first is handed over,
 * when the answer does not account for exactly n of them. */
BF_MUST bool bf_put_answer(const struct bf_put_words *words, struct bf_str body, size_t n,
                           bf_put_each *each, void *arg, struct bf_err *e);

#endif
