/* Rows taken apart in steps of 32 bytes. The Makefile compiles this file with -mavx2 -mbmi. */
#if defined(__x86_64__)
#define BF_CORE_SIMD 2
#define SHRED_NAME   bf_pq_shred_avx2
#include "lib/parquet/shred_core.h"
#else
extern int shred_avx2_is_for_x86_64;
#endif
