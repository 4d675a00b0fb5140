#include "lib/aws/credentials/finder.h"

#include <stdlib.h>

#include "lib/aws/credentials/world.h"

static bool copy(char **to, const char *from)
{
    *to = from ? bf_str_dup(bf_str_of(from)) : NULL;
    return !from || *to;
}

bool bf_cred_finder_init(struct bf_cred_finder *f, const struct bf_aws_options *o, struct bf_err *e)
{
    *f = (struct bf_cred_finder){0};
    if (copy(&f->region, o->region) && copy(&f->profile, o->profile) &&
        copy(&f->ca_bundle, o->ca_bundle))
        return true;
    bf_cred_finder_free(f);
    return bf_err_nomem(e);
}

void bf_cred_finder_free(struct bf_cred_finder *f)
{
    free(f->region);
    free(f->profile);
    free(f->ca_bundle);
    *f = (struct bf_cred_finder){0};
}

bool bf_cred_finder_find(void *arg, bool may_ask, const atomic_bool *quit,
                         const struct bf_cred_told *told, struct bf_credentials *out,
                         struct bf_err *e)
{
    const struct bf_cred_finder *f = arg;
    struct bf_aws_options o = {
        .region = f->region, .profile = f->profile, .ca_bundle = f->ca_bundle};
    struct bf_aws_config config;
    struct bf_cred_real real;
    if (!bf_aws_config_load(&config, &o, bf_aws_env_process(), e))
        return false;
    bool ok = bf_cred_real_init(&real, &config, may_ask, e);
    real.quit = quit;
    ok = ok && bf_credentials_seek(&config, &real.world, told, out, e);
    bf_cred_real_free(&real);
    bf_aws_config_free(&config);
    return ok;
}
