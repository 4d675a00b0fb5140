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
BF_API int64_t bf_clock_mono_ms(void); /* goes on while the computer sleeps */

/* How long the computer has slept since it was started. */
BF_API int64_t bf_clock_slept_ms(void);

/* Proleptic Gregorian calendar, UTC. */
BF_API struct bf_date bf_clock_date(int64_t wall_ms);
BF_API int64_t bf_clock_from_date(struct bf_date d);

/* Appends 2026-11-27T06:30:00Z, with .123 before the Z when the milliseconds are not zero. */
BF_API void bf_clock_iso(struct bf_buf *out, int64_t wall_ms);

/* Writes "20261127T063000Z" (SigV4's basic form) and a NUL: 17 bytes. */
BF_API void bf_clock_amz(char out[17], int64_t wall_ms);

/* "2026-11-27", "2026-11-27T06:30", "...:00", "...:00.123", then nothing, Z or +hh:mm (no zone is
 * UTC; a space may stand for the T), or "@1795759200" (epoch seconds, fraction allowed). */
BF_API BF_MUST bool bf_clock_parse(struct bf_str s, int64_t *wall_ms, struct bf_err *e);

/* HTTP's "Fri, 27 Nov 2026 06:30:00 GMT" (RFC 9110, 5.6.7, IMF-fixdate). */
BF_API BF_MUST bool bf_clock_parse_http(struct bf_str s, int64_t *wall_ms);

#endif
