#include "cmd/bflocal/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bflocal/signals.h"

extern char **environ;

static int set_files(posix_spawn_file_actions_t *files)
{
    int error = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    return error ? error : posix_spawn_file_actions_adddup2(files, STDERR_FILENO, STDOUT_FILENO);
}

/* A process group of its own, so that a signal ends what the script has started too. */
static int set_attributes(posix_spawnattr_t *attr)
{
    sigset_t defaults; /* exec resets handlers but keeps ignored signals ignored */
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawnattr_setsigdefault(attr, &defaults);
    posix_spawnattr_setpgroup(attr, 0);
    return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

/* 0, or the error's number. A script without "#!" is run by sh as well. */
static int spawn_script(const char *file, pid_t *pid)
{
    char sh[] = "sh", end[] = "--", *script = (char *)(uintptr_t)file; /* spawn changes no word */
    char *direct[] = {script, NULL}, *by_sh[] = {sh, end, script, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    if (access(file, R_OK) != 0)
        return errno;
    int error = posix_spawn_file_actions_init(&files);
    if (error)
        return error;
    error = posix_spawnattr_init(&attr);
    if (error == 0) {
        error = set_files(&files);
        error = error ? error : set_attributes(&attr);
        if (error == 0)
            error = access(file, X_OK) == 0 ? posix_spawn(pid, file, &files, &attr, direct, environ)
                                            : ENOEXEC;
        if (error == ENOEXEC)
            error = posix_spawnp(pid, "sh", &files, &attr, by_sh, environ);
        posix_spawnattr_destroy(&attr);
    }
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* Returns the status of waitpid. *sig: the first signal that arrived meanwhile, or 0. It goes to
 * the script's group; a second one ends the group at once. */
static int wait_for_script(pid_t pid, int reader, int *sig)
{
    siginfo_t ended = {0};
    int st = 0;
    *sig = 0;
    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && !ended.si_pid) {
        bool gone = bl_signals_wait(reader);
        if (gone)
            reader = -1;
        int got = gone ? SIGTERM : bl_signals_stop();
        if (got)
            kill(-pid, *sig ? SIGKILL : got);
        if (got && !*sig)
            *sig = got;
    }
    if (*sig)
        kill(-pid, SIGKILL);    /* what the script has left, and what ignores the signal */
    (void)waitpid(pid, &st, 0); /* now its number can be another's */
    return st;
}

bool bl_init_run(const char *file, int reader, int *status, struct bf_err *e)
{
    pid_t pid = 0;
    int sig, error = spawn_script(file, &pid);
    *status = 1;
    if (error)
        return bf_err_sys(e, error, "--init: %s", file);
    int st = wait_for_script(pid, reader, &sig);
    if (sig) {
        *status = 128 + sig;
        return true;
    }
    if (WIFSIGNALED(st)) {
        *status = 128 + WTERMSIG(st);
        return bf_err_set(e, BF_E_IO, "--init: %s: ended by signal %d", file, WTERMSIG(st));
    }
    *status = WEXITSTATUS(st);
    return *status == 0 || bf_err_set(e, BF_E_IO, "--init: %s: exit status %d", file, *status);
}
