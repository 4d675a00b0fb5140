/*
 * Options out of the environment: BF_MAX_LINE=1MiB is --max-line 1MiB, in every
 * tool that has the option. bf_opt_parse reads them before the command line, so
 * that the command line wins; an option that may be given several times gets both.
 * An empty value is none. A flag is set by 1 or true, and left alone by 0 or false.
 */
#ifndef BF_OPT_ENV_H
#define BF_OPT_ENV_H

#include "lib/cli/opt.h"

/* Sets in config what the variables say. A variable that names no option is another tool's; with strict it is an error,
 * so that a filter whose name is mistyped is not left out unseen. "BF_JOBS: what" in *e. */
BF_API BF_MUST bool bf_opt_env(const struct bf_tool *tool, void *config, bool strict,
                               struct bf_err *e);

#endif
