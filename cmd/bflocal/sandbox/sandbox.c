#define _GNU_SOURCE /* pipe2 */
#include "cmd/bflocal/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bflocal/sandbox/sandbox_impl.h"
#include "lib/base/clock.h"
#include "lib/base/wait.h"
#include "lib/json/write.h"

enum {
    PIPE_PIECES = 8 /* what a pipe holds, in pieces of output */,
    MEMORY_MS = 50 /* between two checks of the memory */,
    ENV_MAX = 512
};

/* Writes the output of the process to the function's log, and keeps its end for the invoker. */
static void take_output(struct bl_sandbox *s, const char *text, size_t n)
{
    if (s->log_fd >= 0 && write(s->log_fd, text, n) < 0) {
        /* an unwritable log does not fail the invocation */
    }
    if (n >= BL_LOG_TAIL) {
        text += n - BL_LOG_TAIL;
        n = BL_LOG_TAIL;
    }
    size_t keep = s->ntail < BL_LOG_TAIL - n ? s->ntail : BL_LOG_TAIL - n;
    memmove(s->tail, s->tail + s->ntail - keep, keep);
    memcpy(s->tail + keep, text, n);
    s->ntail = keep + n;
}

static void print_log(struct bl_sandbox *s, const char *format, ...) BF_PRINTF(2, 3);

static void print_log(struct bl_sandbox *s, const char *format, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    take_output(s, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

/* Reads a piece of the available output, under the lock; -1: there is none now, 0: end of the pipe. */
static ssize_t read_piece(struct bl_sandbox *s)
{
    char text[8192];
    ssize_t n = read(s->child.log, text, sizeof text);
    if (n > 0)
        take_output(s, text, (size_t)n);
    return n < 0 && errno != EAGAIN && errno != EINTR ? 0 : n;
}

/* False: end of the pipe. */
static bool read_output(struct bl_sandbox *s)
{
    pthread_mutex_lock(&s->mutex);
    ssize_t n = read_piece(s);
    pthread_mutex_unlock(&s->mutex);
    return n != 0;
}

/* Resident memory of the process in KiB (proc_pid_statm(5)); 0: it has ended. */
static uint64_t resident_kb(pid_t pid)
{
    char path[40], text[80] = "";
    unsigned long long size, resident = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0 || sscanf(text, "%llu %llu", &size, &resident) != 2)
        return 0;
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void watch_memory(struct bl_sandbox *s)
{
    uint64_t now = resident_kb(s->child.pid);
    pthread_mutex_lock(&s->mutex);
    if (now > s->peak_kb)
        s->peak_kb = now;
    bool over = now > s->spec.memory_mb * 1024;
    s->overdrawn = s->overdrawn || over;
    pthread_mutex_unlock(&s->mutex);
    if (over)
        bl_child_kill(&s->child);
}

/* Until the process has ended. */
static void watch_child(struct bl_sandbox *s)
{
    struct pollfd p[3] = {{.fd = s->child.log, .events = POLLIN},
                          {.fd = s->child.status, .events = POLLIN},
                          {.fd = s->wake[0], .events = POLLIN}};
    while (!p[1].revents) {
        pthread_mutex_lock(&s->mutex);
        bool busy = s->job != BL_JOB_NONE || !s->started;
        pthread_mutex_unlock(&s->mutex);
        if (poll(p, 3, busy ? MEMORY_MS : -1) < 0 && errno != EINTR)
            break;
        if (p[0].revents && !read_output(s))
            p[0].fd = -1;
        if (p[2].revents) {
            char bytes[64];
            if (read(s->wake[0], bytes, sizeof bytes) < 0) {
                /* only to wake the thread */
            }
        }
        if (busy)
            watch_memory(s);
    }
    while (p[0].fd >= 0 && poll(p, 1, 0) > 0 && read_output(s))
        ;
}

static bool start_child(struct bl_sandbox *s, struct bf_err *e)
{
    char api[64];
    const char *argv[2] = {s->spec.program, NULL};
    const char *env[ENV_MAX];
    size_t n = 0;
    while (n < ENV_MAX - 2 && s->spec.env[n]) {
        env[n] = s->spec.env[n];
        n++;
    }
    snprintf(api, sizeof api, "AWS_LAMBDA_RUNTIME_API=127.0.0.1:%u", s->port);
    env[n++] = api;
    env[n] = NULL;
    return bl_child_start(&s->child, argv, env, s->spec.folder, e);
}

static void *keep(void *arg)
{
    struct bl_sandbox *s = arg;
    struct bf_err e = {0};
    pthread_mutex_lock(&s->mutex);
    bool started = !s->closing && start_child(s, &e); /* set under the lock: a kill needs its ids */
    if (started)
        fcntl(s->child.log, F_SETFL, O_NONBLOCK);
    s->start_error = e;
    pthread_mutex_unlock(&s->mutex);
    if (started)
        watch_child(s);
    int status = started ? bl_child_wait(&s->child) : 0;
    pthread_mutex_lock(&s->mutex);
    s->status = status;
    s->ended = true;
    if (started)
        bl_child_reap(&s->child); /* under the lock, like each kill */
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

static void wake_keeper(struct bl_sandbox *s)
{
    if (write(s->wake[1], "", 1) < 0) {
        /* the pipe is full: the thread wakes anyway */
    }
}

/* Under the lock, like all functions below. */
static void kill_child(struct bl_sandbox *s)
{
    if (!s->ended)
        bl_child_kill(&s->child);
}

static bool wait_until(struct bl_sandbox *s, int64_t mono_ms)
{
    return bf_wait_ms(&s->changed, &s->mutex, mono_ms - bf_clock_mono_ms());
}

struct bl_sandbox *bl_sandbox_start(const struct bl_sandbox_spec *spec, struct bf_err *e)
{
    struct bl_sandbox *s = calloc(1, sizeof *s);
    if (!s) {
        bf_err_nomem(e);
        return NULL;
    }
    s->spec = *spec;
    s->wake[0] = s->wake[1] = s->log_fd = -1;
    pthread_mutex_init(&s->mutex, NULL);
    bf_wait_init(&s->changed);
    bf_buf_init(&s->answer, BL_ANSWER_MAX);
    s->log_fd = open(spec->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (pipe2(s->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        bf_err_sys(e, errno, "pipe");
    else if (bl_sandbox_api_start(s, e)) {
        if (pthread_create(&s->keeper, NULL, keep, s) == 0)
            return s;
        bl_sandbox_api_stop(s);
        bf_err_set(e, BF_E_IO, "no thread for a function's process");
    }
    s->ended = s->closing = true;
    bl_sandbox_end(s);
    return NULL;
}

bool bl_sandbox_alive(struct bl_sandbox *s)
{
    pthread_mutex_lock(&s->mutex);
    bool alive = !s->ended && !s->closing && !s->init_failed && s->job == BL_JOB_NONE;
    pthread_mutex_unlock(&s->mutex);
    return alive;
}

/* Ends the invocation with an error of the runtime itself (Lambda developer guide, "Troubleshoot invocation issues"). */
static void fail(struct bl_sandbox *s, struct bl_outcome *out, const char *type, const char *text)
{
    out->failed = true;
    bf_buf_reset(&out->payload);
    bf_buf_addf(&out->payload, "{\"errorType\":\"%s\",\"errorMessage\":", type);
    char message[256];
    snprintf(message, sizeof message, "RequestId: %s Error: %s", s->request_id, text);
    bf_json_put_string(&out->payload, bf_str_of(message));
    bf_buf_addc(&out->payload, '}');
    print_log(s, "%s\n", message);
}

/* The program could not be executed: the exit status is that of child.h, and the reason is still there. */
static bool is_no_program(const struct bl_sandbox *s, char *text, size_t n)
{
    int exited = WIFEXITED(s->status) && !s->started ? WEXITSTATUS(s->status) : 0;
    if (exited == BL_CHILD_NO_FORMAT)
        snprintf(text, n, "fork/exec /var/task/bootstrap: exec format error");
    else if (exited == BL_CHILD_NO_EXEC && access(s->spec.program, F_OK) != 0)
        snprintf(text, n, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
    else if (exited == BL_CHILD_NO_EXEC && access(s->spec.program, X_OK) != 0)
        snprintf(text, n, "fork/exec /var/task/bootstrap: permission denied");
    else
        return false;
    return true;
}

static void fail_ended(struct bl_sandbox *s, struct bl_outcome *out)
{
    char text[160];
    const char *type = s->overdrawn ? "Runtime.OutOfMemory" : "Runtime.ExitError";
    if (s->start_error.code != BF_OK)
        snprintf(text, sizeof text, "%.150s", s->start_error.text);
    else if (is_no_program(s, text, sizeof text))
        type = "Runtime.InvalidEntrypoint";
    else if (WIFEXITED(s->status) && WEXITSTATUS(s->status) == 0)
        snprintf(text, sizeof text, "Runtime exited without providing a reason");
    else if (WIFEXITED(s->status))
        snprintf(text, sizeof text, "Runtime exited with error: exit status %d",
                 WEXITSTATUS(s->status));
    else if (s->overdrawn)
        snprintf(text, sizeof text, "Runtime exited with error: signal: killed");
    else
        snprintf(text, sizeof text, "Runtime exited with error: signal: %s",
                 WTERMSIG(s->status) == SIGKILL ? "killed" : strsignal(WTERMSIG(s->status)));
    fail(s, out, type, text);
}

static void fail_timed_out(struct bl_sandbox *s, struct bl_outcome *out, uint64_t limit_ms)
{
    char text[80];
    snprintf(text, sizeof text, "Task timed out after %llu.%02llu seconds",
             (unsigned long long)(limit_ms / 1000), (unsigned long long)(limit_ms % 1000 / 10));
    kill_child(s);
    fail(s, out, "Sandbox.Timedout", text);
}

/* Waits for the process to ask for the invocation. False: the outcome is set. */
static bool offer(struct bl_sandbox *s, struct bl_outcome *out)
{
    uint64_t limit_ms = s->spec.timeout_ms > BL_INIT_MS ? s->spec.timeout_ms : BL_INIT_MS;
    int64_t until = bf_clock_mono_ms() + (int64_t)limit_ms;
    pthread_cond_broadcast(&s->changed);
    while (s->job == BL_JOB_OFFERED && !s->ended && !s->init_failed && wait_until(s, until))
        ;
    if (s->job != BL_JOB_OFFERED)
        return true;
    if (s->init_failed) {
        out->failed = true;
        bf_buf_adds(&out->payload, bf_buf_view(&s->answer));
        kill_child(s);
    } else if (s->ended)
        fail_ended(s, out);
    else
        fail_timed_out(s, out, limit_ms);
    return false;
}

static void await_answer(struct bl_sandbox *s, struct bl_outcome *out)
{
    int64_t until = bf_clock_mono_ms() + (int64_t)s->spec.timeout_ms;
    while (s->job == BL_JOB_RUNNING && !s->ended && wait_until(s, until))
        ;
    if (s->job == BL_JOB_ANSWERED && !s->answer_too_large) {
        out->failed = s->answer_failed;
        bf_buf_adds(&out->payload, bf_buf_view(&s->answer));
    } else if (s->job == BL_JOB_ANSWERED)
        fail(s, out, "Function.ResponseSizeTooLarge",
             "Response payload size exceeded maximum allowed payload size (6291556 bytes).");
    else if (s->ended)
        fail_ended(s, out);
    else
        fail_timed_out(s, out, s->spec.timeout_ms);
}

void bl_sandbox_invoke(struct bl_sandbox *s, const char *request_id, const char *arn,
                       struct bf_str payload, struct bl_outcome *out)
{
    int64_t began_ms = bf_clock_mono_ms();
    pthread_mutex_lock(&s->mutex);
    snprintf(s->request_id, sizeof s->request_id, "%s", request_id);
    s->payload = payload;
    s->arn = arn;
    snprintf(out->version, sizeof out->version, "%s", s->spec.version);
    s->deadline_ms = bf_clock_wall_ms() + (int64_t)s->spec.timeout_ms;
    s->ntail = 0;
    s->job = BL_JOB_OFFERED;
    print_log(s, "START RequestId: %s Version: %s\n", request_id, s->spec.version);
    wake_keeper(s);
    if (offer(s, out))
        await_answer(s, out);
    for (int i = 0; i < PIPE_PIECES && !s->ended && s->child.log >= 0 && read_piece(s) > 0; i++)
        ; /* what the function has printed stands before END */
    long long ms = (long long)(bf_clock_mono_ms() - began_ms);
    print_log(s,
              "END RequestId: %s\nREPORT RequestId: %s\tDuration: %lld.00 ms\t"
              "Billed Duration: %lld ms\tMemory Size: %llu MB\tMax Memory Used: %llu MB\n",
              request_id, request_id, ms, ms ? ms : 1, (unsigned long long)s->spec.memory_mb,
              (unsigned long long)(s->peak_kb / 1024));
    memcpy(out->tail, s->tail, s->ntail);
    out->ntail = s->ntail;
    if (out->failed && s->job != BL_JOB_ANSWERED)
        s->closing = true; /* it has ended, or will: it is not used again */
    s->job = BL_JOB_NONE;
    pthread_cond_broadcast(&s->changed);
    s->payload = bf_str(NULL, 0);
    pthread_mutex_unlock(&s->mutex);
}

void bl_sandbox_terminate(struct bl_sandbox *s)
{
    pthread_mutex_lock(&s->mutex);
    s->closing = true;
    if (!s->ended && !s->terminated)
        bl_child_terminate(&s->child);
    s->terminated = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
}

void bl_sandbox_end(struct bl_sandbox *s)
{
    pthread_mutex_lock(&s->mutex);
    s->closing = true;
    if (!s->terminated)
        kill_child(s);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    if (s->api) {
        pthread_join(s->keeper, NULL);
        bl_sandbox_api_stop(s);
    }
    for (int i = 0; i < 2; i++)
        if (s->wake[i] >= 0)
            close(s->wake[i]);
    if (s->log_fd >= 0)
        close(s->log_fd);
    bf_buf_free(&s->answer);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
