#include "cmd/cdcproj/sqlite/sqlite.h"

#include <stdlib.h>

#include "cmd/cdcproj/sqlite/rebuild.h"
#include "cmd/cdcproj/sqlite/views.h"

struct sqlite_sink {
    struct sink sink; /* first */
    const struct config *config;
    struct db db;
    struct mirrors mirrors;
    struct views views;
    char made[4096]; /* with --rebuild: the new file */
};

static struct sqlite_sink *of(struct sink *s)
{
    return (struct sqlite_sink *)(void *)s;
}

static bool apply(struct sink *s, struct line *l, struct bf_str table, bool *bad, struct bf_err *e)
{
    return mirrors_apply(&of(s)->mirrors, l, table, bad, e);
}

static bool commit(struct sink *s, struct bf_err *e)
{
    struct sqlite_sink *q = of(s);
    if (!views_flush(&q->views, e) || !db_commit(&q->db, s->counters, e))
        return false;
    *s->counters = (struct counters){0};
    return true;
}

static void tell(const struct sink *s)
{
    const struct sqlite_sink *q = (const struct sqlite_sink *)(const void *)s;
    views_tell(&q->views);
}

static void close_all(struct sqlite_sink *q)
{
    db_rollback(&q->db);
    if (q->views.db)
        views_free(&q->views);
    mirrors_free(&q->mirrors);
    db_close(&q->db);
}

static void close_sink(struct sink *s)
{
    close_all(of(s));
    free(s);
}

static bool replace(struct sink *s, struct bf_err *e)
{
    struct sqlite_sink *q = of(s);
    close_all(q);
    bool ok = rebuild_end(q->config->database, q->made, e);
    free(q);
    return ok;
}

/* The roll-ups of the rows that exist already are part of the first commit. */
static bool open_views(struct sqlite_sink *q, struct bf_err *e)
{
    struct views *w = &q->views;
    /* a rebuild that has begun has taken them over */
    const char *old = q->config->rebuild && q->db.commits == 0 ? q->config->database : NULL;
    if (!views_open(w, &q->db, &q->mirrors, &q->config->view, old, e) || !views_settle(w, e))
        return false;
    q->mirrors.views = w;
    q->mirrors.on_columns = views_attach;
    for (struct mirror *t = q->mirrors.first; t; t = t->next)
        if (!views_attach(w, t, e))
            return false;
    q->sink.begun = q->db.open;
    return true;
}

struct sink *sqlite_open(const struct config *c, struct bf_err *e)
{
    struct sqlite_sink *q = calloc(1, sizeof *q);
    if (!q) {
        bf_err_nomem(e);
        return NULL;
    }
    q->config = c;
    q->db.lock = -1;
    q->sink = (struct sink){.positions = &q->db.positions,
                            .counters = &q->mirrors.counters,
                            .apply = apply,
                            .commit = commit,
                            .tell = tell,
                            .close = close_sink,
                            .replace = replace};
    if ((!c->rebuild || rebuild_name(c->database, q->made, e)) &&
        db_open(&q->db, c->rebuild ? q->made : c->database, e) &&
        mirrors_open(&q->mirrors, &q->db, c, e) && open_views(q, e) &&
        mirrors_prune(&q->mirrors, e))
        return &q->sink;
    close_sink(&q->sink);
    return NULL;
}
