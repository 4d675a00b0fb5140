/*
 * Event patterns of Amazon EventBridge, Pipes and Lambda's event filters, over the text of a change
 * record. A set of patterns is compiled once and matched in one pass for all of them, along a trie
 * of the paths that they name. No tree of the event is built, and no memory is allocated per
 * record.
 *
 *     struct bf_pattern *p = bf_pattern_new(&e);
 *     if (!bf_pattern_add(p, BF_STR("{\"eventName\":[\"INSERT\"]}"), &e) ||
 *         !bf_pattern_ready(p, &e)) ...
 *     if (bf_pattern_match(p, &change)) ...      // any of the patterns
 *
 * All fields that a pattern names must match; a field matches if one of its values does. In an
 * array of the event any element may match, but fields below one array must match in the same
 * element; `exists: false` is about the whole event. Names are compared literally, except that a dot separates names. If a name is duplicated
 * in an object of the event, either may match.
 *
 * Numbers are compared exactly, digit by digit. In a change record the text of an N or NS below
 * "dynamodb" counts as a number for `numeric`, which is what the user means; the service sees a
 * string there and never matches it.
 *
 * Many patterns cost little more than one: one search finds all the values that they want at a
 * path, for all operators (pattern_impl.h). Only wildcards are tried one by one, and only those
 * whose beginning, end or longest piece was found.
 *
 * Limits: BF_PATTERN_COMBINATIONS of $or in a pattern, as in the service, BF_PATTERN_DEPTH objects,
 * BF_PATTERN_TEXT bytes. The values of a set need 500 to 1500 bytes each, and about half a million
 * of them are the maximum (BF_E_LIMIT). A set belongs to one thread.
 */
#ifndef BF_PATTERN_PATTERN_H
#define BF_PATTERN_PATTERN_H

#include "lib/ddb/change.h"

BF_C_BEGIN

enum { BF_PATTERN_COMBINATIONS = 1000, BF_PATTERN_DEPTH = 64, BF_PATTERN_TEXT = 1024 * 1024 };

struct bf_pattern;

/* An empty set; NULL: out of memory. */
BF_API BF_MUST struct bf_pattern *bf_pattern_new(struct bf_err *e);
BF_API void bf_pattern_destroy(struct bf_pattern *p);

/* Compiles one more pattern. False: "line L, column C: Event pattern is not valid. Reason: ..." in
 * the service's wording (BF_E_USAGE); after that only bf_pattern_destroy may be called. */
BF_API BF_MUST bool bf_pattern_add(struct bf_pattern *p, struct bf_str text, struct bf_err *e);

/* Call it after the last bf_pattern_add and before matching. False: out of memory, or the set is
 * too large (BF_E_LIMIT). */
BF_API BF_MUST bool bf_pattern_ready(struct bf_pattern *p, struct bf_err *e);

/* Does any pattern match the record in c, filled by bf_change_parse? An empty set matches
 * nothing. */
BF_API bool bf_pattern_match(struct bf_pattern *p, const struct bf_change *c);

/* The same for any JSON document, which is validated first. */
BF_API BF_MUST bool bf_pattern_match_json(struct bf_pattern *p, struct bf_str text, bool *matches,
                                          struct bf_err *e);

/* The number of patterns added. */
BF_API size_t bf_pattern_count(const struct bf_pattern *p);

/* Appends which fields of pattern i (from 0) do not match the record, on one line: "eventName is
 * \"INSERT\"; dynamodb.NewImage.total.N is not there"; false and nothing if the pattern matches.
 * For people: it reads the record once for every field. */
BF_API bool bf_pattern_explain(struct bf_pattern *p, size_t i, const struct bf_change *c,
                               struct bf_buf *out);

/* The same of the event that bf_pattern_match_json was given last. */
BF_API bool bf_pattern_explain_json(struct bf_pattern *p, size_t i, struct bf_buf *out);

/* Adds the pattern that an option is given: JSON, or the name of a file that holds it. *name is what messages call it: the
 * option as given in `literal`, or the file. */
BF_API BF_MUST bool bf_pattern_add_arg(struct bf_pattern *p, const char *arg, const char *literal,
                                       const char **name, struct bf_err *e);

/* Appends the i-th path, with dots, that a pattern names and for which no event so far had a value;
 * false: no more. Paths that are only tested for absence do not count. *name: the attribute, if the
 * path is below an image; else p is NULL. */
BF_API bool bf_pattern_unseen(const struct bf_pattern *p, size_t i, struct bf_buf *out,
                              struct bf_str *name);

/* Adds what `other`, a set of the same patterns, has seen. */
BF_API void bf_pattern_merge(struct bf_pattern *p, const struct bf_pattern *other);

BF_C_END

#endif
