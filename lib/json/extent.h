/*
 * Where a JSON document ends, by its brackets alone: for documents that stand one behind the other without a newline,
 * }{, and for those that span lines, before they are read and whether they are valid or not.
 */
#ifndef BF_EXTENT_H
#define BF_EXTENT_H

#include "lib/base/str.h"

/* Bytes of the object at the beginning of text, up to the bracket that closes it; 0: text begins with no object, or it is
 * not closed. */
BF_API size_t bf_json_extent(struct bf_str text);

/* The same for as many objects as stand there with only white space between them, if another begins behind them: what can
 * be taken off a text that goes on. */
BF_API size_t bf_json_extents(struct bf_str text);

/* Goes over text, which goes on with a document: *depth brackets are open in front of it. Returns the bytes up to the bracket
 * that closes the last of them, or all. A string ends with its line. */
BF_API size_t bf_json_close(struct bf_str text, int64_t *depth);

#endif
