/* What --explain and --check print. */
#include <inttypes.h>
#include <unistd.h>

#include "cmd/cdcproj/view/view.h"
#include "lib/io/out.h"

bool views_verdict(const char *where, uint64_t wrong, struct bf_err *e)
{
    return wrong == 0 ||
           bf_err_set(e, BF_E_INPUT, "%s: %" PRIu64 " group%s not what the rows give; rebuild it",
                      where, wrong, wrong == 1 ? " is" : "s are");
}

/* Prints a line for each: name, kept or plain, reason, or how it is kept. */
static void explain(struct bf_out *out, const struct view *v)
{
    bf_out_write(out, v->name.p, v->name.n);
    bf_out_write(out, v->kept ? "\tkept" : "\tplain", v->kept ? 5 : 6);
    if (v->why[0])
        bf_out_write(out, "\t", 1);
    bf_out_line(out, bf_str_of(v->why));
}

bool views_explain(const struct view *list, struct bf_err *e)
{
    struct bf_out out;
    struct bf_err late = {0};
    if (!bf_out_init(&out, STDOUT_FILENO, "standard output", 0, e))
        return false;
    for (const struct view *v = list; v; v = v->next)
        if (!v->drop)
            explain(&out, v);
    if (!bf_out_close(&out, &late))
        *e = late;
    return late.code == BF_OK;
}
