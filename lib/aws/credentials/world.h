/*
 * The real world of the credentials' sources: the clock, libcurl with its own multi handle, files,
 * programs and the terminal. A signal (bf_stop_fd) ends every wait, with BF_E_STOPPED.
 */
#ifndef BF_CRED_WORLD_H
#define BF_CRED_WORLD_H

#include <stdatomic.h>

#include "lib/aws/credentials/source.h"
#include "lib/aws/http/http.h"

struct bf_cred_real {
    struct bf_cred_world world;
    struct bf_http http;
    struct bf_http_exchange x;
    const atomic_bool *quit; /* NULL, or becomes true when the result is no longer needed */
};

/* The struct must not be moved afterwards. may_ask: the terminal may be used, if there is one. */
bool bf_cred_real_init(struct bf_cred_real *r, const struct bf_aws_config *config, bool may_ask,
                       struct bf_err *e);
void bf_cred_real_free(struct bf_cred_real *r);

/* Has a signal arrived, or is the result no longer needed? */
bool bf_cred_real_ends(const struct bf_cred_real *r);

/* How often waits check bf_cred_real_ends. */
enum { BF_CRED_STEP_MS = 100 };

/* program.c */
bool bf_cred_real_run(void *arg, const char *const *argv, struct bf_buf *out, struct bf_err *e);

/* terminal.c */
bool bf_cred_real_ask(void *arg, const char *prompt, struct bf_buf *out, struct bf_err *e);
bool bf_cred_real_has_terminal(void);

#endif
