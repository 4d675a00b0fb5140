/*
 * evput's parts: the configuration (config), texts with members of the line in
 * them (template.c), the event of a line (event.c), and the options that send
 * nothing, --dry-run and --test (look.c). lib/aws/put makes the requests.
 */
#ifndef EVPUT_H
#define EVPUT_H

#include "lib/aws/events/events.h"
#include "lib/aws/put/put_key.h"
#include "lib/aws/put/put_run.h"

struct config {
    struct bf_common common;
    struct bf_aws_options aws;
    struct bf_put_settings put;
    const char *source, *detail_type; /* templates */
    struct bf_opt_list resources;     /* likewise */
    const char *time;                 /* a member */
    const char *bus;                  /* a name or an ARN; NULL: the default bus */
    const char *key;                  /* a member */
    uint64_t max_request;             /* bytes, as the service counts */
    bool dry_run, explain;
    const char *test; /* an event pattern, or a file that holds one */
};

/* "sale.{_op}": text and members of the line. {{ and }} are braces. The text is borrowed. */
enum { TEMPLATE_PARTS = 32 };
struct template
{
    const char *option; /* for messages */
    struct {
        bool member;
        struct bf_str text;
    } part[TEMPLATE_PARTS];
    size_t n;
};

/* BF_E_USAGE with the reason. */
BF_MUST bool template_parse(struct template *t, const char *option, const char *text,
                            struct bf_err *e);

/* Appends the text for a line, a valid JSON object: the characters of a string, the literal of a number or boolean.
 * BF_E_INPUT if a member is missing, null, an object or an array. */
BF_MUST bool template_put(const struct template *t, struct bf_str line, struct bf_buf *out,
                          struct bf_err *why);

/* Is the text the same for all lines? */
bool template_is_constant(const struct template *t);

struct events {
    const struct config *cfg;
    struct template source, detail_type, resource[BF_OPT_LIST_MAX];
    struct bf_str resources[BF_OPT_LIST_MAX]; /* of the event at hand */
    struct bf_put_keyer keyer;
    bool change;         /* the line at hand may be a change line, which has a key of its own */
    struct bf_buf texts; /* of the event at hand */
    struct bf_buf head;
};

/* BF_E_USAGE if an option is invalid. events_free may be called after a failure too. */
BF_MUST bool events_init(struct events *events, const struct config *cfg, struct bf_err *e);
void events_free(struct events *events);

/* The event of a line; its detail is the line. Its views are valid until the next call. False: see *why. */
BF_MUST bool events_read(struct events *events, struct bf_str line, struct bf_event *ev,
                         struct bf_err *why);

/* The entry of a line (put_run.h); arg is a struct events. */
bool events_make(void *arg, struct bf_str line, struct bf_put_line *out, struct bf_err *why);

/* --dry-run and --test. */
BF_MUST bool look_run(struct events *events, struct bf_err *e);

#endif
