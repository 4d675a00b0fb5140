#include "lib/base/rejects.h"

#include <inttypes.h>

#include "lib/base/diag.h"

bool bf_rejects_open(struct bf_rejects *r, const char *path, bool strict, struct bf_err *e)
{
    *r = (struct bf_rejects){.path = path, .strict = strict};
    return path ? bf_out_open(&r->out, path, e) : true;
}

/* Counts and reports one rejected line; false when strict ends the run. */
static bool report(struct bf_rejects *r, uint64_t number, const struct bf_err *why,
                   struct bf_err *e)
{
    struct bf_err told = *why;
    if (number)
        bf_err_ctx(&told, "line %" PRIu64, number);
    r->count++;
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

bool bf_rejects_add(struct bf_rejects *r, struct bf_str line, uint64_t number,
                    const struct bf_err *why, struct bf_err *e)
{
    if (r->path) {
        bf_out_line(&r->out, line);
        if (!bf_out_flush(&r->out, e))
            return false;
    }
    return report(r, number, why, e);
}

bool bf_rejects_add_long(struct bf_rejects *r, struct bf_reader *reader, struct bf_err *e)
{
    uint64_t number = reader->line, bytes;
    if (!bf_reader_skip(reader, r->path ? &r->out : NULL, &bytes, e))
        return false;
    if (r->path && !bf_out_flush(&r->out, e))
        return false;
    struct bf_err why = {0};
    bf_err_set(&why, BF_E_LIMIT, "%" PRIu64 " bytes, longer than the maximum of %zu", bytes,
               reader->max_line);
    return report(r, number, &why, e);
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
