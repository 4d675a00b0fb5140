#include "lib/aws/credentials/token_file.h"

#include <stdio.h>

#include <openssl/evp.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"

bool bf_cred_token_init(struct bf_cred_token *t, const struct bf_cred_seek *s, const char *variable,
                        const char *folder, const char *hash, const char *key, struct bf_err *e)
{
    const char *own = variable ? bf_aws_config_env(s->config, variable) : NULL;
    const char *home = bf_aws_config_env(s->config, "HOME");
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    const EVP_MD *md = EVP_get_digestbyname(hash);
    *t = (struct bf_cred_token){.lock = -1};
    if (!own && !home)
        return bf_err_set(e, BF_E_DENIED, "HOME is not set: where are the tokens?");
    if (!md || EVP_Digest(key, strlen(key), digest, &n, md, NULL) != 1)
        return bf_err_nomem(e);
    struct bf_buf path = {.p = t->path, .cap = sizeof t->path, .max = sizeof t->path};
    bf_buf_adds(&path, bf_str_of(own ? own : home));
    bf_buf_adds(&path, bf_str_of(own ? "/" : "/.aws/"));
    if (!own) {
        bf_buf_adds(&path, bf_str_of(folder));
        bf_buf_addc(&path, '/');
    }
    bf_hex_encode(&path, digest, n);
    bf_buf_add(&path, ".json", sizeof ".json");
    return bf_buf_check(&path, "the path of the token", e);
}

static void unlock(struct bf_cred_token *t, const struct bf_cred_seek *s)
{
    if (t->lock >= 0)
        s->world->unlock(s->world->arg, t->lock);
    t->lock = -1;
}

void bf_cred_token_free(struct bf_cred_token *t, const struct bf_cred_seek *s)
{
    unlock(t, s);
    json_decref(t->doc);
    t->doc = NULL;
}

bool bf_cred_token_read(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, BF_CRED_FILE_MAX);
    json_t *doc = NULL;
    if (s->world->read(s->world->arg, t->path, &text, e))
        doc = bf_cred_object(bf_buf_view(&text), t->path, e);
    bf_cred_wipe(&text);
    if (!doc)
        return false;
    if (s->world->exposed && s->world->exposed(s->world->arg, t->path))
        bf_cred_tell_exposed(s, t->path);
    json_decref(t->doc);
    t->doc = doc;
    return true;
}

bool bf_cred_token_lock(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e)
{
    char path[sizeof t->path + 8];
    snprintf(path, sizeof path, "%s.lock", t->path);
    return s->world->lock(s->world->arg, path, &t->lock, e) && bf_cred_token_read(t, s, e);
}

bool bf_cred_token_write(struct bf_cred_token *t, const struct bf_cred_seek *s, struct bf_err *e)
{
    char *text = json_dumps(t->doc, JSON_COMPACT);
    if (!text)
        return bf_err_nomem(e);
    bool ok = s->world->replace(s->world->arg, t->path, bf_str_of(text), e);
    bf_cred_wipe_text(text);
    return ok;
}

void bf_cred_token_set_time(json_t *object, const char *name, int64_t ms)
{
    char text[40];
    struct bf_buf b = {.p = text, .cap = sizeof text, .max = sizeof text};
    bf_clock_iso(&b, ms / 1000 * 1000);
    bf_buf_addc(&b, '\0');
    json_object_set_new(object, name, json_string(text));
}
