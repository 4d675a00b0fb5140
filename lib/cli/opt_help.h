/*
 * What the option table prints: --help, --version, completions, and the nearest
 * name for a typing error. Inside lib/base only; opt.h is the way in.
 */
#ifndef BF_OPT_HELP_H
#define BF_OPT_HELP_H

#include "lib/cli/opt.h"

/* Each returns the exit status: 0, or 1 when standard output failed. */
int bf_opt_print_help(const struct bf_tool *tool);
int bf_opt_print_version(const struct bf_tool *tool);
/* shell.p NULL: bash. 2: there is no such shell. */
int bf_opt_print_completions(const struct bf_tool *tool, struct bf_str shell);

/* What the option reports of its group; the exit status of a tool that ends with its error. */
int bf_opt_print_report(const struct bf_opt *o, const void *group);

/* A long name at most two edits away from name, or NULL. */
const char *bf_opt_nearest(const struct bf_tool *tool, struct bf_str name);

#endif
