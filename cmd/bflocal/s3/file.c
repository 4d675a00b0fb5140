#include "cmd/bflocal/s3/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bflocal/s3/state.h"
#include "lib/io/file.h"

enum { NAME = 3 + 16 + 1 };

static void file_name(uint64_t file, char name[NAME])
{
    snprintf(name, NAME, "%02x/%016llx", (unsigned)(file >> 56), (unsigned long long)file);
}

/* Files of one folder "xx" for which keep says no. */
static void sweep_folder(struct bl_s3 *s, const char *sub,
                         bool (*keep)(struct bl_s3 *s, uint64_t file))
{
    int fd = openat(s->dir_fd, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        char *end;
        uint64_t file = strtoull(entry->d_name, &end, 16);
        if (entry->d_name[0] != '.' && *end == '\0' && !keep(s, file))
            unlinkat(fd, entry->d_name, 0);
    }
    closedir(d);
}

static void sweep_folders(struct bl_s3 *s, bool (*keep)(struct bl_s3 *s, uint64_t file),
                          bool folders)
{
    char sub[3];
    for (unsigned i = 0; i < 256; i++) {
        snprintf(sub, sizeof(sub), "%02x", i);
        sweep_folder(s, sub, keep);
        if (folders)
            unlinkat(s->dir_fd, sub, AT_REMOVEDIR);
    }
}

static bool keep_none(struct bl_s3 *s, uint64_t file)
{
    (void)s;
    (void)file;
    return false;
}

static bool keep_named(struct bl_s3 *s, uint64_t file)
{
    struct bl_store *st = &s->local->store;
    sqlite3_stmt *q = bl_sql(st, "SELECT 1 FROM s3_object WHERE file = ?1 UNION ALL "
                                 "SELECT 1 FROM s3_part WHERE file = ?1");
    bl_bind_i64(q, 1, (int64_t)file);
    bool found = bl_step(st, q);
    bl_done(q);
    return found || !bl_store_ok(st);
}

static bool open_folder(struct bl_s3 *s, struct bf_err *e)
{
    s->dir_fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return s->dir_fd >= 0 || bf_err_sys(e, errno, "%s", s->dir);
}

static bool make_temporary(struct bl_s3 *s, struct bf_err *e)
{
    const char *base = getenv("TMPDIR");
    char path[4096];
    if (!base || !*base)
        base = "/tmp";
    if ((size_t)snprintf(path, sizeof(path), "%s/bflocal.XXXXXX", base) >= sizeof(path) ||
        !mkdtemp(path))
        return bf_err_sys(e, errno, "%s: temporary folder", base);
    s->temporary = true;
    s->dir = bf_str_dup(bf_str_of(path));
    return s->dir ? open_folder(s, e) : bf_err_nomem(e);
}

bool bl_s3_file_open_dir(struct bl_s3 *s, struct bf_err *e)
{
    struct bl_store *st = &s->local->store;
    char path[4096];
    if (!st->dir)
        return true;
    if ((size_t)snprintf(path, sizeof(path), "%s/objects", st->dir) >= sizeof(path))
        return bf_err_set(e, BF_E_USAGE, "--data: the name is too long");
    s->dir = bf_str_dup(bf_str_of(path));
    if (!s->dir)
        return bf_err_nomem(e);
    if (!bf_file_make_dirs(s->dir, e) || !open_folder(s, e))
        return false;
    sqlite3_stmt *q = bl_sql(st, "SELECT dirty FROM s3_state");
    bool dirty = bl_step(st, q) && bl_column_i64(q, 0);
    bl_done(q);
    if (dirty)
        sweep_folders(s, keep_named, false);
    s->dirty = dirty;
    return true;
}

void bl_s3_file_close_dir(struct bl_s3 *s)
{
    if (s->dir_fd >= 0 && s->temporary) {
        sweep_folders(s, keep_none, true);
        rmdir(s->dir);
    } else if (s->dirty && s->local->store.db) {
        struct bf_err e;
        (void)!bl_store_exec(&s->local->store, "UPDATE s3_state SET dirty = 0", &e);
    }
    if (s->dir_fd >= 0)
        close(s->dir_fd);
    free(s->dir);
}

static bool store_dirty(struct bl_store *st, struct bf_err *e)
{
    if (!bl_store_begin(st, e))
        return false;
    bl_run(st, bl_sql(st, "UPDATE s3_state SET dirty = 1"));
    return bl_store_commit(st, e);
}

/* The first file of this run: from now on a crash may leave files behind. */
bool bl_s3_file_ready(struct bl_s3 *s, struct bf_err *e)
{
    pthread_mutex_lock(&s->first);
    if (!s->dirty)
        s->dirty = s->local->store.dir ? store_dirty(&s->local->store, e)
                                       : s->dir_fd >= 0 || make_temporary(s, e);
    bool dirty = s->dirty;
    pthread_mutex_unlock(&s->first);
    return dirty;
}

static uint64_t draw_file(struct bl_s3 *s)
{
    uint64_t file;
    pthread_mutex_lock(&s->mutex);
    do
        file = bf_rng_next(&s->rng);
    while (file == 0);
    pthread_mutex_unlock(&s->mutex);
    return file;
}

bool bl_s3_file_create(struct bl_s3 *s, uint64_t *file, int *fd, struct bf_err *e)
{
    char name[NAME];
    if (!bl_s3_file_ready(s, e))
        return false;
    uint64_t id = draw_file(s);
    file_name(id, name);
    int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    int got = openat(s->dir_fd, name, flags, 0600);
    if (got < 0 && errno == ENOENT) {
        name[2] = '\0';
        if (mkdirat(s->dir_fd, name, 0700) != 0 && errno != EEXIST)
            return bf_err_sys(e, errno, "%s/%s", s->dir, name);
        name[2] = '/';
        got = openat(s->dir_fd, name, flags, 0600);
    }
    if (got < 0)
        return bf_err_sys(e, errno, "%s/%s", s->dir, name);
    *file = id;
    *fd = got;
    return true;
}

void bl_s3_file_path(const struct bl_s3 *s, uint64_t file, struct bf_buf *out)
{
    char name[NAME];
    file_name(file, name);
    bf_buf_addf(out, "%s/%s", s->dir, name);
}

/* Room for n more bytes under the fault `disk`? Counts them. */
static bool reserve_bytes(struct bl_s3 *s, size_t n)
{
    uint64_t max = bl_fault_disk_max(&s->local->faults);
    pthread_mutex_lock(&s->mutex);
    bool room = !max || s->bytes + n <= max;
    if (room)
        s->bytes += n;
    pthread_mutex_unlock(&s->mutex);
    return room;
}

static void release_bytes(struct bl_s3 *s, uint64_t n)
{
    pthread_mutex_lock(&s->mutex);
    s->bytes = s->bytes > n ? s->bytes - n : 0;
    pthread_mutex_unlock(&s->mutex);
}

bool bl_s3_file_write(struct bl_s3 *s, int fd, struct bf_str data, struct bf_err *e)
{
    if (!reserve_bytes(s, data.n))
        return bf_err_sys(e, ENOSPC, "%s", s->dir);
    size_t all = data.n;
    while (data.n) {
        ssize_t n = write(fd, data.p, data.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int error = errno;
            release_bytes(s, all);
            return bf_err_sys(e, error, "%s", s->dir);
        }
        data = bf_str(data.p + n, data.n - (size_t)n);
    }
    return true;
}

int bl_s3_file_open(struct bl_s3 *s, uint64_t file)
{
    char name[NAME];
    file_name(file, name);
    return openat(s->dir_fd, name, O_RDONLY | O_CLOEXEC);
}

void bl_s3_file_remove(struct bl_s3 *s, uint64_t file, uint64_t size)
{
    char name[NAME];
    if (!file)
        return;
    file_name(file, name);
    unlinkat(s->dir_fd, name, 0);
    release_bytes(s, size);
}
