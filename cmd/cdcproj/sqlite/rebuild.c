#include "cmd/cdcproj/sqlite/rebuild.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/io/file.h"

enum { PATIENCE_MS = 3000 };

bool rebuild_name(const char *database, char out[4096], struct bf_err *e)
{
    return (size_t)snprintf(out, 4096, "%s-new", database) < 4096 - 8 ||
           bf_err_set(e, BF_E_USAGE, "the path of the database is too long");
}

/* Is the file closed in all other processes? The last one to close an SQLite file removes its log. */
static bool is_closed(const char *path, struct bf_err *e)
{
    static const char *const ends[] = {"-wal", "-shm"};
    char name[4200];
    for (size_t i = 0; i < BF_COUNT(ends); i++) {
        snprintf(name, sizeof name, "%.4096s%s", path, ends[i]);
        if (access(name, F_OK) == 0)
            return bf_err_set(
                e, BF_E_TEMPORARY,
                "%s: a program has it open; close it and start again, the new file is "
                "complete",
                path);
    }
    return true;
}

/* Writes the log of the old file into it. */
static bool settle(const char *database, struct bf_err *e)
{
    struct db old;
    bool ok = db_open(&old, database, e);
    db_close(&old);
    return ok && is_closed(database, e);
}

/* A program that only looks, as bftop does, soon closes the file again. */
static bool settle_in_time(const char *database, struct bf_err *e)
{
    static const struct timespec pause = {.tv_nsec = 50000000};
    int64_t until = bf_clock_mono_ms() + PATIENCE_MS;
    while (!settle(database, e)) {
        if (e->code != BF_E_TEMPORARY || bf_clock_mono_ms() > until || bf_stop_asked())
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

bool rebuild_end(const char *database, const char *made, struct bf_err *e)
{
    char folder[4096], lock[4200];
    const char *slash = strrchr(database, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - database + 1) : 1,
             slash ? database : ".");
    if (access(database, F_OK) == 0 && !settle_in_time(database, e))
        return false;
    if (!is_closed(made, e))
        return false;
    if (rename(made, database) != 0)
        return bf_err_sys(e, errno, "%s", database);
    snprintf(lock, sizeof lock, "%.4096s-lock", made);
    unlink(lock);
    return bf_file_sync_dir(folder, e);
}
