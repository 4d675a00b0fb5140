#include "lib/io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Removes the byte order mark, if there is one, from the text that begins at `from`. */
static void drop_bom(struct bf_buf *b, size_t from)
{
    struct bf_str text = bf_str(b->p + from, b->n - from), rest = bf_str_no_bom(text);
    if (rest.n == text.n)
        return;
    memmove(b->p + from, rest.p, rest.n);
    b->n = from + rest.n;
}

static void wipe(volatile char *p, size_t n)
{
    while (n--) /* volatile: the compiler must not drop these stores, which nobody reads */
        *p++ = '\0';
}

static bool read_file(const char *path, int flags, struct bf_buf *out, struct bf_err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0 && errno == ENOENT)
        return bf_err_set(e, BF_E_NOTFOUND, "%s: %s", path, strerror(errno));
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", path);
    char chunk[16384];
    size_t from = out->n;
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0)
            bf_buf_add(out, chunk, (size_t)n);
        if (!bf_buf_ok(out))
            break; /* past the maximum: the file may be endless */
    }
    int sys = errno;
    close(fd);
    wipe(chunk, sizeof chunk); /* the file may have contained keys */
    if (n < 0)
        return bf_err_sys(e, sys, "%s", path);
    if (bf_buf_ok(out) && out->n > from)
        drop_bom(out, from);
    return bf_buf_check(out, path, e);
}

bool bf_file_read(const char *path, struct bf_buf *out, struct bf_err *e)
{
    return read_file(path, 0, out, e);
}

bool bf_file_read_own(const char *path, struct bf_buf *out, struct bf_err *e)
{
    return read_file(path, O_NOFOLLOW, out, e);
}

bool bf_file_is_exposed(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRGRP | S_IROTH));
}

static bool write_all(int fd, struct bf_str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            s.p += n, s.n -= (size_t)n;
    }
    return true;
}

bool bf_file_sync_dir(const char *path, struct bf_err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", path);
    bool ok = fsync(fd) == 0 || errno == EINVAL; /* some file systems cannot sync a directory */
    int sys = errno;
    close(fd);
    return ok ? true : bf_err_sys(e, sys, "%s", path);
}

static bool sync_parent(const char *path, struct bf_err *e)
{
    const char *slash = strrchr(path, '/');
    char dir[PATH_MAX];
    int n = slash == path ? snprintf(dir, sizeof dir, "/")
            : slash       ? snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path)
                          : snprintf(dir, sizeof dir, ".");
    if (n < 0 || (size_t)n >= sizeof dir)
        return bf_err_sys(e, ENAMETOOLONG, "%s", path);
    return bf_file_sync_dir(dir, e);
}

bool bf_file_replace(const char *path, struct bf_str content, struct bf_err *e)
{
    char tmp[PATH_MAX];
    int len = snprintf(tmp, sizeof tmp, "%s.new", path);
    if (len < 0 || (size_t)len >= sizeof tmp)
        return bf_err_sys(e, ENAMETOOLONG, "%s", path);
    (void)unlink(tmp); /* left over from a process that was killed; its mode is unknown */
    int fd = open(tmp, O_WRONLY | O_CREAT | O_CLOEXEC | O_EXCL | O_NOFOLLOW, 0600);
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", tmp);
    bool ok = write_all(fd, content) && fsync(fd) == 0;
    int sys = errno;
    if (close(fd) != 0 && ok)
        ok = false, sys = errno;
    if (ok && rename(tmp, path) != 0)
        ok = false, sys = errno;
    if (!ok) {
        unlink(tmp);
        return bf_err_sys(e, sys, "%s", path);
    }
    return sync_parent(path, e);
}

bool bf_file_write(const char *path, struct bf_str content, struct bf_err *e)
{
    struct stat st;
    if (lstat(path, &st) != 0 || S_ISREG(st.st_mode))
        return bf_file_replace(path, content, e);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", path);
    bool ok = write_all(fd, content);
    int sys = errno;
    if (close(fd) != 0 && ok)
        ok = false, sys = errno;
    return ok ? true : bf_err_sys(e, sys, "%s", path);
}

/* Keeps errno. */
static bool is_dir(const char *path)
{
    struct stat st;
    int sys = errno;
    bool is = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    errno = sys;
    return is;
}

bool bf_file_make_dirs(const char *path, struct bf_err *e)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part)
        return bf_err_sys(e, n ? ENAMETOOLONG : ENOENT, "%s", path);
    memcpy(part, path, n + 1);
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char c = *p;
        *p = '\0';
        if (mkdir(part, 0700) != 0 && !is_dir(part))
            return bf_err_sys(e, errno == EEXIST ? ENOTDIR : errno, "%s", part);
        if (c == '\0')
            return true;
        *p = c;
    }
}

bool bf_file_lock(const char *path, int *fd, struct bf_err *e)
{
    int f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f < 0)
        return bf_err_sys(e, errno, "%s", path);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(f, F_SETLK, &lock) == 0) {
        *fd = f;
        return true;
    }
    int sys = errno;
    close(f);
    if (sys == EACCES || sys == EAGAIN)
        return bf_err_set(e, BF_E_TEMPORARY, "%s: in use by another process", path);
    return bf_err_sys(e, sys, "%s", path);
}

void bf_file_hold_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) /* the lowest free descriptor, so it is fd */
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}
