#include "lib/io/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool bf_out_init(struct bf_out *o, int fd, const char *name, size_t cap, struct bf_err *e)
{
    *o = (struct bf_out){.fd = fd, .name = name, .cap = cap ? cap : 256 * 1024};
    o->buf = malloc(o->cap);
    return o->buf ? true : bf_err_nomem(e);
}

bool bf_out_open(struct bf_out *o, const char *path, struct bf_err *e)
{
    if (strcmp(path, "-") == 0)
        return bf_out_init(o, STDOUT_FILENO, "standard output", 0, e);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", path);
    if (bf_out_init(o, fd, path, 0, e))
        return true;
    close(fd);
    return false;
}

/* write(2) until all is written; an inherited non-blocking descriptor is waited for. */
static void put(struct bf_out *o, const char *p, size_t n)
{
    while (n && bf_out_ok(o)) {
        ssize_t w = write(o->fd, p, n);
        if (w >= 0) {
            p += w;
            n -= (size_t)w;
            o->bytes += (uint64_t)w;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd pfd = {.fd = o->fd, .events = POLLOUT};
            (void)poll(&pfd, 1, -1);
        } else if (errno != EINTR)
            bf_err_sys(&o->err, errno, "%s", o->name);
    }
}

void bf_out_write_slow(struct bf_out *o, const void *p, size_t n)
{
    if (!bf_out_ok(o))
        return;
    put(o, o->buf, o->n);
    o->n = 0;
    if (n >= o->cap)
        put(o, p, n);
    else {
        memcpy(o->buf, p, n);
        o->n = n;
    }
}

bool bf_out_flush(struct bf_out *o, struct bf_err *e)
{
    put(o, o->buf, o->n);
    o->n = 0;
    if (!bf_out_ok(o))
        *e = o->err;
    return bf_out_ok(o);
}

bool bf_out_sync(struct bf_out *o, struct bf_err *e)
{
    struct stat st;
    if (fstat(o->fd, &st) != 0 || !S_ISREG(st.st_mode) || fsync(o->fd) == 0 || errno == EINVAL ||
        errno == EROFS)
        return true;
    return bf_err_sys(e, errno, "%s", o->name);
}

/* A pipe or socket that nobody reads reports POLLERR or POLLHUP whatever was asked for; a closed descriptor POLLNVAL,
 * which the next write tells better. */
bool bf_out_gone(int fd)
{
    struct pollfd pfd = {.fd = fd};
    return poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLERR | POLLHUP)) != 0;
}

bool bf_out_heard(const struct bf_out *o, struct bf_err *e)
{
    return !bf_out_gone(o->fd) || bf_err_set(e, BF_E_CLOSED, "%s: its reader went away", o->name);
}

bool bf_out_close(struct bf_out *o, struct bf_err *e)
{
    if (!o->buf)
        return true;
    bool ok = bf_out_flush(o, e);
    if (close(o->fd) != 0 && ok)
        ok = bf_err_sys(e, errno, "%s", o->name);
    free(o->buf);
    o->buf = NULL;
    o->cap = o->n = 0;
    return ok;
}
