/*
 * What client.c and outcome.c share: the client's struct and that of a call in
 * flight. client.c owns them, sends and waits; outcome.c judges what came back.
 */
#ifndef BF_AWS_STATE_H
#define BF_AWS_STATE_H

#include "lib/aws/answer.h"
#include "lib/aws/request.h"
#include "lib/aws/retry.h"
#include "lib/base/map.h"
#include "lib/base/rng.h"

/* One call in flight. The structs are kept and used again: each has a connection-ready easy handle
 * and buffers that have grown to what its calls need. */
struct bf_aws_state {
    struct bf_aws_call *call;  /* NULL: free */
    struct bf_aws_state *next; /* in the list of the free, or of those that wait */
    struct bf_aws_state *all;
    struct bf_http_exchange x;
    struct bf_request request;
    struct bf_retry retry;
    struct bf_retry_rules rules;
    const struct bf_endpoint *endpoint;
    bool running;    /* the engine has it; else it waits until due_ms */
    bool hashing;    /* it waits for its turn to read more of its body */
    int64_t due_ms;  /* monotonic */
    int64_t skew_ms; /* what the signature was made with */
    bool moved;      /* it has been signed anew for another region once */
    char invocation_id[37];
    char request_id[128];
    struct bf_answer_error error; /* codes and texts are empty on success */
};

struct bf_aws {
    struct bf_aws_config config;
    struct bf_http http;
    struct bf_signer signer;
    bool have_credentials;
    struct bf_endpoint endpoints[BF_AWS_SERVICES];
    bool resolved[BF_AWS_SERVICES];
    struct bf_map buckets; /* names of those in another region to their struct bf_endpoint */
    struct bf_retry_quota quota;
    struct bf_rng rng;
    int64_t skew_ms;
    struct bf_aws_state *all, *free, *waiting;
    size_t in_flight;
    void (*note)(void *arg, const char *text);
    void *note_arg;
};

/* Signs and sends the attempt that s->retry names. */
BF_MUST bool bf_aws_send(struct bf_aws *aws, struct bf_aws_state *s, struct bf_err *e);

/* Lets s wait for delay_us and then sends it. */
void bf_aws_send_later(struct bf_aws *aws, struct bf_aws_state *s, uint64_t delay_us);

/* Hands the answer to the caller, whose call it is again from here. */
void bf_aws_deliver(struct bf_aws *aws, struct bf_aws_state *s, const struct bf_err *err);

/* The exchange of s has ended: delivers it, or sends it again. */
void bf_aws_conclude(struct bf_aws *aws, struct bf_aws_state *s);

#endif
