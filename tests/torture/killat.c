/*
 * killat: runs a command and kills it with SIGKILL when it is about to make its k-th system call.
 *
 *     killat [-g] [-o FILE] K COMMAND [ARGUMENT ...]
 *     killat [-g] [-o FILE] NAME:K COMMAND [ARGUMENT ...]
 *
 * Calls are counted over all threads from the first one that does any work (see `works`): those before it load
 * libraries and read their configuration, and a kill there is the same as one at the first. With NAME:K only the calls
 * of that name count (`rename:2`). K is 0 for "never", which only counts. With -g the whole process group dies at the
 * same moment, killat too.
 *
 * FILE gets one line, before the kill: "CALLS NAME", how many calls there were and, after a kill, which call it was;
 * NAME is "-" when nothing was killed.
 *
 * The exit status is the command's, or 128 and the signal that ended it. 126: ptrace(2) is not allowed here, nothing
 * was run. 127: the command cannot be run. The command dies with killat, and gets the SIGTERM that killat gets.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_ALLOWED = 126, NOT_FOUND = 127, SYSCALL_STOP = SIGTRAP | 0x80 };

struct call_name {
    long number;
    const char *name;
    bool works;
};

/* The calls that name kill points. `works`: the first such call starts the count.*/
static const struct call_name names[] = {
    {SYS_read, "read", false},
    {SYS_write, "write", true},
    {SYS_writev, "writev", true},
    {SYS_pwrite64, "pwrite", true},
    {SYS_pread64, "pread", false},
    {SYS_openat, "openat", false},
    {SYS_close, "close", false},
    {SYS_fsync, "fsync", true},
    {SYS_fdatasync, "fdatasync", true},
    {SYS_ftruncate, "ftruncate", true},
    {SYS_renameat2, "renameat2", true},
    {SYS_unlinkat, "unlinkat", true},
    {SYS_mkdirat, "mkdirat", true},
    {SYS_flock, "flock", true},
    {SYS_connect, "connect", true},
    {SYS_socket, "socket", false},
    {SYS_sendto, "sendto", true},
    {SYS_recvfrom, "recvfrom", false},
    {SYS_ppoll, "ppoll", true},
    {SYS_mmap, "mmap", false},
    {SYS_munmap, "munmap", false},
    {SYS_futex, "futex", false},
    {SYS_lseek, "lseek", false},
    {SYS_getdents64, "getdents", false},
    {SYS_exit_group, "exit", false},
    {SYS_brk, "brk", false},
    {SYS_close_range, "close_range", false},
    {SYS_fcntl, "fcntl", false},
    {SYS_getpeername, "getpeername", false},
    {SYS_getrandom, "getrandom", false},
    {SYS_getsockname, "getsockname", false},
    {SYS_madvise, "madvise", false},
    {SYS_newfstatat, "fstat", false},
    {SYS_rt_sigaction, "sigaction", false},
    {SYS_setsockopt, "setsockopt", false},
    {SYS_clone3, "clone", false},
#ifdef SYS_rename
    {SYS_rename, "rename", true},
    {SYS_unlink, "unlink", true},
    {SYS_mkdir, "mkdir", true},
    {SYS_poll, "poll", true},
#endif
#ifdef SYS_renameat
    {SYS_renameat, "renameat", true},
#endif
};

struct trap {
    unsigned long at; /* 0: never */
    char name[32];    /* "": any call */
    bool group;
    const char *out;
};

struct trace {
    const struct trap *trap;
    pid_t child;
    bool begun;
    bool struck;
    unsigned long calls; /* of any name */
    unsigned long hits;  /* that count for the trap */
};

static volatile sig_atomic_t child_pid;

static void forward(int sig)
{
    if (child_pid > 0)
        kill((pid_t)child_pid, sig);
}

static const struct call_name *find(long number)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return &names[i];
    return NULL;
}

static void report(const struct trace *t, long number)
{
    char text[96];
    if (!t->trap->out)
        return;
    const struct call_name *call = number < 0 ? NULL : find(number);
    int n = number < 0 ? snprintf(text, sizeof text, "%lu -\n", t->calls)
            : call     ? snprintf(text, sizeof text, "%lu %s\n", t->calls, call->name)
                       : snprintf(text, sizeof text, "%lu call%ld\n", t->calls, number);
    int fd = open(t->trap->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, text, (size_t)n) != n)
        fprintf(stderr, "killat: %s: %s\n", t->trap->out, strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* Called before each call of a thread: counts it, and kills at the chosen one.*/
static void on_call(struct trace *t, long number, unsigned long first_argument)
{
    const struct call_name *call = find(number);
    if (!t->begun) /* reading standard input is work, reading a library is none */
        t->begun =
            (call && call->works && !(number == SYS_write && first_argument == STDERR_FILENO)) ||
            (number == SYS_read && first_argument == STDIN_FILENO);
    if (!t->begun)
        return;
    t->calls++;
    if (t->trap->name[0] && !(call && strcmp(call->name, t->trap->name) == 0))
        return;
    t->hits++;
    if (t->struck || t->hits != t->trap->at)
        return;
    t->struck = true;
    report(t, number);
    kill(t->trap->group ? 0 : t->child, SIGKILL);
}

static void on_stop(struct trace *t, pid_t tid, int stop, int event)
{
    struct __ptrace_syscall_info info;
    int deliver = 0;
    if (stop == SYSCALL_STOP) {
        if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) > 0 &&
            info.op == PTRACE_SYSCALL_INFO_ENTRY)
            on_call(t, (long)info.entry.nr, (unsigned long)info.entry.args[0]);
    } else if (stop != SIGSTOP && !(stop == SIGTRAP && event))
        deliver = stop; /* a new thread begins with SIGSTOP; events carry SIGTRAP */
    (void)ptrace(PTRACE_SYSCALL, tid, NULL, (void *)(long)deliver); /* it may be dead by now */
}

/* Follows all threads until the child ends; returns its status as wait(2) does.*/
static int follow(struct trace *t)
{
    int status, end = 0;
    pid_t tid;
    while ((tid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
        if (tid <= 0)
            continue;
        if (WIFSTOPPED(status))
            on_stop(t, tid, WSTOPSIG(status), status >> 16);
        else if (tid == t->child) {
            end = status;
            break;
        }
    }
    return end;
}

static void run(char **command)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
        fprintf(stderr, "killat: ptrace is not allowed here: %s\n", strerror(errno));
        _exit(NOT_ALLOWED);
    }
    raise(SIGSTOP);
    execvp(command[0], command);
    fprintf(stderr, "killat: %s: %s\n", command[0], strerror(errno));
    _exit(NOT_FOUND);
}

static int trace(const struct trap *trap, char **command)
{
    struct trace t = {.trap = trap};
    int status;
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;
    t.child = fork();
    if (t.child == 0)
        run(command);
    if (t.child < 0 || waitpid(t.child, &status, 0) != t.child) {
        perror("killat");
        return NOT_ALLOWED;
    }
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    child_pid = t.child;
    close(STDIN_FILENO); /* the command's ends of the pipes are to be the only ones */
    close(STDOUT_FILENO);
    struct sigaction pass = {.sa_handler = forward};
    sigaction(SIGTERM, &pass, NULL);
    sigaction(SIGINT, &pass, NULL);
    if (ptrace(PTRACE_SETOPTIONS, t.child, NULL, (void *)options) != 0) {
        fprintf(stderr, "killat: ptrace is not allowed here: %s\n", strerror(errno));
        kill(t.child, SIGKILL);
        return NOT_ALLOWED;
    }
    (void)ptrace(PTRACE_SYSCALL, t.child, NULL, NULL);
    status = follow(&t);
    if (!t.struck)
        report(&t, -1);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool parse_trap(struct trap *trap, const char *text)
{
    char *end;
    const char *colon = strchr(text, ':');
    if (colon) {
        size_t n = (size_t)(colon - text);
        if (n == 0 || n >= sizeof trap->name)
            return false;
        memcpy(trap->name, text, n);
        text = colon + 1;
    }
    trap->at = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end;
}

int main(int argc, char **argv)
{
    struct trap trap = {0};
    int option;
    while ((option = getopt(argc, argv, "+go:")) != -1) {
        if (option == 'g')
            trap.group = true;
        else if (option == 'o')
            trap.out = optarg;
        else
            return 2;
    }
    if (argc - optind < 2 || !parse_trap(&trap, argv[optind])) {
        fprintf(stderr, "usage: killat [-g] [-o FILE] [NAME:]K COMMAND [ARGUMENT ...]\n");
        return 2;
    }
    return trace(&trap, argv + optind + 1);
}
