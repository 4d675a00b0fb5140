/*
 * cdclambda's parts: what was asked for (config.c), the runtime API (runtime.c),
 * events (handle.c), and the way to where rows of Kinesis and DynamoDB events go
 * (sink.c, lib/aws/rowsink/rowsink.h).
 *
 * Nothing of libcurl or TLS is loaded where there is no destination, nor touched
 * before the first row has to go out, so that a cold start is the start of a process.
 */
#ifndef CDCLAMBDA_H
#define CDCLAMBDA_H

#include "lib/aws/rowsink/rowsink.h"
#include "lib/cli/opt_file.h"
#include "lib/xform/firehose_event.h"

struct config {
    struct bf_common common;
    struct bf_aws_options aws;
    struct bf_firehose_conf firehose; /* the transform is in it */
    const char *to;                   /* firehose:NAME or s3://BUCKET/PREFIX */
    int gzip;                         /* 1: objects in S3 are compressed */
    bool fail_batch;                  /* no batchItemFailures: the invocation fails */
    struct bf_opt_files files;        /* transform.conf */
};

extern const struct bf_tool cdclambda_tool;

void config_init(struct config *c);
void config_free(struct config *c);

/* Reads $LAMBDA_TASK_ROOT/transform.conf, where there is one, then BF_... variables. */
BF_MUST bool config_load(struct config *c, struct bf_err *e);

/* One connection to the runtime API, used again and again. */
struct api {
    char host[16]; /* 127.0.0.1 */
    unsigned port;
    int fd;             /* -1: none */
    bool reused;        /* it has carried an exchange */
    bool last;          /* the other side closes it behind this answer */
    struct bf_buf head; /* of an answer */
    struct bf_buf body;
    struct bf_firehose_in event; /* views of body */
    struct bf_buf request;
    size_t body_at; /* bytes of head behind which body begins */
};

/* An invocation. */
struct invocation {
    char id[128];
    char trace[512];
    int64_t deadline_ms;          /* wall time; 0: not told */
    struct bf_firehose_in *event; /* may still be coming in; api's, until the next call */
};

enum api_next { API_EVENT, API_STOP, API_ERROR };

/* address: AWS_LAMBDA_RUNTIME_API, "host:port". */
BF_MUST bool api_init(struct api *api, const char *address, struct bf_err *e);
void api_free(struct api *api);

/* Waits for the next event; API_STOP: a signal came first. */
BF_MUST enum api_next api_next(struct api *api, struct invocation *inv, struct bf_err *e);

/* Waits for so many bytes of the event, or for the whole of it. */
BF_MUST bool api_event(struct bf_firehose_in *event, size_t bytes, struct bf_err *e);

/* Posts an answer to the invocation, whose event is there whole. refused: the API took it not, for its content (413). */
BF_MUST bool api_respond(struct api *api, const struct invocation *inv, struct bf_str answer,
                         bool *refused, struct bf_err *e);

/* Posts an error, of an invocation or (inv NULL) of initialisation. */
BF_MUST bool api_fail(struct api *api, const struct invocation *inv, const char *type,
                      const struct bf_err *why, struct bf_err *e);

/* Does this program have all that the configuration wants? The package's bootstrap is a static program
 * without SQL and destinations (alone/): it becomes the full one that lies beside it, and returns only when
 * that is not there. In the full one: true. */
BF_MUST bool become_full(const struct config *config, char **argv, struct bf_err *e);

/* The way to destinations (sink.c). NULL: they are not there, *e says why. */
BF_MUST const struct bf_rowsink_api *sink_load(struct bf_err *e);

struct handler;

BF_MUST struct handler *handler_new(const struct config *config, struct bf_err *e);
void handler_destroy(struct handler *h);

/* Appends the answer to an event. False: *e says why, *type names the error for the runtime API. */
BF_MUST bool handle(struct handler *h, const struct invocation *inv, struct bf_buf *answer,
                    const char **type, struct bf_err *e);

#endif
