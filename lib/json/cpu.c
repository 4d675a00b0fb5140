#include "lib/json/cpu.h"

#if defined(__SSE2__)
#define BF_CORE_SIMD 1
#include "lib/json/core.h"

#define X16(c)                                                                                     \
    {                                                                                              \
        c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c                                             \
    }
const struct core_bytes bf_core_bytes = {X16(' '), X16('"'), X16('\\'), X16('.'), X16('0'), X16(9)};

static const enum bf_cpu best = BF_CPU_SSE2;
#else
static const enum bf_cpu best = BF_CPU_PORTABLE;
#endif

static int chosen = -1;

enum bf_cpu bf_cpu_level(void)
{
    int level = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    return level < 0 ? best : (enum bf_cpu)level;
}

bool bf_cpu_use(enum bf_cpu level)
{
    if (level > best)
        return false;
    __atomic_store_n(&chosen, (int)level, __ATOMIC_RELAXED);
    return true;
}

const char *bf_cpu_name(enum bf_cpu level)
{
    static const char *names[] = {"portable", "sse2"};
    return names[level];
}
