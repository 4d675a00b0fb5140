/* Room for deletes on a full disk: a file that stands for it, and a log that is emptied. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cmd/bflocal/store.h"

/* More than a delete of the largest item needs: its record in a stream, the pages of both in the log, and
 * those that a checkpoint adds to the database. */
enum { SPARE_BYTES = 2 * 1024 * 1024 };

static bool spare_path(const struct bl_store *s, char path[4096])
{
    return (size_t)snprintf(path, 4096, "%s/spare", s->dir) < 4096;
}

static uint64_t free_bytes(const struct bl_store *s)
{
    struct statvfs v;
    return fstatvfs(s->lock_fd, &v) == 0 ? (uint64_t)v.f_bavail * v.f_frsize : UINT64_MAX;
}

void bl_store_spare(struct bl_store *s)
{
    char path[4096];
    if (!s->dir || s->spare || free_bytes(s) < 2 * (uint64_t)SPARE_BYTES || !spare_path(s, path))
        return;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    s->spare = posix_fallocate(fd, 0, SPARE_BYTES) == 0;
    close(fd);
    if (!s->spare)
        unlink(path);
}

void bl_store_make_room(struct bl_store *s)
{
    char path[4096];
    if (!s->dir)
        return;
    bl_store_lock(s);
    if (free_bytes(s) >= SPARE_BYTES || !spare_path(s, path))
        bl_store_spare(s);
    else {
        unlink(path);
        s->spare = false;
        sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    bl_store_unlock(s);
}
