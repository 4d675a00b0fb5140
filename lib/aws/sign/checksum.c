#include "lib/aws/sign/checksum.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "lib/encoding/crc.h"
#include "lib/encoding/enc.h"

static const struct {
    const char *name, *header, *algorithm, *element;
} kinds[] = {
    [BF_CHECKSUM_NONE] = {"none", "", "", ""},
    [BF_CHECKSUM_CRC32] = {"crc32", "x-amz-checksum-crc32", "CRC32", "ChecksumCRC32"},
    [BF_CHECKSUM_CRC32C] = {"crc32c", "x-amz-checksum-crc32c", "CRC32C", "ChecksumCRC32C"},
    [BF_CHECKSUM_CRC64NVME] = {"crc64nvme", "x-amz-checksum-crc64nvme", "CRC64NVME",
                               "ChecksumCRC64NVME"},
    [BF_CHECKSUM_SHA1] = {"sha1", "x-amz-checksum-sha1", "SHA1", "ChecksumSHA1"},
    [BF_CHECKSUM_SHA256] = {"sha256", "x-amz-checksum-sha256", "SHA256", "ChecksumSHA256"},
};

const char *bf_checksum_name(enum bf_checksum_kind kind)
{
    return kinds[kind].name;
}

const char *bf_checksum_header(enum bf_checksum_kind kind)
{
    return kinds[kind].header;
}

const char *bf_checksum_algorithm(enum bf_checksum_kind kind)
{
    return kinds[kind].algorithm;
}

const char *bf_checksum_element(enum bf_checksum_kind kind)
{
    return kinds[kind].element;
}

const struct bf_opt_word bf_checksum_words[] = {
    {"crc32", BF_CHECKSUM_CRC32},         {"crc32c", BF_CHECKSUM_CRC32C},
    {"crc64nvme", BF_CHECKSUM_CRC64NVME}, {"sha1", BF_CHECKSUM_SHA1},
    {"sha256", BF_CHECKSUM_SHA256},       {"none", BF_CHECKSUM_NONE}};

bool bf_checksum_parse(struct bf_str name, enum bf_checksum_kind *kind, struct bf_err *e)
{
    int v = BF_CHECKSUM_NONE;
    bool ok = bf_opt_choose(bf_checksum_words, BF_COUNT(bf_checksum_words), name, &v, e);
    *kind = (enum bf_checksum_kind)v;
    return ok;
}

bool bf_checksum_is_crc(enum bf_checksum_kind kind)
{
    return kind == BF_CHECKSUM_CRC32 || kind == BF_CHECKSUM_CRC32C || kind == BF_CHECKSUM_CRC64NVME;
}

static enum bf_crc_kind crc_kind(enum bf_checksum_kind kind)
{
    return kind == BF_CHECKSUM_CRC32    ? BF_CRC32
           : kind == BF_CHECKSUM_CRC32C ? BF_CRC32C
                                        : BF_CRC64NVME;
}

bool bf_checksum_init(struct bf_checksum *c, enum bf_checksum_kind kind, struct bf_err *e)
{
    *c = (struct bf_checksum){.kind = kind};
    if (kind != BF_CHECKSUM_SHA1 && kind != BF_CHECKSUM_SHA256)
        return true;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    if (!md ||
        EVP_DigestInit_ex(md, kind == BF_CHECKSUM_SHA1 ? EVP_sha1() : EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(md);
        return bf_err_nomem(e);
    }
    c->digest = md;
    return true;
}

void bf_checksum_add(struct bf_checksum *c, struct bf_str data)
{
    c->bytes += data.n;
    if (bf_checksum_is_crc(c->kind))
        c->crc = bf_crc(crc_kind(c->kind), c->crc, data);
    else if (c->digest)
        EVP_DigestUpdate(c->digest, data.p, data.n);
}

static void print(char out[BF_CHECKSUM_TEXT], const unsigned char *bytes, size_t n)
{
    struct bf_buf text;
    bf_buf_init(&text, BF_CHECKSUM_TEXT);
    bf_base64_encode(&text, bf_str((const char *)bytes, n));
    out[0] = '\0';
    if (bf_buf_ok(&text) && text.n) {
        memcpy(out, text.p, text.n);
        out[text.n] = '\0';
    }
    bf_buf_free(&text);
}

static void print_crc(enum bf_checksum_kind kind, uint64_t crc, char out[BF_CHECKSUM_TEXT])
{
    unsigned char bytes[8];
    size_t n = bf_crc_size(crc_kind(kind));
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(crc >> 8 * (n - 1 - i));
    print(out, bytes, n);
}

void bf_checksum_end(struct bf_checksum *c, char out[BF_CHECKSUM_TEXT])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (bf_checksum_is_crc(c->kind)) {
        print_crc(c->kind, c->crc, out);
        return;
    }
    if (c->digest)
        EVP_DigestFinal_ex(c->digest, bytes, &n);
    EVP_MD_CTX_free(c->digest);
    c->digest = NULL;
    print(out, bytes, n);
}

bool bf_checksum_of(enum bf_checksum_kind kind, struct bf_str data, char out[BF_CHECKSUM_TEXT],
                    struct bf_err *e)
{
    struct bf_checksum c;
    if (!bf_checksum_init(&c, kind, e))
        return false;
    bf_checksum_add(&c, data);
    bf_checksum_end(&c, out);
    return true;
}

bool bf_checksum_of_file(enum bf_checksum_kind kind, int fd, uint64_t offset, uint64_t length,
                         char out[BF_CHECKSUM_TEXT], struct bf_err *e)
{
    enum { PIECE = 256 * 1024 };
    struct bf_checksum c;
    char *piece = malloc(PIECE);
    if (!piece || !bf_checksum_init(&c, kind, e)) {
        free(piece);
        return bf_err_nomem(e);
    }
    bool ok = true;
    while (ok && length) {
        ssize_t n = pread(fd, piece, length < PIECE ? (size_t)length : PIECE, (off_t)offset);
        if (n > 0) {
            bf_checksum_add(&c, bf_str(piece, (size_t)n));
            offset += (uint64_t)n;
            length -= (uint64_t)n;
        } else if (n == 0)
            ok = bf_err_set(e, BF_E_IO, "a file of the spool is shorter than it was");
        else if (errno != EINTR)
            ok = bf_err_sys(e, errno, "a file of the spool");
    }
    bf_checksum_end(&c, out);
    free(piece);
    return ok;
}

static bool read_crc(const char *text, uint64_t *crc)
{
    struct bf_buf bytes;
    bf_buf_init(&bytes, 64);
    bool ok = bf_base64_decode(&bytes, bf_str_of(text)) && bytes.n <= 8;
    *crc = 0;
    for (size_t i = 0; ok && i < bytes.n; i++)
        *crc = *crc << 8 | (unsigned char)bytes.p[i];
    bf_buf_free(&bytes);
    return ok;
}

bool bf_checksum_append(enum bf_checksum_kind kind, char whole[BF_CHECKSUM_TEXT], const char *part,
                        uint64_t bytes)
{
    uint64_t a, b;
    if (!bf_checksum_is_crc(kind) || !read_crc(whole, &a) || !read_crc(part, &b))
        return false;
    print_crc(kind, bf_crc_combine(crc_kind(kind), a, b, bytes), whole);
    return true;
}
