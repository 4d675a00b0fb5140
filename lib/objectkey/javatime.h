/*
 * Dates by the patterns of Java's DateTimeFormatter, which Firehose uses in its
 * prefixes: letters are fields, a run of one letter says how wide, 'quoted' text
 * and everything that is no letter stands for itself. English names, weeks
 * begin on Sunday (Locale.US). Zones are fixed offsets.
 *
 * Not there, and refused with a reason: time zone names (v, V, z, O), localised
 * text in other forms, padding (p), day periods (B), and Java's reserved { } #.
 */
#ifndef BF_OBJECTKEY_JAVATIME_H
#define BF_OBJECTKEY_JAVATIME_H

#include "lib/base/clock.h"

/* Is it a pattern? BF_E_USAGE says what is wrong with it. */
BF_API BF_MUST bool bf_javatime_check(struct bf_str pattern, struct bf_err *e);

/* Appends the instant in a checked pattern. */
BF_API void bf_javatime_put(struct bf_buf *out, struct bf_str pattern, int64_t wall_ms,
                            int zone_minutes);

#endif
