/*
 * Marks: lines between the rows that say how far a shard has been read. They carry the delivery
 * promise (doc/delivery.md).
 *
 *     {"bfpipe.mark":{"stream":"orders","shard":"shardId-000000000000","sequence":"4959..."}}
 *
 * Meaning: every record of this shard up to and including this sequence number has been written
 * above. The scan of kinread --snapshot has marks too, one shard for each segment, "snapshot:TABLE/0-of-8";
 * their sequence is "#PAGE/KEY", the number of the last page and the base64 of the key after which the
 * next one begins. Other members:
 *
 *     "after":"4958..."       the position of the reader's previous mark of this shard. By it a consumer
 *                             tells a restarted reader from one that continues, even if the start mark
 *                             was lost.
 *     "start":true            a reader begins here (sequence "": nothing has been read yet)
 *     "end":true              the shard is closed and was read to its end
 *     "more":true             the rows above are covered only by this mark and the next ones together,
 *                             up to the first without "more". Written by filters that hold back rows of
 *                             several shards (held.h).
 *     "gone":true             the service does not list this shard any more; its state can be forgotten
 *     "since":1795759200123   ms since 1970 by the service's clock: records after this position arrived
 *                             then or later. A reader that begins there can tell whether the service may
 *                             have dropped some of them meanwhile.
 *     "run":"3fa94c..."       the process of kinread that wrote the mark. A reader that is killed while
 *                             it writes leaves half a line, in which the start mark of the next reader
 *                             is lost. By the run of later marks a consumer notices that the rows above
 *                             are from two readers (bf_mark_same_run).
 *
 * Unknown members are ignored. Only kinread makes marks; every filter passes them on in order, byte
 * for byte; s3put consumes them.
 *
 * A line is a mark if it begins with exactly {"bfpipe.mark": without white space, so that one
 * comparison tells marks from rows. Data must never look like a mark: code that writes lines of
 * data checks each with bf_mark_is, or with bf_mark_watch if it writes text in pieces.
 */
#ifndef BF_CHECKPOINT_MARK_H
#define BF_CHECKPOINT_MARK_H

#include "lib/base/str.h"

enum bf_mark_kind { BF_MARK_AT, BF_MARK_START, BF_MARK_END, BF_MARK_GONE };

/* Views into the line; names contain no escapes. */
struct bf_mark {
    struct bf_str stream;   /* name or ARN, as given to kinread */
    struct bf_str shard;    /* shard id */
    struct bf_str sequence; /* sequence number; may be empty only for a start mark or a gone
                             * shard */
    struct bf_str after;    /* the position before its rows; p NULL: unknown */
    struct bf_str run;      /* at most BF_MARK_RUN_MAX bytes; p NULL: unknown */
    int64_t since_ms;       /* 0: unknown */
    enum bf_mark_kind kind;
    bool more; /* covers its rows only together with the marks that follow */
};

enum { BF_MARK_RUN_MAX = 32 };

#define BF_MARK_PREFIX "{\"bfpipe.mark\":"

static inline bool bf_mark_is(struct bf_str line)
{
    return line.n > sizeof BF_MARK_PREFIX - 1 && line.p[2] == 'b' &&
           bf_str_starts(line, BF_STR(BF_MARK_PREFIX));
}

/* The first line of an input without its byte order mark, unless that would make it a mark: no reader writes
 * such a line, so it is data. */
static inline struct bf_str bf_mark_no_bom(struct bf_str line)
{
    struct bf_str rest = bf_str_no_bom(line);
    return bf_mark_is(rest) ? line : rest;
}

/* For output that is not written line by line: how much of the prefix the current line has matched.
 * Initialise with zeros at the beginning of the output. */
struct bf_mark_watch {
    size_t matched;
    bool other; /* the current line cannot be a mark any more */
};

/* Checks the next piece of the output: does a line in it begin as a mark does? */
BF_API bool bf_mark_watch(struct bf_mark_watch *w, struct bf_str text);

/* The buffer ends with a JSON document that begins at `from`. If it begins as a mark does, a space
 * is inserted after its brace, which does not change its meaning. */
BF_API void bf_mark_avoid(struct bf_buf *buf, size_t from);

/* Parses a line for which bf_mark_is is true. BF_E_INPUT if it is malformed. */
BF_API BF_MUST bool bf_mark_parse(struct bf_mark *m, struct bf_str line, struct bf_err *e);

/* The process that wrote the last mark of an input. Initialise with zeros. */
struct bf_mark_run {
    char id[BF_MARK_RUN_MAX];
    size_t n;
};

/* Records which process wrote the mark. uncovered: are there rows above that no mark covers yet?
 * BF_E_TEMPORARY if there are and another process wrote the mark before, because some of these rows
 * may be repeated. */
BF_API BF_MUST bool bf_mark_same_run(struct bf_mark_run *run, const struct bf_mark *m,
                                     bool uncovered, struct bf_err *e);

/* Appends the mark as a line, newline included. */
BF_API void bf_mark_put(struct bf_buf *out, const struct bf_mark *m);

#endif
