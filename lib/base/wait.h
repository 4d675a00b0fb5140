/*
 * Waiting on a condition for a limited time. pthread_cond_timedwait needs the clock that the condition was made
 * for; bf_clock_mono_ms is another one (it goes on while the computer sleeps), so its times must not be used for it.
 */
#ifndef BF_WAIT_H
#define BF_WAIT_H

#include <pthread.h>

#include "lib/base/base.h"

/* Initialises a condition for bf_wait_ms. */
BF_API void bf_wait_init(pthread_cond_t *cond);

/* Waits at most ms milliseconds; the mutex is locked. False: the time is over. As with every condition variable, true may
 * be returned without a signal. */
BF_API bool bf_wait_ms(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms);

#endif
