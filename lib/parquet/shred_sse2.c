/* Rows taken apart in steps of 16 bytes. */
#if defined(__SSE2__)
#define BF_CORE_SIMD 1
#define SHRED_NAME   bf_pq_shred_sse2
#include "lib/parquet/shred_core.h"
#else
extern int shred_sse2_is_for_x86;
#endif
