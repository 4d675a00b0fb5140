#include "cmd/bflocal/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bflocal/http/server.h"
#include "cmd/bflocal/init.h"
#include "cmd/bflocal/signals.h"
#include "lib/cli/diag.h"
#include "lib/io/listen.h"

extern char **environ;

/* The running server. */
struct service {
    struct bl_local *local;
    struct bl_server *server;
    char endpoint[BF_LISTEN_URL];
};

/* -v: the line at the end. */
static void print_summary(const struct bl_local *l)
{
    char room[1024];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    bl_tally_print(&l->tally, l->services, &text);
    bf_diag_note("%.*s", (int)text.n, text.p);
}

static void end_server(struct service *s)
{
    bl_local_interrupt(s->local);
    if (s->server) {
        bl_server_stop(s->server);
        print_summary(s->local);
    }
    bl_local_close(s->local);
}

/* Variables that would send a client elsewhere; AWS_ENDPOINT_URL_... of each service is unset as
 * well. */
static const char *const foreign[] = {"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
                                      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"};
static const char endpoint_of[] = "AWS_ENDPOINT_URL_";

static void print_unset(const struct bl_service *const *services, struct bf_buf *out)
{
    bf_buf_lit(out, "unset");
    for (size_t i = 0; i < BF_COUNT(foreign); i++)
        bf_buf_addf(out, " %s", foreign[i]);
    for (const struct bl_service *const *svc = services; *svc; svc++)
        bf_buf_addf(out, " %s%s", endpoint_of, (*svc)->variable);
    bf_buf_addc(out, '\n');
}

/* The environment of a client as shell commands. The values need no quoting (plain() in main.c
 * checked them). */
static void print_exports(const struct service *s, struct bf_buf *out)
{
    const struct bl_local *l = s->local;
    bf_buf_addf(out, "export AWS_ENDPOINT_URL=%s\n", s->endpoint);
    bf_buf_addf(out, "export AWS_REGION=%s AWS_DEFAULT_REGION=%s\n", l->region, l->region);
    bf_buf_addf(out, "export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s\n", l->access_key,
                l->secret_key);
    bf_buf_addf(out, "export AWS_EC2_METADATA_DISABLED=true BFLOCAL_PID=%ld\n", (long)getpid());
    print_unset(l->services, out);
}

static bool write_all(int fd, struct bf_str s, struct bf_err *e)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return bf_err_sys(e, errno, "standard output");
        s.p += n;
        s.n -= (size_t)n;
    }
    return true;
}

static bool write_exports(const struct service *s, int fd, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, 4096);
    print_exports(s, &text);
    bool ok = bf_buf_check(&text, "environment", e) && write_all(fd, bf_buf_view(&text), e);
    bf_buf_free(&text);
    return ok;
}

void bl_run_print_nowhere(const struct bl_service *const *services)
{
    struct bf_err ignored = {0};
    struct bf_buf text;
    bf_buf_init(&text, 4096);
    bf_buf_lit(&text, "export AWS_ENDPOINT_URL=http://127.0.0.1:1\n"
                      "export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none\n"
                      "export AWS_EC2_METADATA_DISABLED=true BFLOCAL_PID=\n");
    print_unset(services, &text);
    bf_buf_lit(&text, "false\n");
    if (!write_all(STDOUT_FILENO, bf_buf_view(&text), &ignored)) {
        /* the error that led here has been reported */
    }
    bf_buf_free(&text);
}

static bool set_environment(const struct service *s, struct bf_err *e)
{
    const struct bl_local *l = s->local;
    char pid[24];
    snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    bool ok = setenv("AWS_ENDPOINT_URL", s->endpoint, 1) == 0 &&
              setenv("AWS_REGION", l->region, 1) == 0 &&
              setenv("AWS_DEFAULT_REGION", l->region, 1) == 0 &&
              setenv("AWS_ACCESS_KEY_ID", l->access_key, 1) == 0 &&
              setenv("AWS_SECRET_ACCESS_KEY", l->secret_key, 1) == 0 &&
              setenv("AWS_EC2_METADATA_DISABLED", "true", 1) == 0 &&
              setenv("BFLOCAL_PID", pid, 1) == 0;
    for (size_t i = 0; i < BF_COUNT(foreign); i++)
        ok = ok && unsetenv(foreign[i]) == 0;
    for (const struct bl_service *const *svc = l->services; *svc; svc++) {
        char name[64];
        snprintf(name, sizeof(name), "%s%s", endpoint_of, (*svc)->variable);
        ok = ok && unsetenv(name) == 0;
    }
    return ok || bf_err_sys(e, errno, "environment");
}

/* Functions inherit the environment, so it is complete before a thread starts one. */
static bool start_server(struct service *s, struct bl_local *l, const struct bl_run *r,
                         struct bf_err *e)
{
    uint16_t port = (uint16_t)r->port;
    int fd;
    s->local = l;
    s->server = NULL;
    if (!bl_local_open(l, r->data, e) || !bl_prepare(l, r->prepare, e) ||
        !bf_listen(r->host, &port, &fd, e))
        return false;
    bf_listen_url(r->host, port, s->endpoint);
    l->endpoint = s->endpoint;
    if (!set_environment(s, e)) {
        close(fd);
        return false;
    }
    atomic_store(&l->ready, !r->init);
    bl_tally_begin(&l->tally);
    bl_local_start(l); /* what calls the endpoint already waits in the socket's queue */
    s->server = bl_server_start(l, fd, e);
    return s->server != NULL;
}

/* Starts the server and runs the script of --init. reader: as for bl_init_run. True with *status
 * != 0: a signal has ended it. */
static bool get_ready(struct service *s, struct bl_local *l, const struct bl_run *r, int reader,
                      int *status, struct bf_err *e)
{
    *status = 1;
    if (!bl_signals_watch(r->command != NULL, e) || !start_server(s, l, r, e))
        return false;
    *status = 0;
    if (r->init && !bl_init_run(r->init, reader, status, e))
        return false;
    atomic_store(&l->ready, *status == 0);
    return true;
}

static void wait_for_stop(void)
{
    while (!bl_signals_stop())
        (void)bl_signals_wait(-1);
}

bool bl_run_foreground(struct bl_local *l, const struct bl_run *r, int *status, struct bf_err *e)
{
    struct service s = {.local = l};
    bool ok = get_ready(&s, l, r, -1, status, e);
    if (ok && *status == 0) {
        ok = write_exports(&s, STDOUT_FILENO, e);
        if (ok)
            wait_for_stop();
    }
    end_server(&s);
    return ok;
}

/* The command gets default signal handling: exec resets handlers but keeps ignored signals
 * ignored. */
static bool spawn_command(char **command, pid_t *pid, int *status, struct bf_err *e)
{
    posix_spawnattr_t attr;
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    int error = posix_spawnattr_init(&attr);
    if (error == 0) {
        posix_spawnattr_setsigdefault(&attr, &defaults);
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
        error = posix_spawnp(pid, command[0], NULL, &attr, command, environ);
        posix_spawnattr_destroy(&attr);
    }
    if (error == 0)
        return true;
    *status = error == ENOENT ? 127 : 126;
    return bf_err_sys(e, error, "%s", command[0]);
}

/* Forwards the signals that other processes send us to the command. */
static void forward_signals(pid_t pid)
{
    bool terminal;
    for (int sig; (sig = bl_signals_next(&terminal)) != 0;)
        if (sig != SIGCHLD && !terminal)
            kill(pid, sig);
}

static int wait_for_child(pid_t pid)
{
    int st;
    for (;;) {
        pid_t got = waitpid(pid, &st, WNOHANG);
        if (got == pid)
            return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
        if (got < 0 && errno != EINTR)
            return 1;
        (void)bl_signals_wait(-1);
        forward_signals(pid);
    }
}

bool bl_run_command(struct bl_local *l, const struct bl_run *r, int *status, struct bf_err *e)
{
    struct service s = {.local = l};
    pid_t pid;
    int sig;
    bool ok = get_ready(&s, l, r, -1, status, e);
    if (ok && *status == 0) {
        if ((sig = bl_signals_stop()) != 0) /* it arrived before the command started */
            *status = 128 + sig;
        else if ((ok = spawn_command(r->command, &pid, status, e)))
            *status = wait_for_child(pid);
    }
    end_server(&s);
    return ok;
}

/* Points standard input, output and errors at /dev/null, because the caller may wait for their
 * end. */
static bool detach(struct bf_err *e)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        return bf_err_sys(e, errno, "/dev/null");
    for (int fd = 0; fd < 3; fd++)
        if (dup2(null, fd) < 0)
            return bf_err_sys(e, errno, "/dev/null");
    if (null > 2)
        close(null);
    return true;
}

/* Closes descriptors that the caller has open by chance (a pipe of a test, a lock). */
static void close_inherited(int except)
{
    struct rlimit most = {.rlim_cur = 1024};
    (void)getrlimit(RLIMIT_NOFILE, &most); /* valgrind keeps its own above the limit */
    DIR *d = opendir("/dev/fd");
    if (!d)
        return;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        long fd = strtol(entry->d_name, NULL, 10);
        if (fd > 2 && fd != except && fd != dirfd(d) && (rlim_t)fd < most.rlim_cur)
            close((int)fd);
    }
    closedir(d);
}

/* Returns the exit status. ready: the pipe to the process that the caller waits for. */
static int serve_detached(struct bl_local *l, const struct bl_run *r, int ready, struct bf_err *e)
{
    struct service s = {.local = l};
    int status;
    setsid();
    bool ok = get_ready(&s, l, r, ready, &status, e);
    if (ok && status == 0)
        ok = write_exports(&s, ready, e);
    if (!ok)
        bf_diag_error(e); /* standard error is still the caller's here */
    else if (status == 0 && detach(e)) {
        close(ready);
        wait_for_stop();
    }
    end_server(&s);
    return ok || status > 1 ? status : bf_err_exit(e->code);
}

/* Copies the child's output. No output means that the child failed, with *status, and has reported the error. */
static bool await_child(int from, pid_t pid, int *status, struct bf_err *e)
{
    char text[4096];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof(text) &&
           ((got = read(from, text + n, sizeof(text) - n)) > 0 || (got < 0 && errno == EINTR)))
        n += got > 0 ? (size_t)got : 0;
    if (n)
        return write_all(STDOUT_FILENO, bf_str(text, n), e);
    int st = 0;
    while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
        ;
    *status = WIFEXITED(st) && WEXITSTATUS(st) ? WEXITSTATUS(st) : 1;
    return true;
}

bool bl_run_daemon(struct bl_local *l, const struct bl_run *r, int *status, struct bf_err *e)
{
    int p[2];
    if (pipe(p) != 0)
        return bf_err_sys(e, errno, "pipe");
    pid_t pid = fork();
    if (pid < 0)
        return bf_err_sys(e, errno, "fork");
    if (pid == 0) {
        close_inherited(p[1]);
        _exit(fcntl(p[1], F_SETFD, FD_CLOEXEC) == 0 ? serve_detached(l, r, p[1], e) : 1);
    }
    close(p[1]);
    bool ok = await_child(p[0], pid, status, e);
    close(p[0]);
    if (!ok) /* its caller does not know how to reach it */
        kill(pid, SIGTERM);
    return ok;
}
