#include "cmd/bftop/delivery.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/checkpoint/state.h"

enum { COLUMNS = 5, ROWS = 5, ARENA_MAX = 64 * 1024, REFRESH_MS = 1000 };

/* Of one kind of batch. */
struct sum {
    uint64_t objects, rows, bytes;
    int64_t oldest_ms; /* 0: none */
};

bool delivery_add(struct panels *p, const char *dir, struct bf_err *e)
{
    if (!dir)
        return true;
    if (p->n == PANELS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "--state: more than %d panels", PANELS_MAX);
    p->panel[p->n++] = (struct panel){.title = BF_STR("Delivery by s3put"),
                                      .kind = PANEL_TABLE,
                                      .refresh_ms = REFRESH_MS,
                                      .state = dir};
    return true;
}

/* When its first row arrived; of a sealed one, whose state has no such time, when its file was finished. 0: unknown. */
static int64_t time_of(const char *dir, const struct bf_state_batch *b)
{
    char path[4096];
    struct stat st;
    if (b->arrival_ms)
        return b->arrival_ms;
    return b->file &&
                   (size_t)snprintf(path, sizeof path, "%s/spool/%s", dir, b->file) < sizeof path &&
                   stat(path, &st) == 0
               ? (int64_t)st.st_mtime * 1000
               : 0;
}

static void count(struct sum *s, const char *dir, const struct bf_state_batch *b)
{
    int64_t since_ms = time_of(dir, b);
    s->objects++;
    s->rows += b->records;
    s->bytes += b->bytes;
    if (since_ms && (!s->oldest_ms || since_ms < s->oldest_ms))
        s->oldest_ms = since_ms;
}

static void put(struct result *r, size_t col, struct bf_str text, bool number)
{
    struct cell *c = &r->cell[r->rows * r->cols + col];
    *c = (struct cell){.null = !text.n, .number = number && text.n};
    if (text.n && !bf_arena_copy(&r->arena, text, &c->text))
        c->null = true;
}

static void put_number(struct result *r, size_t col, uint64_t n)
{
    char room[24];
    int len = snprintf(room, sizeof room, "%llu", (unsigned long long)n);
    put(r, col, bf_str(room, (size_t)len), true);
    r->cell[r->rows * r->cols + col].value = (double)n;
}

static void put_time(struct result *r, size_t col, int64_t wall_ms)
{
    char room[40];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    if (wall_ms)
        bf_clock_iso(&text, wall_ms / 1000 * 1000);
    put(r, col, bf_buf_view(&text), false);
}

static void put_sum(struct result *r, struct bf_str what, const struct sum *s)
{
    put(r, 0, what, false);
    put_number(r, 1, s->objects);
    put_number(r, 2, s->rows);
    put_number(r, 3, s->bytes);
    put_time(r, 4, s->oldest_ms);
    r->rows++;
}

static void put_file(struct result *r, struct bf_str what, const struct stat *st, bool size)
{
    put(r, 0, what, false);
    put(r, 1, bf_str("", 0), false);
    put(r, 2, bf_str("", 0), false);
    if (size)
        put_number(r, 3, (uint64_t)st->st_size);
    else
        put(r, 3, bf_str("", 0), false);
    put_time(r, 4, (int64_t)st->st_mtime * 1000);
    r->rows++;
}

static bool begin(struct result *r)
{
    static const char *const names[COLUMNS] = {"what", "objects", "rows", "bytes", "since"};
    r->cols = COLUMNS;
    r->name = bf_arena_alloc(&r->arena, COLUMNS * sizeof *r->name);
    r->cell = bf_arena_alloc(&r->arena, sizeof *r->cell * COLUMNS * ROWS);
    for (size_t i = 0; r->name && i < COLUMNS; i++)
        r->name[i] = bf_str_of(names[i]);
    return r->name && r->cell;
}

static bool fill(struct result *r, const char *dir, const char *path, const struct stat *state,
                 const struct stat *rejects, struct bf_err *e)
{
    struct bf_state s;
    struct sum open = {0}, waiting = {0}, refused = {0};
    bf_state_init(&s);
    bool ok = bf_state_load(&s, path, e);
    for (size_t i = 0; ok && i < s.nopen; i++)
        count(&open, dir, &s.open[i]);
    for (size_t i = 0; ok && i < s.nsealed; i++)
        count(s.sealed[i].refused && *s.sealed[i].refused ? &refused : &waiting, dir, &s.sealed[i]);
    bf_state_free(&s);
    if (!ok)
        return false;
    if (!begin(r))
        return bf_err_nomem(e);
    put_sum(r, BF_STR("in open batches"), &open);
    put_sum(r, BF_STR("waiting for upload"), &waiting);
    put_sum(r, BF_STR("refused by S3"), &refused);
    if (rejects->st_size)
        put_file(r, BF_STR("rejected lines"), rejects, true);
    put_file(r, BF_STR("last commit"), state, false);
    return true;
}

/* A number that differs if one of the files has changed. */
static int64_t version_of(const struct stat *a, const struct stat *b)
{
    return (int64_t)((uint64_t)a->st_ino * 31 + (uint64_t)a->st_mtim.tv_sec * 1000000007 +
                     (uint64_t)a->st_mtim.tv_nsec + (uint64_t)b->st_size * 7919);
}

static void look(struct panel *panel)
{
    char path[4096], rejects[4096];
    struct stat state = {0}, rejected = {0};
    struct result *r = &panel->result;
    struct bf_err e = {0};
    panel->ran_ms = bf_clock_mono_ms();
    bool ok =
        (size_t)snprintf(path, sizeof path, "%s/state.json", panel->state) < sizeof path &&
        (size_t)snprintf(rejects, sizeof rejects, "%s/rejects", panel->state) < sizeof rejects;
    ok = ok && stat(path, &state) == 0;
    int error = errno;
    if (ok && stat(rejects, &rejected) != 0)
        rejected = (struct stat){0};
    int64_t version = ok ? version_of(&state, &rejected) : 0;
    if (panel->changed && version == panel->version)
        return;
    panel->version = version;
    panel->changed++;
    bf_arena_free(&r->arena);
    *r = (struct result){0};
    bf_arena_init(&r->arena, ARENA_MAX);
    if (!ok)
        bf_err_sys(&e, error, "%s/state.json", panel->state);
    if (ok && fill(r, panel->state, path, &state, &rejected, &e))
        return;
    r->rows = r->cols = 0;
    snprintf(r->error, sizeof r->error, "%s", e.text);
}

bool delivery_look(struct panels *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct panel *panel = &p->panel[i];
        uint64_t was = panel->changed;
        if (!panel->state ||
            (panel->changed && bf_clock_mono_ms() - panel->ran_ms < (int64_t)panel->refresh_ms))
            continue;
        look(panel);
        return panel->changed != was;
    }
    return false;
}
