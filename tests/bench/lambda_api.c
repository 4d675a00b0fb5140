/*
 * lambda_api EVENT COUNT COMMAND...: Lambda's runtime API for a benchmark. It starts COMMAND with its address
 * in AWS_LAMBDA_RUNTIME_API, hands out the event in the file EVENT COUNT times, checks each answer (the
 * first has every recordId of the event once, in its order, as Ok; the others have the same bytes), ends
 * COMMAND, and prints the seconds from the first event to the last answer and the CPU seconds of COMMAND.
 *
 * It does little else than copy bytes, so that what is measured is the function: an answer that was once
 * taken apart is afterwards compared while it is read.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_MAX = 16 * 1024, PIECE = 256 * 1024, ANSWER_MAX = 64 * 1024 * 1024 };

static char *event, *first; /* first: the answer to it, that the others have to equal */
static size_t event_n, first_n;
static char
    in[PIECE +
       1]; /* what was received and not looked at yet; a request's head is terminated here */
static size_t in_n;
static pid_t function;

static _Noreturn void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("lambda_api: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    if (function > 0)
        kill(function, SIGKILL);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void read_event(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        fail("%s: %s", path, strerror(errno));
    event_n = (size_t)ftell(f);
    rewind(f);
    event = malloc(event_n + 1);
    if (!event || fread(event, 1, event_n, f) != event_n)
        fail("%s: cannot be read", path);
    event[event_n] = '\0';
    fclose(f);
}

static void send_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent < 0)
            fail("send: %s", strerror(errno));
        p += sent;
        n -= (size_t)sent;
    }
}

static bool receive(int fd)
{
    ssize_t n = recv(fd, in + in_n, PIECE - in_n, 0);
    if (n < 0 && errno != ECONNRESET)
        fail("recv: %s", strerror(errno));
    in_n += n > 0 ? (size_t)n : 0;
    return n > 0;
}

/* The text after the next name at *p, up to a quote; *p is advanced after it. False: there is none. */
static bool next_value(const char **p, const char *name, const char **value, size_t *n)
{
    const char *at = strstr(*p, name);
    if (!at)
        return false;
    *value = at + strlen(name);
    *n = strcspn(*value, "\"");
    *p = *value + *n;
    return true;
}

/* Python's json writes a space after a colon. */
static const char *word(const char *text, const char *tight, const char *spaced)
{
    return strstr(text, tight) ? tight : spaced;
}

static void check_first(void)
{
    const char *e = event, *a = first, *id, *answered, *result;
    size_t id_n, answered_n, result_n, records = 0;
    const char *of_event = word(event, "\"recordId\":\"", "\"recordId\": \"");
    const char *of_answer = word(first, "\"recordId\":\"", "\"recordId\": \"");
    const char *of_result = word(first, "\"result\":\"", "\"result\": \"");
    for (; next_value(&e, of_event, &id, &id_n); records++) {
        if (!next_value(&a, of_answer, &answered, &answered_n) || answered_n != id_n ||
            memcmp(answered, id, id_n) != 0)
            fail("the answer has another recordId in the place of %.*s", (int)id_n, id);
        if (!next_value(&a, of_result, &result, &result_n) || result_n != 2 ||
            memcmp(result, "Ok", 2) != 0)
            fail("%.*s is not Ok", (int)id_n, id);
    }
    if (records == 0 || next_value(&a, of_answer, &answered, &answered_n))
        fail("%zu records in the event, and more in the answer", records);
}

/* A body of n bytes, its first ones in `in`: kept where it is the first, else compared with that. */
static void read_answer(int fd, size_t n)
{
    bool keep = !first;
    if (keep) {
        first = n < ANSWER_MAX ? malloc(n + 1) : NULL;
        first_n = n;
    }
    if (!first || first_n != n)
        fail("an answer of %zu bytes behind one of %zu", n, first_n);
    for (size_t at = 0; at < n;) {
        if (in_n == 0 && !receive(fd))
            fail("half an answer");
        size_t some = in_n < n - at ? in_n : n - at;
        if (keep)
            memcpy(first + at, in, some);
        else if (memcmp(first + at, in, some) != 0)
            fail("two answers to one event, and they differ");
        at += some;
        in_n -= some;
        memmove(in, in + some, in_n);
    }
    if (keep) {
        first[n] = '\0';
        check_first();
    }
}

/* The head of a request, taken off `in` and terminated; false: the other side has gone. */
static bool read_head(int fd, char head[HEAD_MAX])
{
    char *end;
    for (;;) {
        in[in_n] = '\0';
        end = strstr(in, "\r\n\r\n");
        if (end)
            break;
        if (in_n >= HEAD_MAX || !receive(fd))
            return false;
    }
    size_t n = (size_t)(end - in) + 4;
    if (n >= HEAD_MAX)
        fail("a request's head of %zu bytes", n);
    memcpy(head, in, n);
    head[n] = '\0';
    in_n -= n;
    memmove(in, in + n, in_n);
    return true;
}

static size_t content_length(const char *head)
{
    for (const char *line = strchr(head, '\n'); line; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, "content-length:", 15) == 0)
            return strtoul(line + 16, NULL, 10);
    return 0;
}

static void hand_out(int fd, unsigned number)
{
    char head[512];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     "Lambda-Runtime-Aws-Request-Id: %08x-0000-4000-8000-000000000000\r\n"
                     "Lambda-Runtime-Deadline-Ms: 4102444800000\r\nContent-Length: %zu\r\n\r\n",
                     number, event_n);
    struct iovec v[2] = {{head, (size_t)n}, {event, event_n}};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
    ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);
    if (sent < n)
        fail("sendmsg: %s", strerror(errno));
    send_all(fd, event + (sent - n), event_n - (size_t)(sent - n));
}

/* Until all events are answered: seconds from the first event to the last answer. */
static double serve(int listener, unsigned count)
{
    char head[HEAD_MAX];
    static const char taken[] = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    unsigned given = 0, answered = 0;
    double began = 0, ended = 0;
    int one = 1;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            fail("accept: %s", strerror(errno));
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        in_n = 0;
        while (read_head(fd, head)) {
            if (strncmp(head, "GET ", 4) == 0) {
                if (given == count) /* it waits, and is ended so */
                    return ended - began;
                if (given == 0)
                    began = now();
                hand_out(fd, ++given);
                continue;
            }
            if (!strstr(head, "/response ") || answered == given)
                fail("not the answer to an event: %.*s", (int)strcspn(head, "\r"), head);
            read_answer(fd, content_length(head));
            answered++;
            ended = now();
            send_all(fd, taken, sizeof taken - 1);
        }
        close(fd);
    }
}

static void gone(int signal)
{
    (void)signal;
    static const char text[] = "lambda_api: the function has ended\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(1);
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    struct rusage u;
    if (argc < 4)
        return 2;
    read_event(argv[1]);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, n) != 0 ||
        listen(listener, 8) != 0 || getsockname(listener, (struct sockaddr *)&at, &n) != 0)
        fail("socket: %s", strerror(errno));
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%u", ntohs(at.sin_port));
    setenv("AWS_LAMBDA_RUNTIME_API", address, 1);
    signal(SIGCHLD, gone);
    function = fork();
    if (function == 0) {
        signal(SIGCHLD, SIG_DFL);
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    double seconds = serve(listener, (unsigned)strtoul(argv[2], NULL, 10));
    signal(SIGCHLD, SIG_DFL);
    kill(function, SIGTERM);
    if (wait4(function, NULL, 0, &u) < 0)
        fail("wait: %s", strerror(errno));
    printf("%.6f %.6f\n", seconds,
           (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
               ((double)u.ru_utime.tv_usec + (double)u.ru_stime.tv_usec) / 1e6);
    return 0;
}
