#include "lib/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/cli/diag.h"

enum { EVERY_MS = 500 };

/* Do lines on standard output mix with ours, or has a tool further on a better view? */
static bool output_is_watched(void)
{
    struct stat st;
    return isatty(STDOUT_FILENO) ||
           (fstat(STDOUT_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)));
}

void bf_progress_init(struct bf_progress *p, const struct bf_common *common,
                      enum bf_progress_of kind)
{
    *p = (struct bf_progress){.lag_ms = -1};
    p->terminal = isatty(STDERR_FILENO);
    bool useful = p->terminal && (kind == BF_PROGRESS_SINK || !output_is_watched());
    p->on = !common->no_progress && !common->quiet && (common->progress || useful);
    p->start_ms = bf_clock_mono_ms();
    p->next_ms = p->start_ms + EVERY_MS;
}

static void draw(const struct bf_progress *p, int64_t now_ms, uint64_t records, uint64_t bytes)
{
    double seconds = (double)(now_ms - p->start_ms) / 1000;
    if (seconds < 0.001)
        seconds = 0.001;
    char lag[48] = "";
    if (p->lag_ms >= 0)
        snprintf(lag, sizeof lag, "  lag %.1f s", (double)p->lag_ms / 1000);
    char line[200];
    int n = snprintf(line, sizeof line, "%s%s: %" PRIu64 " records  %.1f MB  %.0f/s  %.1f MB/s%s%s",
                     p->terminal ? "\r" : "", bf_diag_name(), records, (double)bytes / 1e6,
                     (double)records / seconds, (double)bytes / 1e6 / seconds, lag,
                     p->terminal ? "\033[K" : "\n");
    ssize_t w = n > 0 ? write(STDERR_FILENO, line, (size_t)n) : 0;
    (void)w;
    if (p->terminal)
        bf_diag_line_drawn();
}

void bf_progress_tick(struct bf_progress *p, uint64_t records, uint64_t bytes)
{
    if (!p->on)
        return;
    int64_t now = bf_clock_mono_ms();
    if (now < p->next_ms)
        return;
    p->next_ms = now + EVERY_MS;
    draw(p, now, records, bytes);
}

void bf_progress_end(struct bf_progress *p, uint64_t records, uint64_t bytes)
{
    if (p->on && p->terminal)
        bf_diag_wipe();
    else if (p->on)
        draw(p, bf_clock_mono_ms(), records, bytes);
    p->on = false;
}
