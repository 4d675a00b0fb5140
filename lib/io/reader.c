#include "lib/io/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/stop.h"

enum { CHUNK = 256 * 1024 };

/* What became of an attempt to get more input. */
enum fill { FILLED, FILL_EOF, FILL_STOP, FILL_WAIT, FILL_ERROR };

bool bf_reader_init(struct bf_reader *r, int fd, const char *name, size_t max_line,
                    struct bf_out *tie, struct bf_err *e)
{
    if (max_line > SIZE_MAX / 4)
        max_line = SIZE_MAX / 4;
    *r = (struct bf_reader){.fd = fd,
                            .name = name,
                            .cap = CHUNK,
                            .max_line = max_line ? max_line : BF_LINE_MAX_DEFAULT,
                            .newline = '\n',
                            .tie = tie};
    r->buf = malloc(r->cap);
    return r->buf ? true : bf_err_nomem(e);
}

bool bf_reader_open(struct bf_reader *r, const char *path, size_t max_line, struct bf_out *tie,
                    struct bf_err *e)
{
    if (strcmp(path, "-") == 0)
        return bf_reader_init(r, STDIN_FILENO, "standard input", max_line, tie, e);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", path);
    if (bf_reader_init(r, fd, path, max_line, tie, e))
        return true;
    close(fd);
    return false;
}

void bf_reader_close(struct bf_reader *r)
{
    if (!r->buf)
        return;
    free(r->buf);
    close(r->fd);
    *r = (struct bf_reader){.fd = -1, .eof = true};
}

/* Waits for input, a signal, or the end of the one who reads the output. */
static enum fill wait_input(struct bf_reader *r, int timeout_ms, struct bf_err *e)
{
    struct pollfd fds[3] = {{.fd = r->fd, .events = POLLIN},
                            {.fd = bf_stop_fd(), .events = POLLIN},
                            {.fd = r->tie ? r->tie->fd : -1}};
    for (;;) {
        int n = poll(fds, 3, timeout_ms);
        if (bf_stop_asked())
            return FILL_STOP;
        if (n == 0)
            return FILL_WAIT;
        if (n > 0 && (fds[2].revents & (POLLERR | POLLHUP)) && !bf_out_heard(r->tie, e))
            return FILL_ERROR;
        fds[2].fd = fds[2].revents ? -1 : fds[2].fd; /* closed: a write will tell */
        if (fds[0].revents)
            return FILLED;
        if (n < 0 && errno != EINTR) {
            bf_err_sys(e, errno, "%s", r->name);
            return FILL_ERROR;
        }
    }
}

/* One read(2) behind what is there; the buffer has room. */
static enum fill fill(struct bf_reader *r, int timeout_ms, struct bf_err *e)
{
    if (r->eof)
        return FILL_EOF;
    if (r->tie && !bf_out_flush(r->tie, e))
        return FILL_ERROR;
    for (;;) {
        enum fill f = wait_input(r, timeout_ms, e);
        if (f != FILLED)
            return f;
        ssize_t n = read(r->fd, r->buf + r->end, r->cap - r->end);
        if (n > 0) {
            r->end += (size_t)n;
            return FILLED;
        }
        if (n == 0) {
            r->eof = true;
            return FILL_EOF;
        }
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            bf_err_sys(e, errno, "%s", r->name);
            return FILL_ERROR;
        }
    }
}

/* Room for at least one more byte: moves the line to the front, then grows towards max_line + 1. */
static bool make_room(struct bf_reader *r, struct bf_err *e)
{
    if (r->start > 0) {
        memmove(r->buf, r->buf + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
    }
    if (r->end < r->cap)
        return true;
    size_t cap = r->cap * 2 < r->max_line + 1 ? r->cap * 2 : r->max_line + 1;
    if (cap < CHUNK)
        cap = CHUNK;
    char *p = realloc(r->buf, cap);
    if (!p)
        return bf_err_nomem(e);
    r->buf = p;
    r->cap = cap;
    return true;
}

static void take_line(struct bf_reader *r, size_t n, size_t newline, struct bf_str *line)
{
    *line = bf_str(r->buf + r->start, n);
    r->start += n + newline;
    r->scanned = 0;
    r->line++;
    r->offset = r->next_offset;
    r->next_offset += n + newline;
}

static enum bf_line long_line(struct bf_reader *r, size_t n, struct bf_str *line)
{
    *line = bf_str(r->buf + r->start, n);
    r->line++;
    r->offset = r->next_offset;
    r->in_long = true;
    return BF_LINE_LONG;
}

static enum bf_line at_end(struct bf_reader *r, struct bf_str *line)
{
    if (r->start == r->end)
        return BF_LINE_END;
    take_line(r, r->end - r->start, 0, line);
    return BF_LINE_PARTIAL;
}

enum bf_line bf_reader_next_within(struct bf_reader *r, int timeout_ms, struct bf_str *line,
                                   struct bf_err *e)
{
    uint64_t skipped;
    if (r->in_long && !bf_reader_skip(r, NULL, &skipped, e))
        return BF_LINE_ERROR;
    for (;;) {
        const char *from = r->buf + r->start + r->scanned;
        const char *end = r->buf + r->end;
        const char *newline = from < end ? memchr(from, r->newline, (size_t)(end - from)) : NULL;
        size_t n = (size_t)((newline ? newline : end) - (r->buf + r->start));
        if (n > r->max_line)
            return long_line(r, n, line);
        if (newline) {
            take_line(r, n, 1, line);
            return BF_LINE;
        }
        r->scanned = n;
        if (r->end == r->cap && !make_room(r, e))
            return BF_LINE_ERROR;
        switch (fill(r, timeout_ms, e)) {
        case FILLED:
            break;
        case FILL_EOF:
            return at_end(r, line);
        case FILL_STOP:
            return BF_LINE_STOP;
        case FILL_WAIT:
            return BF_LINE_WAIT;
        case FILL_ERROR:
            return BF_LINE_ERROR;
        }
    }
}

enum bf_line bf_reader_next(struct bf_reader *r, struct bf_str *line, struct bf_err *e)
{
    return bf_reader_next_within(r, -1, line, e);
}

bool bf_reader_swap(struct bf_reader *r, struct bf_reader_lines *l)
{
    if (r->in_long || r->max_line < r->cap)
        return false;
    const char *from = r->buf + r->start, *end = r->buf + r->end, *p = end;
    while (p > from + r->scanned && p[-1] != '\n')
        p--;
    size_t rest = (size_t)(end - p), cap = rest < CHUNK / 2 ? CHUNK : r->cap;
    if (p == from + r->scanned)
        return false;
    if (!l->buf || l->cap < cap) {
        char *spare = realloc(l->buf, cap);
        if (!spare)
            return false;
        l->buf = spare;
        l->cap = cap;
    }
    struct bf_reader_lines spare = *l;
    *l = (struct bf_reader_lines){r->buf, r->cap, from, (size_t)(p - from), rest};
    memcpy(spare.buf, p, rest);
    r->buf = spare.buf;
    r->cap = spare.cap;
    r->start = 0;
    r->end = r->scanned = rest;
    r->next_offset += l->n;
    return true;
}

void bf_reader_took(struct bf_reader *r, size_t n)
{
    r->start += n;
    r->next_offset += n;
    r->scanned = 0;
    r->line--;
    r->in_long = false;
}

void bf_reader_unread(struct bf_reader *r, struct bf_str line)
{
    r->start = (size_t)(line.p - r->buf);
    r->scanned = 0;
    r->line--;
    r->next_offset = r->offset;
    r->in_long = false;
}

bool bf_reader_skip(struct bf_reader *r, struct bf_out *to, uint64_t *bytes, struct bf_err *e)
{
    *bytes = 0;
    r->in_long = false;
    r->scanned = 0;
    for (;;) {
        const char *p = r->buf + r->start;
        size_t have = r->end - r->start;
        const char *newline = have ? memchr(p, r->newline, have) : NULL;
        size_t n = newline ? (size_t)(newline - p) : have;
        if (to)
            bf_out_write(to, p, n);
        *bytes += n;
        r->next_offset += n + (newline ? 1 : 0);
        r->start += n + (newline ? 1 : 0);
        if (newline || r->eof)
            break;
        r->start = r->end = 0;
        enum fill f = fill(r, -1, e);
        if (f == FILL_ERROR || f == FILL_STOP) {
            if (to)
                bf_out_write(to, "\n", 1); /* what comes next is no part of it */
            return f == FILL_STOP ? bf_reader_cut(e) : false;
        }
    }
    if (to)
        bf_out_write(to, "\n", 1);
    return true;
}

bool bf_reader_cut(struct bf_err *e)
{
    return bf_err_set(e, BF_E_STOPPED, "interrupted in the middle of the line");
}

struct bf_str bf_reader_rest(const struct bf_reader *r)
{
    return bf_str(r->buf + r->start, r->end - r->start);
}

bool bf_reader_done(struct bf_reader *r)
{
    struct bf_str line;
    struct bf_err ignored = {0};
    return bf_reader_next_within(r, 0, &line, &ignored) == BF_LINE_END;
}
