#include "cmd/bflocal/s3/sum.h"

#include <strings.h>

#include "lib/encoding/enc.h"

static const struct {
    const char *name, *header;
    size_t size;
} sums[BL_SUMS] = {
    [BL_SUM_NONE] = {"", "", 0},
    [BL_SUM_CRC32] = {"CRC32", "x-amz-checksum-crc32", 4},
    [BL_SUM_CRC32C] = {"CRC32C", "x-amz-checksum-crc32c", 4},
    [BL_SUM_CRC64NVME] = {"CRC64NVME", "x-amz-checksum-crc64nvme", 8},
    [BL_SUM_SHA1] = {"SHA1", "x-amz-checksum-sha1", 20},
    [BL_SUM_SHA256] = {"SHA256", "x-amz-checksum-sha256", 32},
};

const char *bl_sum_name(enum bl_sum sum)
{
    return sums[sum].name;
}

const char *bl_sum_header(enum bl_sum sum)
{
    return sums[sum].header;
}

void bl_sum_lower(enum bl_sum sum, char out[BL_SUM_TEXT])
{
    const char *name = sum == BL_SUM_NONE ? "null" : sums[sum].name;
    size_t n = 0;
    for (; name[n]; n++)
        out[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] - 'A' + 'a') : name[n];
    out[n] = '\0';
}

static bool same_name(struct bf_str a, const char *b)
{
    return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

enum bl_sum bl_sum_by_name(struct bf_str name)
{
    for (int i = 1; i < BL_SUMS; i++)
        if (same_name(name, sums[i].name))
            return (enum bl_sum)i;
    return BL_SUM_NONE;
}

enum bl_sum bl_sum_by_header(struct bf_str header)
{
    for (int i = 1; i < BL_SUMS; i++)
        if (same_name(header, sums[i].header))
            return (enum bl_sum)i;
    return BL_SUM_NONE;
}

size_t bl_sum_size(enum bl_sum sum)
{
    return sums[sum].size;
}

bool bl_summer_init(struct bl_summer *s, enum bl_sum sum)
{
    *s = (struct bl_summer){.sum = sum};
    if (sum != BL_SUM_SHA1 && sum != BL_SUM_SHA256)
        return true;
    s->md = EVP_MD_CTX_new();
    return s->md &&
           EVP_DigestInit_ex(s->md, sum == BL_SUM_SHA1 ? EVP_sha1() : EVP_sha256(), NULL) == 1;
}

void bl_summer_free(struct bl_summer *s)
{
    EVP_MD_CTX_free(s->md);
    s->md = NULL;
}

bool bl_summer_add(struct bl_summer *s, struct bf_str data)
{
    if (bl_sum_is_crc(s->sum))
        s->crc = bf_crc(bl_sum_crc(s->sum), s->crc, data);
    return !s->md || EVP_DigestUpdate(s->md, data.p, data.n) == 1;
}

bool bl_summer_end(struct bl_summer *s, unsigned char out[BL_SUM_BYTES])
{
    if (s->md)
        return EVP_DigestFinal_ex(s->md, out, NULL) == 1;
    bl_sum_from_crc(s->sum, s->crc, out);
    return true;
}

void bl_sum_from_crc(enum bl_sum sum, uint64_t crc, unsigned char out[BL_SUM_BYTES])
{
    size_t n = sums[sum].size;
    for (size_t i = 0; i < n && i < 8; i++)
        out[i] = (unsigned char)(crc >> (8 * (n - 1 - i)));
}

uint64_t bl_sum_to_crc(enum bl_sum sum, const unsigned char *bytes)
{
    uint64_t crc = 0;
    for (size_t i = 0; i < sums[sum].size && i < 8; i++)
        crc = crc << 8 | bytes[i];
    return crc;
}

void bl_sum_print(enum bl_sum sum, const unsigned char bytes[BL_SUM_BYTES], char out[BL_SUM_TEXT])
{
    struct bf_buf b = {.p = out, .cap = BL_SUM_TEXT, .max = BL_SUM_TEXT};
    bf_base64_encode(&b, bf_str((const char *)bytes, sums[sum].size));
    out[b.n] = '\0';
}
