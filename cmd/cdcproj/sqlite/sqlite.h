/* SQLite as the database: where changes go, and what is said of its roll-ups. */
#ifndef CDCPROJ_SQLITE_H
#define CDCPROJ_SQLITE_H

#include "cmd/cdcproj/line/sink.h"

/* Opens the file; NULL: *e. */
struct sink *sqlite_open(const struct config *c, struct bf_err *e);

/* --check: computes the roll-ups again and compares them. False: some differ. */
BF_MUST bool sqlite_check(const struct config *c, struct bf_err *e);

/* --explain: prints for each roll-up whether it is kept, and the reason if not. */
BF_MUST bool sqlite_explain(const struct config *c, struct bf_err *e);

#endif
