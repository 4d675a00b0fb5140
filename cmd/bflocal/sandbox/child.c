#define _GNU_SOURCE /* pipe2, syscall */
#include "cmd/bflocal/sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everything between fork and exec is safe after a fork of a process with threads (signal-safety(7)). */

enum { STATUS = 3, OTHERS = 4 };

static void close_others(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, OTHERS, UINT_MAX, 0) == 0)
        return;
#endif
    for (int fd = OTHERS; fd < 65536; fd++)
        close(fd);
}

static void default_signals(void)
{
    sigset_t none;
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_program(const char *const *argv, const char *const *env, const char *folder)
{
    setpgid(0, 0);
    close(STATUS);
    if (chdir(folder) == 0)
        execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
    _exit(127);
}

static void write_int(int fd, int value)
{
    while (write(fd, &value, sizeof value) < 0 && errno == EINTR)
        ;
}

/* Ends with the child, or kills its group when SIGTERM arrives. */
static void supervise(pid_t pid)
{
    sigset_t watched;
    int sig = 0, status = 0;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    write_int(STATUS, (int)pid);
    while (waitpid(pid, &status, WNOHANG) == 0)
        if (sigwait(&watched, &sig) == 0 && sig == SIGTERM)
            kill(-pid, SIGKILL);
    kill(-pid, SIGKILL); /* processes that it left running */
    write_int(STATUS, status);
    _exit(0);
}

static void run_supervisor(pid_t parent, int log, int status, const char *const *argv,
                           const char *const *env, const char *folder)
{
    sigset_t watched;
    int null = open("/dev/null", O_RDONLY);
    default_signals();
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent || dup2(null, 0) < 0 ||
        dup2(log, 1) < 0 || dup2(log, 2) < 0 || dup2(status, STATUS) < 0)
        _exit(1);
    close_others();
    pid_t pid = fork();
    if (pid == 0) {
        sigprocmask(SIG_UNBLOCK, &watched, NULL);
        run_program(argv, env, folder);
    }
    setpgid(pid, pid);
    if (pid > 0)
        supervise(pid);
    _exit(1);
}

static int read_int(int fd, int otherwise)
{
    int value;
    ssize_t n;
    while ((n = read(fd, &value, sizeof value)) < 0 && errno == EINTR)
        ;
    return n == (ssize_t)sizeof value ? value : otherwise;
}

/* Above the descriptors that the supervisor uses. */
static bool make_pipe(int ends[2])
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, OTHERS);
        close(low[i]);
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

bool bl_child_start(struct bl_child *c, const char *const *argv, const char *const *env,
                    const char *folder, struct bf_err *e)
{
    int log[2] = {-1, -1}, status[2] = {-1, -1};
    pid_t parent = getpid();
    *c = (struct bl_child){.log = -1, .status = -1};
    pid_t pid = make_pipe(log) && make_pipe(status) ? fork() : -1;
    int error = errno;
    if (pid == 0)
        run_supervisor(parent, log[1], status[1], argv, env, folder);
    if (log[1] >= 0)
        close(log[1]);
    if (status[1] >= 0)
        close(status[1]);
    if (pid < 0) {
        if (log[0] >= 0)
            close(log[0]);
        if (status[0] >= 0)
            close(status[0]);
        return bf_err_sys(e, error, "%s", argv[0]);
    }
    *c = (struct bl_child){pid, 0, log[0], status[0]};
    c->pid = (pid_t)read_int(c->status, 0);
    return true;
}

void bl_child_kill(const struct bl_child *c)
{
    if (c->supervisor > 0)
        kill(c->supervisor, SIGTERM);
}

int bl_child_wait(const struct bl_child *c)
{
    siginfo_t info;
    int status = read_int(c->status, SIGKILL);
    while (waitid(P_PID, (id_t)c->supervisor, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        ;
    return status;
}

void bl_child_reap(struct bl_child *c)
{
    while (waitpid(c->supervisor, NULL, 0) < 0 && errno == EINTR)
        ;
    close(c->log);
    close(c->status);
    *c = (struct bl_child){.log = -1, .status = -1};
}
