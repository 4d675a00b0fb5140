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

/* The only place that names the version: the Makefile reads it here. */
#define BF_VERSION "0.2.0"

/* Around the declarations of an installed header, so that C++ programs can include it. */
#ifdef __cplusplus
#define BF_C_BEGIN extern "C" {
#define BF_C_END   }
#else
#define BF_C_BEGIN
#define BF_C_END
#endif

#define BF_API          __attribute__((visibility("default")))
#define BF_MUST         __attribute__((warn_unused_result))
#define BF_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define BF_COUNT(a)     (sizeof(a) / sizeof((a)[0]))

#endif
