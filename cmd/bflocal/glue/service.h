/* Glue's Data Catalog, as struct bl_service has it. */
#ifndef BL_GLUE_SERVICE_H
#define BL_GLUE_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_glue;

#endif
