#include "cmd/s3put/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/io/file.h"

enum { PATH_SIZE = sizeof((struct spool *)0)->dir + SPOOL_NAME + 1 };

bool spool_init(struct spool *s, const char *dir, struct bf_rng *rng, struct bf_err *e)
{
    s->rng = rng;
    int n = snprintf(s->dir, sizeof s->dir, "%s", dir);
    if (n < 0 || (size_t)n >= sizeof s->dir)
        return bf_err_sys(e, ENAMETOOLONG, "%.200s", dir);
    if (!bf_file_make_dirs(dir, e))
        return false;
    /* one that leads elsewhere would be swept there */
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return bf_err_sys(e, errno, "%.200s", dir);
    close(fd);
    return true;
}

void spool_name(struct spool *s, const char *extension, char out[SPOOL_NAME])
{
    char uuid[37];
    bf_rng_uuid(s->rng, uuid);
    snprintf(out, SPOOL_NAME, "%s%s", uuid, extension);
}

static void path_of(const struct spool *s, const char *name, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s/%s", s->dir, name);
}

static bool write_at(int fd, uint64_t at, struct bf_str data)
{
    while (data.n) {
        ssize_t n = pwrite(fd, data.p, data.n, (off_t)at);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            data.p += n, data.n -= (size_t)n;
            at += (uint64_t)n;
        }
    }
    return true;
}

bool spool_append(struct spool *s, const char *name, uint64_t at, struct bf_str data,
                  struct bf_err *e)
{
    char path[PATH_SIZE];
    path_of(s, name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return bf_err_sys(e, errno, "%.300s", path);
    bool ok = write_at(fd, at, data);
    int sys = errno;
    if (close(fd) != 0 && ok)
        ok = false, sys = errno;
    return ok || bf_err_sys(e, sys, "%.300s", path);
}

bool spool_open(struct spool *s, const char *name, int *fd, struct bf_err *e)
{
    char path[PATH_SIZE];
    path_of(s, name, path);
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return *fd >= 0 || bf_err_sys(e, errno, "%.300s", path);
}

bool spool_sync(struct spool *s, const char *name, struct bf_err *e)
{
    char path[PATH_SIZE];
    path_of(s, name, path);
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return bf_err_sys(e, errno, "%.300s", path);
    bool ok = fsync(fd) == 0;
    int sys = errno;
    close(fd);
    return ok || bf_err_sys(e, sys, "%.300s", path);
}

void spool_remove(struct spool *s, const char *name)
{
    char path[PATH_SIZE];
    path_of(s, name, path);
    (void)unlink(path); /* what is left over is swept up at the next start */
}
