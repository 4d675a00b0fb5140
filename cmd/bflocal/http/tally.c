#include "cmd/bflocal/http/tally.h"

#include "lib/base/clock.h"
#include "lib/cli/diag.h"

void bl_tally_begin(struct bl_tally *t)
{
    for (size_t i = 0; i <= BL_TALLY_SERVICES; i++) {
        t->of[i].requests = 0;
        t->of[i].errors = 0;
    }
    t->start_ms = bf_clock_mono_ms();
}

void bl_tally_add(struct bl_tally *t, const struct bl_service *const *list,
                  const struct bl_service *service, int status)
{
    size_t i = 0;
    while (i < BL_TALLY_SERVICES && list[i] && list[i] != service)
        i++;
    if (i < BL_TALLY_SERVICES && !list[i])
        i = BL_TALLY_SERVICES;
    t->of[i].requests++;
    if (status >= 400)
        t->of[i].errors++;
}

static void put_errors(struct bf_buf *out, unsigned long long n)
{
    if (n)
        bf_buf_addf(out, " (%llu error%s)", n, BF_S(n));
}

void bl_tally_print(const struct bl_tally *t, const struct bl_service *const *list,
                    struct bf_buf *out)
{
    unsigned long long requests = 0, errors = 0;
    const char *between = ": ";
    for (size_t i = 0; i <= BL_TALLY_SERVICES; i++) {
        requests += t->of[i].requests;
        errors += t->of[i].errors;
    }
    bf_buf_addf(out, "%llu request%s", requests, BF_S(requests));
    put_errors(out, errors);
    bf_buf_addf(out, " in %.1f s", (double)(bf_clock_mono_ms() - t->start_ms) / 1000);
    for (size_t i = 0; i <= BL_TALLY_SERVICES; i++) {
        unsigned long long n = t->of[i].requests; /* 0 past the end of the list */
        if (!n)
            continue;
        bf_buf_addf(out, "%s%s %llu", between, i < BL_TALLY_SERVICES ? list[i]->name : "other", n);
        put_errors(out, t->of[i].errors);
        between = ", ";
    }
}
