/* The pass over a change record byte by byte, for every machine. */
#define BF_CORE_SIMD 0
#define CHANGE_OPS   bf_change_portable
#include "lib/ddb/change_core.h"
