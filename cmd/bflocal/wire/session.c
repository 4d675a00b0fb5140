#include "cmd/bflocal/wire/session.h"

#include <stdio.h>

#include "lib/encoding/base64.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"
#include "lib/encoding/sha256.h"

static void session_mac(const char *server_secret, const struct bl_session *s, const char *purpose,
                        unsigned char out[BF_SHA256_BYTES])
{
    char text[BL_SESSION_ROLE + 128];
    struct bf_hmac256 m;
    int n = snprintf(text, sizeof text, "%s\n%s\n%lld\n%s", purpose, s->access_key,
                     (long long)s->expires_s, s->role);
    bf_hmac256_init(&m, bf_str_of(server_secret));
    bf_hmac256(&m, bf_str(text, (size_t)n), out);
}

static void end_text(struct bf_buf *b)
{
    bf_buf_addc(b, '\0');
}

void bl_session_make(const char *server_secret, struct bl_session *s)
{
    unsigned char bytes[BF_SHA256_BYTES];
    char payload[BL_SESSION_ROLE + 32];
    struct bf_buf secret = {
        .p = s->secret_key, .cap = sizeof s->secret_key, .max = sizeof s->secret_key};
    struct bf_buf token = {.p = s->token, .cap = sizeof s->token, .max = sizeof s->token};
    session_mac(server_secret, s, "secret", bytes);
    bf_base64_encode(&secret, bf_str((const char *)bytes, sizeof bytes));
    end_text(&secret);
    int n = snprintf(payload, sizeof payload, "%lld %s", (long long)s->expires_s, s->role);
    session_mac(server_secret, s, "token", bytes);
    bf_hex_encode(&token, payload, (size_t)n);
    bf_buf_addc(&token, '.');
    bf_hex_encode(&token, bytes, sizeof bytes);
    end_text(&token);
}

/* Reads expiry and role from "HEX OF PAYLOAD.MAC". */
static bool read_session_token(struct bf_str token, struct bl_session *s)
{
    char room[BL_SESSION_ROLE + 32];
    struct bf_buf payload = {.p = room, .cap = sizeof room, .max = sizeof room};
    struct bf_str rest = token, hex, first;
    struct bf_err e;
    uint64_t expires;
    if (!bf_str_split(&rest, '.', &hex) || !bf_hex_decode(&payload, hex) || !bf_buf_ok(&payload))
        return false;
    struct bf_str text = bf_buf_view(&payload);
    if (!bf_str_split(&text, ' ', &first) || !text.p || !bf_num_u64(first, &expires, &e) ||
        text.n >= sizeof s->role || expires > INT64_MAX / 1000)
        return false;
    s->expires_s = (int64_t)expires;
    snprintf(s->role, sizeof s->role, "%.*s", (int)text.n, text.p);
    return true;
}

enum bl_session_state bl_session_open(const char *server_secret, struct bf_str access_key,
                                      struct bf_str token, int64_t now_ms, struct bl_session *s)
{
    memset(s, 0, sizeof *s);
    if (access_key.n + 1 != sizeof s->access_key || !read_session_token(token, s))
        return BL_SESSION_BAD;
    snprintf(s->access_key, sizeof s->access_key, "%.*s", (int)access_key.n, access_key.p);
    bl_session_make(server_secret, s);
    if (!bf_str_same_secret(token, bf_str_of(s->token)))
        return BL_SESSION_BAD;
    return now_ms / 1000 >= s->expires_s ? BL_SESSION_EXPIRED : BL_SESSION_GOOD;
}
