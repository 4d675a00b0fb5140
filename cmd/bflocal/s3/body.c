#include "cmd/bflocal/s3/body.h"

#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/s3/error.h"
#include "cmd/bflocal/s3/file.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"

static const uint64_t part_max = (uint64_t)5 << 30;

/* Chooses the checksum algorithm, and where the client's value is: in a header or in the
 * trailer. */
static enum bl_sum choose_sum(struct bl_call *c, struct bl_s3_body *b)
{
    for (int i = 1; i < BL_SUMS; i++) {
        struct bf_str v = bl_header(c, bl_sum_header((enum bl_sum)i));
        if (v.p) {
            b->want_sum = v;
            return (enum bl_sum)i;
        }
    }
    enum bl_sum sum = bl_sum_by_header(bf_str_trim(bl_header(c, "x-amz-trailer")));
    b->sum_in_trailer = sum != BL_SUM_NONE;
    return sum == BL_SUM_NONE ? BL_SUM_CRC64NVME : sum;
}

static bool start_digest(EVP_MD_CTX **ctx, const EVP_MD *kind)
{
    *ctx = EVP_MD_CTX_new();
    return *ctx && EVP_DigestInit_ex(*ctx, kind, NULL) == 1;
}

static bool check_length(struct bl_call *c, const struct bl_s3_body *b)
{
    struct bf_str length =
        bl_header(c, b->chunked_body ? "x-amz-decoded-content-length" : "content-length");
    uint64_t n;
    struct bf_err e;
    if (!length.p)
        return bl_s3_fail(c, BL_S3_MissingContentLength);
    if (!bf_num_u64(length, &n, &e))
        return bl_s3_fail(c, BL_S3_InvalidArgument);
    return n <= part_max || bl_s3_fail(c, BL_S3_EntityTooLarge);
}

static bool write_plain(void *arg, struct bf_str piece)
{
    struct bl_s3_body *b = arg;
    if (piece.n == 0)
        return true;
    if (!b->file && !bl_s3_file_create(b->s3, &b->file, &b->fd, &b->err))
        return false;
    if (EVP_DigestUpdate(b->md5, piece.p, piece.n) != 1 || !bl_summer_add(&b->summer, piece) ||
        (b->sha256 && EVP_DigestUpdate(b->sha256, piece.p, piece.n) != 1))
        return bf_err_nomem(&b->err);
    if (!bl_s3_file_write(b->s3, b->fd, piece, &b->err))
        return false;
    b->size += piece.n;
    return b->size <= part_max || bf_err_set(&b->err, BF_E_LIMIT, "more than 5 GiB");
}

/* At most one checksum may be sent with a body. */
static bool check_one_sum(struct bl_call *c)
{
    int n = 0;
    for (int i = 1; i < BL_SUMS; i++)
        n += bl_header(c, bl_sum_header((enum bl_sum)i)).p != NULL;
    return n < 2 ||
           bl_s3_failf(c, BL_S3_InvalidRequest,
                       "Expecting a single x-amz-checksum- header. Multiple checksum Types "
                       "are not allowed.");
}

/* An algorithm that an SDK announces requires its checksum. */
static bool check_announced(struct bl_call *c, const struct bl_s3_body *b)
{
    struct bf_str name = bl_header(c, "x-amz-sdk-checksum-algorithm");
    if (!name.p)
        return true;
    if (bl_sum_by_name(name) == BL_SUM_NONE)
        return bl_s3_failf(c, BL_S3_InvalidRequest,
                           "Value for x-amz-sdk-checksum-algorithm header is invalid.");
    return b->want_sum.p || b->sum_in_trailer || bl_header(c, "content-md5").p ||
           bl_s3_failf(c, BL_S3_InvalidRequest,
                       "x-amz-sdk-checksum-algorithm specified, but no corresponding "
                       "x-amz-checksum-* or x-amz-trailer headers were found.");
}

static bool start_sums(struct bl_call *c, struct bl_s3_body *b, enum bl_sum sum)
{
    bool ok = bl_summer_init(&b->summer, sum) && start_digest(&b->md5, EVP_md5());
    if (ok && c->auth.payload == BL_PAYLOAD_HASH)
        ok = start_digest(&b->sha256, EVP_sha256());
    if (ok && b->chunked_body)
        ok = bl_chunked_init(&b->chunked, &c->auth, write_plain, b);
    return ok || bl_s3_fail(c, BL_S3_InternalError);
}

bool bl_s3_body_begin(struct bl_call *c, struct bl_s3_body *b, struct bl_s3 *s3)
{
    memset(b, 0, sizeof(*b));
    b->s3 = s3;
    b->fd = -1;
    b->chunked_body = c->auth.payload >= BL_PAYLOAD_SIGNED_CHUNKS;
    enum bl_sum sum = choose_sum(c, b);
    return check_length(c, b) && check_one_sum(c) && check_announced(c, b) && start_sums(c, b, sum);
}

bool bl_s3_body_copy(struct bl_call *c, struct bl_s3_body *b, struct bl_s3 *s3, enum bl_sum sum)
{
    memset(b, 0, sizeof(*b));
    b->s3 = s3;
    b->fd = -1;
    b->copied = true;
    c->auth.payload =
        BL_PAYLOAD_UNSIGNED; /* the hash of the request's own body does not apply to the copied bytes */
    return start_sums(c, b, sum == BL_SUM_NONE ? BL_SUM_CRC64NVME : sum);
}

static bool fail_body(struct bl_call *c, const struct bl_s3_body *b)
{
    if (b->err.code == BF_E_LIMIT)
        return bl_s3_fail(c, BL_S3_EntityTooLarge);
    if (b->err.code != BF_OK)
        return bl_s3_fail_err(c, &b->err);
    return bl_s3_fail(c, b->chunked.code == BL_CHUNKED_SIGNATURE ? BL_S3_SignatureDoesNotMatch
                                                                 : BL_S3_IncompleteBody);
}

bool bl_s3_body_feed(struct bl_call *c, struct bl_s3_body *b, struct bf_str piece)
{
    bool ok = b->chunked_body ? bl_chunked_feed(&b->chunked, piece) : write_plain(b, piece);
    return ok || fail_body(c, b);
}

static bool check_decoded_length(struct bl_call *c, const struct bl_s3_body *b)
{
    struct bf_str length = bl_header(c, "x-amz-decoded-content-length");
    uint64_t n = 0;
    struct bf_err e;
    if (!b->chunked_body)
        return true;
    return (bf_num_u64(length, &n, &e) && n == b->size) || bl_s3_fail(c, BL_S3_IncompleteBody);
}

static bool check_sha256(struct bl_call *c, struct bl_s3_body *b)
{
    unsigned char digest[BF_SHA256_SIZE];
    char hex[BF_SHA256_HEX];
    if (!b->sha256)
        return true;
    if (EVP_DigestFinal_ex(b->sha256, digest, NULL) != 1)
        return bl_s3_fail(c, BL_S3_InternalError);
    bf_sha256_print(digest, hex);
    if (bf_str_eq(c->auth.payload_hash, bf_str(hex, 64)))
        return true;
    struct bf_str x =
        bl_arena_printf(&c->arena,
                        "<ClientComputedContentSHA256>%.*s</ClientComputedContentSHA256>"
                        "<S3ComputedContentSHA256>%s</S3ComputedContentSHA256>",
                        (int)c->auth.payload_hash.n, c->auth.payload_hash.p, hex);
    return bl_s3_fail_with(c, BL_S3_XAmzContentSHA256Mismatch, x, NULL);
}

static bool check_md5(struct bl_call *c, const struct bl_s3_body *b)
{
    struct bf_str given = bl_header(c, "content-md5");
    char room[64];
    struct bf_buf raw = {.p = room, .cap = sizeof(room), .max = sizeof(room)};
    if (!given.p || b->copied)
        return true;
    if (!bf_base64_decode(&raw, given) || raw.n != 16)
        return bl_s3_fail(c, BL_S3_InvalidDigest);
    return memcmp(room, b->md5_bytes, 16) == 0 || bl_s3_fail(c, BL_S3_BadDigest);
}

static bool check_sum(struct bl_call *c, struct bl_s3_body *b)
{
    enum bl_sum sum = b->summer.sum;
    bl_sum_print(sum, b->sum_bytes, b->sum_text);
    struct bf_str want = b->want_sum;
    if (b->sum_in_trailer) {
        want = bl_chunked_trailer(&b->chunked, bf_str_of(bl_sum_header(sum)));
        if (!want.p)
            return bl_s3_failf(c, BL_S3_InvalidRequest,
                               "The trailer %s was announced and did not come.",
                               bl_sum_header(sum));
    }
    if (!want.p || bf_str_eq(want, bf_str_of(b->sum_text)))
        return true;
    char room[BL_SUM_TEXT];
    struct bf_buf raw = {.p = room, .cap = sizeof(room), .max = sizeof(room)};
    if (!bf_base64_decode(&raw, want) || raw.n != bl_sum_size(sum))
        return bl_s3_failf(c, BL_S3_InvalidRequest, "Value for %s header is invalid.",
                           bl_sum_header(sum));
    return bl_s3_failf(c, BL_S3_BadDigest,
                       "The %s you specified did not match the calculated checksum.",
                       bl_sum_name(sum));
}

bool bl_s3_body_end(struct bl_call *c, struct bl_s3_body *b)
{
    if (b->chunked_body && !bl_chunked_end(&b->chunked))
        return fail_body(c, b);
    if (EVP_DigestFinal_ex(b->md5, b->md5_bytes, NULL) != 1 ||
        !bl_summer_end(&b->summer, b->sum_bytes))
        return bl_s3_fail(c, BL_S3_InternalError);
    return check_decoded_length(c, b) && check_sha256(c, b) && check_md5(c, b) && check_sum(c, b);
}

void bl_s3_body_keep(struct bl_s3_body *b)
{
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
    b->file = 0;
}

void bl_s3_body_free(struct bl_s3_body *b)
{
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
    if (b->file)
        bl_s3_file_remove(b->s3, b->file, b->size);
    b->file = 0;
    EVP_MD_CTX_free(b->md5);
    EVP_MD_CTX_free(b->sha256);
    b->md5 = b->sha256 = NULL;
    bl_summer_free(&b->summer);
    if (b->chunked_body)
        bl_chunked_free(&b->chunked);
    b->chunked_body = false;
}
