#include "lib/cli/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cli/diag.h"

static bool same(const struct stat *a, const struct stat *b)
{
    return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool refuse_path(const char *path, const char *what, struct bf_err *e)
{
    return bf_err_set(e, BF_E_USAGE, "--rejects: %s is the %s", path, what);
}

/* Is it none of the files that the process reads and writes anyway? */
static bool spare(const struct stat *st, const char *path, struct bf_err *e)
{
    struct stat other;
    if (fstat(STDIN_FILENO, &other) == 0 && same(&other, st))
        return refuse_path(path, "input", e);
    if (fstat(STDOUT_FILENO, &other) == 0 && same(&other, st))
        return refuse_path(path, "output", e);
    return true;
}

bool bf_rejects_spare(const char *path, const char *input, struct bf_err *e)
{
    struct stat a, b;
    bool is = path && stat(path, &a) == 0 && stat(input, &b) == 0 && same(&a, &b);
    return is ? refuse_path(path, "input", e) : true;
}

/* A run that was killed may have left a part of a line, which must not become the beginning of the next one. */
static bool end_line(const struct bf_rejects *r, int fd, const struct stat *st, struct bf_err *e)
{
    char last = '\n';
    int in = S_ISREG(st->st_mode) && st->st_size > 0 ? open(r->path, O_RDONLY | O_CLOEXEC) : -1;
    if (in >= 0) {
        if (pread(in, &last, 1, st->st_size - 1) != 1)
            last = '\n';
        close(in);
    }
    return last == '\n' || write(fd, "\n", 1) == 1 || bf_err_sys(e, errno, "%s", r->path);
}

static bool open_file(struct bf_rejects *r, struct bf_err *e)
{
    struct stat st;
    int fd = open(r->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return bf_err_sys(e, errno, "%s", r->path);
    bool ok = fstat(fd, &st) == 0 || bf_err_sys(e, errno, "%s", r->path);
    ok = ok && spare(&st, r->path, e) && end_line(r, fd, &st, e);
    r->old = ok && S_ISREG(st.st_mode) && st.st_size > 0;
    if (ok && bf_out_init(&r->out, fd, r->path, 0, e))
        return true;
    close(fd);
    return false;
}

bool bf_rejects_append(struct bf_rejects *r, const char *path, bool strict, struct bf_err *e)
{
    *r = (struct bf_rejects){.path = path, .strict = strict};
    if (!path)
        return true;
    if (!*path)
        return bf_err_set(e, BF_E_USAGE, "--rejects: a file's name is missing");
    if (strcmp(path, "-") == 0 ? bf_out_open(&r->out, path, e) : open_file(r, e))
        return true;
    r->path = NULL;
    return false;
}

/* Does the file begin with the header and a newline? */
static bool begins(const struct bf_rejects *r, struct bf_str header)
{
    struct bf_buf held;
    int fd = open(r->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bf_buf_init(&held, header.n + 1);
    char *room = bf_buf_room(&held, header.n + 1);
    bool is = room && pread(fd, room, header.n + 1, 0) == (ssize_t)header.n + 1 &&
              bf_str_eq(bf_str(room, header.n), header) && room[header.n] == '\n';
    close(fd);
    bf_buf_free(&held);
    return is;
}

bool bf_rejects_header(struct bf_rejects *r, struct bf_str header, struct bf_err *e)
{
    /* neither is part of the line: the file may get lines of inputs that differ in them */
    header = bf_str_no_bom(header);
    while (header.n && header.p[header.n - 1] == '\r')
        header.n--;
    r->header = header;
    if (!r->path || !r->old)
        return true;
    return begins(r, header) ||
           bf_err_set(e, BF_E_USAGE, "--rejects: %s holds lines under another header", r->path);
}

/* Counts and reports one rejected line; false when strict ends the run. */
static bool report(struct bf_rejects *r, uint64_t number, const struct bf_err *why,
                   struct bf_err *e)
{
    struct bf_err told = *why;
    if (number)
        bf_err_ctx(&told, "line %" PRIu64, number);
    r->count++;
    r->lasting = r->lasting || bf_err_exit(why->code) != bf_err_exit(BF_E_TEMPORARY);
    if (r->strict) {
        *e = told;
        return false;
    }
    if (r->count <= BF_REJECTS_SHOWN || bf_diag_is_verbose())
        bf_diag_error(&told);
    else if (r->count == BF_REJECTS_SHOWN + 1)
        bf_diag_warn("further rejected lines are only counted");
    return true;
}

void bf_rejects_head(struct bf_rejects *r)
{
    if (!r->path || r->headed || !r->header.n)
        return;
    if (!r->old || !begins(r, r->header))
        bf_out_line(&r->out, r->header);
    r->headed = true;
}

bool bf_rejects_add(struct bf_rejects *r, struct bf_str line, uint64_t number,
                    const struct bf_err *why, struct bf_err *e)
{
    if (r->path) {
        bf_rejects_head(r);
        bf_out_line(&r->out, line);
        if (!bf_out_flush(&r->out, e))
            return false;
    }
    return report(r, number, why, e);
}

bool bf_rejects_add_long(struct bf_rejects *r, struct bf_reader *reader, struct bf_err *e)
{
    uint64_t number = reader->line, bytes;
    struct bf_err why = {0};
    bf_rejects_head(r);
    if (bf_reader_skip(reader, r->path ? &r->out : NULL, &bytes, &why))
        bf_err_set(&why, BF_E_LIMIT, "%" PRIu64 " bytes, longer than the maximum of %zu", bytes,
                   reader->max_line);
    else if (why.code != BF_E_STOPPED) {
        *e = why;
        return false;
    }
    if (r->path && !bf_out_flush(&r->out, e))
        return false;
    return report(r, number, &why, e);
}

bool bf_rejects_add_cut(struct bf_rejects *r, const struct bf_reader *reader, struct bf_err *e)
{
    struct bf_str rest = bf_reader_rest(reader);
    struct bf_err why = {0};
    (void)bf_reader_cut(&why);
    return rest.n == 0 || bf_rejects_add(r, rest, reader->line + 1, &why, e);
}

void bf_rejects_stopped(uint64_t last)
{
    bf_diag_hint("reading stopped after line %" PRIu64
                 "; the lines behind it are to be fed in again as well",
                 last);
}

void bf_rejects_unread(struct bf_reader *in, uint64_t last)
{
    if (last && !bf_reader_done(in))
        bf_rejects_stopped(last);
}

bool bf_rejects_sync(struct bf_rejects *r, struct bf_err *e)
{
    if (!r->path || r->synced == r->count)
        return true;
    if (!bf_out_flush(&r->out, e) || !bf_out_sync(&r->out, e))
        return false;
    r->synced = r->count;
    return true;
}

bool bf_rejects_close(struct bf_rejects *r, struct bf_err *e)
{
    bool ok = r->path ? bf_out_close(&r->out, e) : true;
    if (r->count && !r->strict) {
        const char *s = r->count == 1 ? "" : "s";
        if (r->path)
            bf_diag_hint("%" PRIu64 " line%s rejected (%s)", r->count, s, r->path);
        else
            bf_diag_hint("%" PRIu64 " line%s rejected", r->count, s);
    }
    r->path = NULL;
    return ok;
}

bool bf_rejects_told(const struct bf_rejects *r, struct bf_err *e)
{
    return r->count == 0 || bf_err_told(e, r->lasting ? BF_E_INPUT : BF_E_TEMPORARY);
}
