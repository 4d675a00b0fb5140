/*
 * What the sources of credentials share. A source is one function in a file of
 * its own. It is asked with a struct bf_cred_seek: configuration, the profile
 * in question, and the world: time, HTTP, files, programs and a terminal, all of
 * them parameters, so that a test can play any of them.
 *
 * A source that is not set up passes and says why (for -vv); one that is set up
 * and fails is broken, and ends the search: to go on would sign in another name.
 */
#ifndef BF_CRED_SOURCE_H
#define BF_CRED_SOURCE_H

#include "lib/aws/config/endpoint.h"
#include "lib/aws/http/answer.h"
#include "lib/aws/http/header.h"
#include "lib/aws/credentials/credentials.h"
#include "lib/json/doc.h"

enum { BF_CRED_HEADERS = 8, BF_CRED_BODY_MAX = 1 << 20, BF_CRED_FILE_MAX = 256 << 10 };

struct bf_cred_request {
    const char *method;
    const char *url;
    struct bf_aws_header_field headers[BF_CRED_HEADERS];
    size_t nheaders;
    struct bf_str body;
    uint64_t timeout_ms;
    bool keep;   /* not broken off by a signal: a token in its answer would be lost */
    bool direct; /* never through a proxy: an address of this machine or its host */
};

/* Born empty with bf_cred_reply_init; its body may hold secrets, bf_cred_reply_free wipes it. */
struct bf_cred_reply {
    int status; /* 0: there was none */
    struct bf_buf body;
    int64_t date_ms; /* of its Date header, 0: none */
};

void bf_cred_reply_init(struct bf_cred_reply *r);
void bf_cred_reply_free(struct bf_cred_reply *r);

/* Wipes and frees a buffer, or a text on the heap, that held secrets; text may be NULL. */
void bf_cred_wipe(struct bf_buf *b);
void bf_cred_wipe_text(char *text);

/* All may be called from any thread, one call at a time. */
struct bf_cred_world {
    void *arg;
    int64_t (*wall_ms)(void *arg);
    void (*sleep_ms)(void *arg, uint64_t ms);
    /* One request and its answer; false: there was none (BF_E_NETWORK, BF_E_STOPPED). */
    bool (*exchange)(void *arg, const struct bf_cred_request *q, struct bf_cred_reply *r,
                     struct bf_err *e);
    bool (*read)(void *arg, const char *path, struct bf_buf *out, struct bf_err *e);
    /* Mode 0600, the old or the new content, never a mixture. */
    bool (*replace)(void *arg, const char *path, struct bf_str content, struct bf_err *e);
    /* Waits some seconds for other processes; BF_E_TEMPORARY when they keep it. */
    bool (*lock)(void *arg, const char *path, int *fd, struct bf_err *e);
    void (*unlock)(void *arg, int fd);
    /* Runs a program, argv ends with NULL, and takes what it writes; false also when it fails. */
    bool (*run)(void *arg, const char *const *argv, struct bf_buf *out, struct bf_err *e);
    /* Asks whoever sits at the terminal; NULL: nobody can be asked now. */
    bool (*ask)(void *arg, const char *prompt, struct bf_buf *out, struct bf_err *e);
    /* Can others than its owner read this file? NULL: that is not looked at. */
    bool (*exposed)(void *arg, const char *path);
};

enum { BF_CRED_CHAIN = 8 }; /* profiles that take their credentials from one another */

struct bf_cred_seek {
    const struct bf_aws_config *config;
    const struct bf_cred_world *world;
    const char *profile;
    bool env; /* keys and roles in the environment count: no profile was asked for by name */
    const struct bf_cred_told *told;
    const char *visited[BF_CRED_CHAIN]; /* from the first profile to this one */
    size_t nvisited;
};

enum bf_cred_found { BF_CRED_TAKEN, BF_CRED_PASSED, BF_CRED_BROKEN };

typedef enum bf_cred_found bf_cred_source(const struct bf_cred_seek *s, struct bf_credentials *out,
                                          struct bf_err *e);

bf_cred_source bf_cred_from_environment, bf_cred_from_role, bf_cred_from_web_identity,
    bf_cred_from_sso, bf_cred_from_credentials_file, bf_cred_from_login, bf_cred_from_process,
    bf_cred_from_config_file, bf_cred_from_container, bf_cred_from_instance;

/* chain.c: the credentials of a profile that a role is assumed with: its own sources alone, roles among them. */
enum bf_cred_found bf_cred_from_profile(const struct bf_cred_seek *s, const char *profile,
                                        struct bf_credentials *out, struct bf_err *e);

/* support.c */

/* A property of the profile in question, NULL when it has none or an empty one. */
const char *bf_cred_get(const struct bf_cred_seek *s, const char *property);
const char *bf_cred_get_in(const struct bf_cred_seek *s, enum bf_profile_kind kind,
                           const char *section, const char *property);

/* Both fill *e and return what they are called. */
enum bf_cred_found bf_cred_pass(struct bf_err *e, const char *fmt, ...) BF_PRINTF(2, 3);
enum bf_cred_found bf_cred_break(struct bf_err *e, const char *fmt, ...) BF_PRINTF(2, 3);

/* The endpoint of a service that keys come from; warns where they would cross a network in the open. */
bool bf_cred_endpoint(const struct bf_cred_seek *s, const struct bf_aws_config *c,
                      enum bf_aws_service service, struct bf_endpoint *ep, struct bf_err *e);

/* Warns of a file that holds secrets and that others can read. */
void bf_cred_tell_exposed(const struct bf_cred_seek *s, const char *path);

struct bf_cred_parts {
    const char *access, *secret, *token, *account; /* token and account may be NULL */
    int64_t expires_ms;
};

/* Copies them; BF_CRED_TAKEN, or BF_CRED_BROKEN where one is missing or out of memory. what names the source for
 * people. */
enum bf_cred_found bf_cred_keep(struct bf_credentials *out, const struct bf_cred_parts *p,
                                const char *what, struct bf_err *e);

/* A JSON object, NULL when text is none. The caller frees it. */
json_t *bf_cred_object(struct bf_str text, const char *what, struct bf_err *e);

/* A member that is a string with something in it, or NULL. */
const char *bf_cred_string(const json_t *object, const char *name);

/* "2026-11-28T07:00:00Z", also with "UTC" at its end. */
bool bf_cred_time(const char *text, int64_t *ms);

/* Sends up to attempts times what found no answer, 5xx and throttling; wait_ms between them, doubled each time.
 * False: no success; *e says who said what, *error what the service said (its code is "" when it said nothing). who is
 * the service or its host in messages. */
bool bf_cred_send(const struct bf_cred_seek *s, const struct bf_cred_request *q, const char *who,
                  unsigned attempts, uint64_t wait_ms, struct bf_cred_reply *r,
                  struct bf_answer_error *error, struct bf_err *e);

/* sts.c: sends a form to STS, signed with signer unless that is NULL, and takes the credentials of its answer. */
enum bf_cred_found bf_cred_sts(const struct bf_cred_seek *s, const struct bf_credentials *signer,
                               struct bf_str form, const char *what, struct bf_credentials *out,
                               struct bf_err *e);

/* GetCallerIdentity: in whose name signer signs. False: STS does not say so, *e why. */
bool bf_cred_sts_identity(const struct bf_cred_seek *s, const struct bf_credentials *signer,
                          char account[13], char *arn, size_t arn_size, struct bf_err *e);

/* Appends "&name=value", the value encoded. */
void bf_cred_form(struct bf_buf *form, const char *name, const char *value);

#endif
