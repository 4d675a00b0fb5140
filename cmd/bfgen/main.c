/*
 * bfgen: mock Black Friday sales.
 *
 * A loop: when (plan.c), which kind of change (the mix), to what (shop.c or
 * rows.c), in what words (emit.c).
 */
#include <inttypes.h>
#include <unistd.h>

#include "cmd/bfgen/emit.h"
#include "cmd/bfgen/options.h"
#include "cmd/bfgen/plan.h"
#include "cmd/bfgen/rows.h"
#include "cmd/bfgen/shop.h"
#include "lib/cli/diag.h"
#include "lib/cli/progress.h"
#include "lib/base/stop.h"

/* Static: their pages are zero and cost nothing until they are used. */
static struct shop shop;
static struct rows rows;

static enum kind pick(const struct mix *mix, struct bf_rng *rng)
{
    uint64_t v = bf_rng_below(rng, mix->sum);
    if (v < mix->share[INSERT])
        return INSERT;
    return v < mix->share[INSERT] + mix->share[UPDATE] ? UPDATE : DELETE;
}

static bool generate(const struct config *cfg, struct plan *plan, struct emit *emit,
                     struct bf_err *e)
{
    struct source *source = &emit->source;
    struct bf_progress progress;
    struct bf_rng rng;
    struct change change;
    uint64_t made = 0;
    bool ok = emit_header(emit, e);
    bf_rng_seed(&rng, cfg->seed + 1);
    bf_progress_init(&progress, &cfg->common, BF_PROGRESS_FILTER);
    while (ok && (plan->count == 0 || made < plan->count)) {
        ok = plan_pace(plan, emit->out, e);
        if (!ok || bf_stop_asked())
            break;
        int64_t time_ms = plan_next(plan, &rng);
        enum more more = source->next(source->self, pick(&cfg->mix, &rng), time_ms, &change, e);
        if (more != MORE) {
            ok = more != FAILED;
            break;
        }
        ok = emit_change(emit, &change, e);
        bf_progress_tick(&progress, ++made, emit->out->bytes);
    }
    bf_progress_end(&progress, made, emit->out->bytes + emit->out->n);
    bf_diag_note("%" PRIu64 " %s", made, made == 1 ? "change" : "changes");
    return ok;
}

static bool open_source(const struct config *cfg, struct source *source, struct bf_out *out,
                        struct bf_err *e)
{
    if (cfg->from) {
        if (!rows_open(&rows, cfg, out, e))
            return false;
        *source = rows_source(&rows);
    } else {
        shop_init(&shop, cfg);
        *source = cfg->schema == SCHEMA_SALES ? shop_sales(&shop) : shop_order(&shop);
    }
    return true;
}

static int run(struct config *cfg)
{
    struct bf_err e = {0}, closing = {0};
    struct bf_out out = {0};
    struct plan plan;
    struct source source;
    struct emit emit = {0};
    bool ok = options_check(cfg, &e) && plan_init(&plan, cfg, &e) && bf_stop_install(&e) &&
              bf_out_init(&out, STDOUT_FILENO, "standard output", 0, &e) &&
              open_source(cfg, &source, &out, &e) && emit_init(&emit, cfg, source, &out, &e) &&
              generate(cfg, &plan, &emit, &e);
    ok = ok || e.code == BF_E_STOPPED; /* before the header line came: nothing was begun */
    ok = bf_out_close(&out, ok ? &e : &closing) && ok;
    ok = (!cfg->from || rows_close(&rows, ok ? &e : &closing)) && ok;
    emit_free(&emit);
    return ok && bf_rejects_told(&rows.rejects, &e) ? 0 : bf_diag_exit(&e);
}

int main(int argc, char **argv)
{
    struct config cfg;
    options_default(&cfg);
    int status = bf_opt_parse(&bfgen_tool, argc, argv, &cfg, NULL, NULL);
    return status == BF_OPT_RUN ? run(&cfg) : status;
}
