/* Completions for shells, made of the option table. Inside lib/base only; opt.h is the way in. */
#ifndef BF_OPT_COMPLETE_H
#define BF_OPT_COMPLETE_H

#include "lib/cli/opt.h"

/* Appends the completion for "bash", "zsh" or "fish"; false: there is no such shell. */
bool bf_opt_complete(struct bf_buf *b, const struct bf_tool *tool, struct bf_str shell);

#endif
