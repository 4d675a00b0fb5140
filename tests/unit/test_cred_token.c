/* SSO and sign-in sessions: token caches, their renewal, and the proof of possession. */
#include "tests/unit/cred_world.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "lib/aws/credentials/dpop.h"

/* made for these tests; they give no access */
static const char pkcs8[] = "-----BEGIN PRIVATE KEY-----\n"
                            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYCd/03bQYEpuO4DF\n"
                            "q/uZUa0vB6GOmfQyeYL4pXXDgrKhRANCAAT+83gAxquYJbNsvhic9RZylvv/dw/S\n"
                            "rXyt3oUsvbMrYe7z6jrQFrO5FLbZiT9W7VfAo9A3fDbaoZcEPair1W/z\n"
                            "-----END PRIVATE KEY-----\n";
static const char sec1[] = "-----BEGIN EC PRIVATE KEY-----\n"
                           "MHcCAQEEIGAnf9N20GBKbjuAxav7mVGtLwehjpn0MnmC+KV1w4KyoAoGCCqGSM49\n"
                           "AwEHoUQDQgAE/vN4AMarmCWzbL4YnPUWcpb7/3cP0q18rd6FLL2zK2Hu8+o60Baz\n"
                           "uRS22Yk/Vu1XwKPQN3w22qGXBD2oq9Vv8w==\n"
                           "-----END EC PRIVATE KEY-----\n";
static const char p384[] = "-----BEGIN EC PRIVATE KEY-----\n"
                           "MIGkAgEBBDC+9nsHsW0k76LTN31K61e8uRQhbF4GJB3TQ1czxYKsutiKX3LK7NRp\n"
                           "ajIWohJKpk2gBwYFK4EEACKhZANiAASv3cURtlM8FL3b+yvoJCy0dKYWQIXgYlWP\n"
                           "4l0O1NDsyS802MVm4ZelG68oKF2f+FpiVrZEJIJKmQPIHlzTme0VRGiZLzaAPxmt\n"
                           "JyPCM9ZndMdaH3PNlOUsmoKO+JGgNGA=\n"
                           "-----END EC PRIVATE KEY-----\n";

#define SSO_FILE    "/home/u/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
#define LEGACY_FILE "/home/u/.aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json"
#define PROFILE                                                                                    \
    "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev/x\n"
#define SESSION                                                                                    \
    "[sso-session corp]\nsso_region = us-east-1\n"                                                 \
    "sso_start_url = https://corp.awsapps.com/start\n"
#define ROLE_ANSWER                                                                                \
    "{\"roleCredentials\":{\"accessKeyId\":\"SSO\",\"secretAccessKey\":\"hush\","                  \
    "\"sessionToken\":\"T\",\"expiration\":1795852800000}}"
#define REFRESHABLE                                                                                \
    ",\"refreshToken\":\"hush-r1\",\"clientId\":\"cid\",\"clientSecret\":\"hush-c\","              \
    "\"registrationExpiresAt\":\"2027-01-01T00:00:00Z\",\"kept\":7}"
#define FRESH "{\"accessToken\":\"hush-a1\",\"expiresAt\":\"2026-11-28T12:00:00Z\""
#define NEAR  "{\"accessToken\":\"hush-a1\",\"expiresAt\":\"2026-11-28T07:10:00Z\""
#define OLD   "{\"accessToken\":\"hush-a1\",\"expiresAt\":\"2026-11-28T06:00:00UTC\""

static const char role_url[] = "https://portal.sso.us-east-1.amazonaws.com/federation/credentials"
                               "?role_name=Dev%2Fx&account_id=123456789012";
static const char oidc_url[] = "https://oidc.us-east-1.amazonaws.com/token";
static const char new_token[] = "{\"accessToken\":\"hush-a2\",\"expiresIn\":28800,\"refreshToken\":"
                                "\"hush-r2\",\"tokenType\":\"Bearer\"}";

static void sso_takes(struct world *w)
{
    world_takes(w, "SSO", "T", "SSO role Dev/x of account 123456789012");
}

static void sso(void **unused)
{
    (void)unused;
    struct world *w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, FRESH "}");
    world_answer(w, role_url, 200, ROLE_ANSWER);
    struct bf_credentials c;
    struct bf_err e;
    assert_true(world_seek(w, &c, &e));
    assert_string_equal(c.account, "123456789012");
    assert_int_equal(c.expires_ms, INT64_C(1795852800000));
    bf_credentials_free(&c);
    assert_logged(w, "|x-amz-sso_bearer_token: hush-a1|");
    assert_false(w->files[0].written);
    world_free(w);
    /* the older form: the file is named after the URL, and there is no renewal */
    w = world_new(
        "[default]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n"
        "sso_account_id = 123456789012\nsso_role_name = Dev/x\n",
        "", NULL, NULL);
    world_file(w, LEGACY_FILE, NEAR REFRESHABLE);
    world_answer(w, role_url, 200, ROLE_ANSWER);
    sso_takes(w);
    world_free(w);
}

static void sso_is_renewed(void **unused)
{
    (void)unused;
    static const char *const tokens[] = {NEAR REFRESHABLE, OLD REFRESHABLE};
    for (size_t i = 0; i < BF_COUNT(tokens); i++) { /* also after it has expired */
        struct world *w = world_new(PROFILE SESSION, "", NULL, NULL);
        world_file(w, SSO_FILE, tokens[i]);
        world_answer(w, oidc_url, 200, new_token);
        world_answer(w, role_url, 200, ROLE_ANSWER);
        sso_takes(w);
        assert_logged(w, "{\"grantType\":\"refresh_token\",\"clientId\":\"cid\",\"clientSecret\":"
                         "\"hush-c\",\"refreshToken\":\"hush-r1\"}");
        assert_logged(w, "|x-amz-sso_bearer_token: hush-a2|");
        assert_string_equal(w->files[0].text,
                            "{\"accessToken\":\"hush-a2\",\"expiresAt\":\"2026-11-28T15:00:00Z\","
                            "\"refreshToken\":\"hush-r2\",\"clientId\":\"cid\",\"clientSecret\":"
                            "\"hush-c\",\"registrationExpiresAt\":\"2027-01-01T00:00:00Z\","
                            "\"kept\":7}");
        world_free(w);
    }
}

/* Another process has renewed the token while this one waited for the lock. */
static void another_was_there(struct world *w)
{
    snprintf(w->files[0].text, sizeof w->files[0].text, "%s", FRESH REFRESHABLE);
}

static void sso_troubles(void **unused)
{
    (void)unused;
    struct world *w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, NEAR REFRESHABLE);
    w->on_lock = another_was_there;
    world_answer(w, role_url, 200, ROLE_ANSWER);
    sso_takes(w);
    world_free(w);
    /* renewal fails, but the token is still valid */
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, NEAR REFRESHABLE);
    world_answer(w, oidc_url, 400, "{\"error\":\"invalid_grant\"}");
    world_answer(w, role_url, 200, ROLE_ANSWER);
    sso_takes(w);
    world_free(w);
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, OLD REFRESHABLE);
    world_answer(w, oidc_url, 400, "{\"error\":\"invalid_grant\"}");
    world_fails(w, BF_E_DENIED, "run aws sso login --sso-session corp");
    world_free(w);
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, OLD REFRESHABLE);
    for (int i = 0; i < 3; i++)
        world_answer(w, oidc_url, 0, NULL);
    world_fails(w, BF_E_NETWORK, "SSO OIDC: no answer");
    world_free(w);
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, OLD "}");
    world_fails(w, BF_E_DENIED, "the SSO token has expired: run aws sso login");
    world_free(w);
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_fails(w, BF_E_DENIED, "there is no SSO token: run aws sso login --sso-session corp");
    world_free(w);
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, "hush");
    world_fails(w, BF_E_DENIED, "is no JSON object");
    world_free(w);
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, FRESH "}");
    world_answer(w, role_url, 401, "{\"__type\":\"UnauthorizedException\"}");
    world_fails(w, BF_E_DENIED, "SSO refuses its token: run aws sso login");
    world_free(w);
    w = world_new(PROFILE SESSION, "", NULL, NULL);
    world_file(w, SSO_FILE, FRESH "}");
    world_answer(w, role_url, 403, "{\"__type\":\"ForbiddenException\",\"message\":\"No access\"}");
    world_fails(w, BF_E_DENIED, "SSO: ForbiddenException: No access (HTTP 403)");
    world_free(w);
}

static void sso_mistakes(void **unused)
{
    (void)unused;
    static const struct {
        const char *config, *text;
    } cases[] = {
        {PROFILE, "there is no [sso-session corp]"},
        {PROFILE "sso_region = eu-west-1\n" SESSION,
         "sso_region is 'eu-west-1' in profile 'default' and 'us-east-1' in sso-session 'corp'"},
        {PROFILE "[sso-session corp]\nsso_region = us-east-1\n", "has no sso_start_url"},
        {"[default]\nsso_account_id = 1\nsso_region = x\nsso_start_url = u\n",
         "has no sso_role_name"},
        {"[default]\nsso_role_name = r\nsso_region = x\nsso_start_url = u\n",
         "has no sso_account_id"},
        {"[default]\nsso_role_name = r\nsso_account_id = 1\nsso_region = a.b/\nsso_start_url = u\n",
         "is no region"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct world *w = world_new(cases[i].config, "", NULL, NULL);
        world_fails(w, BF_E_DENIED, cases[i].text);
        world_free(w);
    }
}

#define ARN "arn:aws:sts::012345678910:assumed-role/Admin/admin"
#define LOGIN_FILE                                                                                 \
    "/home/u/.aws/login/cache/"                                                                    \
    "4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json"
#define LOGIN_PROFILE "[default]\nlogin_session = " ARN "\n"

static const char signin_url[] = "https://eu-west-1.signin.aws.amazon.com/v1/token";
static const char login_answer[] =
    "{\"accessToken\":{\"accessKeyId\":\"L2\",\"secretAccessKey\":\"hush\",\"sessionToken\":\"T2\"}"
    ","
    "\"tokenType\":\"aws_sigv4\",\"expiresIn\":900,\"refreshToken\":\"hush-r2\"}";

/* The cache as written by `aws login`, with credentials that expire at this time. */
static void login_file(struct world *w, const char *path, const char *expires)
{
    char text[3000], key[1200] = "";
    for (const char *p = pkcs8; *p; p++)
        world_add(key, sizeof key, *p == '\n' ? "\\n" : (char[]){*p, '\0'}, "");
    snprintf(
        text, sizeof text,
        "{\"accessToken\":{\"accessKeyId\":\"L1\",\"secretAccessKey\":\"hush\",\"sessionToken\":"
        "\"T1\",\"accountId\":\"012345678910\",\"expiresAt\":\"%s\"},\"clientId\":"
        "\"arn:aws:signin:::devtools/same-device\",\"refreshToken\":\"hush-r1\",\"idToken\":"
        "\"hush-i\",\"dpopKey\":\"%s\",\"tokenType\":\"aws_sigv4\"}",
        expires, key);
    world_file(w, path, text);
}

static void login(void **unused)
{
    (void)unused;
    static const char *const env[] = {"AWS_LOGIN_CACHE_DIRECTORY", "/c", NULL};
    struct world *w = world_new(LOGIN_PROFILE, "", NULL, NULL);
    login_file(w, LOGIN_FILE, "2026-11-28T07:06:00Z");
    world_takes(w, "L1", "T1", "login session " ARN);
    world_free(w);
    w = world_new(LOGIN_PROFILE, "", NULL, env);
    login_file(w, "/c/4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json",
               "2026-11-28T07:06:00Z");
    world_takes(w, "L1", "T1", "login session " ARN);
    world_free(w);
}

static void login_is_renewed(void **unused)
{
    (void)unused;
    struct world *w = world_new(LOGIN_PROFILE, "", NULL, NULL);
    login_file(w, LOGIN_FILE, "2026-11-28T07:04:00Z");
    world_answer(w, signin_url, 200, login_answer);
    struct bf_credentials c;
    struct bf_err e;
    assert_true(world_seek(w, &c, &e));
    assert_string_equal(c.access_key, "L2");
    assert_string_equal(c.account, "012345678910");
    assert_int_equal(c.expires_ms, WORLD_NOW + 900000);
    bf_credentials_free(&c);
    assert_logged(w, "|content-type: application/json|dpop: ey");
    assert_logged(w, "|{\"clientId\":\"arn:aws:signin:::devtools/same-device\",\"refreshToken\":"
                     "\"hush-r1\",\"grantType\":\"refresh_token\"}");
    assert_null(strstr(w->log, "authorization"));
    assert_true(w->files[0].written);
    assert_non_null(strstr(w->files[0].text, "\"refreshToken\":\"hush-r2\""));
    assert_non_null(strstr(w->files[0].text, "\"accountId\":\"012345678910\""));
    assert_non_null(strstr(w->files[0].text, "\"expiresAt\":\"2026-11-28T07:15:00Z\""));
    assert_non_null(strstr(w->files[0].text, "\"idToken\":\"hush-i\""));
    /* the next process finds it renewed */
    world_takes(w, "L2", "T2", "login session " ARN);
    world_free(w);
}

static void login_troubles(void **unused)
{
    (void)unused;
    static const struct {
        int status;
        const char *body, *text;
        enum bf_err_code code;
    } cases[] = {
        {400, "{\"error\":\"TOKEN_EXPIRED\"}", "the session has ended: run aws login", BF_E_DENIED},
        {400, "{\"error\":\"USER_CREDENTIALS_CHANGED\"}", "the password has changed: run aws login",
         BF_E_DENIED},
        {403, "{\"error\":\"INSUFFICIENT_PERMISSIONS\"}", "SignInLocalDevelopmentAccess",
         BF_E_DENIED},
        {429, "{\"error\":\"TooManyRequestsError\"}", "sign-in: ", BF_E_THROTTLED},
        {200, "{}", "the answer of sign-in holds no credentials", BF_E_DENIED},
        {0, NULL, "sign-in: no answer", BF_E_NETWORK},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct world *w = world_new(LOGIN_PROFILE, "", NULL, NULL);
        login_file(w, LOGIN_FILE, "2026-11-28T06:59:00Z");
        world_answer(w, signin_url, cases[i].status, cases[i].body);
        world_fails(w, cases[i].code, cases[i].text);
        assert_false(w->files[0].written);
        world_free(w);
    }
    /* renewal fails, but the token is valid for four more minutes */
    struct world *w = world_new(LOGIN_PROFILE, "", NULL, NULL);
    login_file(w, LOGIN_FILE, "2026-11-28T07:04:00Z");
    world_answer(w, signin_url, 0, NULL);
    world_takes(w, "L1", "T1", "login session " ARN);
    world_free(w);
    w = world_new(LOGIN_PROFILE, "", NULL, NULL);
    login_file(w, LOGIN_FILE, "2026-11-28T06:59:00Z");
    w->lock_taken = true;
    world_fails(w, BF_E_TEMPORARY, "another process holds it");
    world_free(w);
    w = world_new(LOGIN_PROFILE, "", NULL, NULL);
    world_fails(w, BF_E_DENIED, "there is no session: run aws login --profile default");
    world_free(w);
    w = world_new(LOGIN_PROFILE, "", NULL, NULL);
    world_file(w, LOGIN_FILE, "{\"accessToken\":{}}");
    world_fails(w, BF_E_DENIED, "the session's cache is not whole: run aws login");
    world_free(w);
}

/* Decodes base64url without padding. */
static size_t decode(struct bf_str s, unsigned char *out)
{
    char padded[2048];
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        padded[n++] = (char)(s.p[i] == '-' ? '+' : s.p[i] == '_' ? '/' : s.p[i]);
    while (n % 4)
        padded[n++] = '=';
    padded[n] = '\0';
    size_t cut = 3 * (n / 4) - (size_t)EVP_DecodeBlock(out, (const unsigned char *)padded, (int)n);
    while (n && padded[--n] == '=')
        cut++;
    return 3 * ((s.n + 3) / 4) - cut;
}

/* Is the signature (r and s of 32 bytes each) valid for the text and this key? */
static bool verifies(const char *pem, struct bf_str text, const unsigned char *raw)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    ECDSA_SIG *sig = ECDSA_SIG_new();
    unsigned char *der = NULL;
    ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    int n = i2d_ECDSA_SIG(sig, &der);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestVerify(ctx, der, (size_t)n, (const unsigned char *)text.p, text.n) == 1;
    EVP_MD_CTX_free(ctx);
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    EVP_PKEY_free(key);
    BIO_free(bio);
    return ok;
}

static void proof(void **unused)
{
    (void)unused;
    static const char *const keys[] = {pkcs8, sec1};
    struct bf_err e = {0};
    struct bf_buf out;
    bf_buf_init(&out, 8192);
    for (size_t i = 0; i < 20; i++) { /* r or s starts with a zero byte in some cases */
        unsigned char raw[2048];
        struct bf_str part[3], rest;
        bf_buf_reset(&out);
        assert_true(
            bf_cred_dpop(&out, keys[i % 2], "https://h/v1/token", 1795849200, "u-u-i-d", &e));
        rest = bf_buf_view(&out);
        for (size_t p = 0; p < 3; p++)
            assert_true(bf_str_split(&rest, '.', &part[p]));
        assert_null(rest.p);
        assert_null(memchr(out.p, '=', out.n));
        assert_int_equal(decode(part[2], raw), 64);
        assert_true(verifies(pkcs8, bf_str(out.p, (size_t)(part[2].p - out.p) - 1), raw));
        raw[decode(part[0], raw)] = '\0';
        assert_non_null(strstr(
            (char *)raw, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":"
                         "\"EC\",\"x\":\"_vN4AMarmCWzbL4YnPUWcpb7_3cP0q18rd6FLL2zK2E\",\"y\":"));
        raw[decode(part[1], raw)] = '\0';
        assert_string_equal((char *)raw, "{\"htm\":\"POST\",\"htu\":\"https://h/v1/token\",\"iat\":"
                                         "1795849200,\"jti\":\"u-u-i-d\"}");
    }
    static const char *const bad[] = {"", "no key", p384};
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        assert_false(bf_cred_dpop(&out, bad[i], "u", 1, "j", &e));
        assert_string_equal(e.text, "its dpopKey is no P-256 key");
    }
    bf_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sso),
        cmocka_unit_test(sso_is_renewed),
        cmocka_unit_test(sso_troubles),
        cmocka_unit_test(sso_mistakes),
        cmocka_unit_test(login),
        cmocka_unit_test(login_is_renewed),
        cmocka_unit_test(login_troubles),
        cmocka_unit_test(proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
