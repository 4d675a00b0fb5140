#include "lib/base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "lib/base/clock.h"

static volatile sig_atomic_t stopped;
static int wake[2] = {-1, -1};

/* The mask blocks the other signal, so only one handler runs at a time. */
static void on_signal(int sig)
{
    static int64_t first_ms;
    int saved = errno;
    if (!stopped) {
        first_ms = bf_clock_mono_ms();
        stopped = 1;
        ssize_t n = write(wake[1], "!", 1);
        (void)n; /* if the pipe is full, the waiter is woken already */
    } else if (bf_clock_mono_ms() - first_ms >= BF_STOP_SAME_MS)
        _exit(128 + sig);
    errno = saved;
}

bool bf_stop_install(struct bf_err *e)
{
    if (pipe(wake) != 0)
        return bf_err_sys(e, errno, "pipe");
    for (int i = 0; i < 2; i++)
        (void)fcntl(wake[i], F_SETFD, FD_CLOEXEC);
    struct sigaction sa = {.sa_handler = on_signal};
    sigemptyset(&sa.sa_mask);
    struct sigaction old;
    int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < BF_COUNT(signals); i++)
        sigaddset(&sa.sa_mask, signals[i]);
    for (size_t i = 0; i < BF_COUNT(signals); i++) {
        /* a shell's background job ignores SIGINT: leave that as it is */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            continue;
        if (sigaction(signals[i], &sa, NULL) != 0)
            return bf_err_sys(e, errno, "sigaction");
    }
    sa.sa_handler = SIG_IGN;
    if (sigaction(SIGPIPE, &sa, NULL) != 0 || sigaction(SIGXFSZ, &sa, NULL) != 0)
        return bf_err_sys(e, errno, "sigaction");
    return true;
}

bool bf_stop_asked(void)
{
    return stopped != 0;
}

int bf_stop_fd(void)
{
    return wake[0];
}
