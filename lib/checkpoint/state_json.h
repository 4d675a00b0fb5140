/*
 * state.json as text, for state.c only: the writer, and a parser that accepts members in any order
 * and ignores unknown ones.
 */
#ifndef BF_CHECKPOINT_STATE_JSON_H
#define BF_CHECKPOINT_STATE_JSON_H

#include "lib/checkpoint/state.h"

void bf_state_print(const struct bf_state *s, struct bf_buf *out);
bool bf_state_parse(struct bf_state *s, struct bf_str text, struct bf_err *e);

#endif
