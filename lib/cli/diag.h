/*
 * The messages of a command on standard error: one line each, "tool: where: what". The state (the
 * tool's name, the verbosity) is one per process and is set by bf_opt_parse. Only commands call
 * these functions; the library returns errors instead.
 */
#ifndef BF_DIAG_H
#define BF_DIAG_H

#include "lib/base/err.h"

/* The ending of a noun after the number n: 1 row, 2 rows. */
#define BF_S(n) ((n) == 1 ? "" : "s")

BF_API void bf_diag_tool(const char *name);
BF_API const char *bf_diag_name(void);
/* verbose: the number of -v options. */
BF_API void bf_diag_loudness(unsigned verbose, bool quiet);

/* "tool: text". Prints nothing for BF_E_CLOSED (the reader of our output has gone) and for an error
 * that has already been reported (bf_err_told). */
BF_API void bf_diag_error(const struct bf_err *e);

/* "tool: ..."; not printed with --quiet. */
BF_API void bf_diag_warn(const char *fmt, ...) BF_PRINTF(1, 2);

/* "tool: ..."; always printed. For hints after an error. */
BF_API void bf_diag_hint(const char *fmt, ...) BF_PRINTF(1, 2);

/* "tool: ..."; printed only with --verbose. */
BF_API void bf_diag_note(const char *fmt, ...) BF_PRINTF(1, 2);

/* "tool: ..."; printed only with -vv. A callback for the library; arg is not used. */
BF_API void bf_diag_take_detail(void *arg, const char *text);

/* A note and a warning as callbacks for the library; arg is not used. */
BF_API void bf_diag_take_note(void *arg, const char *text);
BF_API void bf_diag_take_warning(void *arg, const char *text);

/* Records that a progress line is on the terminal: the next message erases it first. */
BF_API void bf_diag_line_drawn(void);

/* Erases the progress line, if there is one. */
BF_API void bf_diag_wipe(void);

BF_API bool bf_diag_is_verbose(void);

/* Prints e unless it is BF_OK and returns the exit status for main. */
BF_API int bf_diag_exit(const struct bf_err *e);

#endif
