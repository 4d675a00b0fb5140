/* The pass over a change record in steps of 16 bytes; every x86-64 has SSE2. */
#if defined(__x86_64__)
#define BF_CORE_SIMD 1
#define CHANGE_OPS   bf_change_sse2
#include "lib/ddb/change_core.h"
#else
extern int change_sse2_is_for_x86_64;
#endif
