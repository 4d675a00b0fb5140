/* Firehose: records are buffered and become objects. */
#ifndef BL_FIREHOSE_SERVICE_H
#define BL_FIREHOSE_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_firehose;

#endif
