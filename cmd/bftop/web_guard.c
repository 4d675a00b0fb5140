#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "cmd/bftop/web.h"
#include "lib/aws/config/address.h"
#include "lib/cli/diag.h"
#include "lib/encoding/enc.h"
#include "lib/io/file.h"

static bool read_token(struct web *w, const char *path, struct bf_err *e)
{
    char room[WEB_TOKEN_MOST + 3];
    struct bf_buf text = {.p = room, .cap = sizeof room, .max = sizeof room};
    if (!bf_file_read(path, &text, e))
        return bf_err_ctx(e, "--token");
    struct bf_str t = bf_str_trim(bf_buf_view(&text));
    bool plain = t.n >= WEB_TOKEN_LEAST && t.n <= WEB_TOKEN_MOST;
    for (size_t i = 0; plain && i < t.n; i++)
        plain = t.p[i] > ' ' && t.p[i] < 0x7F;
    if (!plain)
        return bf_err_set(e, BF_E_USAGE,
                          "--token: %s has to hold 16 to 256 visible ASCII characters; "
                          "'openssl rand -hex 16' makes some",
                          path);
    memcpy(w->token, t.p, t.n);
    if (bf_file_is_exposed(path))
        bf_diag_warn("others can read %s: chmod 600 protects it", path);
    return true;
}

bool web_guard_init(struct web *w, const char *token_file, struct bf_err *e)
{
    unsigned char random[(WEB_SECRET - 1) / 2];
    struct bf_buf hex = {.p = w->session, .cap = sizeof w->session, .max = sizeof w->session};
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return bf_err_sys(e, errno, "getrandom");
    bf_hex_encode(&hex, random, sizeof random);
    struct bf_buf run = {.p = w->run, .cap = sizeof w->run, .max = sizeof w->run};
    if (getrandom(random, (sizeof w->run - 1) / 2, 0) < 0)
        return bf_err_sys(e, errno, "getrandom");
    bf_hex_encode(&run, random, (sizeof w->run - 1) / 2);
    return !token_file || read_token(w, token_file, e);
}

/* NAME, NAME:PORT or [::1]:PORT, as RFC 9110 (7.2) writes them. */
bool web_host_is_local(const char *host)
{
    struct bf_str h = bf_str_of(host);
    size_t n = h.n;
    while (n && h.p[n - 1] >= '0' && h.p[n - 1] <= '9')
        n--;
    if (n && h.p[n - 1] == ':')
        h.n = n - 1;
    return bf_str_is(h, "[::1]") || bf_host_is_loopback(h);
}

/* The value of a cookie of this name in a Cookie header (RFC 6265, 4.2.1). */
static struct bf_str cookie(const char *header, struct bf_str name)
{
    struct bf_str rest = bf_str_of(header), one;
    while (bf_str_split(&rest, ';', &one)) {
        one = bf_str_trim(one);
        if (bf_str_starts(one, name) && one.n > name.n && one.p[name.n] == '=')
            return bf_str(one.p + name.n + 1, one.n - name.n - 1);
    }
    return bf_str("", 0);
}

bool web_is_known(const struct web *w, struct MHD_Connection *connection)
{
    const char *cookies = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Cookie");
    const char *auth = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    struct bf_str bearer = BF_STR("Bearer "), given = bf_str_of(auth);
    if (!w->token[0])
        return true;
    if (given.n > bearer.n && bf_str_same(bf_str(given.p, bearer.n), bearer))
        return bf_str_same_secret(bf_str(given.p + bearer.n, given.n - bearer.n),
                                  bf_str_of(w->token));
    return cookies && bf_str_same_secret(cookie(cookies, BF_STR("bftop")), bf_str_of(w->session));
}

bool web_is_own_page(struct MHD_Connection *connection)
{
    const char *site = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site");
    const char *origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    if (site)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    const char *name = origin ? strstr(origin, "://") : NULL;
    return !origin || (name && host && bf_str_same(bf_str_of(name + 3), bf_str_of(host)));
}

bool web_token_is(const struct web *w, struct bf_str body)
{
    char room[WEB_TOKEN_MOST * 3];
    struct bf_buf given = {.p = room, .cap = sizeof room, .max = sizeof room};
    if (!bf_str_starts(body, BF_STR("token=")))
        return false;
    bf_uri_decode(&given, bf_str(body.p + 6, body.n - 6));
    return bf_buf_ok(&given) && bf_str_same_secret(bf_buf_view(&given), bf_str_of(w->token));
}
