/*
 * Prefixes of S3 objects with Firehose's expressions:
 *
 *     sales/!{timestamp:yyyy/MM/dd}/category=!{partitionKeyFromQuery:category}/
 *
 * !{timestamp:PATTERN} by Java's DateTimeFormatter (lib/objectkey/javatime.h), one
 * instant for the whole prefix; !{firehose:random-string}, 11 characters, new at
 * each use; !{partitionKeyFromQuery:NAME} and !{partitionKeyFromLambda:NAME};
 * !{firehose:error-output-type} in error prefixes only. A prefix without any
 * expression gets yyyy/MM/dd/HH/ behind it.
 *
 * A parsed prefix borrows the text it was parsed from. An evaluated one has at
 * most 512 characters. Source: Firehose's guide, "Custom prefixes for S3 objects".
 */
#ifndef BF_OBJECTKEY_PREFIX_H
#define BF_OBJECTKEY_PREFIX_H

#include "lib/base/rng.h"
#include "lib/base/str.h"

enum { BF_PREFIX_PARTS = 64, BF_PREFIX_MAX_CHARS = 512 };

enum bf_prefix_kind {
    BF_PREFIX_LITERAL,
    BF_PREFIX_TIMESTAMP,
    BF_PREFIX_RANDOM,
    BF_PREFIX_FIELD, /* partitionKeyFromQuery and partitionKeyFromLambda */
    BF_PREFIX_ERROR_TYPE
};

struct bf_prefix {
    struct {
        enum bf_prefix_kind kind;
        struct bf_str text; /* the literal, the pattern, the name of the field */
    } part[BF_PREFIX_PARTS];
    size_t n;
    bool has_expression;
};

enum bf_prefix_role { BF_PREFIX_OF_DATA, BF_PREFIX_OF_ERRORS };

/* BF_E_USAGE with what is wrong. */
BF_API BF_MUST bool bf_prefix_parse(struct bf_prefix *p, struct bf_str text,
                                    enum bf_prefix_role role, struct bf_err *e);

/* Does something in it look like an expression of another kind, or like another pattern than it is? Says the first such
 * thing in out; false when there is none. */
BF_API bool bf_prefix_doubt(const struct bf_prefix *p, char out[200]);

/* Firehose's rule for a pair: expressions in the data prefix want an error prefix (NULL: none). */
BF_API BF_MUST bool bf_prefix_check_pair(const struct bf_prefix *data,
                                         const struct bf_prefix *errors, struct bf_err *e);

/* What one evaluation needs. */
struct bf_prefix_values {
    int64_t wall_ms;
    int zone_minutes;
    struct bf_rng *rng;
    const char *error_type;
    bool (*field)(void *arg, struct bf_str name, struct bf_str *value); /* false: no such field */
    void *arg;
};

/* Appends the evaluated prefix. BF_E_INPUT for a field without value, BF_E_LIMIT past 512 characters. */
BF_API BF_MUST bool bf_prefix_put(const struct bf_prefix *p, const struct bf_prefix_values *v,
                                  struct bf_buf *out, struct bf_err *e);

/* Appends only what the timestamps make of the instant: two instants with the same bytes share a
 * prefix. */
BF_API void bf_prefix_put_times(const struct bf_prefix *p, int64_t wall_ms, int zone_minutes,
                                struct bf_buf *out);

/* Appends <stream>-<version>-YYYY-MM-dd-HH-mm-ss-<uuid><extension>, UTC. */
BF_API void bf_prefix_put_name(struct bf_buf *out, const char *stream, const char *version,
                               int64_t wall_ms, const char *uuid, const char *extension);

#endif
