/*
 * SIGINT and SIGTERM. The first one raises a flag and wakes whoever waits: the
 * tool finishes what is in flight, flushes, and exits. The second one exits at
 * once with 128 + signal; but what comes within BF_STOP_SAME_MS of the first is
 * the first once more: timeout(1) signals its child, and then the group that the
 * child is in. SIGPIPE is ignored, so that a reader that goes away is an EPIPE at
 * the write that hits it, and so is SIGXFSZ, for an EFBIG where a file may not grow
 * further (ulimit -f).
 */
#ifndef BF_STOP_H
#define BF_STOP_H

#include "lib/base/err.h"

enum { BF_STOP_SAME_MS = 200 };

/* Installs the handlers; once per process. */
BF_API BF_MUST bool bf_stop_install(struct bf_err *e);

/* Has a signal arrived? */
BF_API bool bf_stop_asked(void);

/* A descriptor that becomes readable at the first signal and stays so, for poll(2) and
 * curl_multi_poll; -1 before bf_stop_install. */
BF_API int bf_stop_fd(void);

#endif
