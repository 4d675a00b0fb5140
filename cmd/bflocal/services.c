#include "cmd/bflocal/services.h"

#include "cmd/bflocal/athena/service.h"
#include "cmd/bflocal/dynamodb/service.h"
#include "cmd/bflocal/events/service.h"
#include "cmd/bflocal/firehose/service.h"
#include "cmd/bflocal/glue/service.h"
#include "cmd/bflocal/kinesis/service.h"
#include "cmd/bflocal/lambda/service.h"
#include "cmd/bflocal/s3/service.h"
#include "cmd/bflocal/streams/service.h"
#include "cmd/bflocal/sts/service.h"

const struct bl_service *const bl_services[] = {
    &bl_service_dynamodb,
    &bl_service_streams,
    &bl_service_kinesis,
    &bl_service_s3,
    &bl_service_glue,
    &bl_service_athena,
    &bl_service_lambda,
    &bl_service_events,
    &bl_service_firehose,
    &bl_service_sts,
    NULL,
};
