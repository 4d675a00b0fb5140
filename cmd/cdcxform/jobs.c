#include "cmd/cdcxform/run.h"
bool run_jobs(struct run *r, struct bf_str first, enum bf_line kind, struct bf_err *e)
{
    (void)r, (void)first, (void)kind;
    return bf_err_set(e, BF_E_USAGE, "not yet");
}
