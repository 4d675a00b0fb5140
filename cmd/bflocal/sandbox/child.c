#define _GNU_SOURCE /* pipe2, syscall */
#include "cmd/bflocal/sandbox/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
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
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(STATUS);
    if (chdir(folder) == 0)
        execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
    _exit(errno == ENOEXEC ? BL_CHILD_NO_FORMAT : BL_CHILD_NO_EXEC);
}

static void write_int(int fd, int value)
{
    while (write(fd, &value, sizeof value) < 0 && errno == EINTR)
        ;
}

/* What the supervisor waits for: SIGTERM kills the group, SIGUSR1 asks it to end first. */
static void watch_signals(sigset_t *watched)
{
    sigemptyset(watched);
    sigaddset(watched, SIGCHLD);
    sigaddset(watched, SIGTERM);
    sigaddset(watched, SIGUSR1);
    sigaddset(watched, SIGALRM);
}

/* Reaps what has ended. True: the child has. */
static bool has_ended(pid_t pid, int *status)
{
    int st;
    bool ended = false;
    for (pid_t got; (got = waitpid(-1, &st, WNOHANG)) > 0;)
        if (got == pid) {
            *status = st;
            ended = true;
        }
    return ended;
}

/* Kills the processes that the kernel lists as children; false: there is none. */
static bool kill_children(void)
{
    char text[4096];
    long pid = 0;
    bool any = false;
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < n; i++)
        if (text[i] >= '0' && text[i] <= '9')
            pid = pid * 10 + (text[i] - '0');
        else if (pid) {
            any = kill((pid_t)pid, SIGKILL) == 0 || any;
            pid = 0;
        }
    return any;
}

/* Ends with the child and all that it has started. */
static void supervise(pid_t pid)
{
    static const struct itimerval grace = {
        .it_value = {BL_CHILD_GRACE_MS / 1000, BL_CHILD_GRACE_MS % 1000 * 1000}};
    sigset_t watched;
    int sig = 0, status = 0;
    watch_signals(&watched);
    write_int(STATUS, (int)pid);
    while (!has_ended(pid, &status)) {
        if (sigwait(&watched, &sig) != 0 || sig == SIGCHLD)
            continue;
        kill(-pid, sig == SIGUSR1 ? SIGTERM : SIGKILL);
        if (sig == SIGUSR1)
            setitimer(ITIMER_REAL, &grace, NULL);
    }
    kill(-pid, SIGKILL); /* processes that it left running */
    while (kill_children())
        (void)waitpid(-1, NULL, 0);
    write_int(STATUS, status);
    _exit(0);
}

static void run_supervisor(pid_t parent, int log, int status, const char *const *argv,
                           const char *const *env, const char *folder)
{
    sigset_t watched;
    int null = open("/dev/null", O_RDONLY);
    default_signals();
    watch_signals(&watched);
    sigprocmask(SIG_BLOCK, &watched, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
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

void bl_child_terminate(const struct bl_child *c)
{
    if (c->supervisor > 0)
        kill(c->supervisor, SIGUSR1);
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
