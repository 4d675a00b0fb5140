#include "lib/aws/config/address.h"

struct bf_str bf_url_host(const char *url)
{
    const char *scheme = strstr(url, "://");
    if (!scheme)
        return bf_str(NULL, 0);
    struct bf_str rest = bf_str_of(scheme + 3);
    rest.n = strcspn(rest.p, "/?#");
    if (rest.n && rest.p[0] == '[') {
        const char *end = memchr(rest.p, ']', rest.n);
        return end ? bf_str(rest.p + 1, (size_t)(end - rest.p) - 1) : bf_str(NULL, 0);
    }
    const char *colon = rest.n ? memchr(rest.p, ':', rest.n) : NULL;
    return colon ? bf_str(rest.p, (size_t)(colon - rest.p)) : rest;
}

static bool is_loopback4(struct bf_str host)
{
    struct bf_str rest = host, part;
    int n = 0;
    if (!bf_str_starts(host, BF_STR("127.")))
        return false;
    while (bf_str_split(&rest, '.', &part)) {
        for (size_t i = 0; i < part.n; i++)
            if (part.p[i] < '0' || part.p[i] > '9')
                return false;
        if (part.n < 1 || part.n > 3)
            return false;
        n++;
    }
    return n == 4;
}

bool bf_host_is_loopback(struct bf_str host)
{
    return bf_str_is(host, "localhost") || bf_str_is(host, "::1") || is_loopback4(host);
}

bool bf_url_is_plain(const char *url)
{
    return strncmp(url, "http://", 7) == 0 && !bf_host_is_loopback(bf_url_host(url));
}
