/*
 * What the client's files share: its struct and that of a call in flight.
 * client.c owns them, sends and waits; endpoints.c says where to; outcome.c judges what came back;
 * patience.c ends what does not get on after a signal.
 */
#ifndef BF_AWS_CLIENT_CLIENT_IMPL_H
#define BF_AWS_CLIENT_CLIENT_IMPL_H

#include "lib/aws/http/adaptive.h"
#include "lib/aws/http/answer.h"
#include "lib/aws/client/client_request.h"
#include "lib/aws/config/account.h"
#include "lib/aws/http/retry.h"
#include "lib/base/map.h"
#include "lib/base/rng.h"

/* One call in flight. The structs are kept and used again: each has a connection-ready easy handle
 * and buffers that have grown to what its calls need. */
struct bf_aws_flight {
    struct bf_aws_call *call;   /* NULL: free */
    struct bf_aws_flight *next; /* in the list of the free, or of those that wait */
    struct bf_aws_flight *all;
    struct bf_http_exchange x;
    struct bf_request request;
    struct bf_retry retry;
    struct bf_retry_rules rules;
    const struct bf_endpoint *endpoint;
    bool running;        /* the engine has it; else it waits until due_ms */
    bool hashing;        /* it waits for its turn to read more of its body */
    int64_t due_ms;      /* monotonic */
    int64_t skew_ms;     /* what the signature was made with */
    uint64_t generation; /* and whose: which of the credentials */
    bool renewed;        /* credentials have been renewed for it once */
    bool clock_tried;    /* it has been signed anew once because its time was refused */
    bool redirected;     /* it has been signed anew for another region once */
    uint64_t moved;      /* bytes of the attempt in flight, when they were last looked at... */
    int64_t moved_ms;    /* ...and since when there have been so many; monotonic */
    int64_t failing_ms;  /* since when its attempts have failed; monotonic */
    struct bf_err why;   /* and what the last of them said */
    char invocation_id[37];
    char request_id[128];
    struct bf_answer_error error; /* codes and texts are empty on success */
};

struct bf_cred_finder;
struct bf_keeper;

struct bf_aws {
    struct bf_aws_config config;
    struct bf_http http;
    struct bf_signer signer;
    struct bf_cred_finder *finder;
    struct bf_keeper *keeper;
    uint64_t generation; /* of the credentials in signer; 0: none */
    struct bf_endpoint endpoints[BF_AWS_SERVICES];
    bool resolved[BF_AWS_SERVICES];
    struct bf_endpoint account_endpoints[BF_ACCOUNT_PLACES];
    uint64_t
        account_generation[BF_ACCOUNT_PLACES]; /* whose credentials they are for; 0: not made yet */
    struct bf_str arn;                         /* of the tool's table or stream, or empty */
    struct bf_map buckets; /* names of those in another region to their struct bf_endpoint */
    struct bf_retry_quota quota;
    struct bf_adaptive adaptive; /* used with AWS_RETRY_MODE=adaptive */
    struct bf_rng rng;
    int64_t skew_ms;
    struct bf_aws_flight *all, *free, *waiting;
    struct bf_aws_flight *due; /* of those that waited: whose turn it is */
    size_t in_flight;
    void (*note)(void *arg, const char *text);
    void *note_arg;
    void (*detail)(void *arg, const char *text);
    void *detail_arg;
    void (*warn)(void *arg, const char *text);
    void *warn_arg;
    uint64_t grace_ms; /* 0: no limit */
    int64_t stop_ms;   /* monotonic: when a signal was seen; 0: none has come */
    bool stop_told;
    int64_t slept_ms; /* bf_clock_slept_ms, when it was looked at last */
};

/* The service's clock, as far as it is known. */
int64_t bf_aws_now_ms(const struct bf_aws *aws);

/* endpoints.c: NULL: there is none, or there are no credentials. Stays as long as the client does. */
const struct bf_endpoint *bf_aws_endpoint_for(struct bf_aws *aws, const struct bf_aws_call *call,
                                              struct bf_err *e);

/* identity.c: brings the signer what signs now; false: there are no credentials. Waits only where there are none that
 * hold. */
BF_MUST bool bf_aws_identify(struct bf_aws *aws, struct bf_err *e);
BF_MUST bool bf_aws_identity_init(struct bf_aws *aws, const struct bf_aws_options *options,
                                  struct bf_err *e);
void bf_aws_identity_free(struct bf_aws *aws);

/* The service says that the credentials of s have expired. True: there are others now, once for a call. */
BF_MUST bool bf_aws_renew(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e);

/* Signs and sends the attempt that s->retry names. */
BF_MUST bool bf_aws_send(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e);

/* How long one attempt may take in all; 0: as long as it moves. */
uint64_t bf_aws_timeout_ms(const struct bf_aws_call *call);

/* How long an attempt has to wait for its turn in adaptive mode; 0 in the others. */
uint64_t bf_aws_turn_us(struct bf_aws *aws);

/* Lets s wait for delay_us and then sends it. */
void bf_aws_send_later(struct bf_aws *aws, struct bf_aws_flight *s, uint64_t delay_us);

/* slept.c: has the computer slept since it was asked last? Then everything is sent anew. */
BF_MUST bool bf_aws_notice_sleep(struct bf_aws *aws, struct bf_err *e);

/* Hands the answer to the caller, whose call it is again from here. */
void bf_aws_deliver(struct bf_aws *aws, struct bf_aws_flight *s, const struct bf_err *err);

/* The exchange of s has ended: delivers it, or sends it again. */
void bf_aws_conclude(struct bf_aws *aws, struct bf_aws_flight *s);

/* Delivers s, which was not sent or whose exchange has been dropped: there is no answer, *e says why. */
void bf_aws_give_up(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e);

/* Delivers s, whose next attempt has not come about or has been dropped: what the last one said is said. */
void bf_aws_give_up_retry(struct bf_aws *aws, struct bf_aws_flight *s);

/* patience.c: from the first look behind a signal on its grace counts. */
void bf_aws_notice_stop(struct bf_aws *aws);

/* timeout_ms, or less: until bf_aws_end_what_stands may have something to do. */
int bf_aws_grace_wait_ms(const struct bf_aws *aws, int timeout_ms);

/* After a signal: gives up what does not get on. Behind a look at the network, since the process may have been held
 * up itself. */
void bf_aws_end_what_stands(struct bf_aws *aws);

#endif
