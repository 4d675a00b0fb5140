/*
 * Time. Wall time is milliseconds since 1970-01-01 UTC in an int64_t (years
 * 1 to 9999 format and parse); monotonic time is milliseconds from an
 * arbitrary start, for timeouts and rates.
 */
#ifndef BF_CLOCK_H
#define BF_CLOCK_H

#include "lib/base/str.h"

struct bf_date {
    int year, month, day; /* month 1 to 12, day 1 to 31 */
    int hour, minute, second, ms;
};

BF_API int64_t bf_clock_wall_ms(void);
BF_API int64_t bf_clock_mono_ms(void); /* keeps counting while the computer sleeps */

/* Milliseconds for which the computer has been suspended since it was started. */
BF_API int64_t bf_clock_slept_ms(void);

/* Proleptic Gregorian calendar, UTC. */
BF_API struct bf_date bf_clock_date(int64_t wall_ms);
BF_API int64_t bf_clock_from_date(struct bf_date d);

/* Appends 2026-11-27T06:30:00Z, or 2026-11-27T06:30:00.123Z if there are milliseconds. */
BF_API void bf_clock_iso(struct bf_buf *out, int64_t wall_ms);

/* Writes "20261127T063000Z" (SigV4's basic form) and a NUL: 17 bytes. */
BF_API void bf_clock_amz(char out[17], int64_t wall_ms);

/* Parses "2026-11-27", "2026-11-27T06:30", "2026-11-27T06:30:00" or "2026-11-27T06:30:00.123",
 * followed by nothing (UTC), "Z" or "+hh:mm"; a space may replace the T. Also "@1795759200"
 * (seconds since 1970, with an optional fraction). */
BF_API BF_MUST bool bf_clock_parse(struct bf_str s, int64_t *wall_ms, struct bf_err *e);

/* HTTP's "Fri, 27 Nov 2026 06:30:00 GMT" (RFC 9110, 5.6.7, IMF-fixdate). */
BF_API BF_MUST bool bf_clock_parse_http(struct bf_str s, int64_t *wall_ms);

#endif
