/*
 * Dates formatted by patterns of Java's DateTimeFormatter, which Firehose uses in its prefixes:
 * letters are fields, the length of a run of one letter is the width, and 'quoted' text and all
 * other characters are literal. English names; weeks begin on Sunday (Locale.US). Zones are fixed
 * offsets.
 *
 * Not supported, and rejected with a reason: time zone names (v, V, z, O), localised text in other
 * forms, padding (p), day periods (B), and Java's reserved { } #.
 */
#ifndef BF_OBJECTKEY_JAVATIME_H
#define BF_OBJECTKEY_JAVATIME_H

#include "lib/base/clock.h"

/* Is it a valid pattern? Otherwise BF_E_USAGE with the reason. */
BF_API BF_MUST bool bf_javatime_check(struct bf_str pattern, struct bf_err *e);

/* Appends the time in a pattern that bf_javatime_check accepted. */
BF_API void bf_javatime_put(struct bf_buf *out, struct bf_str pattern, int64_t wall_ms,
                            int zone_minutes);

#endif
