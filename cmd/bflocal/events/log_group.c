/* EventBridge: log groups as targets. /aws/events/NAME is the file NAME.log in the folder `events` below --data, or in a
 * temporary one. A slash in NAME is %2F there. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/bflocal/events/dispatch.h"
#include "cmd/bflocal/function/function.h"

enum { NAME_MAX_BYTES = 200 };

static bool make_folder(struct bl_events *ev, struct bf_err *e)
{
    const char *base = getenv("TMPDIR"), *dir = ev->local->store.dir;
    if (ev->logs[0])
        return true;
    int n = dir ? snprintf(ev->logs, sizeof ev->logs, "%s/events", dir)
                : snprintf(ev->logs, sizeof ev->logs, "%s/bflocal-events.XXXXXX",
                           base && *base ? base : "/tmp");
    bool fits = n > 0 && (size_t)n < sizeof ev->logs;
    ev->temporary = !dir;
    if (fits && (dir ? mkdir(ev->logs, 0700) == 0 || errno == EEXIST : mkdtemp(ev->logs) != NULL))
        return true;
    bf_err_sys(e, fits ? errno : ENAMETOOLONG, "%s", ev->logs);
    ev->logs[0] = '\0';
    return false;
}

/* Appends the path of a group's file. False: it is no name of a group (CloudWatch Logs API reference, CreateLogGroup). */
static bool put_path(const struct bl_events *ev, struct bf_str group, struct bf_buf *path)
{
    if (group.n > 2 && memcmp(group.p + group.n - 2, ":*", 2) == 0)
        group.n -= 2;
    bf_buf_addf(path, "%s/", ev->logs);
    for (size_t i = 0; i < group.n; i++) {
        char ch = group.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                     (ch >= '0' && ch <= '9') || memchr("_-.#", ch, 4);
        if (ch == '/')
            bf_buf_lit(path, "%2F");
        else if (plain)
            bf_buf_addc(path, ch);
        else
            return false;
    }
    bf_buf_lit(path, ".log");
    return group.n > 0 && group.n <= NAME_MAX_BYTES;
}

static bool write_line(const char *path, struct bf_str line, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, line.n + 2);
    bf_buf_adds(&text, line);
    bf_buf_addc(&text, '\n');
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    ssize_t n = fd >= 0 && bf_buf_ok(&text) ? write(fd, text.p, text.n) : -1;
    bool ok = n == (ssize_t)text.n || bf_err_sys(e, n < 0 ? errno : ENOSPC, "%s", path);
    if (fd >= 0)
        close(fd);
    bf_buf_free(&text);
    return ok;
}

bool bl_log_group_add(struct bl_events *ev, struct bf_str group, struct bf_str line,
                      struct bf_err *e)
{
    struct bf_buf path;
    if (!make_folder(ev, e))
        return false;
    bf_buf_init(&path, 8192);
    bool good = put_path(ev, group, &path);
    const char *name = bf_buf_cstr(&path);
    bool ok = good && name
                  ? write_line(name, line, e)
                  : bf_err_set(e, BF_E_INPUT, "/aws/events/%.*s is no log group", BF_SHOWN(group));
    bf_buf_free(&path);
    return ok;
}

void bl_log_group_close(struct bl_events *ev)
{
    if (ev->temporary && ev->logs[0])
        bl_lambda_remove_tree(ev->logs);
}
