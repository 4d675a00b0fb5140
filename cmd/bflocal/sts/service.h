/*
 * STS: GetCallerIdentity and AssumeRole, in the query protocol. Scripts ask who
 * they are before they deploy, and profiles with a role_arn ask for temporary
 * credentials. Any role may be assumed: there are no policies here.
 */
#ifndef BL_STS_SERVICE_H
#define BL_STS_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_sts;

#endif
