/*
 * Options from the environment: BF_MAX_LINE=1MiB is --max-line 1MiB, in every tool that has the
 * option. bf_opt_parse reads them before the command line, so that the command line overrides them;
 * an option that may be repeated gets both. An empty value is ignored. A flag is set by 1 or true;
 * 0 and false leave it unset.
 */
#ifndef BF_OPT_ENV_H
#define BF_OPT_ENV_H

#include "lib/cli/opt.h"

/* Sets the options in config from the variables. A variable that names no option of this tool is
 * ignored, or, with strict, an error, so that a misspelled filter is noticed. Errors: "BF_JOBS:
 * reason" in *e. */
BF_API BF_MUST bool bf_opt_env(const struct bf_tool *tool, void *config, bool strict,
                               struct bf_err *e);

#endif
