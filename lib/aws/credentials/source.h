/*
 * The shared parts of the sources of credentials. A source is one function in a file of its own.
 * Its parameter, a struct bf_cred_seek, has the configuration, the profile, and the world: time,
 * HTTP, files, programs and a terminal. All of these are parameters, so that a test can replace
 * them.
 *
 * A source that is not configured passes and says why (for -vv). One that is configured and fails
 * is broken and ends the search: going on would sign with another identity.
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
    const char
        *secrets[2]; /* of the body, or NULL: no message repeats them, nor a header's value */
    uint64_t timeout_ms;
    bool keep;   /* not interrupted by a signal: a token in its answer would be lost */
    bool direct; /* never through a proxy: an address of this machine or its host */
};

/* Initialise with bf_cred_reply_init; the body may contain secrets, bf_cred_reply_free wipes it. */
struct bf_cred_reply {
    int status; /* 0: no answer */
    struct bf_buf body;
    int64_t date_ms; /* from its Date header, 0: none */
};

void bf_cred_reply_init(struct bf_cred_reply *r);
void bf_cred_reply_free(struct bf_cred_reply *r);

/* Wipes and frees a buffer, or a text on the heap, that held secrets; text may be NULL. */
void bf_cred_wipe(struct bf_buf *b);
void bf_cred_wipe_text(char *text);

/* All functions may be called from any thread, one call at a time. */
struct bf_cred_world {
    void *arg;
    int64_t (*wall_ms)(void *arg);
    void (*sleep_ms)(void *arg, uint64_t ms);
    /* One request and its answer; false: no answer (BF_E_NETWORK, BF_E_STOPPED). */
    bool (*exchange)(void *arg, const struct bf_cred_request *q, struct bf_cred_reply *r,
                     struct bf_err *e);
    bool (*read)(void *arg, const char *path, struct bf_buf *out, struct bf_err *e);
    /* Mode 0600; after a crash the file has the old or the new content. */
    bool (*replace)(void *arg, const char *path, struct bf_str content, struct bf_err *e);
    /* Waits some seconds for other processes; BF_E_TEMPORARY if they keep the lock. */
    bool (*lock)(void *arg, const char *path, int *fd, struct bf_err *e);
    void (*unlock)(void *arg, int fd);
    /* Runs a program and captures its output; argv ends with NULL. False also if the program
     * fails. */
    bool (*run)(void *arg, const char *const *argv, struct bf_buf *out, struct bf_err *e);
    /* Asks the user at the terminal; NULL: nobody can be asked. */
    bool (*ask)(void *arg, const char *prompt, struct bf_buf *out, struct bf_err *e);
    /* Can users other than its owner read this file? NULL: not checked. */
    bool (*exposed)(void *arg, const char *path);
};

enum { BF_CRED_CHAIN = 8 }; /* the longest chain of profiles by source_profile */

struct bf_cred_seek {
    const struct bf_aws_config *config;
    const struct bf_cred_world *world;
    const char *profile;
    bool env; /* use keys and roles in the environment: no profile was named explicitly */
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

/* chain.c: the credentials of a profile with which a role is assumed: only its own sources, roles
 * included. */
enum bf_cred_found bf_cred_from_profile(const struct bf_cred_seek *s, const char *profile,
                                        struct bf_credentials *out, struct bf_err *e);

/* support.c */

/* A property of the current profile, NULL if it is missing or empty. */
const char *bf_cred_get(const struct bf_cred_seek *s, const char *property);
const char *bf_cred_get_in(const struct bf_cred_seek *s, enum bf_profile_kind kind,
                           const char *section, const char *property);

/* Both fill *e; they return BF_CRED_PASSED and BF_CRED_BROKEN. */
enum bf_cred_found bf_cred_pass(struct bf_err *e, const char *fmt, ...) BF_PRINTF(2, 3);
enum bf_cred_found bf_cred_break(struct bf_err *e, const char *fmt, ...) BF_PRINTF(2, 3);

/* The endpoint of a service that returns keys; warns if they would cross a network unencrypted. */
bool bf_cred_endpoint(const struct bf_cred_seek *s, const struct bf_aws_config *c,
                      enum bf_aws_service service, struct bf_endpoint *ep, struct bf_err *e);

/* Warns if others can read this file with secrets. */
void bf_cred_tell_exposed(const struct bf_cred_seek *s, const char *path);

struct bf_cred_parts {
    const char *access, *secret, *token, *account; /* token and account may be NULL */
    int64_t expires_ms;
};

/* Copies them; BF_CRED_TAKEN, or BF_CRED_BROKEN if one is missing or memory is out. what names the
 * source in messages. */
enum bf_cred_found bf_cred_keep(struct bf_credentials *out, const struct bf_cred_parts *p,
                                const char *what, struct bf_err *e);

/* Parses a JSON object, NULL if text is not one. The caller frees it. */
json_t *bf_cred_object(struct bf_str text, const char *what, struct bf_err *e);

/* A member that is a non-empty string, or NULL. */
const char *bf_cred_string(const json_t *object, const char *name);

/* "2026-11-28T07:00:00Z", also with "UTC" at its end. */
bool bf_cred_time(const char *text, int64_t *ms);

/* Sends a request up to `attempts` times while there is no answer, or a 5xx or throttling one;
 * waits wait_ms between them, doubled each time. False: no success; *e has the reason, *error the
 * service's error (its code is "" if there is none). who is the service or its host in messages. */
bool bf_cred_send(const struct bf_cred_seek *s, const struct bf_cred_request *q, const char *who,
                  unsigned attempts, uint64_t wait_ms, struct bf_cred_reply *r,
                  struct bf_answer_error *error, struct bf_err *e);

/* sts.c: sends a form to STS, signed with signer unless that is NULL, and returns the credentials
 * of its answer. secret: the part of the form that no message may show, or NULL. */
enum bf_cred_found bf_cred_sts(const struct bf_cred_seek *s, const struct bf_credentials *signer,
                               struct bf_str form, const char *secret, const char *what,
                               struct bf_credentials *out, struct bf_err *e);

/* GetCallerIdentity: the identity of signer. False: STS does not tell it, see *e. */
bool bf_cred_sts_identity(const struct bf_cred_seek *s, const struct bf_credentials *signer,
                          char account[13], char *arn, size_t arn_size, struct bf_err *e);

/* Appends "&name=value", the value encoded. */
void bf_cred_form(struct bf_buf *form, const char *name, const char *value);

#endif
