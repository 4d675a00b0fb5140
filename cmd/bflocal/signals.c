#include "cmd/bflocal/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static int events[2] = {-1, -1}; /* the signal handler writes one byte for each signal */

enum { TERMINAL = 0x80 };

/* A repeated signal changes nothing: `timeout` sends its signal twice, and the shutdown
 * completes anyway. */
static void on_signal(int sig, siginfo_t *info, void *context)
{
    int saved = errno;
    char byte = (char)(sig | (info->si_code > 0 ? TERMINAL : 0));
    (void)context;
    if (write(events[1], &byte, 1) < 0) {
        /* the pipe is full, so the reader wakes in any case */
    }
    errno = saved;
}

static bool watch_signal(int sig, struct bf_err *e)
{
    struct sigaction sa = {.sa_sigaction = on_signal,
                           .sa_flags = SA_RESTART | SA_NOCLDSTOP | SA_SIGINFO},
                     old;
    sigemptyset(&sa.sa_mask);
    if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN && sig != SIGCHLD)
        return true;
    return sigaction(sig, &sa, NULL) == 0 || bf_err_sys(e, errno, "sigaction");
}

bool bl_signals_watch(bool command, struct bf_err *e)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (pipe(events) != 0)
        return bf_err_sys(e, errno, "pipe");
    for (int i = 0; i < 2; i++)
        if (fcntl(events[i], F_SETFD, FD_CLOEXEC) != 0 ||
            fcntl(events[i], F_SETFL, O_NONBLOCK) != 0)
            return bf_err_sys(e, errno, "pipe");
    if (sigaction(SIGPIPE, &ignore, NULL) != 0 || sigaction(SIGXFSZ, &ignore, NULL) != 0)
        return bf_err_sys(e, errno, "sigaction");
    return watch_signal(SIGINT, e) && watch_signal(SIGTERM, e) && watch_signal(SIGHUP, e) &&
           watch_signal(SIGCHLD, e) && (!command || watch_signal(SIGQUIT, e));
}

int bl_signals_next(bool *terminal)
{
    unsigned char byte;
    if (read(events[0], &byte, 1) != 1)
        return 0;
    *terminal = (byte & TERMINAL) != 0;
    return byte & ~TERMINAL;
}

int bl_signals_stop(void)
{
    bool terminal;
    int sig;
    do
        sig = bl_signals_next(&terminal);
    while (sig == SIGCHLD);
    return sig;
}

bool bl_signals_wait(int to)
{
    struct pollfd p[2] = {{.fd = events[0], .events = POLLIN}, {.fd = to}};
    while (poll(p, 2, -1) < 1)
        ;
    return (p[1].revents & POLLERR) != 0;
}
