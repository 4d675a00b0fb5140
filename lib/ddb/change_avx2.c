/* The pass over a change record in steps of 32 bytes. The Makefile compiles this file with -mavx2 -mbmi. */
#if defined(__x86_64__)
#define BF_CORE_SIMD 2
#define CHANGE_OPS   bf_change_avx2
#include "lib/ddb/change_core.h"
#else
extern int change_avx2_is_for_x86_64;
#endif
