#include "cmd/bflocal/http/head.h"

#include <string.h>

#include "lib/base/str.h"

static bool is_token(struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
        if (!ch || !(letter || (ch >= '0' && ch <= '9') || strchr("!#$%&'*+-.^_`|~", ch)))
            return false;
    }
    return name.n > 0;
}

static bool is_chunked(struct bf_str value)
{
    struct bf_str chunked = BF_STR("chunked");
    value = bf_str_trim(value);
    for (size_t i = 0; i < value.n && value.n == chunked.n; i++)
        if (bf_ascii_lower(value.p[i]) != chunked.p[i])
            return false;
    return value.n == chunked.n;
}

/* The number of headers of this name, and the last one's value. */
static size_t count(const struct bl_request *r, struct bf_str name, struct bf_str *value)
{
    size_t n = 0;
    for (size_t i = 0; i < r->nheaders; i++)
        if (bf_str_eq(r->headers[i].name, name)) {
            *value = r->headers[i].value;
            n++;
        }
    return n;
}

struct bl_head_fault bl_head_check(const struct bl_request *r, const char *version)
{
    struct bf_str value = BF_STR("");
    for (size_t i = 0; i < r->nheaders; i++)
        if (!is_token(r->headers[i].name))
            return (struct bl_head_fault){400, "the name of a header is not well formed"};
    size_t hosts = count(r, BF_STR("host"), &value);
    if (hosts > 1 || (!hosts && strcmp(version, "HTTP/1.0") != 0))
        return (struct bl_head_fault){400, "a request has one Host header"};
    size_t lengths = count(r, BF_STR("content-length"), &value);
    if (lengths > 1)
        return (struct bl_head_fault){400, "a request has one Content-Length"};
    size_t codings = count(r, BF_STR("transfer-encoding"), &value);
    if (codings && lengths)
        return (struct bl_head_fault){400,
                                      "Content-Length and Transfer-Encoding exclude each other"};
    if (codings > 1 || (codings && !is_chunked(value)))
        return (struct bl_head_fault){501, "the only transfer encoding is chunked"};
    return (struct bl_head_fault){0, NULL};
}
