/* Athena, as struct bl_service has it. */
#ifndef BL_ATHENA_SERVICE_H
#define BL_ATHENA_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_athena;

#endif
