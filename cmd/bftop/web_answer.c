#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "cmd/bftop/html.h"
#include "cmd/bftop/web.h"
#include "cmd/bftop/web_script.h"
#include "lib/encoding/enc.h"

enum {
    PAGE_MAX = 16 * 1024 * 1024,
    BODY_MAX = 1024,
    NONCE = 33,
    REFUSED_MS = 500,
    STREAM_IDLE_S = 30
};

struct request {
    char body[BODY_MAX];
    size_t n;
    bool begun, large;
};

static const char login[] =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" "
    "content=\"light dark\"><title>bftop</title></head><body><form method=\"post\" "
    "action=\"login\"><p><label>Token: <input type=\"password\" name=\"token\" autofocus "
    "autocomplete=\"current-password\"></label> <button>Show</button></p></form></body></html>\n";

/* Only what the page itself has may run, and no other page may show it. */
static void add_headers(struct MHD_Response *r, const char *type, const char *nonce)
{
    char policy[300];
    snprintf(policy, sizeof policy,
             "default-src 'none'; style-src 'nonce-%s'; script-src 'nonce-%s'; img-src data:; "
             "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
             nonce, nonce);
    MHD_add_response_header(r, "Content-Type", type);
    MHD_add_response_header(r, "Content-Security-Policy", policy);
    MHD_add_response_header(r, "Cache-Control", "no-store");
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    /* with no-referrer a browser would send "Origin: null" with the form (Fetch, "append a request Origin header") */
    MHD_add_response_header(r, "Referrer-Policy",
                            strstr(type, "html") ? "same-origin" : "no-referrer");
    MHD_add_response_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(r, "Cross-Origin-Opener-Policy", "same-origin");
}

static enum MHD_Result queue(struct MHD_Connection *c, unsigned status, struct MHD_Response *r)
{
    if (!r)
        return MHD_NO;
    enum MHD_Result done = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result send_text(struct MHD_Connection *c, unsigned status, const char *type,
                                 const char *text)
{
    char copy[2048];
    snprintf(copy, sizeof copy, "%s", text);
    struct MHD_Response *r =
        MHD_create_response_from_buffer(strlen(copy), copy, MHD_RESPMEM_MUST_COPY);
    if (r)
        add_headers(r, type, "none");
    if (r && status == 503)
        MHD_add_response_header(r, "Retry-After", "5");
    if (r && status == 405)
        MHD_add_response_header(r, "Allow", "GET, HEAD, POST");
    return queue(c, status, r);
}

static enum MHD_Result send_plain(struct MHD_Connection *c, unsigned status, const char *text)
{
    return send_text(c, status, "text/plain; charset=utf-8", text);
}

static enum MHD_Result send_page(struct web *w, struct MHD_Connection *c)
{
    unsigned char random[(NONCE - 1) / 2];
    char nonce[NONCE] = "";
    struct bf_buf hex = {.p = nonce, .cap = sizeof nonce, .max = sizeof nonce}, page;
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return MHD_NO;
    bf_hex_encode(&hex, random, sizeof random);
    bf_buf_init(&page, PAGE_MAX);
    html_begin(&page, w->name, nonce);
    pthread_mutex_lock(&w->lock);
    html_state(&page, w->told, w->trouble, w->set);
    for (size_t i = 0; i < w->n; i++)
        bf_buf_adds(&page, bf_buf_view(&w->panel[i].html));
    pthread_mutex_unlock(&w->lock);
    html_end(&page, WEB_SCRIPT, nonce);
    struct MHD_Response *r =
        bf_buf_ok(&page) ? MHD_create_response_from_buffer(page.n, page.p, MHD_RESPMEM_MUST_COPY)
                         : NULL;
    bf_buf_free(&page);
    if (r)
        add_headers(r, "text/html; charset=utf-8", nonce);
    return queue(c, 200, r);
}

static enum MHD_Result send_events(struct web *w, struct MHD_Connection *c)
{
    struct MHD_Response *r = web_events(w, web_place_of(c));
    if (!r)
        return send_plain(c, 503, "too many pages are open; close one\n");
    add_headers(r, "text/event-stream", "none");
    (void)MHD_set_connection_option(c, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)STREAM_IDLE_S);
    return queue(c, 200, r);
}

/* A wrong token costs time: guesses are limited by the number of connections. */
static enum MHD_Result take_login(struct web *w, struct MHD_Connection *c, const struct request *q)
{
    char cookie[100];
    struct timespec wait = {0, REFUSED_MS * 1000000L};
    if (!w->token[0] || q->large || !web_token_is(w, bf_str(q->body, q->n))) {
        nanosleep(&wait, NULL);
        return send_text(c, 401, "text/html; charset=utf-8", login);
    }
    char none[1] = "";
    struct MHD_Response *r = MHD_create_response_from_buffer(0, none, MHD_RESPMEM_MUST_COPY);
    if (!r)
        return MHD_NO;
    snprintf(cookie, sizeof cookie, "bftop=%s; HttpOnly; SameSite=Strict; Path=/", w->session);
    add_headers(r, "text/plain", "none");
    MHD_add_response_header(r, "Set-Cookie", cookie);
    MHD_add_response_header(r, "Location", "./");
    return queue(c, 303, r);
}

static enum MHD_Result answer(struct web *w, struct MHD_Connection *c, const char *url,
                              const char *method, const struct request *q)
{
    const char *host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host");
    bool page = strcmp(url, "/") == 0, events = strcmp(url, "/events") == 0;
    bool post = strcmp(method, "POST") == 0, get = strcmp(method, "GET") == 0;
    /* A page of another name whose DNS leads here (rebinding) has that name in Host, and no cookie. */
    if (!w->token[0] && !(host && web_host_is_local(host)))
        return send_plain(c, 421,
                          "this page answers to localhost alone; --token lets it have other "
                          "names\n");
    if ((post || events) && !web_is_own_page(c))
        return send_plain(c, 403, "another page may not ask for this\n");
    if (strcmp(url, "/login") == 0 && post)
        return take_login(w, c, q);
    if (!get && strcmp(method, "HEAD") != 0)
        return send_plain(c, 405, "only GET\n");
    if (!page && !(events && get))
        return send_plain(c, 404, "there is / and /events\n");
    if (!web_is_known(w, c))
        return page ? send_text(c, 401, "text/html; charset=utf-8", login)
                    : send_plain(c, 401, "the token is missing or wrong\n");
    return page ? send_page(w, c) : send_events(w, c);
}

enum MHD_Result web_on_request(void *arg, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *data, size_t *n,
                               void **own)
{
    struct request *q = *own;
    (void)version;
    if (!q) {
        *own = calloc(1, sizeof *q);
        return *own ? MHD_YES : MHD_NO;
    }
    if (*n) {
        size_t room = sizeof q->body - q->n, take = *n < room ? *n : room;
        q->large |= *n > room;
        memcpy(q->body + q->n, data, take);
        q->n += take;
        *n = 0;
        return MHD_YES;
    }
    web_place_until(arg, web_place_of(connection), WEB_ANSWER_MS);
    return answer(arg, connection, url, method, q);
}

void web_on_completed(void *arg, struct MHD_Connection *connection, void **own,
                      enum MHD_RequestTerminationCode code)
{
    (void)code;
    web_place_until(arg, web_place_of(connection), WEB_ASK_MS); /* for the next request */
    free(*own);
    *own = NULL;
}
