/*
 * SIGINT and SIGTERM. The first one sets a flag and wakes the waiting call: the tool finishes the
 * requests in flight, flushes, and exits. The second one exits at once with 128 + signal. A signal
 * within BF_STOP_SAME_MS of the first counts as the same one, because timeout(1) signals its child
 * and then the child's process group. SIGPIPE is ignored, so that writing to a closed pipe fails
 * with EPIPE; SIGXFSZ too, so that a file that may not grow (ulimit -f) fails with EFBIG.
 */
#ifndef BF_STOP_H
#define BF_STOP_H

#include "lib/base/err.h"

enum { BF_STOP_SAME_MS = 200 };

/* Installs the handlers; once per process. */
BF_API BF_MUST bool bf_stop_install(struct bf_err *e);

/* Has a signal arrived? */
BF_API bool bf_stop_asked(void);

/* A descriptor that becomes readable at the first signal and stays readable, for poll(2) and
 * curl_multi_poll; -1 before bf_stop_install. */
BF_API int bf_stop_fd(void);

#endif
