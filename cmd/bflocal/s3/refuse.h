/* S3's answers to headers and parameters of the query that are not as its model has them. */
#ifndef BL_S3_REFUSE_H
#define BL_S3_REFUSE_H

#include "cmd/bflocal/http/service.h"

/* For struct bl_protocol. */
void bl_s3_refuse(struct bl_call *c, const struct bl_outside *wrong, struct bf_str text);

#endif
