/*
 * --rebuild: writes the projection into a new file, DATABASE-new, which replaces DATABASE at the end of the input. Until
 * then the old file is unchanged, and may be kept up to date. An interrupted rebuild continues at its own positions:
 * kinread --state DATABASE-new.
 *
 * A log (-wal) of the old file would corrupt the new file of the same name. So the log is written into the old file and
 * the file is closed; if another process has one of the two files open, nothing is renamed.
 */
#ifndef CDCPROJ_REBUILD_H
#define CDCPROJ_REBUILD_H

#include "cmd/cdcproj/mirror/db.h"

/* Writes the name of the new file to out. */
BF_MUST bool rebuild_name(const char *database, char out[4096], struct bf_err *e);

/* Replaces the old file by the new one, which has been closed. */
BF_MUST bool rebuild_end(const char *database, const char *made, struct bf_err *e);

#endif
