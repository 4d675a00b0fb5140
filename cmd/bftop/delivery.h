/*
 * The panel of --state DIR: what s3put holds for S3. All of it is read from DIR/state.json, which s3put replaces as a whole at
 * each commit, and from the sizes of files; nothing is locked or changed.
 */
#ifndef BFTOP_DELIVERY_H
#define BFTOP_DELIVERY_H

#include "cmd/bftop/panel.h"

/* Adds the panel; dir is kept by the caller. NULL: none. */
BF_MUST bool delivery_add(struct panels *p, const char *dir, struct bf_err *e);

/* Looks at the directory, if that is due and its files have changed. True: the panel shows something else. */
bool delivery_look(struct panels *p);

#endif
