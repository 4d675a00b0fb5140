/*
 * The page in a browser: GET / is the page, GET /events a stream of server-sent events with what has changed, and
 * POST /login takes the token. The browser sends no SQL and no other wish.
 *
 * The main thread looks at the database and renders panels into this cache; the threads of connections only read the
 * cache, under its lock. A client that reads slowly gets fewer states, never a queue of them.
 */
#ifndef BFTOP_WEB_H
#define BFTOP_WEB_H

#include <microhttpd.h>
#include <pthread.h>

#include "cmd/bftop/panel.h"

enum {
    WEB_TOKEN_LEAST = 16,
    WEB_TOKEN_MOST = 256,
    WEB_SECRET = 33,
    WEB_STREAMS = 32,
    WEB_CONNECTIONS = 64
};

/* One of the connections. */
struct web_place {
    int fd; /* valid while taken */
    bool taken;
    int64_t until_ms; /* monotonic; when it is cut off; 0: it may wait */
};

struct web_panel {
    struct bf_buf html;
    uint64_t seen;  /* of the panel: what was rendered */
    int64_t ran_ms; /* of the panel: the look that was rendered */
    uint64_t state; /* of web.state, when it was rendered; 0: not yet */
};

struct web {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct web_panel panel[PANELS_MAX];
    size_t n;
    uint64_t state, sets; /* grow with each change, with each other set of panels */
    char run[9], set[40]; /* this run; this set of panels in it, by which a page knows its own */
    char told[480];       /* the line below the title */
    bool trouble;         /* it says why the database cannot be looked at */
    uint64_t told_state;  /* as of a panel */
    bool stopping;
    unsigned streams; /* open event streams */
    struct web_place place[WEB_CONNECTIONS];
    const char *name;               /* of the database */
    char token[WEB_TOKEN_MOST + 1]; /* empty: none is asked for */
    char session[WEB_SECRET];       /* the cookie of those who gave it */
};

/* web_guard.c: who may ask. */

/* Reads the token's file (NULL: no token), draws the cookie. */
BF_MUST bool web_guard_init(struct web *w, const char *token_file, struct bf_err *e);
/* Is it the name of this machine for itself: localhost, 127.x.x.x, [::1], with or without a port? */
bool web_host_is_local(const char *host);
/* Did the client give the token, in a cookie or in an Authorization header? True if none is asked for. */
bool web_is_known(const struct web *w, struct MHD_Connection *connection);
/* Does the request come from a page of this server, or from no page at all? Browsers say so in Sec-Fetch-Site (Fetch
 * Metadata); where they do not, in Origin (RFC 6454, 7). */
bool web_is_own_page(struct MHD_Connection *connection);
/* Is the form's body token=...? */
bool web_token_is(const struct web *w, struct bf_str body);

/*
 * web_place.c: no client holds a place for ever. The timeout of libmicrohttpd begins again with each byte, so a client that
 * sends or takes a byte a second would never meet it; here each step has an end: a request has to be complete within
 * WEB_ASK_MS, an answer or one state of a stream to be taken within WEB_ANSWER_MS.
 */
enum { WEB_ASK_MS = 10000, WEB_ANSWER_MS = 30000 };

/* MHD's callback; arg is the struct web. */
void web_on_connection(void *arg, struct MHD_Connection *connection, void **own,
                       enum MHD_ConnectionNotificationCode code);
/* The place of a connection. */
struct web_place *web_place_of(struct MHD_Connection *connection);
/* From now on it has so much time; 0: without an end. Not under the lock. */
void web_place_until(struct web *w, struct web_place *place, int64_t ms);
/* Cuts off those whose time is over. */
void web_places_sweep(struct web *w);

/* web_events.c: the answer that goes on; NULL: too many are open, or no memory. */
struct MHD_Response *web_events(struct web *w, struct web_place *place);

/* web_answer.c: MHD's callbacks; arg is the struct web. */
enum MHD_Result web_on_request(void *arg, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *data, size_t *n,
                               void **own);
void web_on_completed(void *arg, struct MHD_Connection *connection, void **own,
                      enum MHD_RequestTerminationCode code);

#endif
