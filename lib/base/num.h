/*
 * Numbers as people write them on a command line. Each parser takes the whole
 * text or nothing, and its error says what would have been right.
 */
#ifndef BF_NUM_H
#define BF_NUM_H

#include "lib/base/str.h"

/* Decimal digits only: "0", "25". */
BF_API BF_MUST bool bf_num_u64(struct bf_str s, uint64_t *out, struct bf_err *e);

/* Bytes: "4096", "64k", "5MiB", "5MB" ("k", "M", "G" and "KiB"... are powers of 1024, "kB", "MB",
 * "GB" powers of 1000). */
BF_API BF_MUST bool bf_num_size(struct bf_str s, uint64_t *bytes, struct bf_err *e);

/* Appends it in the largest unit that says it exactly: "5MiB", "1000". */
BF_API void bf_num_add_size(struct bf_buf *b, uint64_t bytes);

/* Milliseconds: "250ms", "15s", "5m", "2h", "1d", a bare number is seconds; "1.5s" too. */
BF_API BF_MUST bool bf_num_duration(struct bf_str s, uint64_t *ms, struct bf_err *e);

/* Appends it likewise: "5m", "1500ms". */
BF_API void bf_num_add_duration(struct bf_buf *b, uint64_t ms);

/* Events a second: "100", "100/s", "6000/m", "5/h", "2.5/s", "10k". Result in millionths a second, above 0. */
#define BF_NUM_RATE_MAX UINT64_C(1000000000000000)
BF_API BF_MUST bool bf_num_rate(struct bf_str s, uint64_t *micro_per_s, struct bf_err *e);

#endif
