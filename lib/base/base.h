/*
 * Included by every other header: the version, the marks on exported functions, and two rules that
 * hold everywhere.
 *
 * A function that can fail returns bool (true: success) or a small enum, fills the caller's struct
 * bf_err, and is marked BF_MUST (warn_unused_result). The library never exits and never prints;
 * only opt, diag, rejects and progress write to standard error, and only commands call them.
 */
#ifndef BF_BASE_H
#define BF_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version is defined only here; the Makefile reads it from this line. */
#define BF_VERSION "0.2.0"

/* Enclose the declarations of an installed header, so that C++ programs can include it. */
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
