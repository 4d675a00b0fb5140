/*
 * Output to a descriptor through one buffer, without stdio.
 *
 * The error is sticky: the first write that fails is kept, later calls do
 * nothing, and bf_out_flush or bf_out_close reports it. /dev/full and a closed
 * pipe are errors like any other. A signal does not cut a write short.
 */
#ifndef BF_OUT_H
#define BF_OUT_H

#include "lib/base/str.h"

BF_C_BEGIN

struct bf_out {
    int fd;
    char *buf;
    size_t n, cap;
    uint64_t bytes;    /* handed to the kernel so far */
    const char *name;  /* for messages: "standard output", a file name */
    struct bf_err err; /* the first failure */
};

/* Takes fd (closed by bf_out_close, standard descriptors included); cap bytes of buffer, 0 is 256 KiB. */
BF_API BF_MUST bool bf_out_init(struct bf_out *o, int fd, const char *name, size_t cap,
                                struct bf_err *e);

/* Creates or truncates path (mode 0666 less umask), "-" is standard output. */
BF_API BF_MUST bool bf_out_open(struct bf_out *o, const char *path, struct bf_err *e);

BF_API void bf_out_write_slow(struct bf_out *o, const void *p, size_t n);

static inline void bf_out_write(struct bf_out *o, const void *p, size_t n)
{
    if (n <= o->cap - o->n && n) {
        memcpy(o->buf + o->n, p, n);
        o->n += n;
    } else if (n)
        bf_out_write_slow(o, p, n);
}

/* s and a newline. */
static inline void bf_out_line(struct bf_out *o, struct bf_str s)
{
    bf_out_write(o, s.p, s.n);
    bf_out_write(o, "\n", 1);
}

static inline bool bf_out_ok(const struct bf_out *o)
{
    return o->err.code == BF_OK;
}

/* Hands everything to the kernel; reports the first failure since the beginning. */
BF_API BF_MUST bool bf_out_flush(struct bf_out *o, struct bf_err *e);

/* After a flush: what the kernel has is on the disk. Nothing to do for a pipe or a terminal. */
BF_API BF_MUST bool bf_out_sync(struct bf_out *o, struct bf_err *e);

/* Has the reader of the pipe or socket behind fd gone away? Told without writing, so that a tool that waits learns of
 * it too. False for files, for descriptors that are closed, and for -1. */
BF_API BF_MUST bool bf_out_gone(int fd);

/* The same as BF_E_CLOSED in *e: false when the reader has gone. For loops that wait for something else than lines;
 * a struct bf_reader asks for the output that is tied to it. */
BF_API BF_MUST bool bf_out_heard(const struct bf_out *o, struct bf_err *e);

/* Flush, close, free. Idempotent. */
BF_API BF_MUST bool bf_out_close(struct bf_out *o, struct bf_err *e);

BF_C_END

#endif
