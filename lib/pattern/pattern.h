/*
 * Event patterns as Amazon EventBridge, Pipes and Lambda's event filters have
 * them, over the text of a change record: a set of patterns is compiled once and
 * matched at one pass for all of them, along a trie of the paths that they name.
 * No tree of the event is built, nothing is allocated for a record.
 *
 *     struct bf_pattern *p = bf_pattern_new(&e);
 *     if (!bf_pattern_add(p, BF_STR("{\"eventName\":[\"INSERT\"]}"), &e) ||
 *         !bf_pattern_ready(p, &e)) ...
 *     if (bf_pattern_match(p, &change)) ...      // any of the patterns
 *
 * All fields that a pattern names have to match; a field matches when one of
 * its values does. In an array of the event any element may match, but fields
 * below one array have to match in one and the same element. Names are compared
 * as they stand, a dot in them is a dot. A name that stands twice in an object
 * of the event: either may match.
 *
 * Numbers are compared exactly, digit by digit. In a change record the text of
 * an N or NS below "dynamodb" counts as a number for `numeric`, which is what
 * one means there; the service sees a string and never matches it.
 *
 * Many patterns cost little more than one: what they want of one path is found
 * by one search, whatever the operators (pattern_impl.h). Only wildcards are
 * tried one by one, those whose beginning, end or longest piece was found.
 *
 * Limits: BF_PATTERN_COMBINATIONS of $or in a pattern, as the service has it,
 * BF_PATTERN_DEPTH objects, BF_PATTERN_TEXT bytes. The values of a set cost 500
 * to 1500 bytes each, and some half a million of them are as many as there may
 * be (BF_E_LIMIT). A set belongs to one thread.
 */
#ifndef BF_PATTERN_PATTERN_H
#define BF_PATTERN_PATTERN_H

#include "lib/ddb/change.h"

BF_C_BEGIN

enum { BF_PATTERN_COMBINATIONS = 1000, BF_PATTERN_DEPTH = 64, BF_PATTERN_TEXT = 1024 * 1024 };

struct bf_pattern;

/* An empty set; NULL: no memory. */
BF_API BF_MUST struct bf_pattern *bf_pattern_new(struct bf_err *e);
BF_API void bf_pattern_destroy(struct bf_pattern *p);

/* Compiles one more pattern. False: "line L, column C: Event pattern is not valid. Reason: ..." in the
 * service's words (BF_E_USAGE); the set is then good for nothing but bf_pattern_destroy. */
BF_API BF_MUST bool bf_pattern_add(struct bf_pattern *p, struct bf_str text, struct bf_err *e);

/* Ends the adding; before it nothing matches. False: no memory, or too large together (BF_E_LIMIT). */
BF_API BF_MUST bool bf_pattern_ready(struct bf_pattern *p, struct bf_err *e);

/* Does any pattern match the record that bf_change_parse filled c with? An empty set matches nothing. */
BF_API bool bf_pattern_match(struct bf_pattern *p, const struct bf_change *c);

/* The same over any JSON document, validated first. */
BF_API BF_MUST bool bf_pattern_match_json(struct bf_pattern *p, struct bf_str text, bool *matches,
                                          struct bf_err *e);

/* How many patterns were added. */
BF_API size_t bf_pattern_count(const struct bf_pattern *p);

/* Appends which fields of pattern i (from 0) the record fails, on one line: "eventName is \"INSERT\";
 * dynamodb.NewImage.total.N is not there"; false and nothing when the pattern matches. For people: it
 * reads the record once for every field. */
BF_API bool bf_pattern_explain(struct bf_pattern *p, size_t i, const struct bf_change *c,
                               struct bf_buf *out);

/* The same of the event that bf_pattern_match_json was given last. */
BF_API bool bf_pattern_explain_json(struct bf_pattern *p, size_t i, struct bf_buf *out);

/* Adds the pattern that an option is given: JSON, or the name of a file that holds it. *name is what messages call it: the
 * option as given in `literal`, or the file. */
BF_API BF_MUST bool bf_pattern_add_arg(struct bf_pattern *p, const char *arg, const char *literal,
                                       const char **name, struct bf_err *e);

/* Appends the i-th path that a pattern names, with dots, and where no event so far had a value; false: there are no more. Those
 * of which it is only asked that nothing stands there are not among them. *name: the attribute, below an image; else p is
 * NULL. */
BF_API bool bf_pattern_unseen(const struct bf_pattern *p, size_t i, struct bf_buf *out,
                              struct bf_str *name);

/* What `other`, of the same patterns, has seen counts as seen here. */
BF_API void bf_pattern_merge(struct bf_pattern *p, const struct bf_pattern *other);

BF_C_END

#endif
