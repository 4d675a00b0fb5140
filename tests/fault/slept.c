/* For LD_PRELOAD: once the file that $SLEPT names is there, the computer has slept for an hour. The time of day is $AHEAD seconds
 * ahead. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *ts)
{
    static int (*real)(clockid_t, struct timespec *);
    const char *file = getenv("SLEPT"), *ahead = getenv("AHEAD");
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int rc = real(id, ts);
    if ((id == CLOCK_BOOTTIME || id == CLOCK_REALTIME) && file && access(file, F_OK) == 0)
        ts->tv_sec += 3600;
    if (id == CLOCK_REALTIME && ahead)
        ts->tv_sec += atol(ahead);
    return rc;
}
