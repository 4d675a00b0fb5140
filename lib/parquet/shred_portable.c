#define BF_CORE_SIMD 0
#define SHRED_NAME   bf_pq_shred_portable
#include "lib/parquet/shred_core.h"
