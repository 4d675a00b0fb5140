/*
 * What every header of the house starts from: the version, the marks on
 * exported functions, and the two sentences that hold everywhere.
 *
 * A function that can fail returns bool (true: done) or a small enum, fills the
 * caller's struct bf_err, and is marked BF_MUST so that nobody overlooks it.
 * The library never exits and never prints; only opt, diag and progress speak,
 * and they speak for commands.
 */
#ifndef BF_BASE_H
#define BF_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef BF_VERSION
#define BF_VERSION "0.1.0"
#endif

#define BF_API          __attribute__((visibility("default")))
#define BF_MUST         __attribute__((warn_unused_result))
#define BF_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define BF_COUNT(a)     (sizeof(a) / sizeof((a)[0]))

#endif
