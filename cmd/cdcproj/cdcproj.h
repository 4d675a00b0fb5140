/*
 * cdcproj's rooms: what was asked for, what a line is and where it goes (line), the tables that mirror items (mirror), roll-ups
 * (view), and the two databases (sqlite, pg). run.c is the loop that commits rows and positions together.
 */
#ifndef CDCPROJ_H
#define CDCPROJ_H

#include "cmd/cdcproj/line/config.h"

/* True if all lines were applied. */
BF_MUST bool run(const struct config *c, const char **files, size_t nfiles, struct bf_err *e);

#endif
