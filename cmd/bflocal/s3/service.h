/* S3 as a service (http/service.h). */
#ifndef BL_S3_SERVICE_H
#define BL_S3_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_s3;

#endif
