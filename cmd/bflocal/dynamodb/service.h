/* DynamoDB: its operations and its state as the process starts. */
#ifndef BL_DYNAMODB_SERVICE_H
#define BL_DYNAMODB_SERVICE_H

#include "cmd/bflocal/http/service.h"

extern const struct bl_service bl_service_dynamodb;

#endif
