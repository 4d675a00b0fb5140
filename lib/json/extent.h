/*
 * Finds the end of a JSON document by its brackets alone, before it is parsed and whether it is
 * valid or not: for documents that follow each other without a newline, }{, and for those of
 * several lines.
 */
#ifndef BF_EXTENT_H
#define BF_EXTENT_H

#include "lib/base/str.h"

/* The length in bytes of the object at the beginning of text, including its closing bracket; 0:
 * text does not begin with an object, or it is not closed. */
BF_API size_t bf_json_extent(struct bf_str text);

/* The same for as many objects as follow each other with only white space between them, if another
 * one begins after them: the part that can be removed from a text that is not complete yet. */
BF_API size_t bf_json_extents(struct bf_str text);

/* Scans text, which continues a document with *depth open brackets. Returns the number of bytes up
 * to the bracket that closes the last of them, or all. A string ends with its line. */
BF_API size_t bf_json_close(struct bf_str text, int64_t *depth);

#endif
