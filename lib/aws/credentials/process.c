/* credential_process: a program of the user's that prints credentials (SDKs and Tools Reference Guide, "Process
 * credential provider"). No shell is between; quotes and backslashes are understood as a shell does, nothing else. */
#include <stdio.h>

#include "lib/aws/credentials/source.h"

enum { ARGS = 64, OUTPUT_MAX = 64 << 10 };

struct words {
    char text[4096];
    size_t used, n;
    const char *argv[ARGS + 1];
};

static bool put(struct words *w, char c)
{
    if (w->used == sizeof w->text)
        return false;
    w->text[w->used++] = c;
    return true;
}

/* One word of *p, which stands at its first character; NULL: a quote that does not end, or too long. */
static const char *take_word(struct words *w, const char *p)
{
    char quote = '\0';
    for (; *p && (quote || (*p != ' ' && *p != '\t')); p++) {
        if (*p == quote)
            quote = '\0';
        else if (!quote && (*p == '\'' || *p == '"'))
            quote = *p;
        else {
            /* in "", a backslash is meant only in front of a quote or of itself */
            bool escapes = *p == '\\' && p[1] && (!quote || (quote == '"' && strchr("\"\\", p[1])));
            if (!put(w, escapes ? *++p : *p))
                return NULL;
        }
    }
    return quote || !put(w, '\0') ? NULL : p;
}

static bool split(struct words *w, const char *command)
{
    w->used = w->n = 0;
    for (const char *p = command;;) {
        p += strspn(p, " \t\n");
        if (!*p)
            break;
        if (w->n == ARGS)
            return false;
        w->argv[w->n++] = w->text + w->used;
        if (!(p = take_word(w, p)))
            return false;
    }
    w->argv[w->n] = NULL;
    return w->n > 0;
}

static enum bf_cred_found take_output(const struct bf_cred_seek *s, struct bf_str text,
                                      struct bf_credentials *out, struct bf_err *e)
{
    char what[160];
    snprintf(what, sizeof what, "credential_process of profile '%.80s'", s->profile);
    json_t *doc = bf_cred_object(text, "its output", e);
    if (!doc) {
        bf_err_ctx(e, "%s", what);
        return BF_CRED_BROKEN;
    }
    enum bf_cred_found found;
    struct bf_cred_parts p = {
        .access = bf_cred_string(doc, "AccessKeyId"),
        .secret = bf_cred_string(doc, "SecretAccessKey"),
        .token = bf_cred_string(doc, "SessionToken"),
        .account = bf_cred_string(doc, "AccountId"),
    };
    const char *until = bf_cred_string(doc, "Expiration");
    if (!p.account)
        p.account = bf_cred_get(s, "aws_account_id");
    if (json_integer_value(json_object_get(doc, "Version")) != 1)
        found = bf_cred_break(e, "%s: its output has not \"Version\": 1", what);
    else if (until && !bf_cred_time(until, &p.expires_ms))
        found = bf_cred_break(e, "%s: its Expiration is no time", what);
    else if (until && p.expires_ms <= s->world->wall_ms(s->world->arg))
        found = bf_cred_break(e, "%s: what it prints expired at %.40s", what, until);
    else
        found = bf_cred_keep(out, &p, what, e);
    json_decref(doc);
    return found;
}

enum bf_cred_found bf_cred_from_process(const struct bf_cred_seek *s, struct bf_credentials *out,
                                        struct bf_err *e)
{
    struct words w;
    struct bf_buf text;
    const char *command = bf_cred_get(s, "credential_process");
    if (!command)
        return bf_cred_pass(e, "profile '%.80s' has no credential_process", s->profile);
    if (!split(&w, command))
        return bf_cred_break(
            e, "credential_process of profile '%.80s': a quote does not end, or it is too long",
            s->profile);
    bf_buf_init(&text, OUTPUT_MAX);
    enum bf_cred_found found = BF_CRED_BROKEN;
    if (s->world->run(s->world->arg, w.argv, &text, e))
        found = take_output(s, bf_buf_view(&text), out, e);
    else
        bf_err_ctx(e, "credential_process of profile '%.80s'", s->profile);
    bf_cred_wipe(&text);
    return found;
}
