#include "cmd/bflocal/http/local.h"

#include <stdio.h>

#include "lib/base/clock.h"

int64_t bl_now_ms(struct bl_local *l)
{
    pthread_mutex_lock(&l->faults.mutex);
    int64_t off = l->faults.clock_off_ms;
    pthread_mutex_unlock(&l->faults.mutex);
    return bf_clock_wall_ms() + off;
}

struct bf_str bl_arn_own(const struct bl_local *l, struct bf_str arn, const char *service,
                         const char *kind)
{
    char own[256];
    int n = snprintf(own, sizeof own, "arn:aws:%s:%s:" BL_ACCOUNT ":%s/", service, l->region, kind);
    if (n < 0 || (size_t)n >= sizeof own || !bf_str_starts(arn, bf_str(own, (size_t)n)))
        return (struct bf_str){NULL, 0};
    return bf_str(arn.p + n, arn.n - (size_t)n);
}

bool bl_local_open(struct bl_local *l, const char *dir, struct bf_err *e)
{
    if (!bl_store_open(&l->store, dir, e))
        return false;
    for (const struct bl_service *const *s = l->services; *s; s++)
        if ((*s)->open && !(*s)->open(l, e))
            return false;
    bl_store_limit(&l->store, bl_fault_disk_max(&l->faults));
    return true;
}

void bl_local_start(struct bl_local *l)
{
    for (const struct bl_service *const *s = l->services; *s; s++)
        if ((*s)->start)
            (*s)->start(l);
}

void bl_local_interrupt(struct bl_local *l)
{
    for (const struct bl_service *const *s = l->services; *s; s++)
        if ((*s)->interrupt)
            (*s)->interrupt(l);
}

void bl_local_close(struct bl_local *l)
{
    for (const struct bl_service *const *s = l->services; *s; s++)
        if ((*s)->stop)
            (*s)->stop(l);
    for (const struct bl_service *const *s = l->services; *s; s++)
        if ((*s)->close)
            (*s)->close(l);
    bl_store_close(&l->store);
}
