/* CRC32, CRC32C, CRC64NVME: published vectors, the folding against the tables, and combining. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "lib/encoding/crc.h"
#include "lib/base/rng.h"

static const char *const names[BF_CRC_KINDS] = {"crc32", "crc32c", "crc64nvme"};

static void check_value_of_every_catalogue(void **unused)
{
    (void)unused;
    struct bf_str digits = BF_STR("123456789");
    assert_int_equal(bf_crc(BF_CRC32, 0, digits), 0xCBF43926u);
    assert_int_equal(bf_crc(BF_CRC32C, 0, digits), 0xE3069283u);
    assert_true(bf_crc(BF_CRC64NVME, 0, digits) == 0xAE8B14860A799888u);
    for (int k = 0; k < BF_CRC_KINDS; k++)
        assert_int_equal(bf_crc((enum bf_crc_kind)k, 0, BF_STR("")), 0);
}

static size_t unhex(const char *hex, char *out)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned v;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
        out[i] = (char)v;
    }
    return n;
}

/* The checksum of that many zeros, a piece at a time for the first 16 MiB, then doubled by combine. */
static uint64_t of_zeros(enum bf_crc_kind kind, uint64_t total)
{
    static const char zeros[1 << 16];
    uint64_t step = sizeof zeros, crc = bf_crc(kind, 0, bf_str(zeros, sizeof zeros));
    uint64_t sum = 0, done = 0;
    for (uint64_t left = total / step; left; left >>= 1) {
        if (left & 1) {
            sum = bf_crc_combine(kind, sum, crc, step);
            done += step;
        }
        crc = bf_crc_combine(kind, crc, crc, step);
        step *= 2;
    }
    assert_int_equal(done, total);
    return sum;
}

static void published_vectors(void **unused)
{
    (void)unused;
    const char *shared = getenv("BF_SHARED");
    char path[4096];
    snprintf(path, sizeof path, "%s/vectors/crc/crc.json", shared ? shared : "../shared");
    json_error_t error;
    json_t *doc = json_load_file(path, 0, &error);
    if (!doc) {
        print_message("skipped: published CRC vectors, %s is not there\n", path);
        skip();
    }
    size_t i;
    json_t *v;
    unsigned checked = 0;
    json_array_foreach(json_object_get(doc, "vectors"), i, v)
    {
        for (int k = 0; k < BF_CRC_KINDS; k++) {
            const char *want = json_string_value(json_object_get(v, names[k]));
            const char *hex = json_string_value(json_object_get(v, "hex"));
            char data[256];
            if (!want)
                continue;
            enum bf_crc_kind kind = (enum bf_crc_kind)k;
            uint64_t got =
                hex ? bf_crc(kind, 0, bf_str(data, unhex(hex, data)))
                    : of_zeros(kind, (uint64_t)json_integer_value(json_object_get(v, "zeros")));
            assert_true(got == strtoull(want, NULL, 16));
            checked++;
        }
    }
    json_decref(doc);
    assert_int_equal(checked, 10);
}

static void folding_agrees_with_the_tables(void **unused)
{
    (void)unused;
    static char data[4096 + 64];
    struct bf_rng rng;
    bf_rng_seed(&rng, 7);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)bf_rng_next(&rng);
    for (int k = 0; k < BF_CRC_KINDS; k++)
        for (size_t n = 0; n < 4096; n += n < 300 ? 1 : 37) {
            enum bf_crc_kind kind = (enum bf_crc_kind)k;
            uint64_t begin = bf_rng_next(&rng) >> (bf_crc_size(kind) == 8 ? 0 : 32);
            struct bf_str s = bf_str(data + n % 61, n);
            assert_true(bf_crc(kind, begin, s) == bf_crc_portable(kind, begin, s));
        }
}

static void pieces_and_combined_parts_give_the_whole(void **unused)
{
    (void)unused;
    static char data[10000];
    struct bf_rng rng;
    bf_rng_seed(&rng, 8);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)bf_rng_next(&rng);
    for (int k = 0; k < BF_CRC_KINDS; k++)
        for (size_t cut = 0; cut <= sizeof data; cut += 613) {
            enum bf_crc_kind kind = (enum bf_crc_kind)k;
            struct bf_str a = bf_str(data, cut), b = bf_str(data + cut, sizeof data - cut);
            uint64_t whole = bf_crc(kind, 0, bf_str(data, sizeof data));
            assert_true(bf_crc(kind, bf_crc(kind, 0, a), b) == whole);
            assert_true(bf_crc_combine(kind, bf_crc(kind, 0, a), bf_crc(kind, 0, b), b.n) == whole);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_value_of_every_catalogue),
        cmocka_unit_test(published_vectors),
        cmocka_unit_test(folding_agrees_with_the_tables),
        cmocka_unit_test(pieces_and_combined_parts_give_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
