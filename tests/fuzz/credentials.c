/* What others say about credentials: the shared files, token caches, the output of credential_process, the answers of STS,
 * SSO, sign-in, a container and the metadata service. The first byte says which source reads the rest. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/aws/credentials/source.h"

static struct bf_str text;

static int64_t wall_ms(void *arg)
{
    (void)arg;
    return INT64_C(1795849200000);
}

static void sleep_ms(void *arg, uint64_t ms)
{
    (void)arg;
    (void)ms;
}

static bool exchange(void *arg, const struct bf_cred_request *q, struct bf_cred_reply *r,
                     struct bf_err *e)
{
    (void)arg;
    (void)q;
    (void)e;
    r->status = 200;
    bf_buf_adds(&r->body, text);
    return true;
}

static bool read_file(void *arg, const char *path, struct bf_buf *out, struct bf_err *e)
{
    (void)arg;
    (void)path;
    (void)e;
    bf_buf_adds(out, text);
    return true;
}

static bool replace(void *arg, const char *path, struct bf_str content, struct bf_err *e)
{
    (void)arg;
    (void)path;
    (void)content;
    (void)e;
    return true;
}

static bool lock(void *arg, const char *path, int *fd, struct bf_err *e)
{
    (void)arg;
    (void)path;
    (void)e;
    *fd = 0;
    return true;
}

static void unlock(void *arg, int fd)
{
    (void)arg;
    (void)fd;
}

static bool run(void *arg, const char *const *argv, struct bf_buf *out, struct bf_err *e)
{
    (void)arg;
    (void)argv;
    (void)e;
    bf_buf_adds(out, text);
    return true;
}

static const struct bf_cred_world world = {.wall_ms = wall_ms,
                                           .sleep_ms = sleep_ms,
                                           .exchange = exchange,
                                           .read = read_file,
                                           .replace = replace,
                                           .lock = lock,
                                           .unlock = unlock,
                                           .run = run};

static const char *env_none(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "HOME") == 0 ? "/h" : NULL;
}

static const char *env_container(void *arg, const char *name)
{
    (void)arg;
    return strcmp(name, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") == 0 ? "/x" : NULL;
}

static const char *const profiles[] = {
    "[default]\ncredential_process = p\n",
    "[default]\nrole_arn = r\nsource_profile = default\naws_access_key_id = "
    "A\naws_secret_access_key = S\n",
    "[default]\nrole_arn = r\nweb_identity_token_file = f\n",
    "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\n"
    "sso_region = x\nsso_start_url = u\n",
    "[default]\nlogin_session = l\n",
    "",   /* the metadata service */
    "",   /* a container */
    NULL, /* the text is the config file */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    size_t which = data[0] % BF_COUNT(profiles);
    struct bf_aws_config c = {.env = {which == 6 ? env_container : env_none, NULL},
                              .profile = "default",
                              .region = "eu-west-1"};
    struct bf_credentials found = {0};
    struct bf_err e = {0};
    text = bf_str((const char *)data + 1, n - 1);
    bf_profiles_init(&c.profiles);
    if (bf_profiles_parse(&c.profiles, BF_PROFILE_CONFIG,
                          profiles[which] ? bf_str_of(profiles[which]) : text, &e) &&
        bf_credentials_seek(&c, &world, NULL, &found, &e) &&
        (!found.access_key || !found.secret_key))
        abort();
    bf_credentials_free(&found);
    bf_aws_config_free(&c);
    return 0;
}
