/* The sources of credentials, each in a scripted world, and their order. */
#include "tests/unit/cred_world.h"

#define KEYS(id) "aws_access_key_id = " id "\naws_secret_access_key = hush\n"
#define UNTIL    "2026-11-28T08:00:00Z"
#define STS(id)                                                                                    \
    "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:"       \
    "assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>" id                        \
    "</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>T/" id                     \
    "</SessionToken><Expiration>" UNTIL "</Expiration></Credentials></AssumeRoleResult>"           \
    "</AssumeRoleResponse>"
#define JSON(id)                                                                                   \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id                                                  \
    "\",\"SecretAccessKey\":\"hush\",\"Token\":\"T/" id "\",\"Expiration\":\"" UNTIL               \
    "\",\"AccountId\":\"123456789012\"}"

static const char *const no_imds[] = {"AWS_EC2_METADATA_DISABLED", "true", NULL};

static void environment(void **unused)
{
    (void)unused;
    static const char *const env[] = {"AWS_ACCESS_KEY_ID",
                                      "ENV",
                                      "AWS_SECRET_ACCESS_KEY",
                                      "hush",
                                      "AWS_SESSION_TOKEN",
                                      "T",
                                      NULL};
    static const char *const half[] = {"AWS_SECRET_ACCESS_KEY", "hush", "AWS_ACCESS_KEY_ID", " ",
                                       NULL};
    static const char *const bad[] = {"AWS_ACCESS_KEY_ID",
                                      "ENV",
                                      "AWS_SECRET_ACCESS_KEY",
                                      "hush",
                                      "AWS_CREDENTIAL_EXPIRATION",
                                      "soon",
                                      NULL};
    struct world *w = world_new("[default]\n" KEYS("FILE"), "", NULL, env);
    world_takes(w, "ENV", "T", "the environment");
    world_free(w);
    w = world_new("[default]\n" KEYS("FILE"), "", "default", env);
    world_takes(w, "FILE", NULL, "profile 'default' of the config file");
    assert_non_null(
        strstr(w->told, "not from environment: profile 'default' was asked for by name"));
    world_free(w);
    w = world_new("", "", NULL, half);
    world_fails(w, BF_E_DENIED, "AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not");
    world_free(w);
    w = world_new("", "", NULL, bad);
    world_fails(w, BF_E_DENIED, "AWS_CREDENTIAL_EXPIRATION is not a time");
    world_free(w);
}

static void shared_files(void **unused)
{
    (void)unused;
    static const char process[] = "[default]\ncredential_process = p\n" KEYS("CONFIG");
    struct world *w =
        world_new(process, "[default]\n" KEYS("FILE") "aws_session_token =\n", NULL, NULL);
    world_takes(w, "FILE", NULL, "profile 'default' of the credentials file");
    world_free(w);
    /* keys in the config file come after credential_process */
    w = world_new(process, "", NULL, NULL);
    w->printed = "{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"hush\"}";
    world_takes(w, "P", NULL, "credential_process of profile 'default'");
    world_free(w);
    /* keys of the two files are not mixed */
    w = world_new("[default]\n" KEYS("CONFIG") "aws_session_token = T\n",
                  "[default]\n" KEYS("FILE"), NULL, NULL);
    world_takes(w, "FILE", NULL, "profile 'default' of the credentials file");
    world_free(w);
    w = world_new("[default]\n" KEYS("CONFIG"), "[default]\naws_access_key_id = HALF\n", NULL,
                  NULL);
    world_fails(w, BF_E_DENIED,
                "profile 'default' has no aws_secret_access_key in the credentials");
    world_free(w);
    w = world_new("[default]\naws_access_key_id = HALF\n", "", NULL, no_imds);
    world_fails(w, BF_E_DENIED, "profile 'default' has no aws_secret_access_key");
    world_free(w);
    w = world_new("", "", NULL, no_imds);
    world_fails(w, BF_E_DENIED, "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    assert_non_null(strstr(w->told, "not from container:"));
    assert_non_null(strstr(w->told, "not from instance: AWS_EC2_METADATA_DISABLED is set"));
    world_free(w);
}

static void role(void **unused)
{
    (void)unused;
    struct world *w = world_new(
        "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\nexternal_id = e/x\n"
        "role_session_name = me\nduration_seconds = 900\n[profile base]\n" KEYS("BASE"),
        "", NULL, NULL);
    world_answer(w, "https://sts.eu-west-1.amazonaws.com/", 200, STS("ROLE"));
    struct bf_credentials c;
    struct bf_err e;
    assert_true(world_seek(w, &c, &e));
    assert_string_equal(c.access_key, "ROLE");
    assert_string_equal(c.token, "T/ROLE");
    assert_string_equal(c.account, "123456789012");
    assert_int_equal(c.expires_ms, WORLD_NOW + 3600000);
    assert_string_equal(c.source, "role arn:aws:iam::1:role/r");
    bf_credentials_free(&c);
    assert_logged(w,
                  "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
                  "&RoleSessionName=me&DurationSeconds=900&ExternalId=e%2Fx\n");
    assert_logged(w, "Credential=BASE/20261128/eu-west-1/sts/aws4_request");
    world_free(w);
}

/* a has the source b, which has the source c; each session signs the next request. */
static void role_chain(void **unused)
{
    (void)unused;
    struct world *w = world_new("[profile a]\nrole_arn = arn:a\nsource_profile = b\n"
                                "[profile b]\nrole_arn = arn:b\nsource_profile = c\n"
                                "[profile c]\nregion = x\n",
                                "[c]\n" KEYS("BASE"), "a", NULL);
    world_answer(w, "sts", 200, STS("B"));
    world_answer(w, "sts", 200, STS("A"));
    world_takes(w, "A", "T/A", "role arn:a");
    assert_logged(w, "Credential=BASE/");
    assert_logged(w, "x-amz-security-token: T/B");
    world_free(w);
    /* a profile that names itself uses its own keys */
    w = world_new("[profile a]\nrole_arn = arn:a\nsource_profile = a\n" KEYS("SELF"), "", "a",
                  NULL);
    world_answer(w, "sts", 200, STS("A"));
    world_takes(w, "A", "T/A", "role arn:a");
    assert_logged(w, "Credential=SELF/");
    world_free(w);
}

static void role_mistakes(void **unused)
{
    (void)unused;
    static const struct {
        const char *config, *text;
    } cases[] = {
        {"[profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nrole_arn = y\n"
         "source_profile = a\n",
         "source_profile leads from 'b' back to 'a': a loop"},
        {"[profile a]\nrole_arn = x\nsource_profile = a\n", "a loop"},
        {"[profile a]\nrole_arn = x\nsource_profile = nobody\n", "there is no profile 'nobody'"},
        {"[profile a]\nrole_arn = x\n", "neither of source_profile and credential_source"},
        {"[profile a]\nrole_arn = x\nsource_profile = a\ncredential_source = Environment\n",
         "both of"},
        {"[profile a]\nrole_arn = x\ncredential_source = Moon\n", "'Moon' is not one of"},
        {"[profile a]\nrole_arn = x\ncredential_source = Environment\n",
         "profile 'a', credential_source Environment: AWS_ACCESS_KEY_ID is not set"},
        {"[profile a]\nrole_arn = x\nsource_profile = b\n[profile b]\nregion = x\n",
         "profile 'b' has no credentials to assume a role with"},
        {"[profile a]\nrole_arn = x\nsource_profile = a\nduration_seconds = long\n" KEYS("S"),
         "duration_seconds 'long' is not a number of seconds"},
        {"[profile a]\nrole_arn = x\nsource_profile = a\nmfa_serial = arn:mfa\n" KEYS("S"),
         "needs an MFA code (mfa_serial), and there is no terminal"},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct world *w = world_new(cases[i].config, "", "a", NULL);
        world_fails(w, BF_E_DENIED, cases[i].text);
        world_free(w);
    }
}

static void role_with_mfa(void **unused)
{
    (void)unused;
    struct world *w = world_new(
        "[default]\nrole_arn = x\nsource_profile = default\nmfa_serial = arn:mfa/me\n" KEYS("S"),
        "", NULL, NULL);
    w->w.ask = world_ask;
    w->typed = "123456";
    world_answer(w, "sts", 200, STS("A"));
    world_takes(w, "A", "T/A", "role x");
    assert_string_equal(w->prompt, "MFA code for arn:mfa/me: ");
    assert_logged(w, "&SerialNumber=arn%3Amfa%2Fme&TokenCode=123456\n");
    world_free(w);
}

static void role_from_sources(void **unused)
{
    (void)unused;
    static const char *const env[] = {"AWS_ACCESS_KEY_ID", "ENV", "AWS_SECRET_ACCESS_KEY", "hush",
                                      NULL};
    static const char *const ecs[] = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x", NULL};
    struct world *w =
        world_new("[profile a]\nrole_arn = x\ncredential_source = Environment\n", "", "a", env);
    world_answer(w, "sts", 200, STS("A"));
    world_takes(w, "A", "T/A", "role x");
    assert_logged(w, "Credential=ENV/");
    world_free(w);
    w = world_new("[profile a]\nrole_arn = x\ncredential_source = EcsContainer\n", "", "a", ecs);
    world_answer(w, "http://169.254.170.2/v2/x", 200, JSON("ECS"));
    world_answer(w, "sts", 200, STS("A"));
    world_takes(w, "A", "T/A", "role x");
    assert_logged(w, "Credential=ECS/");
    world_free(w);
    w = world_new("[profile a]\nrole_arn = x\ncredential_source = Ec2InstanceMetadata\n", "", "a",
                  NULL);
    world_answer(w, "http://169.254.169.254/latest/api/token", 200, "tok");
    world_answer(w, "security-credentials/", 200, "rr");
    world_answer(w, "security-credentials/rr", 200, JSON("EC2"));
    world_answer(w, "sts", 200, STS("A"));
    world_takes(w, "A", "T/A", "role x");
    assert_logged(w, "Credential=EC2/");
    world_free(w);
}

static void sts_troubles(void **unused)
{
    (void)unused;
    static const char config[] = "[default]\nrole_arn = x\nsource_profile = default\n" KEYS("S");
    static const char denied[] = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you"
                                 "</Message></Error></ErrorResponse>";
    static const char throttled[] =
        "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>";
    struct world *w = world_new(config, "", NULL, NULL);
    world_answer(w, "sts", 0, NULL);
    world_answer(w, "sts", 400, throttled);
    world_answer(w, "sts", 200, STS("A"));
    world_takes(w, "A", "T/A", "role x");
    assert_true(w->slept_ms > 0);
    world_free(w);
    w = world_new(config, "", NULL, NULL);
    world_answer(w, "sts", 403, denied);
    world_fails(w, BF_E_DENIED, "role x: STS: AccessDenied: not you (HTTP 403)");
    world_free(w);
    w = world_new(config, "", NULL, NULL);
    for (int i = 0; i < 3; i++)
        world_answer(w, "sts", 500, "");
    world_fails(w, BF_E_TEMPORARY, "role x: STS: ");
    world_free(w);
    static const char *const strange[] = {"", "<html>", "{}", "<AccessKeyId>A</AccessKeyId>"};
    for (size_t i = 0; i < BF_COUNT(strange); i++) {
        w = world_new(config, "", NULL, NULL);
        world_answer(w, "sts", 200, strange[i]);
        world_fails(w, BF_E_DENIED, "the answer holds no credentials");
        world_free(w);
    }
}

static void web_identity(void **unused)
{
    (void)unused;
    static const char *const env[] = {"AWS_WEB_IDENTITY_TOKEN_FILE",
                                      "/t",
                                      "AWS_ROLE_ARN",
                                      "arn:w",
                                      "AWS_ROLE_SESSION_NAME",
                                      "pod",
                                      NULL};
    static const char *const no_role[] = {"AWS_WEB_IDENTITY_TOKEN_FILE", "/t", NULL};
    struct world *w = world_new("", "", NULL, env);
    world_file(w, "/t", "jwt.x.y\n");
    world_answer(w, "https://sts.eu-west-1.amazonaws.com/", 200, STS("W"));
    world_takes(w, "W", "T/W", "role arn:w (web identity)");
    assert_logged(w, "&RoleArn=arn%3Aw&RoleSessionName=pod&WebIdentityToken=jwt.x.y\n");
    assert_null(strstr(w->log, "authorization"));
    world_free(w);
    w = world_new("[profile a]\nrole_arn = arn:p\nweb_identity_token_file = /p\n", "", "a", env);
    world_file(w, "/p", "jwt");
    world_answer(w, "sts", 200, STS("P"));
    world_takes(w, "P", "T/P", "role arn:p (web identity)");
    world_free(w);
    w = world_new("", "", NULL, no_role);
    world_fails(w, BF_E_DENIED, "neither AWS_ROLE_ARN nor role_arn");
    world_free(w);
    w = world_new("", "", NULL, env);
    world_fails(w, BF_E_DENIED, "web identity: /t: No such file");
    world_free(w);
    w = world_new("", "", NULL, env);
    world_file(w, "/t", " \n");
    world_fails(w, BF_E_DENIED, "/t is empty");
    world_free(w);
}

static void process(void **unused)
{
    (void)unused;
    static const struct {
        const char *printed, *text;
    } bad[] = {
        {NULL, "credential_process of profile 'default': it ended with exit status 3: no card"},
        {"hush", "its output is not a JSON object"},
        {"[]", "its output is not a JSON object"},
        {"{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\"}", "has not \"Version\": 1"},
        {"{\"Version\":2}", "has not \"Version\": 1"},
        {"{\"Version\":1,\"AccessKeyId\":\"A\"}", "there is no secret key"},
        {"{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\",\"Expiration\":\"x\"}",
         "its Expiration is not a time"},
        {"{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\",\"Expiration\":"
         "\"2020-01-01T00:00:00Z\"}",
         "expired at 2020-01-01"},
    };
    struct world *w = world_new(
        "[default]\ncredential_process = /a/b 'two words' \"q\\\"q\" a\\ b ''\n", "", NULL, NULL);
    w->printed =
        "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hush\",\"SessionToken\":"
        "\"T\",\"Expiration\":\"" UNTIL "\",\"AccountId\":\"42\"}";
    world_takes(w, "A", "T", "credential_process of profile 'default'");
    assert_string_equal(w->argv, "/a/b|two words|q\"q|a b||");
    world_free(w);
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        w = world_new("[default]\ncredential_process = p\n", "", NULL, NULL);
        w->printed = bad[i].printed;
        world_fails(w, BF_E_DENIED, bad[i].text);
        world_free(w);
    }
    w = world_new("[default]\ncredential_process = p 'x\n", "", NULL, NULL);
    world_fails(w, BF_E_DENIED, "a quote does not end");
    world_free(w);
}

static void container(void **unused)
{
    (void)unused;
    static const char *const both[] = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                       "/v2/id",
                                       "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                       "http://evil/",
                                       "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                       "Basic x",
                                       NULL};
    static const char *const eks[] = {"AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                      "http://169.254.170.23/v1/credentials",
                                      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                      "/tok",
                                      "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                      "no",
                                      NULL};
    struct world *w = world_new("", "", NULL, both);
    world_answer(w, "http://169.254.170.2/v2/id", 200, JSON("C"));
    world_takes(w, "C", "T/C", "the container's role");
    assert_logged(w, "|direct|accept: application/json|authorization: Basic x");
    world_free(w);
    w = world_new("", "", NULL, eks);
    world_file(w, "/tok", "jwt\n");
    world_answer(w, "http://169.254.170.23/v1/credentials", 503, "");
    world_answer(w, "http://169.254.170.23/v1/credentials", 200, JSON("E"));
    world_takes(w, "E", "T/E", "the container's role");
    assert_logged(w, "authorization: jwt|");
    assert_int_equal(w->slept_ms, 1000);
    world_free(w);
    w = world_new("", "", NULL, eks);
    world_file(w, "/tok", "a\r\nb");
    world_fails(w, BF_E_DENIED, "holds a control character");
    world_free(w);
    w = world_new("", "", NULL, eks);
    world_fails(w, BF_E_DENIED, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /tok");
    world_free(w);
    w = world_new("", "", NULL, both);
    world_answer(w, "169", 403, "{\"code\":\"AccessDenied\",\"message\":\"no\"}");
    world_fails(w, BF_E_DENIED, "the container's credentials: AccessDenied: no (HTTP 403)");
    world_free(w);
}

static void container_hosts(void **unused)
{
    (void)unused;
    static const char *const good[] = {"https://any.example/x",   "http://localhost:80/",
                                       "http://127.0.0.1/x",      "http://127.9.9.9:1/",
                                       "http://[::1]:8/",         "http://169.254.170.2/",
                                       "http://[fd00:ec2::23]/v1"};
    static const char *const bad[] = {"http://evil.example/",   "http://127.0.0.1.evil.example/",
                                      "http://localhost@evil/", "http://169.254.169.254/",
                                      "ftp://127.0.0.1/",       "http://[::2]/",
                                      "http://127.evil.a.b/",   "/v2/x",
                                      "http://localhost.evil/", "http://evil/#@localhost"};
    for (size_t i = 0; i < BF_COUNT(good) + BF_COUNT(bad); i++) {
        bool is_good = i < BF_COUNT(good);
        const char *url = is_good ? good[i] : bad[i - BF_COUNT(good)];
        const char *const env[] = {"AWS_CONTAINER_CREDENTIALS_FULL_URI", url, NULL};
        struct world *w = world_new("", "", NULL, env);
        if (is_good) {
            world_answer(w, url, 200, JSON("C"));
            world_takes(w, "C", "T/C", "the container's role");
        } else
            world_fails(w, BF_E_DENIED, "is neither https:// nor an address of this machine");
        world_free(w);
    }
}

static void instance(void **unused)
{
    (void)unused;
    static const char *const named[] = {"AWS_EC2_INSTANCE_PROFILE_NAME", "mine",
                                        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6", NULL};
    struct world *w = world_new("", "", NULL, NULL);
    world_answer(w, "http://169.254.169.254/latest/api/token", 200, "tok\n");
    world_answer(w, "/latest/meta-data/iam/security-credentials/", 401, "");
    world_answer(w, "/latest/api/token", 200, "tok2");
    world_answer(w, "/latest/meta-data/iam/security-credentials/", 200, "web\n");
    world_answer(w, "/latest/meta-data/iam/security-credentials/web", 200, JSON("I"));
    world_takes(w, "I", "T/I", "the instance's role web");
    assert_logged(w, "PUT http://169.254.169.254/latest/api/token|direct|"
                     "x-aws-ec2-metadata-token-ttl-seconds: 21600|\n");
    assert_logged(w, "x-aws-ec2-metadata-token: tok2|\n");
    world_free(w);
    w = world_new("", "", NULL, named);
    world_answer(w, "http://[fd00:ec2::254]/latest/api/token", 200, "tok");
    world_answer(w, "security-credentials/mine", 200, JSON("N"));
    world_takes(w, "N", "T/N", "the instance's role mine");
    world_free(w);
    w = world_new("[default]\nimds_use_ipv6 = true\nec2_instance_profile_name = old\n", "", NULL,
                  NULL);
    world_answer(w, "http://[fd00:ec2::254]/latest/api/token", 200, "tok");
    world_answer(w, "security-credentials/old", 200, JSON("O"));
    world_takes(w, "O", "T/O", "the instance's role old");
    world_free(w);
}

static void instance_troubles(void **unused)
{
    (void)unused;
    static const char *const slow[] = {"AWS_METADATA_SERVICE_TIMEOUT", "x", NULL};
    static const char *const list = "security-credentials/";
    struct world *w = world_new("", "", NULL, NULL);
    world_answer(w, "api/token", 0, NULL);
    world_fails(w, BF_E_DENIED, "the hop limit of the instance may be 1");
    world_free(w);
    w = world_new("", "", NULL, NULL); /* only version 1 */
    world_answer(w, "api/token", 404, "");
    world_fails(w, BF_E_DENIED, "without a token (IMDSv2) it is not asked");
    world_free(w);
    w = world_new("", "", NULL, NULL);
    world_answer(w, "api/token", 200, "tok");
    world_answer(w, list, 404, "");
    world_fails(w, BF_E_DENIED, "the instance has no role");
    world_free(w);
    w = world_new("", "", NULL, NULL);
    world_answer(w, "api/token", 200, "tok");
    world_answer(w, list, 200, "../../user-data");
    world_fails(w, BF_E_DENIED, "its list of roles is invalid");
    world_free(w);
    w = world_new("", "", NULL, NULL);
    world_answer(w, "api/token", 200, "tok");
    world_answer(w, list, 200, "r");
    world_answer(w, list, 200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}");
    world_fails(w, BF_E_DENIED, "the metadata service says AssumeRoleUnauthorizedAccess");
    world_free(w);
    w = world_new("", "", NULL, NULL); /* expired credentials that are returned anyway */
    w->now_ms += 7200000;
    world_answer(w, "api/token", 200, "tok");
    world_answer(w, list, 200, "r");
    world_answer(w, list, 200, JSON("OLD"));
    struct bf_credentials c;
    struct bf_err e;
    assert_true(world_seek(w, &c, &e));
    assert_true(c.expires_ms > w->now_ms + 900000);
    bf_credentials_free(&c);
    world_free(w);
    w = world_new("", "", NULL, slow);
    world_fails(w, BF_E_USAGE, "AWS_METADATA_SERVICE_TIMEOUT: 'x' is not a whole number");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment),
        cmocka_unit_test(shared_files),
        cmocka_unit_test(role),
        cmocka_unit_test(role_chain),
        cmocka_unit_test(role_mistakes),
        cmocka_unit_test(role_with_mfa),
        cmocka_unit_test(role_from_sources),
        cmocka_unit_test(sts_troubles),
        cmocka_unit_test(web_identity),
        cmocka_unit_test(process),
        cmocka_unit_test(container),
        cmocka_unit_test(container_hosts),
        cmocka_unit_test(instance),
        cmocka_unit_test(instance_troubles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
