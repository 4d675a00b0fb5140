#include "lib/aws/credentials/credentials.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

static void wipe(char *secret)
{
    if (secret)
        OPENSSL_cleanse(secret, strlen(secret));
    free(secret);
}

void bf_credentials_free(struct bf_credentials *c)
{
    wipe(c->access_key);
    wipe(c->secret_key);
    wipe(c->token);
    free(c->account);
    *c = (struct bf_credentials){0};
}

static char *dup(const char *s, bool *ok)
{
    char *copy = s ? bf_str_dup(bf_str_of(s)) : NULL;
    *ok = *ok && (copy || !s);
    return copy;
}

bool bf_credentials_copy(struct bf_credentials *out, const struct bf_credentials *c)
{
    bool ok = true;
    *out = *c;
    out->access_key = dup(c->access_key, &ok);
    out->secret_key = dup(c->secret_key, &ok);
    out->token = dup(c->token, &ok);
    out->account = dup(c->account, &ok);
    if (!ok)
        bf_credentials_free(out);
    return ok;
}
