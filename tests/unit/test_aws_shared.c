/* Shared files as users write them, blank values, and the endpoints of services in each
 * partition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/aws/client/client.h"
#include "tests/unit/aws_files.h"
#include "tests/unit/cred_real.h"
#include "lib/aws/config/address.h"
#include "lib/aws/config/endpoint.h"
#include "lib/aws/config/partition.h"

/* Keys and region from the files and the environment. */
static void check_keys(const char *const *env, const char *profile, const char *access,
                       const char *token, const char *region)
{
    struct bf_aws_config c;
    struct bf_credentials found;
    struct bf_err e = {0};
    if (!load(&c, env, profile, &e) || !find_credentials(&c, &found, &e))
        fail_msg("%s", e.text);
    assert_string_equal(found.access_key, access);
    if (token)
        assert_string_equal(found.token, token);
    else
        assert_null(found.token);
    assert_string_equal(c.region, region);
    bf_credentials_free(&found);
    bf_aws_config_free(&c);
}

static void empty_values_are_none(void **unused)
{
    (void)unused;
    write_file(config_path, "[default]\nregion =\nendpoint_url =\nca_bundle =\nmax_attempts =\n"
                            "services = s\nrole_arn =\nuse_fips_endpoint =\n"
                            "[services s]\nkinesis =\n  endpoint_url =\n");
    write_file(credentials_path, "[default]\naws_access_key_id = A\naws_secret_access_key = S\n"
                                 "aws_session_token =\n");
    static const char *const env[] = {"AWS_REGION",
                                      "",
                                      "AWS_DEFAULT_REGION",
                                      "eu-west-1",
                                      "AWS_SESSION_TOKEN",
                                      "  ",
                                      "AWS_ENDPOINT_URL",
                                      " ",
                                      "AWS_PROFILE",
                                      "\t",
                                      "AWS_ACCESS_KEY_ID",
                                      " ",
                                      "AWS_CA_BUNDLE",
                                      "",
                                      "AWS_MAX_ATTEMPTS",
                                      " ",
                                      "AWS_USE_FIPS_ENDPOINT",
                                      "",
                                      NULL};
    check_keys(env, NULL, "A", NULL, "eu-west-1");
    struct bf_aws_config c;
    struct bf_endpoint out;
    struct bf_err e = {0};
    assert_true(load(&c, env, NULL, &e));
    assert_null(c.ca_bundle);
    assert_int_equal(c.max_attempts, 0);
    assert_true(bf_endpoint_resolve(&c, BF_AWS_KINESIS, &out, &e));
    assert_string_equal(out.url, "https://kinesis.eu-west-1.amazonaws.com");
    bf_aws_config_free(&c);
}

static void blanks_before_keys(void **unused)
{
    (void)unused;
    write_file(config_path, "[default]\n  # of my own\n  region = eu-west-1\n  s3 =\n"
                            "    addressing_style = path\n  max_attempts = 7\n"
                            "[profile b]\n\tregion = eu-west-2\n\n\t; also mine\n"
                            "\tmax_attempts = 8\nuse_dualstack_endpoint = True\n");
    write_file(credentials_path,
               "[default]\n   aws_access_key_id = A\n   aws_secret_access_key = S\n"
               "[b]\n aws_access_key_id = B\n aws_secret_access_key = S\n"
               " aws_session_token = T\n");
    check_keys(NULL, NULL, "A", NULL, "eu-west-1");
    check_keys(NULL, "b", "B", "T", "eu-west-2");
    struct bf_aws_config c;
    struct bf_err e = {0};
    assert_true(load(&c, NULL, "b", &e));
    assert_int_equal(c.max_attempts, 8);
    assert_true(c.use_dualstack);
    bf_aws_config_free(&c);
    assert_true(load(&c, NULL, NULL, &e));
    assert_int_equal(c.max_attempts, 7);
    assert_string_equal(
        bf_profiles_get(&c.profiles, BF_PROFILE, "default", "s3", "addressing_style"), "path");
    bf_aws_config_free(&c);
}

/* What people's files hold: a command with a mark of comments in quotes, a no-break space from a web page, a name that needs
 * quotes. */
static void found_in_files(void **unused)
{
    (void)unused;
    write_file(
        config_path,
        "[default]\nregion = \xC2\xA0 eu-west-1\xC2\xA0\n"
        "credential_process = sh -c \"a 'b' ; c #d\" e # f\n"
        "[profile b]\nregion = x\ncredential_process = a\\\" ;b\n[profile c!]\nregion = y\n");
    write_file(credentials_path, "");
    struct bf_aws_config c;
    struct bf_err e = {0};
    assert_true(load(&c, NULL, NULL, &e));
    assert_string_equal(c.region, "eu-west-1");
    assert_string_equal(bf_aws_config_get(&c, "credential_process"), "sh -c \"a 'b' ; c #d\" e");
    assert_string_equal(bf_profiles_get(&c.profiles, BF_PROFILE, "b", "credential_process", NULL),
                        "a\\\"");
    bf_aws_config_free(&c);
    assert_false(load(&c, NULL, "c!", &e));
    assert_string_equal(e.text, "profile 'c!' is in neither the config nor the credentials file; "
                                "such a name needs quotes in "
                                "the config file: [profile 'NAME']");
}

static void quoted_names(void **unused)
{
    (void)unused;
    write_file(config_path, "[profile 'my dev']\nregion = eu-west-1\nservices = my own\n"
                            "[profile \"two\"]\nregion = eu-west-2\n"
                            "[profile 'broken\"]\nregion = x\n"
                            "[services 'my own']\nkinesis =\n  endpoint_url = http://h:1\n");
    write_file(credentials_path, "[my dev]\naws_access_key_id = A\naws_secret_access_key = S\n"
                                 "[nobody's]\naws_access_key_id = X\n"
                                 "[two]\naws_access_key_id = B\naws_secret_access_key = S\n");
    check_keys(NULL, "my dev", "A", NULL, "eu-west-1");
    check_keys(NULL, "two", "B", NULL, "eu-west-2");
    struct bf_aws_config c;
    struct bf_endpoint out;
    struct bf_err e = {0};
    assert_true(load(&c, NULL, "my dev", &e));
    assert_true(bf_endpoint_resolve(&c, BF_AWS_KINESIS, &out, &e));
    assert_string_equal(out.url, "http://h:1");
    assert_false(bf_profiles_has(&c.profiles, BF_PROFILE, "'broken\""));
    assert_false(bf_profiles_has(&c.profiles, BF_PROFILE, "nobody's"));
    bf_aws_config_free(&c);
}

static void switches_are_true_or_false(void **unused)
{
    (void)unused;
    write_file(config_path, "[default]\nregion = eu-west-1\nuse_dualstack_endpoint = on\n");
    write_file(credentials_path, "");
    static const char *const off[] = {"AWS_USE_DUALSTACK_ENDPOINT", "FALSE",
                                      "AWS_USE_FIPS_ENDPOINT", "tRuE", NULL};
    static const char *const bad[] = {"AWS_USE_DUALSTACK_ENDPOINT", "0", "AWS_USE_FIPS_ENDPOINT",
                                      "yes", NULL};
    struct bf_aws_config c;
    struct bf_err e = {0};
    assert_true(load(&c, off, NULL, &e));
    assert_true(c.use_fips && !c.use_dualstack);
    bf_aws_config_free(&c);
    assert_false(load(&c, bad, NULL, &e));
    assert_string_equal(e.text, "AWS_USE_FIPS_ENDPOINT: 'yes' is neither true nor false");
    assert_false(load(&c, NULL, NULL, &e));
    assert_string_equal(e.text, "use_dualstack_endpoint: 'on' is neither true nor false");
}

/* The AWS command line reads the old name of AWS_PROFILE too, and first. */
static void default_profile(void **unused)
{
    (void)unused;
    write_file(config_path, "[profile a]\nregion = eu-west-1\n[profile b]\nregion = eu-west-2\n");
    write_file(credentials_path, "[a]\naws_access_key_id = A\naws_secret_access_key = S\n"
                                 "[b]\naws_access_key_id = B\naws_secret_access_key = S\n");
    static const char *const old[] = {"AWS_DEFAULT_PROFILE", "a", NULL};
    static const char *const both[] = {"AWS_PROFILE", "b", "AWS_DEFAULT_PROFILE", "a", NULL};
    check_keys(old, NULL, "A", NULL, "eu-west-1");
    check_keys(both, NULL, "A", NULL, "eu-west-1");
    check_keys(both, "b", "B", NULL, "eu-west-2");
    struct bf_aws_config c;
    struct bf_err e = {0};
    assert_true(load(&c, old, NULL, &e));
    assert_string_equal(c.profile_from, "AWS_DEFAULT_PROFILE");
    bf_aws_config_free(&c);
}

static void other_alphabets(void **unused)
{
    (void)unused;
    write_file(config_path, "[profile d\xc3\xa9v]\nregion = eu-west-1\nservices = \xc3\xa9\n"
                            "[services \xc3\xa9]\nkinesis =\n  endpoint_url = http://h:1\n");
    write_file(credentials_path,
               "[d\xc3\xa9v]\naws_access_key_id = A\naws_secret_access_key = S\n");
    check_keys(NULL, "d\xc3\xa9v", "A", NULL, "eu-west-1");
}

/* Keys, secret and token of one file; what the other has of them does not count. */
static void keys_of_one_file(void **unused)
{
    (void)unused;
    write_file(config_path, "[default]\nregion = eu-west-1\naws_access_key_id = A\n"
                            "aws_secret_access_key = S\n");
    write_file(credentials_path, "[default]\naws_session_token = STALE\n");
    check_keys(NULL, NULL, "A", NULL, "eu-west-1");
    write_file(config_path, "[default]\nregion = eu-west-1\naws_access_key_id = A\n");
    write_file(credentials_path, "[default]\naws_secret_access_key = S\n");
    struct bf_aws_config c;
    struct bf_credentials found;
    struct bf_err e = {0};
    assert_true(load(&c, NULL, NULL, &e));
    assert_false(find_credentials(&c, &found, &e));
    assert_string_equal(e.text,
                        "profile 'default' has no aws_secret_access_key in the config file");
    bf_aws_config_free(&c);
}

/* Variables that no shell has read: systemd and Docker pass them on as they are written. */
static void home_in_paths(void **unused)
{
    (void)unused;
    static const char *const paths[] = {"~/config", "$HOME/config", "${HOME}/config"};
    write_file(config_path, "[default]\nregion = eu-west-1\n");
    for (size_t i = 0; i < BF_COUNT(paths); i++) {
        const char *env[] = {"HOME", folder, "AWS_CONFIG_FILE", paths[i], NULL};
        struct bf_aws_config c;
        struct bf_err e = {0};
        assert_true(load(&c, env, NULL, &e));
        assert_string_equal(c.region, "eu-west-1");
        bf_aws_config_free(&c);
    }
}

/* A folder in the place of a file, as Docker makes one for a mount whose source is not there: whoever has keys in the
 * environment does not care, and who needs the file is told. One that was asked for by name must be a file. */
static void unreadable_files(void **unused)
{
    (void)unused;
    char aws[64], in_its_place[80];
    snprintf(aws, sizeof aws, "%s/.aws", folder);
    snprintf(in_its_place, sizeof in_its_place, "%s/config", aws);
    struct bf_err e = {0};
    assert_true(bf_file_make_dirs(in_its_place, &e));
    write_file(credentials_path, "");
    const char *env[] = {"HOME",
                         folder,
                         "AWS_CONFIG_FILE",
                         "",
                         "AWS_ACCESS_KEY_ID",
                         "E",
                         "AWS_SECRET_ACCESS_KEY",
                         "S",
                         "AWS_REGION",
                         "eu-west-1",
                         NULL};
    check_keys(env, NULL, "E", NULL, "eu-west-1");
    struct bf_aws_config c;
    assert_false(load(&c, env, "x", &e));
    assert_non_null(strstr(e.text, "nor the credentials file; "));
    assert_non_null(strstr(e.text, "/.aws/config: Is a directory"));
    env[8] = NULL; /* no region */
    assert_false(load(&c, env, NULL, &e));
    assert_int_equal(e.code, BF_E_USAGE);
    assert_non_null(strstr(e.text, "/.aws/config: Is a directory"));
    env[3] = in_its_place;
    assert_false(load(&c, env, NULL, &e));
    assert_int_equal(e.sys, EISDIR);
    rmdir(in_its_place);
    rmdir(aws);
}

/* Programs write a profile for each role in each account of an organization. */
static void thousands_of_profiles(void **unused)
{
    (void)unused;
    struct bf_buf b;
    bf_buf_init(&b, 8 << 20);
    for (int i = 0; i < 6000; i++)
        bf_buf_addf(&b,
                    "[profile p%d]\nregion = us-east-1\noutput = json\nsso_session = corp\n"
                    "sso_account_id = 123456789012\nsso_role_name = Dev\ncli_pager =\n",
                    i);
    bf_buf_lit(&b, "[profile mine]\nregion = eu-west-1\naws_access_key_id = A\n"
                   "aws_secret_access_key = S\n");
    write_file(config_path, bf_buf_cstr(&b));
    write_file(credentials_path, "");
    check_keys(NULL, "mine", "A", NULL, "eu-west-1");
    bf_buf_free(&b);
}

static void services_that_are_not_there(void **unused)
{
    (void)unused;
    write_file(config_path, "[default]\nregion = eu-west-1\nservices = mine\n[services nime]\n");
    struct bf_aws_config c;
    struct bf_err e = {0};
    assert_false(load(&c, NULL, NULL, &e));
    assert_string_equal(e.text,
                        "profile 'default': there is no [services mine] in the config file");
}

/* Schemes and "localhost" in any case, as URLs have them. */
static void cases_of_urls(void **unused)
{
    (void)unused;
    write_file(config_path, "[default]\nregion = eu-west-1\n");
    static const char *const env[] = {"AWS_ENDPOINT_URL", "HTTP://LocalHost:8000/", NULL};
    struct bf_aws_config c;
    struct bf_endpoint out;
    struct bf_err e = {0};
    assert_true(load(&c, env, NULL, &e));
    assert_true(bf_endpoint_resolve(&c, BF_AWS_KINESIS, &out, &e));
    assert_string_equal(out.url, "http://LocalHost:8000");
    assert_false(out.https);
    bf_aws_config_free(&c);
    assert_false(bf_url_is_plain("HTTP://LocalHost:8000"));
    assert_false(bf_url_is_plain("HTTPS://example.com"));
    assert_true(bf_url_is_plain("HTTP://example.com"));
    assert_false(bf_host_is_loopback(BF_STR("localhost.example.com")));
}

/* Messages show only the host of a URL. */
static void urls_in_messages(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"http://host:8000/path", "http://host:8000/path"},
        {"http://me:hush@host", "...host"},
        {"me:hu@sh@host", "...host"},
        {"http://host/x?token=hush", "http://host/x?..."},
        {"http://host#hush", "http://host?..."},
        {"", ""},
    };
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        assert_string_equal(bf_url_show(cases[i][0]).text, cases[i][1]);
    char lengthy[1000] = {0};
    memset(lengthy, 'x', sizeof lengthy - 1);
    assert_int_equal(strlen(bf_url_show(lengthy).text), 120);
}

static void partitions(void **unused)
{
    (void)unused;
    static const struct {
        const char *region, *partition;
    } cases[] = {{"us-east-1", "aws"},
                 {"xx-new-1", "aws"},
                 {"cn-north-1", "aws-cn"},
                 {"us-gov-west-1", "aws-us-gov"},
                 {"us-iso-east-1", "aws-iso"},
                 {"us-isob-east-1", "aws-iso-b"},
                 {"eu-isoe-west-1", "aws-iso-e"},
                 {"us-isof-east-1", "aws-iso-f"},
                 {"eusc-de-east-1", "aws-eusc"},
                 {"aws-cn-global", "aws-cn"},
                 {"aws-global", "aws"},
                 {"local", "aws"},
                 {"cn-north", "aws"}};
    for (size_t i = 0; i < BF_COUNT(cases); i++)
        assert_string_equal(bf_partition_of(cases[i].region)->name, cases[i].partition);
}

enum { PLAIN, DUAL, FIPS, BOTH };

static void endpoints(void **unused)
{
    (void)unused;
    static const struct {
        enum bf_aws_service service;
        const char *region;
        int variant;
        const char *url, *signing; /* NULL: none; NULL: the region's */
    } cases[] = {
        {BF_AWS_DYNAMODB, "us-gov-west-1", FIPS, "https://dynamodb.us-gov-west-1.amazonaws.com",
         NULL},
        {BF_AWS_DYNAMODB, "us-gov-west-1", BOTH, "https://dynamodb-fips.us-gov-west-1.api.aws",
         NULL},
        {BF_AWS_KINESIS, "us-gov-east-1", BOTH, "https://kinesis-fips.us-gov-east-1.api.aws", NULL},
        {BF_AWS_STREAMS, "us-gov-west-1", BOTH,
         "https://streams-dynamodb-fips.us-gov-west-1.api.aws", NULL},
        {BF_AWS_DYNAMODB, "local", PLAIN, "http://localhost:8000", "us-east-1"},
        {BF_AWS_DYNAMODB, "local", FIPS, NULL, NULL},
        {BF_AWS_DYNAMODB, "local", DUAL, NULL, NULL},
        {BF_AWS_KINESIS, "eusc-de-east-1", DUAL,
         "https://kinesis.eusc-de-east-1.api.amazonwebservices.eu", NULL},
        {BF_AWS_KINESIS, "us-iso-east-1", DUAL, "https://kinesis.us-iso-east-1.api.aws.ic.gov",
         NULL},
        {BF_AWS_DYNAMODB, "us-isob-east-1", DUAL, "https://dynamodb.us-isob-east-1.api.aws.scloud",
         NULL},
        {BF_AWS_S3, "cn-north-1", FIPS, NULL, NULL},
        {BF_AWS_S3, "cn-north-1", PLAIN, "https://s3.cn-north-1.amazonaws.com.cn", NULL},
        {BF_AWS_DYNAMODB, "cn-north-1", FIPS, "https://dynamodb-fips.cn-north-1.amazonaws.com.cn",
         NULL},
        {BF_AWS_S3, "aws-global", PLAIN, "https://s3.amazonaws.com", "us-east-1"},
        {BF_AWS_STS, "aws-global", PLAIN, "https://sts.amazonaws.com", "us-east-1"},
        {BF_AWS_S3, "us-gov-west-1", BOTH, "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com",
         NULL},
        {BF_AWS_SSO, "eu-west-1", PLAIN, "https://portal.sso.eu-west-1.amazonaws.com", NULL},
        {BF_AWS_SSO_OIDC, "cn-north-1", PLAIN, "https://oidc.cn-north-1.amazonaws.com.cn", NULL},
        {BF_AWS_SIGNIN, "us-gov-west-1", PLAIN, "https://us-gov-west-1.signin.amazonaws-us-gov.com",
         NULL},
    };
    struct bf_aws_config c = {.env = {get, NULL}, .profile = "default"};
    struct bf_endpoint out;
    struct bf_err e;
    bf_profiles_init(&c.profiles);
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        c.region = cases[i].region;
        c.use_fips = cases[i].variant == FIPS || cases[i].variant == BOTH;
        c.use_dualstack = cases[i].variant == DUAL || cases[i].variant == BOTH;
        bool ok = bf_endpoint_resolve(&c, cases[i].service, &out, &e);
        assert_int_equal(ok, cases[i].url != NULL);
        if (!ok) {
            assert_int_equal(e.code, BF_E_USAGE);
            continue;
        }
        assert_string_equal(out.url, cases[i].url);
        assert_string_equal(out.signing_region,
                            cases[i].signing ? cases[i].signing : cases[i].region);
    }
    bf_aws_config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_values_are_none),
        cmocka_unit_test(blanks_before_keys),
        cmocka_unit_test(found_in_files),
        cmocka_unit_test(quoted_names),
        cmocka_unit_test(switches_are_true_or_false),
        cmocka_unit_test(default_profile),
        cmocka_unit_test(other_alphabets),
        cmocka_unit_test(keys_of_one_file),
        cmocka_unit_test(home_in_paths),
        cmocka_unit_test(unreadable_files),
        cmocka_unit_test(thousands_of_profiles),
        cmocka_unit_test(services_that_are_not_there),
        cmocka_unit_test(cases_of_urls),
        cmocka_unit_test(urls_in_messages),
        cmocka_unit_test(partitions),
        cmocka_unit_test(endpoints),
    };
    return run_with_files(tests);
}
