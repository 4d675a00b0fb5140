/* CREATE TABLE ... AS, INSERT INTO, UNLOAD. */
#include "cmd/bflocal/athena/ddl.h"

bool bl_ddl_create_as(struct bl_ddl *d)
{
    return bf_err_set(d->e, BF_E_INPUT, "SYNTAX_ERROR: bflocal has no CREATE TABLE ... AS yet");
}

bool bl_ddl_insert(struct bl_ddl *d)
{
    return bf_err_set(d->e, BF_E_INPUT, "SYNTAX_ERROR: bflocal has no INSERT INTO yet");
}

bool bl_ddl_unload(struct bl_ddl *d)
{
    return bf_err_set(d->e, BF_E_INPUT, "SYNTAX_ERROR: bflocal has no UNLOAD yet");
}
