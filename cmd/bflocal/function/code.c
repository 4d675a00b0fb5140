/* A function's code: unpacks a zip archive into a folder. */
#include <errno.h>
#include <fcntl.h>
#include <minizip/unzip.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bflocal/function/function.h"

enum { UNPACKED_MAX = 250 * 1024 * 1024 /* Lambda quotas */, PIECE = 64 * 1024 };
enum { STORED = 0, DEFLATED = 8 }; /* methods of compression (APPNOTE.TXT 4.4.5) */

/* Lets unzOpen2 read the archive from memory. */
struct archive {
    struct bf_str bytes;
    size_t at;
};

static void *on_open(void *arg, const char *name, int mode)
{
    (void)name;
    (void)mode;
    return arg;
}

static uLong on_read(void *arg, void *stream, void *to, uLong n)
{
    struct archive *a = stream;
    (void)arg;
    if (n > a->bytes.n - a->at)
        n = a->bytes.n - a->at;
    memcpy(to, a->bytes.p + a->at, n);
    a->at += n;
    return n;
}

static uLong on_write(void *arg, void *stream, const void *from, uLong n)
{
    (void)arg;
    (void)stream;
    (void)from;
    (void)n;
    return 0;
}

static long on_tell(void *arg, void *stream)
{
    (void)arg;
    return (long)((struct archive *)stream)->at;
}

static long on_seek(void *arg, void *stream, uLong offset, int origin)
{
    struct archive *a = stream;
    size_t from = origin == ZLIB_FILEFUNC_SEEK_CUR   ? a->at
                  : origin == ZLIB_FILEFUNC_SEEK_END ? a->bytes.n
                                                     : 0;
    (void)arg;
    if (offset > a->bytes.n - from)
        return -1;
    a->at = from + offset;
    return 0;
}

/* Closes the archive and reports whether anything failed. */
static int on_close(void *arg, void *stream)
{
    (void)arg;
    (void)stream;
    return 0;
}

/* Nothing may be written outside the folder. */
static bool is_inside(const char *name)
{
    struct bf_str rest = bf_str_of(name), part;
    if (*name == '/' || !*name)
        return false;
    while (bf_str_split(&rest, '/', &part))
        if (bf_str_is(part, ".."))
            return false;
    return true;
}

/* The error of a system call that the archive has caused, by names that do not fit each other or are too long, is the
 * caller's mistake. */
static bool fail_name(struct bf_err *e, int error, const char *name)
{
    bool mistake = error == EEXIST || error == ENOTDIR || error == EISDIR ||
                   error == ENAMETOOLONG || error == ELOOP;
    if (mistake)
        return bf_err_set(e, BF_E_INPUT, "the archive has %.200s: %s", name, strerror(error));
    return bf_err_sys(e, error, "%s", name);
}

static bool make_parents(char *path, size_t from, struct bf_err *e)
{
    for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0700) != 0 && errno != EEXIST ? errno : 0;
        *slash = '/';
        if (failed)
            return fail_name(e, failed, path + from);
    }
    return true;
}

static bool write_member(unzFile zip, const char *path, size_t from, mode_t mode, uint64_t *left,
                         struct bf_err *e)
{
    static _Thread_local char piece[PIECE];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode ? mode : 0755), n = 0;
    if (fd < 0)
        return fail_name(e, errno, path + from);
    bool ok = true;
    while (ok && (n = unzReadCurrentFile(zip, piece, PIECE)) > 0) {
        ok = (uint64_t)n <= *left;
        *left -= ok ? (uint64_t)n : 0;
        if (!ok)
            bf_err_set(e, BF_E_LIMIT, "Unzipped size must be smaller than %d bytes", UNPACKED_MAX);
        else if (write(fd, piece, (size_t)n) != n)
            ok = bf_err_sys(e, errno, "%s", path);
    }
    if (close(fd) != 0 && ok)
        ok = bf_err_sys(e, errno, "%s", path);
    return ok && (n == 0 || bf_err_set(e, BF_E_INPUT, "%s: is broken", path));
}

static bool make_link(unzFile zip, const char *path, size_t from, struct bf_err *e)
{
    char target[1024];
    int n = unzReadCurrentFile(zip, target, sizeof target);
    if (n <= 0 || n == (int)sizeof target || memchr(target, '\0', (size_t)n))
        return bf_err_set(e, BF_E_INPUT, "the archive has %.200s: no valid symbolic link",
                          path + from);
    target[n] = '\0';
    return symlink(target, path) == 0 || fail_name(e, errno, path + from);
}

/* Unpacks the member if it is of this kind. Links come after all files, so that no file is written through one. */
static bool unpack_member(unzFile zip, const char *folder, bool links, uint64_t *left,
                          struct bf_err *e)
{
    size_t from = strlen(folder) + 1;
    char name[1024], path[sizeof name + 4200];
    unz_file_info info;
    if (unzGetCurrentFileInfo(zip, &info, name, sizeof name, NULL, 0, NULL, 0) != UNZ_OK ||
        info.size_filename >= sizeof name || !is_inside(name))
        return bf_err_set(e, BF_E_INPUT, "a name in the archive is not valid");
    if (S_ISLNK(info.external_fa >> 16) != links)
        return true;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!make_parents(path, from, e))
        return false;
    if (name[strlen(name) - 1] == '/')
        return true;
    if ((info.compression_method != STORED && info.compression_method != DEFLATED) ||
        unzOpenCurrentFile(zip) != UNZ_OK)
        return bf_err_set(e, BF_E_INPUT, "%s cannot be read", name);
    bool ok = links
                  ? make_link(zip, path, from, e)
                  : write_member(zip, path, from, (mode_t)(info.external_fa >> 16 & 0777), left, e);
    int closed = unzCloseCurrentFile(zip);
    return ok && (closed == UNZ_OK || bf_err_set(e, BF_E_INPUT, "%s: has another checksum", name));
}

static bool unpack_all(unzFile zip, const char *folder, struct bf_err *e)
{
    uint64_t left = UNPACKED_MAX;
    for (int links = 0; links < 2; links++)
        for (int at = unzGoToFirstFile(zip); at != UNZ_END_OF_LIST_OF_FILE;
             at = unzGoToNextFile(zip)) {
            if (at != UNZ_OK)
                return bf_err_set(e, BF_E_INPUT, "the archive is broken");
            if (!unpack_member(zip, folder, links, &left, e))
                return false;
        }
    return true;
}

bool bl_lambda_unpack(struct bl_lambda *f, struct bl_function *fn, struct bf_str bytes,
                      struct bf_err *e)
{
    struct archive a = {bytes, 0};
    zlib_filefunc_def memory = {on_open, on_read,  on_write, on_tell,
                                on_seek, on_close, on_close, &a};
    const char *root = bl_lambda_root(f, e);
    if (!root)
        return false;
    memory.opaque = &a;
    snprintf(fn->folder, sizeof fn->folder, "%.3900s/%s.XXXXXX", root, fn->name);
    unzFile zip = unzOpen2("", &memory);
    if (!zip)
        return bf_err_set(
            e, BF_E_INPUT,
            "Could not unzip uploaded file. Please check your file, then try to upload again.");
    bool ok = (mkdtemp(fn->folder) || bf_err_sys(e, errno, "%s", fn->folder)) &&
              unpack_all(zip, fn->folder, e);
    unzClose(zip);
    snprintf(fn->program, sizeof fn->program, "%.4000s/bootstrap", fn->folder);
    if (!ok)
        bl_lambda_remove_tree(fn->folder);
    return ok;
}
