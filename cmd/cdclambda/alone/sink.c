/*
 * Replaces sink.c (and SQLite) in the static program of the package, which has no destinations and no SQL. If they are
 * requested, it executes the full program with the loader and the libraries in the package, independent of the C library
 * of the machine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cdclambda/lambda.h"
#include "lib/sqlite/load.h"

bool become_full(const struct config *config, char **argv, struct bf_err *e)
{
    const char *root = getenv("LAMBDA_TASK_ROOT");
    char loader[4096], folder[4096], program[4096];
    (void)argv;
    if (!config->to && !bf_sql_wanted(&config->firehose.xform.sql))
        return true;
    snprintf(folder, sizeof folder, "%s/lib", root ? root : ".");
    snprintf(loader, sizeof loader, "%.4000s/ld.so", folder);
    snprintf(program, sizeof program, "%.4000s/cdclambda", folder);
    char option[] = "--library-path";
    char *args[] = {loader, option, folder, program, NULL};
    execv(loader, args);
    return bf_err_sys(e, errno, "this package has no SQL and no destinations: %s", loader);
}

const struct bf_rowsink_api *sink_load(struct bf_err *e)
{
    bf_err_set(e, BF_E_USAGE, "no destinations in this program");
    return NULL;
}

const struct sql_api *bf_sql_load(struct bf_err *e)
{
    bf_err_set(e, BF_E_USAGE, "no SQL in this program");
    return NULL;
}

const struct sql_api *bf_sql_api(void)
{
    return NULL; /* it was not loaded */
}
