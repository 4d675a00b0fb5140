/*
 * STS: GetCallerIdentity and AssumeRole in the query protocol. Scripts call the first
 * before they deploy; a profile with a role_arn gets temporary credentials by the
 * second. Every role may be assumed, because bflocal has no policies.
 */
#ifndef BL_STS_SERVICE_H
#define BL_STS_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_sts;

#endif
