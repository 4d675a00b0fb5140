/*
 * Which vector instructions the scanners use: SSE2, which every x86-64 has, or
 * none. Both levels run the same code over a different step and give the same
 * answers; tests go through them with bf_cpu_use. Set it before threads start.
 */
#ifndef BF_JSON_CPU_H
#define BF_JSON_CPU_H

#include "lib/base/base.h"

enum bf_cpu { BF_CPU_PORTABLE, BF_CPU_SSE2 };

/* The level in use: the best that the build has. */
BF_API enum bf_cpu bf_cpu_level(void);

/* Uses level from now on; false, and nothing changed, when this build has it not. */
BF_API bool bf_cpu_use(enum bf_cpu level);

/* "portable", "sse2". */
BF_API const char *bf_cpu_name(enum bf_cpu level);

#endif
