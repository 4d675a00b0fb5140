/* Runs credential_process: no shell, nothing on its standard input, both outputs taken. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/aws/credentials/world.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"

enum { LONGEST_MS = 5 * 60 * 1000, SAID_MAX = 16 << 10 };

extern char **environ;

struct program {
    pid_t pid;
    int out[2], err[2]; /* -1 once closed */
    struct bf_buf said;
};

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool open_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return false;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

/* Keys of the environment that were passed over are none of the program's business: it is asked for others. What runs on
 * elsewhere must not have them in its environment. */
static bool is_secret(const char *assignment)
{
    static const char *const names[] = {
        "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN=", "AWS_SECURITY_TOKEN=",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN="};
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (strncmp(assignment, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* The environment without them; NULL: out of memory. The strings stay those of the process. */
static char **environment(void)
{
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **to = malloc((n + 1) * sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        if (!is_secret(environ[i]))
            to[kept++] = environ[i];
    if (to)
        to[kept] = NULL;
    return to;
}

static bool start(struct program *p, const char *const *argv, struct bf_err *e)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t defaults;
    char **env = environment();
    if (!env)
        return bf_err_nomem(e);
    if (!open_pipe(p->out) || !open_pipe(p->err)) {
        bf_err_sys(e, errno, "pipe");
        free(env);
        return false;
    }
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); /* ignored here, and that would be inherited */
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, p->out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, p->err[1], STDERR_FILENO);
    int sys = posix_spawnp(&p->pid, argv[0], &actions, &attr, (char *const *)(uintptr_t)argv, env);
    free(env);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    shut(&p->out[1]);
    shut(&p->err[1]);
    return sys == 0 ? true : bf_err_sys(e, sys, "%.200s", argv[0]);
}

/* Takes what is there; closes the pipe at its end. */
static void read_output(int *fd, struct bf_buf *out)
{
    char chunk[4096];
    ssize_t n = read(*fd, chunk, sizeof chunk);
    if (n > 0)
        bf_buf_add(out, chunk, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        shut(fd);
}

/* Reads until both pipes are closed, time is up, or a signal comes; false for the last two. */
static bool listen_to(const struct bf_cred_real *r, struct program *p, struct bf_buf *out,
                      struct bf_err *e)
{
    int64_t until = bf_clock_mono_ms() + LONGEST_MS;
    while (p->out[0] >= 0 || p->err[0] >= 0) {
        struct pollfd fds[3] = {{.fd = p->out[0], .events = POLLIN},
                                {.fd = p->err[0], .events = POLLIN},
                                {.fd = bf_stop_fd(), .events = POLLIN}};
        int64_t left = until - bf_clock_mono_ms();
        if (bf_cred_real_ends(r))
            return bf_err_set(e, BF_E_STOPPED, "interrupted");
        if (left <= 0)
            return bf_err_set(e, BF_E_TEMPORARY, "no answer within %d s", LONGEST_MS / 1000);
        if (poll(fds, 3, left < BF_CRED_STEP_MS ? (int)left : BF_CRED_STEP_MS) <= 0)
            continue;
        if (fds[0].revents)
            read_output(&p->out[0], out);
        if (fds[1].revents)
            read_output(&p->err[0], &p->said);
        if (!bf_buf_ok(out))
            return bf_buf_check(out, "its output", e);
    }
    return true;
}

/* The last line that it wrote to standard error, without control characters. */
static void last_words(const struct program *p, char *out, size_t size)
{
    struct bf_str text = bf_str_trim(bf_buf_view(&p->said));
    size_t n = 0;
    for (size_t i = text.n; i > 0; i--)
        if (text.p[i - 1] == '\n') {
            text = bf_str(text.p + i, text.n - i);
            break;
        }
    for (size_t i = 0; i < text.n && n + 1 < size; i++)
        if ((unsigned char)text.p[i] >= ' ' && text.p[i] != 0x7F)
            out[n++] = text.p[i];
    out[n] = '\0';
}

static bool judge(const struct program *p, int status, struct bf_err *e)
{
    char words[200];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    last_words(p, words, sizeof words);
    return bf_err_set(
        e, BF_E_DENIED, "it ended with %s %d%s%s", WIFEXITED(status) ? "exit status" : "signal",
        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), words[0] ? ": " : "", words);
}

bool bf_cred_real_run(void *arg, const char *const *argv, struct bf_buf *out, struct bf_err *e)
{
    struct program p = {.pid = -1, .out = {-1, -1}, .err = {-1, -1}};
    int status = 0;
    bf_buf_init(&p.said, SAID_MAX);
    bool ok = start(&p, argv, e);
    bool running = ok;
    if (ok && !listen_to(arg, &p, out, e)) {
        ok = false;
        kill(p.pid, SIGTERM);
    }
    shut(&p.out[0]);
    shut(&p.out[1]);
    shut(&p.err[0]);
    shut(&p.err[1]);
    if (running) {
        while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
            ;
        ok = ok && judge(&p, status, e);
    }
    bf_cred_wipe(&p.said);
    return ok;
}
