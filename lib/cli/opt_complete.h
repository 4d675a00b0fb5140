/* Shell completions, made from the option table. Private to lib/cli; opt.h is the public header. */
#ifndef BF_OPT_COMPLETE_H
#define BF_OPT_COMPLETE_H

#include "lib/cli/opt.h"

/* Appends the completion for "bash", "zsh" or "fish"; false for any other shell. */
bool bf_opt_complete(struct bf_buf *b, const struct bf_tool *tool, struct bf_str shell);

#endif
