/* Settings of S3 and STS, of checksums and of the header User-Agent, and the endpoints that follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/aws/config/endpoint.h"
#include "tests/unit/aws_files.h"

static void addressing_styles(void **unused)
{
    (void)unused;
    static const struct {
        const char *style, *url;
        bool in_host;
    } cases[] = {
        {"", NULL, true},
        {"s3 =\n  addressing_style = path\n", NULL, false},
        {"s3 =\n  addressing_style = auto\n", "https://oss.example", false},
        {"s3 =\n  addressing_style = virtual\n", "https://oss.example", true},
        {"s3 =\n  addressing_style = virtual\n", "http://127.0.0.1:9000", false},
        {"s3 =\n  addressing_style = virtual\n", "http://[::1]:9000", false},
        {"", "https://oss.example", false},
    };
    struct bf_aws_config c;
    struct bf_endpoint out;
    struct bf_err e = {0};
    char text[200];
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        const char *env[] = {"AWS_ENDPOINT_URL", cases[i].url ? cases[i].url : "", NULL};
        snprintf(text, sizeof text, "[default]\nregion = eu-west-1\n%s", cases[i].style);
        write_file(config_path, text);
        assert_true(load(&c, env, NULL, &e));
        assert_true(bf_endpoint_resolve(&c, BF_AWS_S3, &out, &e));
        assert_int_equal(out.bucket_in_host, cases[i].in_host);
        bf_aws_config_free(&c);
    }
    write_file(config_path, "[default]\nregion = eu-west-1\ns3 =\n  addressing_style = host\n");
    assert_true(load(&c, NULL, NULL, &e));
    assert_false(bf_endpoint_resolve(&c, BF_AWS_S3, &out, &e));
    assert_string_equal(e.text, "addressing_style 'host' is not auto, path or virtual");
    assert_true(bf_endpoint_resolve(&c, BF_AWS_KINESIS, &out, &e)); /* which has no buckets */
    bf_aws_config_free(&c);
}

/* What the profile and the environment say of S3 and STS, and the URL or the error that follows. As botocore, except that
 * a switch that is neither on nor off is an error, and so are a configured endpoint with dual stack and signatures of version 2. */
static void settings_of_s3(void **unused)
{
    (void)unused;
    static const struct {
        const char *lines, *variable, *value, *want;
    } cases[] = {
        {"s3 =\n  use_accelerate_endpoint = true\n", "", "", "https://s3-accelerate.amazonaws.com"},
        {"s3 =\n  use_dualstack_endpoint = true\n", "", "",
         "https://s3.dualstack.eu-west-1.amazonaws.com"},
        {"s3 =\n  use_dualstack_endpoint = True\n", "AWS_USE_DUALSTACK_ENDPOINT", "false",
         "https://s3.dualstack.eu-west-1.amazonaws.com"},
        {"s3 =\n  use_dualstack_endpoint = false\n", "AWS_USE_DUALSTACK_ENDPOINT", "true",
         "https://s3.dualstack.eu-west-1.amazonaws.com"},
        {"s3 =\n  use_accelerate_endpoint = true\n  use_dualstack_endpoint = true\n", "", "",
         "https://s3-accelerate.dualstack.amazonaws.com"},
        {"s3 =\n  use_accelerate_endpoint = true\n", "AWS_USE_DUALSTACK_ENDPOINT", "true",
         "https://s3-accelerate.dualstack.amazonaws.com"},
        {"s3 =\n  use_accelerate_endpoint = true\n  addressing_style = path\n", "", "",
         "https://s3-accelerate.amazonaws.com"},
        {"s3 =\n  use_accelerate_endpoint = true\n", "AWS_USE_FIPS_ENDPOINT", "true",
         "s3: use_accelerate_endpoint cannot be combined with FIPS"},
        {"s3 =\n  use_accelerate_endpoint = true\n", "AWS_ENDPOINT_URL", "https://oss.example",
         "s3: use_accelerate_endpoint cannot be combined with a configured endpoint"},
        {"s3 =\n  use_accelerate_endpoint = true\n", "AWS_REGION", "cn-north-1",
         "s3: use_accelerate_endpoint cannot be combined with cn-north-1"},
        {"s3 =\n  use_dualstack_endpoint = true\n", "AWS_ENDPOINT_URL", "https://oss.example",
         "Dualstack and custom endpoint are not supported together"},
        {"s3 =\n  use_accelerate_endpoint = on\n", "", "",
         "s3: use_accelerate_endpoint: 'on' is neither true nor false"},
        {"s3 =\n  use_dualstack_endpoint = on\n", "", "",
         "s3: use_dualstack_endpoint: 'on' is neither true nor false"},
        {"s3 =\n  payload_signing_enabled = on\n", "", "",
         "s3: payload_signing_enabled: 'on' is neither true nor false"},
        {"s3 =\n  signature_version = s3v4\n", "", "", "https://s3.eu-west-1.amazonaws.com"},
        {"s3 =\n  signature_version = s3\n", "", "",
         "s3: signature_version 's3': only s3v4 is supported"},
        {"use_accelerate_endpoint = true\n", "", "",
         "https://s3.eu-west-1.amazonaws.com"}, /* not below s3 */
    };
    struct bf_aws_config c;
    struct bf_endpoint out;
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        struct bf_err e = {0};
        char text[200];
        const char *env[] = {cases[i].variable, cases[i].value, NULL};
        snprintf(text, sizeof text, "[default]\nregion = eu-west-1\n%s", cases[i].lines);
        write_file(config_path, text);
        assert_true(load(&c, env, NULL, &e));
        bool ok = bf_endpoint_resolve(&c, BF_AWS_S3, &out, &e);
        assert_string_equal(ok ? out.url : e.text, cases[i].want);
        assert_int_equal(e.code, ok ? BF_OK : BF_E_USAGE);
        if (ok) {
            assert_string_equal(out.url + strlen("https://"), out.host);
            assert_string_equal(out.signing_region, "eu-west-1");
            assert_true(out.bucket_in_host);
            assert_int_equal(out.bucket_only_in_host, strstr(out.url, "accelerate") != NULL);
        }
        assert_true(*cases[i].variable || bf_endpoint_resolve(&c, BF_AWS_KINESIS, &out, &e));
        bf_aws_config_free(&c);
    }
    write_file(config_path,
               "[default]\nregion = eu-west-1\ns3 =\n  payload_signing_enabled = true\n");
    struct bf_err e = {0};
    assert_true(load(&c, NULL, NULL, &e) && bf_endpoint_resolve(&c, BF_AWS_S3, &out, &e));
    assert_true(out.sign_body);
    bf_aws_config_free(&c);
}

static void place_of_sts(void **unused)
{
    (void)unused;
    static const struct {
        const char *region, *mode, *url, *signing_region;
    } cases[] = {
        {"eu-west-1", "", "https://sts.eu-west-1.amazonaws.com", "eu-west-1"},
        {"eu-west-1", "regional", "https://sts.eu-west-1.amazonaws.com", "eu-west-1"},
        {"eu-west-1", "legacy", "https://sts.amazonaws.com", "us-east-1"},
        {"eu-south-1", "legacy", "https://sts.eu-south-1.amazonaws.com", "eu-south-1"},
    };
    write_file(config_path, "[default]\n");
    struct bf_aws_config c;
    struct bf_endpoint out;
    struct bf_err e = {0};
    for (size_t i = 0; i < BF_COUNT(cases); i++) {
        const char *env[] = {"AWS_REGION", cases[i].region, "AWS_STS_REGIONAL_ENDPOINTS",
                             cases[i].mode, NULL};
        assert_true(load(&c, env, NULL, &e) && bf_endpoint_resolve(&c, BF_AWS_STS, &out, &e));
        assert_string_equal(out.url, cases[i].url);
        assert_string_equal(out.signing_region, cases[i].signing_region);
        bf_aws_config_free(&c);
    }
    const char *env[] = {"AWS_REGION", "eu-west-1", "AWS_STS_REGIONAL_ENDPOINTS", "global", NULL};
    assert_false(load(&c, env, NULL, &e));
    assert_string_equal(e.text, "AWS_STS_REGIONAL_ENDPOINTS: 'global' is not regional or legacy");
}

static void small_settings(void **unused)
{
    (void)unused;
    write_file(config_path, "[default]\nregion = eu-west-1\nsdk_ua_app_id = my app/2\n"
                            "request_checksum_calculation = WHEN_REQUIRED\n");
    static const char *const env[] = {"AWS_SDK_UA_APP_ID",
                                      "12345678901234567890123456789012345678901234567890more",
                                      "REQUESTS_CA_BUNDLE", "/ours.pem", NULL};
    struct bf_aws_config c;
    struct bf_err e = {0};
    assert_true(load(&c, NULL, NULL, &e));
    assert_string_equal(c.app_id, "my-app-2");
    assert_true(c.few_checksums);
    assert_null(c.ca_bundle);
    bf_aws_config_free(&c);
    assert_true(load(&c, env, NULL, &e));
    assert_int_equal(strlen(c.app_id), 50);
    assert_string_equal(c.ca_bundle, "/ours.pem");
    bf_aws_config_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addressing_styles),
        cmocka_unit_test(settings_of_s3),
        cmocka_unit_test(place_of_sts),
        cmocka_unit_test(small_settings),
    };
    return run_with_files(tests);
}
