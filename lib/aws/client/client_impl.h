/*
 * Shared by the client's files: its struct and that of a call in flight. client.c owns them, sends
 * and waits; endpoints.c chooses the endpoint; outcome.c judges the answers; grace.c ends calls
 * without progress after a signal.
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

/* One call in flight. The structs are reused: each keeps an easy handle and buffers that are as
 * large as its calls need. */
struct bf_aws_flight {
    struct bf_aws_call *call;   /* NULL: free */
    struct bf_aws_flight *next; /* in the free list or in the waiting list */
    struct bf_aws_flight *all;
    struct bf_http_exchange x;
    struct bf_request request;
    struct bf_retry retry;
    struct bf_retry_rules rules;
    const struct bf_endpoint *endpoint;
    bool running;        /* an exchange is running; otherwise the call waits until due_ms */
    bool hashing;        /* it waits for its turn to hash more of its body */
    int64_t due_ms;      /* monotonic */
    int64_t skew_ms;     /* the skew used for the signature */
    uint64_t generation; /* the generation of the credentials used for it */
    bool renewed;        /* credentials have been renewed for it; only once */
    bool clock_tried;    /* it has been signed again because its time was refused; only once */
    bool redirected;     /* it has been signed again for another region; only once */
    uint64_t moved;      /* bytes of the current attempt at the last check... */
    int64_t moved_ms;    /* ...and the time at which they last changed; monotonic */
    int64_t failing_ms;  /* the time of its first failed attempt; monotonic */
    struct bf_err why;   /* the error of the last attempt */
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
        account_generation[BF_ACCOUNT_PLACES]; /* the generation of credentials they were made for;
                                                * 0: not made yet */
    struct bf_str arn;                         /* of the tool's table or stream, or empty */
    struct bf_map buckets; /* buckets in another region: name to struct bf_endpoint */
    struct bf_retry_quota quota;
    struct bf_adaptive adaptive; /* used with AWS_RETRY_MODE=adaptive */
    struct bf_rng rng;
    int64_t skew_ms;
    struct bf_aws_flight *all, *free, *waiting;
    struct bf_aws_flight *due; /* waiting calls whose turn it is */
    size_t in_flight;
    void (*note)(void *arg, const char *text);
    void *note_arg;
    void (*detail)(void *arg, const char *text);
    void *detail_arg;
    void (*warn)(void *arg, const char *text);
    void *warn_arg;
    uint64_t grace_ms; /* 0: no limit */
    int64_t stop_ms;   /* monotonic: when a signal was noticed; 0: none */
    bool stop_told;
    int64_t slept_ms; /* bf_clock_slept_ms at the last check */
};

/* The service's clock, as far as it is known. */
int64_t bf_aws_now_ms(const struct bf_aws *aws);

/* endpoints.c: NULL: there is none, or no credentials. Valid as long as the client. */
const struct bf_endpoint *bf_aws_endpoint_for(struct bf_aws *aws, const struct bf_aws_call *call,
                                              struct bf_err *e);

/* identity.c: gives the signer the current credentials; false: there are none. Waits only if none
 * are valid. */
BF_MUST bool bf_aws_identify(struct bf_aws *aws, struct bf_err *e);
BF_MUST bool bf_aws_identity_init(struct bf_aws *aws, const struct bf_aws_options *options,
                                  struct bf_err *e);
void bf_aws_identity_free(struct bf_aws *aws);

/* The service says that the credentials of s have expired. True: others were found; once per
 * call. */
BF_MUST bool bf_aws_renew(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e);

/* Signs and sends attempt s->retry.attempt. */
BF_MUST bool bf_aws_send(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e);

/* The maximum duration of one attempt; 0: unlimited while it makes progress. */
uint64_t bf_aws_timeout_ms(const struct bf_aws_call *call);

/* How long an attempt must wait in adaptive mode; 0 in the other modes. */
uint64_t bf_aws_turn_us(struct bf_aws *aws);

/* Sends s after delay_us. */
void bf_aws_send_later(struct bf_aws *aws, struct bf_aws_flight *s, uint64_t delay_us);

/* slept.c: if the computer has slept since the last check, sends all calls again. */
BF_MUST bool bf_aws_notice_sleep(struct bf_aws *aws, struct bf_err *e);

/* Passes the answer to the caller, who owns the call again from here on. */
void bf_aws_deliver(struct bf_aws *aws, struct bf_aws_flight *s, const struct bf_err *err);

/* The exchange of s has ended: delivers it, or sends it again. */
void bf_aws_conclude(struct bf_aws *aws, struct bf_aws_flight *s);

/* Delivers s without an answer: it was not sent, or its exchange was dropped; *e says why. */
void bf_aws_give_up(struct bf_aws *aws, struct bf_aws_flight *s, struct bf_err *e);

/* Delivers s with the error of its last attempt, because the next one failed to start or was
 * dropped. */
void bf_aws_give_up_retry(struct bf_aws *aws, struct bf_aws_flight *s);

/* grace.c: the grace period begins when this is first called after a signal. */
void bf_aws_notice_stop(struct bf_aws *aws);

/* timeout_ms, or less: until bf_aws_end_stalled may have something to do. */
int bf_aws_grace_wait_ms(const struct bf_aws *aws, int timeout_ms);

/* After a signal: gives up calls without progress. Call it after network I/O, since the process
 * itself may have been suspended. */
void bf_aws_end_stalled(struct bf_aws *aws);

#endif
