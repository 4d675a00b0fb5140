#include "cmd/bflocal/http/call.h"

#include "cmd/bflocal/http/service.h"
#include "lib/encoding/base64.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"

struct bf_str bl_header(const struct bl_call *c, const char *name)
{
    return bl_request_header(&c->req, name);
}

struct bf_str bl_query(struct bl_call *c, const char *name)
{
    struct bf_str rest = c->req.query, item, want = bf_str_of(name), none = {NULL, 0}, out;
    while (rest.p && bf_str_split(&rest, '&', &item)) {
        struct bf_str value = item, key;
        if (!bf_str_split(&value, '=', &key) || !bf_str_eq(key, want))
            continue;
        struct bf_buf b;
        bf_buf_init(&b, item.n + 1);
        /* in a query, as in a form, "+" is a space */
        for (size_t i = 0; i < value.n; i++)
            bf_buf_addc(&b, value.p[i] == '+' ? ' ' : value.p[i]);
        struct bf_buf plain;
        bf_buf_init(&plain, item.n + 1);
        bf_uri_decode(&plain, bf_buf_view(&b));
        bool ok = bf_buf_ok(&plain) && bf_arena_copy(&c->arena, bf_buf_view(&plain), &out);
        bf_buf_free(&b);
        bf_buf_free(&plain);
        return ok ? out : none;
    }
    return none;
}

bool bl_form_decode(struct bl_call *c, struct bf_str wire, struct bf_str *out)
{
    struct bf_buf blanks, plain;
    bf_buf_init(&blanks, wire.n + 1);
    bf_buf_init(&plain, wire.n + 1);
    for (size_t i = 0; i < wire.n; i++)
        bf_buf_addc(&blanks, wire.p[i] == '+' ? ' ' : wire.p[i]);
    bf_uri_decode(&plain, bf_buf_view(&blanks));
    bool ok = bf_buf_ok(&blanks) && bf_buf_ok(&plain) &&
              bf_arena_copy(&c->arena, bf_buf_view(&plain), out);
    bf_buf_free(&blanks);
    bf_buf_free(&plain);
    return ok;
}

void bl_answer_header(struct bl_call *c, const char *name, struct bf_str value)
{
    if (c->ans.nheaders < BL_ANSWER_HEADERS && value.p)
        c->ans.headers[c->ans.nheaders++] = (struct bf_sigv4_header){bf_str_of(name), value};
}

void bl_answer_drop_file(struct bl_call *c)
{
    if (c->ans.fd >= 0)
        close(c->ans.fd);
    c->ans.fd = -1;
}

static struct bf_str vprint(struct bf_arena *a, const char *fmt, va_list ap)
{
    char text[2048];
    struct bf_str out;
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    return bf_arena_copy(a, bf_str(text, len), &out) ? out : BF_STR("");
}

void bl_answer_headerf(struct bl_call *c, const char *name, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct bf_str value = vprint(&c->arena, fmt, ap);
    va_end(ap);
    bl_answer_header(c, name, value);
}

size_t bl_characters(struct bf_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

struct bf_str bl_arena_printf(struct bf_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct bf_str out = vprint(a, fmt, ap);
    va_end(ap);
    return out;
}

void bl_http_date(int64_t wall_ms, char out[32])
{
    static const char days[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (wall_ms < 0)
        wall_ms = 0;
    struct bf_date d = bf_clock_date(wall_ms);
    snprintf(out, 32, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[wall_ms / 86400000 % 7],
             (unsigned)d.day % 32, months[(d.month - 1) % 12], (unsigned)d.year % 10000,
             (unsigned)d.hour % 24, (unsigned)d.minute % 60, (unsigned)d.second % 60);
}

bool bl_token_decode(struct bl_call *c, struct bf_str token, struct bf_str *text)
{
    struct bf_buf plain;
    bf_buf_init(&plain, token.n + 1);
    bool ok =
        bf_base64_decode(&plain, token) && bf_arena_copy(&c->arena, bf_buf_view(&plain), text);
    bf_buf_free(&plain);
    return ok;
}

void bl_call_authenticate(struct bl_call *c, const char *region)
{
    const struct bl_auth_server server = {c->local->access_key,
                                          c->local->secret_key,
                                          region,
                                          c->service->signing,
                                          false,
                                          c->now_ms,
                                          c->local->any_credentials};
    bl_auth_check(&server, &c->req, &c->arena, &c->auth);
}
