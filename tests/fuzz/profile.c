/* The shared config and credentials files: both are read from the input, and every value is a
 * terminated text. After the keys are erased, none of them is in memory. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/aws/config/profile.h"

static void ask(struct bf_profiles *p, bool forgotten)
{
    static const char *const properties[] = {
        "region", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
        "s3",     "services",          "credential_process"};
    static const char *const sections[] = {"default", "dev", "my dev", ""};
    size_t n = 0;
    for (size_t i = 0; i < BF_COUNT(sections); i++) {
        (void)bf_profiles_has(p, BF_PROFILE, sections[i]);
        for (size_t k = 0; k < BF_COUNT(properties); k++) {
            const char *value = bf_profiles_get(p, BF_PROFILE, sections[i], properties[k], NULL);
            const char *own[] = {
                bf_profiles_own(p, BF_PROFILE_CONFIG, sections[i], properties[k]),
                bf_profiles_own(p, BF_PROFILE_CREDENTIALS, sections[i], properties[k])};
            const char *nested =
                bf_profiles_get(p, BF_PROFILE_SERVICES, sections[i], properties[k], "endpoint_url");
            n += (value ? strlen(value) : 0) + (own[0] ? strlen(own[0]) : 0) +
                 (own[1] ? strlen(own[1]) : 0) + (nested ? strlen(nested) : 0);
            if (forgotten && (k == 2 || k == 3) && ((value && *value) || own[0] || own[1]))
                abort();
        }
    }
    if (n > 64 * (size_t)1024 * 1024)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_profiles p;
    struct bf_err e = {0};
    struct bf_str text = bf_str((const char *)data, n);
    size_t half = n ? data[0] * n / 256 : 0;
    bf_profiles_init(&p);
    if (bf_profiles_parse(&p, BF_PROFILE_CONFIG, bf_str(text.p, half), &e) &&
        bf_profiles_parse(&p, BF_PROFILE_CREDENTIALS, bf_str(text.p + half, n - half), &e)) {
        ask(&p, false);
        bf_profiles_forget_keys(&p);
        ask(&p, true);
    } else if (e.code == BF_OK || !e.text[0])
        abort();
    bf_profiles_free(&p);
    return 0;
}
