/* --check and --explain in SQLite. */
#include "cmd/cdcproj/sqlite/sqlite.h"
#include "cmd/cdcproj/sqlite/views.h"
#include "lib/cli/diag.h"

static void tell(const char *text)
{
    bf_diag_hint("%s", text);
}

bool sqlite_check(const struct config *c, struct bf_err *e)
{
    struct db db;
    struct mirrors m;
    struct views w = {0};
    uint64_t wrong = 0;
    const struct bf_opt_list none = {.n = 0};
    bool opened = db_open_reader(&db, c->database, e);
    bool ok = opened && mirrors_open(&m, &db, c, e) && views_open(&w, &db, &m, &none, NULL, e) &&
              views_check(&w, tell, &wrong, e);
    if (w.db)
        views_free(&w);
    if (opened)
        mirrors_free(&m);
    db_close(&db);
    return ok && views_verdict(c->database, wrong, e);
}

bool sqlite_explain(const struct config *c, struct bf_err *e)
{
    struct db db = {.lock = -1};
    struct mirrors m;
    struct views w = {0};
    struct view *given = NULL;
    const struct bf_opt_list none = {.n = 0};
    bool ok = true;
    if (c->view.n) {
        ok = views_read(&given, &c->view, false, e);
    } else {
        ok = db_open_reader(&db, c->database, e) && views_open(&w, &db, &m, &none, NULL, e);
        given = w.first;
    }
    ok = ok && views_explain(given, e);
    for (struct view *next; given && !w.db; given = next) {
        next = given->next;
        view_free(NULL, given);
    }
    if (w.db)
        views_free(&w);
    if (db.path)
        db_close(&db);
    return ok;
}
