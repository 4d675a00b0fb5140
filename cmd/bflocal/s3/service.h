/* S3: its operations and its state as the process starts. */
#ifndef BL_S3_SERVICE_H
#define BL_S3_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_s3;

#endif
