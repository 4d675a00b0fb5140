/*
 * Prefixes of S3 objects with Firehose's expressions:
 *
 *     sales/!{timestamp:yyyy/MM/dd}/category=!{partitionKeyFromQuery:category}/
 *
 * !{timestamp:PATTERN} formats by Java's DateTimeFormatter (lib/objectkey/javatime.h), the same
 * time in the whole prefix; !{firehose:random-string} is 11 characters, new at each use;
 * !{partitionKeyFromQuery:NAME} and !{partitionKeyFromLambda:NAME} are fields;
 * !{firehose:error-output-type} is valid in error prefixes only. A prefix without expressions gets
 * yyyy/MM/dd/HH/ appended.
 *
 * A parsed prefix borrows the text it was parsed from. An evaluated one has at most 512 characters.
 * Source: Firehose's guide, "Custom prefixes for S3 objects".
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
        struct bf_str text; /* the literal, the pattern, or the name of the field */
    } part[BF_PREFIX_PARTS];
    size_t n;
    bool has_expression;
};

enum bf_prefix_role { BF_PREFIX_OF_DATA, BF_PREFIX_OF_ERRORS };

/* BF_E_USAGE with the reason. */
BF_API BF_MUST bool bf_prefix_parse(struct bf_prefix *p, struct bf_str text,
                                    enum bf_prefix_role role, struct bf_err *e);

/* Does the prefix contain something that looks like a mistake: another tool's expression syntax, or
 * a date letter that is rarely meant? Describes the first one in out. */
BF_API bool bf_prefix_doubt(const struct bf_prefix *p, char out[200]);

/* Firehose's rule for a pair: a data prefix with expressions needs an error prefix (NULL: none). */
BF_API BF_MUST bool bf_prefix_check_pair(const struct bf_prefix *data,
                                         const struct bf_prefix *errors, struct bf_err *e);

/* The values for one evaluation. */
struct bf_prefix_values {
    int64_t wall_ms;
    int zone_minutes;
    struct bf_rng *rng;
    const char *error_type;
    bool (*field)(void *arg, struct bf_str name, struct bf_str *value); /* false: no such field */
    void *arg;
};

/* Appends the evaluated prefix. BF_E_INPUT if a field has no value, BF_E_LIMIT past 512
 * characters. */
BF_API BF_MUST bool bf_prefix_put(const struct bf_prefix *p, const struct bf_prefix_values *v,
                                  struct bf_buf *out, struct bf_err *e);

/* Appends only the formatted timestamps: two times with equal results have the same prefix. */
BF_API void bf_prefix_put_times(const struct bf_prefix *p, int64_t wall_ms, int zone_minutes,
                                struct bf_buf *out);

/* Appends <stream>-<version>-YYYY-MM-dd-HH-mm-ss-<uuid><extension>, UTC. */
BF_API void bf_prefix_put_name(struct bf_buf *out, const char *stream, const char *version,
                               int64_t wall_ms, const char *uuid, const char *extension);

#endif
