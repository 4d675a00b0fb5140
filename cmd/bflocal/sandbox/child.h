/*
 * A child process that ends, with all processes that it has started, when bflocal ends, even by SIGKILL.
 *
 * Between the two is a supervisor: it gets SIGTERM from the kernel when the thread that started it ends
 * (prctl(2), PR_SET_PDEATHSIG), and then kills the child's process group. So bl_child_start has to be called
 * by a thread that outlives the child. Processes that have left the group become children of the supervisor,
 * which is their subreaper, and it kills them too. If the supervisor is killed, the kernel kills the child.
 */
#ifndef BL_CHILD_H
#define BL_CHILD_H

#include <sys/types.h>

#include "lib/base/str.h"

struct bl_child {
    pid_t supervisor, pid; /* 0: there is none */
    int log;               /* its standard output and error, to be read */
    int status;            /* readable once the child has ended */
};

/* The exit status of a child whose program cannot be executed: of another machine's format, or for another reason. A
 * program may exit with these, too. */
enum { BL_CHILD_NO_FORMAT = 126, BL_CHILD_NO_EXEC = 127 };

/* argv and env end with NULL; argv[0] is the path of the program, folder its working directory. */
bool bl_child_start(struct bl_child *c, const char *const *argv, const char *const *env,
                    const char *folder, struct bf_err *e) BF_MUST;

/* Kills the child and its process group; bl_child_wait follows. */
void bl_child_kill(const struct bl_child *c);

/* Asks them to end, by SIGTERM, and kills what is left after BL_CHILD_GRACE_MS. Does not wait. */
enum { BL_CHILD_GRACE_MS = 500 };
void bl_child_terminate(const struct bl_child *c);

/* Waits for its end; returns its status as waitpid(2) does. The process id stays its own until bl_child_reap, so that
 * bl_child_kill of another thread hits no other process. */
int bl_child_wait(const struct bl_child *c);

/* After bl_child_wait: gives the process id back and closes both descriptors. Does not wait. */
void bl_child_reap(struct bl_child *c);

#endif
