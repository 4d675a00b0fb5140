/* The option table of bfgen, and what the options must be together. */
#ifndef BFGEN_OPTIONS_H
#define BFGEN_OPTIONS_H

#include "cmd/bfgen/gen.h"

extern const struct bf_tool bfgen_tool;

void options_default(struct config *cfg);

/* Fills in what depends on other options. */
BF_MUST bool options_check(struct config *cfg, struct bf_err *e);

#endif
