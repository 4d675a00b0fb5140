#include "lib/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    bool retryable;
    int exit;
} codes[] = {
    [BF_OK] = {false, 0},          [BF_E_USAGE] = {false, 2},    [BF_E_INPUT] = {false, 1},
    [BF_E_LIMIT] = {false, 1},     [BF_E_MEMORY] = {false, 1},   [BF_E_IO] = {false, 1},
    [BF_E_CLOSED] = {false, 1},    [BF_E_NETWORK] = {true, 75},  [BF_E_THROTTLED] = {true, 75},
    [BF_E_DENIED] = {false, 1},    [BF_E_NOTFOUND] = {false, 1}, [BF_E_SERVICE] = {false, 1},
    [BF_E_TEMPORARY] = {true, 75}, [BF_E_EXPIRED] = {false, 75}, [BF_E_STOPPED] = {false, 1},
};

/* Cuts text to at most n bytes, never inside a UTF-8 character. */
static void cut(char *text, size_t n)
{
    while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    text[n] = '\0';
}

/* Replaces control characters, which text from outside may contain, so that a message stays one
 * line. */
static void flatten(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            *text = ' ';
}

static void format(struct bf_err *e, const char *fmt, va_list ap)
{
    int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
    if (n < 0)
        e->text[0] = '\0';
    else if ((size_t)n >= sizeof e->text) {
        /* vsnprintf wrote its NUL on the last byte: look for a character boundary before it */
        size_t end = sizeof e->text - 1;
        while (end > 0 && ((unsigned char)e->text[end - 1] & 0xC0) == 0x80)
            end--;
        if (end > 0 && (unsigned char)e->text[end - 1] >= 0xC0)
            end--;
        e->text[end] = '\0';
    }
    flatten(e->text);
}

/* The header defines these as macros for the analyzer's view of callers; here are the functions. */
#undef bf_err_set
#undef bf_err_sys
#undef bf_err_nomem
#undef bf_err_ctx
#undef bf_err_told

bool bf_err_set(struct bf_err *e, enum bf_err_code code, const char *fmt, ...)
{
    va_list ap;
    e->code = code;
    e->sys = 0;
    va_start(ap, fmt);
    format(e, fmt, ap);
    va_end(ap);
    return false;
}

bool bf_err_sys(struct bf_err *e, int sys, const char *fmt, ...)
{
    va_list ap;
    e->code = sys == EPIPE ? BF_E_CLOSED : BF_E_IO;
    e->sys = sys;
    va_start(ap, fmt);
    format(e, fmt, ap);
    va_end(ap);
    size_t n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(sys));
    return false;
}

bool bf_err_nomem(struct bf_err *e)
{
    return bf_err_set(e, BF_E_MEMORY, "out of memory");
}

bool bf_err_ctx(struct bf_err *e, const char *fmt, ...)
{
    char old[sizeof e->text];
    memcpy(old, e->text, sizeof old);
    va_list ap;
    va_start(ap, fmt);
    format(e, fmt, ap);
    va_end(ap);
    size_t n = strlen(e->text);
    int m = snprintf(e->text + n, sizeof e->text - n, ": %s", old);
    if (m > 0 && (size_t)m >= sizeof e->text - n) {
        /* the end of old was cut: find a character boundary in it */
        size_t kept = sizeof e->text - 1 - n;
        if (kept > 2)
            cut(old, kept - 2);
        snprintf(e->text + n, sizeof e->text - n, ": %s", old);
    }
    return false;
}

bool bf_err_told(struct bf_err *e, enum bf_err_code code)
{
    e->code = code;
    e->sys = 0;
    e->text[0] = '\0';
    return false;
}

void bf_err_clear(struct bf_err *e)
{
    (void)bf_err_told(e, BF_OK);
}

bool bf_err_retryable(enum bf_err_code code)
{
    return codes[code].retryable;
}

int bf_err_exit(enum bf_err_code code)
{
    return codes[code].exit;
}
