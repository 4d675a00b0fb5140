/* The option table of bfgen and the checks of combinations. */
#ifndef BFGEN_OPTIONS_H
#define BFGEN_OPTIONS_H

#include "cmd/bfgen/gen.h"

extern const struct bf_tool bfgen_tool;

void options_default(struct config *cfg);

/* Sets the defaults that depend on other options. */
BF_MUST bool options_check(struct config *cfg, struct bf_err *e);

#endif
