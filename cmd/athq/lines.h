/* Cuts pieces of any size into lines, without their newlines. */
#ifndef ATHQ_LINES_H
#define ATHQ_LINES_H

#include "lib/base/err.h"
#include "lib/base/str.h"

struct lines {
    const char *what; /* a line, in errors */
    bool (*take)(void *arg, struct bf_str line, struct bf_err *e);
    void *arg;
    struct bf_buf
        part; /* of a line that is not complete; its maximum is that of a line. The owner initialises and frees it. */
};

BF_MUST bool lines_take(struct lines *l, struct bf_str piece, struct bf_err *e);

/* The last line may lack a newline. */
BF_MUST bool lines_end(struct lines *l, struct bf_err *e);

#endif
