/*
 * Output that is made from the option table: --help, --version, completions, and the nearest name
 * for a misspelled option. Private to lib/cli; opt.h is the public header.
 */
#ifndef BF_OPT_HELP_H
#define BF_OPT_HELP_H

#include "lib/cli/opt.h"

/* Each returns the exit status: 0, or 1 if writing to standard output failed. */
int bf_opt_print_help(const struct bf_tool *tool);
int bf_opt_print_version(const struct bf_tool *tool);
/* shell.p NULL: bash. Returns 2 for an unknown shell. */
int bf_opt_print_completions(const struct bf_tool *tool, struct bf_str shell);

/* Prints the report of the option on its group; returns the exit status. */
int bf_opt_print_report(const struct bf_opt *o, const void *group);

/* The long name nearest to name, at most two edits away, or NULL. */
const char *bf_opt_nearest(const struct bf_tool *tool, struct bf_str name);

#endif
