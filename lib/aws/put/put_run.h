/*
 * The whole run of a command: reads standard input, puts its lines, reports the
 * result. SIGINT and SIGTERM end the reading; lines already read are put.
 */
#ifndef BF_AWS_PUT_PUT_RUN_H
#define BF_AWS_PUT_PUT_RUN_H

#include "lib/aws/put/put.h"

struct bf_put_run {
    const struct bf_put_settings *settings;
    const struct bf_common *common;
    struct bf_put_target target;
    size_t max_line; /* bytes */
    /* Makes the entry of a line; its number is already set. False: the line is rejected (*why). The views are valid
     * until the next call. */
    bool (*make)(void *arg, struct bf_str line, struct bf_put_line *out, struct bf_err *why);
    void *arg;
};

/* Connects, opens --rejects, calls ready (may be NULL) with the client, and puts. */
BF_MUST bool bf_put_run(const struct bf_put_run *run, const struct bf_aws_options *options,
                        bool (*ready)(void *arg, struct bf_aws *aws, struct bf_err *e),
                        struct bf_err *e);

/* Classifies a line of input; removes the byte order mark of the first one. Marks (lib/checkpoint/mark.h) are skipped,
 * with one warning (*told), because no later tool commits them. BF_PUT_BROKEN: half a mark, or data that looks like a
 * mark (*why). */
enum bf_put_is { BF_PUT_DATA, BF_PUT_MARK, BF_PUT_BROKEN };
BF_MUST enum bf_put_is bf_put_look(struct bf_str *line, uint64_t number, bool *told,
                                   struct bf_err *why);

#endif
