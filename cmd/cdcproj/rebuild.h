/*
 * --rebuild: what is projected goes into a new file, DATABASE-new, which takes the place of DATABASE when the input has
 * come to its end. Until then the old one stays as it is, and may be kept up to date. A rebuild that is cut off goes on
 * where its own positions say: kinread --state DATABASE-new.
 *
 * A log (-wal) of the old file beside the new one would destroy it. So the old file is put in order and closed, and if
 * anybody else has one of the two open, nothing is renamed.
 */
#ifndef CDCPROJ_REBUILD_H
#define CDCPROJ_REBUILD_H

#include "cmd/cdcproj/db.h"

/* The name of the new file, at out. */
BF_MUST bool rebuild_name(const char *database, char out[4096], struct bf_err *e);

/* The new file is closed: it takes the old one's place. */
BF_MUST bool rebuild_end(const char *database, const char *made, struct bf_err *e);

#endif
