#include "lib/json/cpu.h"

#if defined(__SSE2__)
#define BF_CORE_SIMD 1
#include "lib/json/core.h"

#define X32(c)                                                                                     \
    {                                                                                              \
        c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c,  \
            c, c                                                                                   \
    }
const struct core_bytes bf_core_bytes = {X32(' '), X32('"'), X32('\\'), X32('.'), X32('0'), X32(9)};
#endif

static enum bf_cpu best(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                __builtin_cpu_supports("bmi2");
    return avx2 ? BF_CPU_AVX2 : BF_CPU_SSE2;
#else
    return BF_CPU_PORTABLE;
#endif
}

static int chosen = -1;

enum bf_cpu bf_cpu_level(void)
{
    int level = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (level < 0) {
        level = (int)best();
        __atomic_store_n(&chosen, level, __ATOMIC_RELAXED);
    }
    return (enum bf_cpu)level;
}

bool bf_cpu_use(enum bf_cpu level)
{
    if (level > best())
        return false;
    __atomic_store_n(&chosen, (int)level, __ATOMIC_RELAXED);
    return true;
}

const char *bf_cpu_name(enum bf_cpu level)
{
    static const char *names[] = {"portable", "sse2", "avx2"};
    return names[level];
}
