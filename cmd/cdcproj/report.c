/* --check and --explain. */
#include <inttypes.h>
#include <unistd.h>

#include "cmd/cdcproj/cdcproj.h"
#include "cmd/cdcproj/views.h"
#include "lib/cli/diag.h"
#include "lib/io/out.h"

static void tell(const char *text)
{
    bf_diag_hint("%s", text);
}

bool run_check(const struct config *c, struct bf_err *e)
{
    struct db db;
    struct mirrors m;
    struct views w = {0};
    uint64_t wrong = 0;
    const struct bf_opt_list none = {.n = 0};
    bool opened = db_open_reader(&db, c->database, e);
    bool ok = opened && mirrors_open(&m, &db, c, e) && views_open(&w, &db, &m, &none, e) &&
              views_check(&w, tell, &wrong, e);
    if (w.db)
        views_free(&w);
    if (opened)
        mirrors_free(&m);
    db_close(&db);
    return ok &&
           (wrong == 0 ||
            bf_err_set(e, BF_E_INPUT, "%s: %" PRIu64 " group%s not what the rows give; rebuild it",
                       c->database, wrong, wrong == 1 ? " is" : "s are"));
}

/* Prints a line for each: name, kept or plain, reason. */
static void explain(struct bf_out *out, const struct view *v)
{
    bf_out_write(out, v->name.p, v->name.n);
    if (v->kept)
        bf_out_line(out, BF_STR("\tkept"));
    else {
        bf_out_write(out, "\tplain\t", 7);
        bf_out_line(out, bf_str_of(v->why));
    }
}

bool run_explain(const struct config *c, struct bf_err *e)
{
    struct db db = {.lock = -1};
    struct mirrors m;
    struct views w = {0};
    struct view *given = NULL;
    struct bf_out out;
    struct bf_err late = {0};
    const struct bf_opt_list none = {.n = 0};
    if (!bf_out_init(&out, STDOUT_FILENO, "standard output", 0, e))
        return false;
    bool ok = true;
    if (c->view.n) {
        ok = views_read(&given, &c->view, e);
    } else {
        ok = db_open_reader(&db, c->database, e) && views_open(&w, &db, &m, &none, e);
        given = w.first;
    }
    for (const struct view *v = given; v && ok; v = v->next)
        if (!v->drop)
            explain(&out, v);
    for (struct view *next; given && !w.db; given = next) {
        next = given->next;
        view_free(NULL, given);
    }
    if (w.db)
        views_free(&w);
    if (db.path)
        db_close(&db);
    if (!bf_out_close(&out, &late) && ok)
        *e = late;
    return ok && late.code == BF_OK;
}
