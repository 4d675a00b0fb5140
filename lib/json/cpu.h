/*
 * Which vector instructions the scanners use: the best that the machine has,
 * found out once. Each level runs the same code over a different step (1, 16 or
 * 32 bytes) and gives the same answers; tests go through all of them with
 * bf_cpu_use. Set it before threads start.
 */
#ifndef BF_JSON_CPU_H
#define BF_JSON_CPU_H

#include "lib/base/base.h"

enum bf_cpu { BF_CPU_PORTABLE, BF_CPU_SSE2, BF_CPU_AVX2 };

/* The level in use. */
BF_API enum bf_cpu bf_cpu_level(void);

/* Uses level from now on; false, and nothing changed, when this machine or build has it not. */
BF_API bool bf_cpu_use(enum bf_cpu level);

/* "portable", "sse2", "avx2". */
BF_API const char *bf_cpu_name(enum bf_cpu level);

#endif
