/*
 * Marks: in-band lines that say how far a shard has been read (design: the
 * delivery promise).
 *
 *     {"bfpipe.mark":{"stream":"orders","shard":"shardId-000000000000","sequence":"4959..."}}
 *
 * "Every record of this shard up to this sequence number has been written
 * above." `"after":"4958..."` says from where on: the position that the reader's last mark of
 * this shard had, so that who counts rows can tell a reader that begins again from one that
 * goes on, even if its start mark was lost. Only kinread makes them; every filter passes them on in order, byte
 * for byte; s3put consumes them. `"start":true` marks where a reader began (an
 * empty sequence: nothing was read yet), `"end":true` that the shard is closed
 * and read to its end. A filter that holds rows of several shards back (held.h)
 * writes their marks together; `"more":true` says that the next one belongs to
 * it: what is above is covered only from the last of them on. `"gone":true`: the
 * service does not list this shard any more, and nothing needs to be known of it.
 * `"since":1795759200123` is a time in ms by the service's clock: what comes after this position arrived then or
 * later. A reader that begins there tells by it whether the service may have dropped any of it meanwhile.
 * `"run":"3fa94c..."` names the process of kinread that wrote the mark. A reader that is killed while it writes leaves
 * half a line, and the start mark of the next reader is lost in that line. The later marks of the next reader then show
 * that the rows above are of two readers (bf_mark_same_run). Unknown members are ignored.
 *
 * A line is a mark when it begins with {"bfpipe.mark": exactly so, without
 * white space; that is how they are told from rows at the cost of one compare.
 * Data never become a mark: who makes lines of data asks bf_mark_is of each, or bf_mark_watch where text goes out in pieces.
 */
#ifndef BF_CHECKPOINT_MARK_H
#define BF_CHECKPOINT_MARK_H

#include "lib/base/str.h"

enum bf_mark_kind { BF_MARK_AT, BF_MARK_START, BF_MARK_END, BF_MARK_GONE };

/* Views into the line; names hold no escapes. */
struct bf_mark {
    struct bf_str stream;   /* name or ARN, as kinread was told */
    struct bf_str shard;    /* shard id */
    struct bf_str sequence; /* sequence number; empty only at a start, or when it is gone */
    struct bf_str after;    /* the position before its rows; p NULL: not told */
    struct bf_str run;      /* BF_MARK_RUN_MAX bytes at most; p NULL: not told */
    int64_t since_ms;       /* 0: not told */
    enum bf_mark_kind kind;
    bool more; /* it vouches for its rows only together with the marks that follow */
};

enum { BF_MARK_RUN_MAX = 32 };

#define BF_MARK_PREFIX "{\"bfpipe.mark\":"

static inline bool bf_mark_is(struct bf_str line)
{
    return line.n > sizeof BF_MARK_PREFIX - 1 && line.p[2] == 'b' &&
           bf_str_starts(line, BF_STR(BF_MARK_PREFIX));
}

/* For output that is no line at a time: how much of the prefix the line has that the text ended in. Zero at the
 * beginning of the output. */
struct bf_mark_watch {
    size_t matched;
    bool other; /* that line is none, whatever comes */
};

/* The next piece of the output: does a line in it begin as a mark does? */
BF_API bool bf_mark_watch(struct bf_mark_watch *w, struct bf_str text);

/* The buffer ends with a JSON document, from `from` on. One that begins as a mark gets a space after its brace, which
 * changes nothing of what it says. */
BF_API void bf_mark_avoid(struct bf_buf *buf, size_t from);

/* Reads a line that bf_mark_is named a mark. BF_E_INPUT when it is a broken one. */
BF_API BF_MUST bool bf_mark_parse(struct bf_mark *m, struct bf_str line, struct bf_err *e);

/* The process that wrote the last mark of an input; zero at first. */
struct bf_mark_run {
    char id[BF_MARK_RUN_MAX];
    size_t n;
};

/* Notes which process wrote the mark. uncovered: are there rows above that no mark covers yet? BF_E_TEMPORARY if there
 * are, and another process wrote the mark before: some of these rows may be there twice. */
BF_API BF_MUST bool bf_mark_same_run(struct bf_mark_run *run, const struct bf_mark *m,
                                     bool uncovered, struct bf_err *e);

/* Appends the mark as a line, newline included. */
BF_API void bf_mark_put(struct bf_buf *out, const struct bf_mark *m);

#endif
