/*
 * What a command says on standard error: one line each, "tool: where: what".
 * The state (tool's name, loudness) is one per process and is set by
 * bf_opt_parse. Only commands call these; the library returns errors instead.
 */
#ifndef BF_DIAG_H
#define BF_DIAG_H

#include "lib/base/err.h"

BF_API void bf_diag_tool(const char *name);
BF_API const char *bf_diag_name(void);
/* verbose: how often -v was given. */
BF_API void bf_diag_loudness(unsigned verbose, bool quiet);

/* "tool: text"; nothing for BF_E_CLOSED (the reader went away, nobody is listening) and for what has been
 * told (bf_err_told). */
BF_API void bf_diag_error(const struct bf_err *e);

/* "tool: ...", not with --quiet. */
BF_API void bf_diag_warn(const char *fmt, ...) BF_PRINTF(1, 2);

/* "tool: ...", always: hints behind an error. */
BF_API void bf_diag_hint(const char *fmt, ...) BF_PRINTF(1, 2);

/* "tool: ...", only with --verbose. */
BF_API void bf_diag_note(const char *fmt, ...) BF_PRINTF(1, 2);

/* "tool: ...", only with -vv; as a callback for the library, arg is not used. */
BF_API void bf_diag_take_detail(void *arg, const char *text);

/* A note, a warning, as callbacks for the library; arg is not used. */
BF_API void bf_diag_take_note(void *arg, const char *text);
BF_API void bf_diag_take_warning(void *arg, const char *text);

/* A progress line stands on the terminal: the next message takes it off first. */
BF_API void bf_diag_line_drawn(void);

/* Takes it off now, if it is there. */
BF_API void bf_diag_wipe(void);

BF_API bool bf_diag_is_verbose(void);

/* Prints e unless it is BF_OK and returns the exit status for main. */
BF_API int bf_diag_exit(const struct bf_err *e);

#endif
