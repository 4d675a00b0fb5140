/* Shared files, configuration, credentials and endpoints, tested with the SDKs' own test suites. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <unistd.h>

#include "lib/aws/client/client.h"
#include "tests/unit/cred_real.h"
#include "lib/aws/config/endpoint.h"
#include "tests/unit/shared.h"

/* An environment from a JSON object of strings. */
static const char *json_env_get(void *arg, const char *name)
{
    return json_string_value(json_object_get(arg, name));
}

static struct bf_aws_env json_env(json_t *object)
{
    return (struct bf_aws_env){json_env_get, object};
}

static json_t *load_json(const char *name)
{
    struct bf_buf text;
    if (!shared_read(name, &text)) {
        char path[512];
        printf("# skipped: %s, no such file\n", shared_path(path, name));
        bf_buf_free(&text);
        return NULL;
    }
    json_t *doc = json_loadb(text.p, text.n, 0, NULL);
    assert_non_null(doc);
    bf_buf_free(&text);
    return doc;
}

static bool parse_input(struct bf_profiles *p, json_t *input, struct bf_err *e)
{
    const char *config = json_string_value(json_object_get(input, "configFile"));
    const char *credentials = json_string_value(json_object_get(input, "credentialsFile"));
    return (!config || bf_profiles_parse(p, BF_PROFILE_CONFIG, bf_str_of(config), e)) &&
           (!credentials ||
            bf_profiles_parse(p, BF_PROFILE_CREDENTIALS, bf_str_of(credentials), e));
}

/* Every expected section and property exists, and no other. */
static size_t check_sections(const char *name, struct bf_profiles *p, enum bf_profile_kind kind,
                             json_t *want)
{
    const char *section, *property;
    json_t *properties, *value;
    size_t n = 0;
    json_object_foreach(want, section, properties)
    {
        if (!bf_profiles_has(p, kind, section))
            fail_msg("%s: no section %s", name, section);
        json_object_foreach(properties, property, value)
        {
            const char *got = bf_profiles_get(p, kind, section, property, NULL);
            if (!got || strcmp(got, json_string_value(value)) != 0)
                fail_msg("%s: %s.%s is '%s', not '%s'", name, section, property,
                         got ? got : "(none)", json_string_value(value));
            n++;
        }
    }
    return n;
}

static void check_parser_case(json_t *test)
{
    struct bf_profiles p;
    struct bf_err e = {0};
    const char *name = json_string_value(json_object_get(test, "name"));
    json_t *output = json_object_get(test, "output");
    const char *want_error = json_string_value(json_object_get(output, "errorContaining"));
    bf_profiles_init(&p);
    bool ok = parse_input(&p, json_object_get(test, "input"), &e);
    if (want_error) {
        assert_false(ok);
        if (!strstr(e.text, want_error))
            fail_msg("%s: '%s' does not hold '%s'", name, e.text, want_error);
        assert_non_null(strstr(e.text, "line "));
    } else {
        if (!ok)
            fail_msg("%s: %s", name, e.text);
        json_t *config = json_object_get(output, "config");
        json_t *profiles = json_object_get(config, "profiles");
        json_t *sso = json_object_get(config, "sso_sessions");
        size_t n = check_sections(name, &p, BF_PROFILE, profiles) +
                   check_sections(name, &p, BF_PROFILE_SSO, sso);
        size_t sections = json_object_size(profiles) + json_object_size(sso);
        if (p.sections.live != sections || p.properties.live != n)
            fail_msg("%s: %zu sections with %zu properties, not %zu with %zu", name,
                     p.sections.live, p.properties.live, sections, n);
    }
    bf_profiles_free(&p);
}

static void test_parser(void **state)
{
    (void)state;
    json_t *doc = load_json("vectors/profile/profile-parser-tests.json");
    if (!doc)
        skip();
    json_t *tests = json_object_get(doc, "tests");
    for (size_t i = 0; i < json_array_size(tests); i++)
        check_parser_case(json_array_get(tests, i));
    assert_int_equal(json_array_size(tests), 65);
    json_decref(doc);
}

static void check_location(json_t *test, const char *variable, const char *name, const char *want)
{
    struct bf_buf path;
    bf_buf_init(&path, 4096);
    assert_true(
        bf_aws_config_path(json_env(json_object_get(test, "environment")), variable, name, &path));
    assert_string_equal(bf_buf_cstr(&path), json_string_value(json_object_get(test, want)));
    bf_buf_free(&path);
}

static void test_locations(void **state)
{
    (void)state;
    json_t *doc = load_json("vectors/profile/file-location-tests.json");
    if (!doc)
        skip();
    json_t *tests = json_object_get(doc, "tests");
    size_t done = 0;
    for (size_t i = 0; i < json_array_size(tests); i++) {
        json_t *test = json_array_get(tests, i);
        if (strcmp(json_string_value(json_object_get(test, "platform")), "linux") != 0)
            continue;
        check_location(test, "AWS_CONFIG_FILE", "config", "configLocation");
        check_location(test, "AWS_SHARED_CREDENTIALS_FILE", "credentials", "credentialsLocation");
        done++;
    }
    assert_true(done >= 4);
    json_decref(doc);
}

/* Writes the shared files of the endpoint suite. */
static void put_sections(struct bf_buf *out, const char *word, json_t *sections, bool nested)
{
    const char *section, *key, *inner;
    json_t *properties, *value, *text;
    json_object_foreach(sections, section, properties)
    {
        bf_buf_addf(out, "[%s %s]\n", word, section);
        json_object_foreach(properties, key, value)
        {
            bf_buf_addf(out, "%s = %s\n", key, nested ? "" : json_string_value(value));
            json_object_foreach(nested ? value : NULL, inner, text)
                bf_buf_addf(out, "  %s = %s\n", inner, json_string_value(text));
        }
    }
}

static const char *suite_file(json_t *suite, char path[64])
{
    struct bf_buf text;
    struct bf_err e = {0};
    bf_buf_init(&text, 1 << 20);
    put_sections(&text, "profile", json_object_get(suite, "profiles"), false);
    put_sections(&text, "services", json_object_get(suite, "services"), true);
    snprintf(path, 64, "/tmp/bfpipe-test-config.%ld", (long)getpid());
    assert_true(bf_file_replace(path, bf_buf_view(&text), &e));
    bf_buf_free(&text);
    return path;
}

/* The URL that the configuration resolves to. */
static const char *resolved_url(json_t *env, const struct bf_aws_options *options,
                                enum bf_aws_service service, struct bf_endpoint *out)
{
    struct bf_aws_config c;
    struct bf_err e = {0};
    if (!bf_aws_config_load(&c, options, json_env(env), &e) ||
        !bf_endpoint_resolve(&c, service, out, &e))
        fail_msg("%s", e.text);
    bf_aws_config_free(&c);
    return out->url;
}

static bool check_endpoint_case(json_t *suite, json_t *test, const char *file)
{
    const char *service = json_string_value(json_object_get(test, "service"));
    const char *name = json_string_value(json_object_get(test, "name"));
    const char *profile = json_string_value(json_object_get(test, "profile"));
    const char *client = json_string_value(json_object_get(test, "client_config"));
    json_t *config = json_object_get(json_object_get(suite, "client_configs"), client);
    if (json_object_get(config, "ignore_configured_endpoint_urls"))
        return false; /* an option of SDK clients that bfpipe does not have */
    const char *environment = json_string_value(json_object_get(test, "environment"));
    json_t *env =
        json_deep_copy(json_object_get(json_object_get(suite, "environments"), environment));
    json_object_set_new(env, "AWS_CONFIG_FILE", json_string(file));
    json_object_set_new(env, "AWS_SHARED_CREDENTIALS_FILE", json_string("/dev/null"));
    struct bf_aws_options options = {
        .profile = profile,
        .endpoint_url = json_string_value(json_object_get(config, "endpoint_url")),
    };
    struct bf_endpoint out;
    enum bf_aws_service which = strcmp(service, "s3") == 0 ? BF_AWS_S3 : BF_AWS_DYNAMODB;
    const char *got = resolved_url(env, &options, which, &out);
    const char *want =
        json_string_value(json_object_get(json_object_get(test, "output"), "endpointUrl"));
    if (strcmp(got, want) != 0)
        fail_msg("%s: %s, not %s", name, got, want);
    json_decref(env);
    return true;
}

static void test_configured_endpoints(void **state)
{
    (void)state;
    json_t *doc = load_json("vectors/endpoint-url/profile-tests.json");
    if (!doc)
        skip();
    json_t *suites = json_object_get(doc, "testSuites");
    size_t done = 0, without = 0;
    for (size_t s = 0; s < json_array_size(suites); s++) {
        json_t *suite = json_array_get(suites, s);
        char path[64];
        const char *file = suite_file(suite, path);
        json_t *tests = json_object_get(suite, "endpointUrlTests");
        for (size_t i = 0; i < json_array_size(tests); i++)
            if (check_endpoint_case(suite, json_array_get(tests, i), file))
                done++;
            else
                without++;
        unlink(file);
    }
    printf("# %zu cases; skipped: %zu that set an SDK client option\n", done, without);
    assert_int_equal(done + without, 39);
    assert_true(done > 25);
    json_decref(doc);
}

static bool param_true(json_t *params, const char *name)
{
    return json_is_true(json_object_get(params, name));
}

/* Cases for features that bfpipe does not have. */
static bool foreign_case(json_t *params)
{
    return json_object_get(params, "EndpointId") || param_true(params, "UseGlobalEndpoint");
}

static void check_rules_case(const char *where, enum bf_aws_service service, json_t *test)
{
    json_t *params = json_object_get(test, "params");
    json_t *expect = json_object_get(test, "expect");
    const char *want =
        json_string_value(json_object_get(json_object_get(expect, "endpoint"), "url"));
    const char *region = json_string_value(json_object_get(params, "Region"));
    const char *given = json_string_value(json_object_get(params, "Endpoint"));
    struct bf_aws_options options = {.region = region  ? region
                                               : given ? "us-east-1"
                                                       : NULL,
                                     .endpoint_url = given};
    json_t *env = json_pack(
        "{ssssssss}", "AWS_CONFIG_FILE", "/dev/null", "AWS_SHARED_CREDENTIALS_FILE", "/dev/null",
        "AWS_USE_FIPS_ENDPOINT", param_true(params, "UseFIPS") ? "true" : "false",
        "AWS_USE_DUALSTACK_ENDPOINT", param_true(params, "UseDualStack") ? "true" : "false");
    struct bf_aws_config c;
    struct bf_endpoint out;
    struct bf_err e = {0};
    bool loaded = bf_aws_config_load(&c, &options, json_env(env), &e);
    bool ok = loaded && bf_endpoint_resolve(&c, service, &out, &e);
    if (ok != (want != NULL) || (ok && strcmp(out.url, want) != 0))
        fail_msg("%s %s: %s, not %s", where, region ? region : "", ok ? out.url : e.text,
                 want ? want : "an error");
    if (loaded)
        bf_aws_config_free(&c);
    json_decref(env);
}

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *folder;
        enum bf_aws_service service;
    } suites[] = {{"dynamodbstreams", BF_AWS_STREAMS},
                  {"firehose", BF_AWS_FIREHOSE},
                  {"athena", BF_AWS_ATHENA},
                  {"events", BF_AWS_EVENTS},
                  {"sts", BF_AWS_STS}};
    size_t done = 0, without = 0;
    for (size_t s = 0; s < BF_COUNT(suites); s++) {
        char name[128];
        snprintf(name, sizeof name, "vectors/endpoints/%s/endpoint-tests-1.json", suites[s].folder);
        json_t *doc = load_json(name);
        if (!doc)
            skip();
        json_t *tests = json_object_get(doc, "testCases");
        for (size_t i = 0; i < json_array_size(tests); i++) {
            json_t *test = json_array_get(tests, i);
            if (foreign_case(json_object_get(test, "params"))) {
                without++;
                continue;
            }
            check_rules_case(suites[s].folder, suites[s].service, test);
            done++;
        }
        json_decref(doc);
    }
    printf("# %zu cases; skipped: %zu of global and multi-region endpoints\n", done, without);
    assert_true(done > 150);
}

static void test_host_and_path(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host, *path;
        bool https;
    } good[] = {{"http://127.0.0.1:8000", "127.0.0.1:8000", "", false},
                {"http://localhost:80/", "localhost", "", false},
                {"https://h:443/a/b/", "h", "/a/b", true},
                {"https://[::1]:9000", "[::1]:9000", "", true}};
    static const char *const bad[] = {"localhost:80", "ftp://h",     "http://",
                                      "http://u@h",   "http://h/?q", "http://h h"};
    json_t *env = json_pack("{ssss}", "AWS_CONFIG_FILE", "/dev/null", "AWS_SHARED_CREDENTIALS_FILE",
                            "/dev/null");
    struct bf_aws_config c;
    struct bf_endpoint out;
    struct bf_err e = {0};
    for (size_t i = 0; i < BF_COUNT(good); i++) {
        struct bf_aws_options o = {.region = "us-east-1", .endpoint_url = good[i].url};
        assert_true(bf_aws_config_load(&c, &o, json_env(env), &e));
        assert_true(bf_endpoint_resolve(&c, BF_AWS_S3, &out, &e));
        assert_string_equal(out.host, good[i].host);
        assert_string_equal(out.path, good[i].path);
        assert_int_equal(out.https, good[i].https);
        bf_aws_config_free(&c);
    }
    for (size_t i = 0; i < BF_COUNT(bad); i++) {
        struct bf_aws_options o = {.region = "us-east-1", .endpoint_url = bad[i]};
        assert_true(bf_aws_config_load(&c, &o, json_env(env), &e));
        assert_false(bf_endpoint_resolve(&c, BF_AWS_S3, &out, &e));
        assert_int_equal(e.code, BF_E_USAGE);
        bf_aws_config_free(&c);
    }
    json_decref(env);
}

static void check_credentials(json_t *env, const char *profile, const char *access,
                              const char *error)
{
    struct bf_aws_options o = {.region = "us-east-1", .profile = profile};
    struct bf_aws_config c;
    struct bf_credentials found;
    struct bf_err e = {0};
    assert_true(bf_aws_config_load(&c, &o, json_env(env), &e));
    bool ok = find_credentials(&c, &found, &e);
    if (access) {
        assert_true(ok);
        assert_string_equal(found.access_key, access);
    } else {
        assert_false(ok);
        assert_int_equal(e.code, BF_E_DENIED);
        assert_non_null(strstr(e.text, error));
        assert_null(strstr(e.text, "hush")); /* a message never contains a secret */
    }
    bf_credentials_free(&found);
    bf_aws_config_free(&c);
}

static void test_credentials(void **state)
{
    (void)state;
    char path[64];
    struct bf_err e = {0};
    snprintf(path, sizeof path, "/tmp/bfpipe-test-cred.%ld", (long)getpid());
    assert_true(bf_file_replace(
        path,
        BF_STR("[default]\naws_access_key_id = FILE\naws_secret_access_key = hush\n"
               "[half]\naws_access_key_id = HALF\n[empty]\n"
               "[role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = nobody\n"),
        &e));
    json_t *env = json_pack("{ssssssssss}", "AWS_CONFIG_FILE", "/dev/null",
                            "AWS_SHARED_CREDENTIALS_FILE", path, "AWS_ACCESS_KEY_ID", "ENV",
                            "AWS_SECRET_ACCESS_KEY", "hush", "AWS_EC2_METADATA_DISABLED", "true");
    check_credentials(env, NULL, "ENV", NULL);
    check_credentials(env, "default", "FILE",
                      NULL); /* an explicit profile disables the environment */
    check_credentials(env, "half", NULL, "has no aws_secret_access_key");
    check_credentials(env, "empty", NULL, "no credentials");
    check_credentials(env, "role", NULL, "there is no profile 'nobody'");
    json_object_del(env, "AWS_SECRET_ACCESS_KEY");
    check_credentials(env, NULL, NULL, "AWS_SECRET_ACCESS_KEY is not");
    json_object_del(env, "AWS_ACCESS_KEY_ID");
    check_credentials(env, NULL, "FILE", NULL);
    json_decref(env);
    unlink(path);
}

static void check_load_error(json_t *env, const struct bf_aws_options *o, enum bf_err_code code,
                             const char *text)
{
    struct bf_aws_config c;
    struct bf_err e = {0};
    assert_false(bf_aws_config_load(&c, o, json_env(env), &e));
    assert_int_equal(e.code, code);
    if (!strstr(e.text, text))
        fail_msg("'%s' does not hold '%s'", e.text, text);
}

static void test_load_errors(void **state)
{
    (void)state;
    char path[64];
    struct bf_err e = {0};
    snprintf(path, sizeof path, "/tmp/bfpipe-test-bad.%ld", (long)getpid());
    assert_true(bf_file_replace(path, BF_STR("[default]\nregion us-east-1\n"), &e));
    json_t *env =
        json_pack("{ssss}", "AWS_CONFIG_FILE", path, "AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    check_load_error(env, &(struct bf_aws_options){0}, BF_E_INPUT, "line 2: Expected an '='");
    unlink(path);
    check_load_error(env, &(struct bf_aws_options){0}, BF_E_USAGE, "no region");
    check_load_error(env, &(struct bf_aws_options){.profile = "nobody"}, BF_E_NOTFOUND, "nobody");
    check_load_error(env, &(struct bf_aws_options){.region = "evil.com/"}, BF_E_USAGE,
                     "is not a region");
    json_object_set_new(env, "AWS_MAX_ATTEMPTS", json_string("0"));
    check_load_error(env, &(struct bf_aws_options){.region = "us-east-1"}, BF_E_USAGE,
                     "max_attempts");
    json_decref(env);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parser),
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_configured_endpoints),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_host_and_path),
        cmocka_unit_test(test_credentials),
        cmocka_unit_test(test_load_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
