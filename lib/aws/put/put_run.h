/*
 * A command's whole run: reads standard input, puts its lines, tells how it went.
 * SIGINT and SIGTERM end the reading; what was taken in is put.
 */
#ifndef BF_AWS_PUT_PUT_RUN_H
#define BF_AWS_PUT_PUT_RUN_H

#include "lib/aws/put/put.h"

struct bf_put_run {
    const struct bf_put_settings *settings;
    const struct bf_common *common;
    struct bf_put_target target;
    size_t max_line; /* bytes */
    /* Makes of a line what goes out; its number is set already. False: the line is rejected (*why). Views hold until
     * the next call. */
    bool (*make)(void *arg, struct bf_str line, struct bf_put_line *out, struct bf_err *why);
    void *arg;
};

/* Connects, opens --rejects, calls ready (may be NULL) with the client, and puts. */
BF_MUST bool bf_put_run(const struct bf_put_run *run, const struct bf_aws_options *options,
                        bool (*ready)(void *arg, struct bf_aws *aws, struct bf_err *e),
                        struct bf_err *e);

/* Looks at a line of input, and takes the byte order mark off the first one. Marks (lib/checkpoint/mark.h) are left out: nobody after the tool commits them,
 * which is said once (*told). BF_PUT_BROKEN: half a mark, or data that looks like one (*why). */
enum bf_put_is { BF_PUT_DATA, BF_PUT_MARK, BF_PUT_BROKEN };
BF_MUST enum bf_put_is bf_put_look(struct bf_str *line, uint64_t number, bool *told,
                                   struct bf_err *why);

#endif
