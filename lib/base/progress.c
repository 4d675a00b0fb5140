#include "lib/base/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"

enum { EVERY_MS = 500 };

void bf_progress_init(struct bf_progress *p, const struct bf_common *common)
{
    *p = (struct bf_progress){.lag_ms = -1};
    p->terminal = isatty(STDERR_FILENO);
    p->on = !common->no_progress && !common->quiet && (common->progress || p->terminal);
    p->start_ms = bf_clock_mono_ms();
    p->next_ms = p->start_ms + EVERY_MS;
}

static void draw(const struct bf_progress *p, int64_t now_ms, uint64_t records, uint64_t bytes,
                 const char *begin, const char *end)
{
    double seconds = (double)(now_ms - p->start_ms) / 1000;
    if (seconds < 0.001)
        seconds = 0.001;
    char lag[48] = "";
    if (p->lag_ms >= 0)
        snprintf(lag, sizeof lag, "  lag %.1f s", (double)p->lag_ms / 1000);
    char line[200];
    int n = snprintf(line, sizeof line, "%s%" PRIu64 " records  %.1f MB  %.0f/s  %.1f MB/s%s%s",
                     begin, records, (double)bytes / 1e6, (double)records / seconds,
                     (double)bytes / 1e6 / seconds, lag, end);
    ssize_t w = n > 0 ? write(STDERR_FILENO, line, (size_t)n) : 0;
    (void)w;
}

void bf_progress_tick(struct bf_progress *p, uint64_t records, uint64_t bytes)
{
    if (!p->on)
        return;
    int64_t now = bf_clock_mono_ms();
    if (now < p->next_ms)
        return;
    p->next_ms = now + EVERY_MS;
    p->drawn = true;
    draw(p, now, records, bytes, p->terminal ? "\r" : "", p->terminal ? "\033[K" : "\n");
}

void bf_progress_end(struct bf_progress *p, uint64_t records, uint64_t bytes)
{
    if (!p->on)
        return;
    if (p->terminal) {
        ssize_t w = p->drawn ? write(STDERR_FILENO, "\r\033[K", 4) : 0;
        (void)w;
    } else
        draw(p, bf_clock_mono_ms(), records, bytes, "", "\n");
    p->on = false;
}
