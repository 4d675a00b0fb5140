/*
 * From a call to a signed HTTP request: URL, header lines, signature. One struct bf_request belongs
 * to a call in flight; its buffers are reused. The result points into the struct and into the call,
 * until the next build.
 *
 * S3: at AWS the bucket is in the host (bucket.s3.region.amazonaws.com). It is in the path at a
 * configured endpoint, and if its name is not valid in a host name (dots with TLS, capitals,
 * underscores).
 */
#ifndef BF_AWS_CLIENT_CLIENT_REQUEST_H
#define BF_AWS_CLIENT_CLIENT_REQUEST_H

#include "lib/aws/client/client.h"
#include "lib/aws/credentials/credentials.h"
#include "lib/aws/config/endpoint.h"
#include "lib/aws/http/http.h"
#include "lib/aws/sign/sigv4.h"

/* The signing keys of the day are cached, because deriving one needs four HMACs. */
enum { BF_SIGNER_KEYS = 8 };

struct bf_signer {
    struct bf_credentials credentials;
    struct {
        char scope[96]; /* day/region/service; "": free */
        struct bf_sigv4_key key;
    } keys[BF_SIGNER_KEYS];
    unsigned next; /* the one to replace next */
};

/* Initialise with zeros. */
void bf_signer_free(struct bf_signer *s);

struct bf_request {
    char payload_hash[BF_SHA256_HEX];
    void *digest;    /* OpenSSL's digest of a body in a file */
    uint64_t hashed; /* bytes of that file hashed so far */
    struct bf_buf url, path, text, auth;
};

void bf_request_init(struct bf_request *r);
void bf_request_free(struct bf_request *r);

/* Its call is done: wipes the session token in its lines. */
void bf_request_wipe(struct bf_request *r);

/* Computes the payload hash, once per call; it is the same for all attempts. If a body in a file
 * must be read for it, this is done in slices, because it may be gigabytes and other calls need
 * their turn meanwhile. */
enum bf_request_hash { BF_HASH_DONE, BF_HASH_MORE, BF_HASH_FAILED };
enum { BF_HASH_SLICE = 2 << 20 };

BF_MUST enum bf_request_hash bf_request_hash(struct bf_request *r, const struct bf_aws_call *call,
                                             bool hash_s3, struct bf_err *e);

/* After BF_HASH_MORE: the next slice. */
BF_MUST enum bf_request_hash bf_request_hash_more(struct bf_request *r,
                                                  const struct bf_aws_call *call, struct bf_err *e);

struct bf_request_attempt {
    const struct bf_endpoint *endpoint;
    int64_t wall_ms; /* the service's clock, as far as it is known */
    const char *invocation_id;
    const char *sdk_request; /* "attempt=1; max=3" */
};

/* Builds and signs the request, and fills the request half of x. */
BF_MUST bool bf_request_build(struct bf_request *r, struct bf_signer *signer,
                              const struct bf_aws_call *call,
                              const struct bf_request_attempt *attempt, struct bf_http_exchange *x,
                              struct bf_err *e);

/* The call's name for messages: "PutRecords", "UploadPart". */
const char *bf_request_name(const struct bf_aws_call *call);

#endif
