/* kinput's parts: the configuration (config), and the record of a line (record.c). lib/aws/put makes the requests. */
#ifndef KINPUT_H
#define KINPUT_H

#include "lib/aws/kinesis/kinesis.h"
#include "lib/aws/put/put_key.h"
#include "lib/aws/put/put_run.h"

struct config {
    struct bf_common common;
    struct bf_aws_options aws;
    struct bf_put_settings put;
    const char *stream;
    char arn_region[BF_ARN_REGION]; /* of stream, if it is an ARN */
    const char *key; /* a top-level field, or a path with dots; NULL: see put_key.h */
    bool key_hash, key_random;
    uint64_t max_record; /* bytes, partition key included */
};

struct records {
    const struct config *cfg;
    struct bf_put_keyer keyer;
};

/* The entry of a line (put_run.h); arg is a struct records. */
bool record_make(void *arg, struct bf_str line, struct bf_put_line *out, struct bf_err *why);

#endif
