/* What S3 and STS answer in XML, and services in JSON when they refuse: texts stay within their room and end there. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/aws/http/answer.h"
#include "lib/aws/http/hide.h"

static void check(const char *text, size_t size)
{
    if (!memchr(text, '\0', size))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const names[] = {"UploadId", "ETag", "SecretAccessKey", "Expiration"};
    struct bf_str body = bf_str((const char *)data, n);
    struct bf_answer_error error = {0};
    char text[64];
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (bf_answer_xml_text(body, names[i], text, sizeof text))
            check(text, sizeof text);
    (void)bf_answer_xml_is_error(body);
    bf_answer_xml_error(400, body, &error);
    check(error.code, sizeof error.code);
    check(error.message, sizeof error.message);
    check(error.region, sizeof error.region);
    bf_hide_secret(error.message, "hush-secret");
    check(error.message, sizeof error.message);
    if (strstr(error.message, "hush-sec"))
        abort();
    error = (struct bf_answer_error){0};
    bf_answer_json_error(400, bf_str(NULL, 0), body, &error);
    check(error.code, sizeof error.code);
    check(error.message, sizeof error.message);
    (void)bf_answer_crc32(body, body);
    return 0;
}
