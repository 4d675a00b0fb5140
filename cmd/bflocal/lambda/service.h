/* Lambda, as services.c lists it. */
#ifndef BL_LAMBDA_SERVICE_H
#define BL_LAMBDA_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_lambda;

#endif
