#include "lib/cli/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *tool = "bfpipe";
static unsigned loud;
static bool silent, line_drawn;

void bf_diag_tool(const char *name)
{
    tool = name;
}

const char *bf_diag_name(void)
{
    return tool;
}

void bf_diag_loudness(unsigned verbose, bool quiet)
{
    loud = verbose;
    silent = quiet;
}

bool bf_diag_is_verbose(void)
{
    return loud > 0;
}

void bf_diag_line_drawn(void)
{
    line_drawn = true;
}

void bf_diag_wipe(void)
{
    static const char wipe[] = "\r\033[K";
    if (!line_drawn)
        return;
    ssize_t w = write(STDERR_FILENO, wipe, sizeof wipe - 1);
    (void)w;
    line_drawn = false;
}

/* One write(2) a line, so that the tools of a pipeline do not mix their lines. */
static void say(const char *text)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "%s: %s\n", tool, text);
    if (n < 0)
        return;
    bf_diag_wipe();
    size_t len = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    for (size_t i = 0; i < len; i++) /* a line is a line, whatever a name or a value holds */
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = ' ';
    line[len - 1] = '\n';
    ssize_t w = write(STDERR_FILENO, line, len);
    (void)w; /* nowhere left to complain */
}

static void vsay(const char *fmt, va_list ap)
{
    char text[900];
    vsnprintf(text, sizeof text, fmt, ap);
    say(text);
}

void bf_diag_error(const struct bf_err *e)
{
    if (e->code != BF_E_CLOSED && e->text[0])
        say(e->text);
}

#define SAY_IF(condition)                                                                          \
    do {                                                                                           \
        if (condition) {                                                                           \
            va_list ap;                                                                            \
            va_start(ap, fmt);                                                                     \
            vsay(fmt, ap);                                                                         \
            va_end(ap);                                                                            \
        }                                                                                          \
    } while (0)

void bf_diag_warn(const char *fmt, ...)
{
    SAY_IF(!silent);
}

void bf_diag_hint(const char *fmt, ...)
{
    SAY_IF(true);
}

void bf_diag_note(const char *fmt, ...)
{
    SAY_IF(loud);
}

void bf_diag_take_detail(void *arg, const char *text)
{
    (void)arg;
    if (loud > 1)
        bf_diag_note("%s", text);
}

void bf_diag_take_note(void *arg, const char *text)
{
    (void)arg;
    bf_diag_note("%s", text);
}

void bf_diag_take_warning(void *arg, const char *text)
{
    (void)arg;
    bf_diag_warn("%s", text);
}

int bf_diag_exit(const struct bf_err *e)
{
    if (e->code != BF_OK)
        bf_diag_error(e);
    return bf_err_exit(e->code);
}
