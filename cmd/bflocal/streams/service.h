/* DynamoDB Streams: its operations and its state as the process starts. */
#ifndef BL_STREAMS_SERVICE_H
#define BL_STREAMS_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_streams;

#endif
