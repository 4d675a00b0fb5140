#include "cmd/bflocal/wire/chunked.h"

static bool set_code(struct bl_chunked *d, enum bl_chunked_code code)
{
    if (d->code == BL_CHUNKED_OK)
        d->code = code;
    return false;
}

static bool is_signed(const struct bl_chunked *d)
{
    return d->payload == BL_PAYLOAD_SIGNED_CHUNKS || d->payload == BL_PAYLOAD_SIGNED_CHUNKS_TRAILER;
}

static bool has_trailer(const struct bl_chunked *d)
{
    return d->payload != BL_PAYLOAD_SIGNED_CHUNKS;
}

bool bl_chunked_init(struct bl_chunked *d, const struct bl_auth *auth,
                     bool (*take)(void *arg, struct bf_str piece), void *arg)
{
    memset(d, 0, sizeof(*d));
    d->payload = auth->payload;
    d->any = auth->any;
    d->scope = auth->scope;
    d->key = auth->key;
    memcpy(d->previous, auth->signature, sizeof(d->previous));
    d->take = take;
    d->arg = arg;
    bf_buf_init(&d->trailers, BL_CHUNKED_TRAILERS);
    if (!is_signed(d))
        return true;
    d->hash = EVP_MD_CTX_new();
    return d->hash && EVP_DigestInit_ex(d->hash, EVP_sha256(), NULL) == 1;
}

void bl_chunked_free(struct bl_chunked *d)
{
    EVP_MD_CTX_free(d->hash);
    d->hash = NULL;
    bf_buf_free(&d->trailers);
}

/* The string to sign has six lines for a chunk and five for the trailer: only a chunk's has the
 * hash of an empty string before the hash of the data. */
static bool check_signature(struct bl_chunked *d, const char *algorithm, bool chunk,
                            const unsigned char digest[BF_SHA256_SIZE])
{
    char room[512], hex[BF_SHA256_HEX], want[BF_SHA256_HEX];
    struct bf_buf text = {.p = room, .cap = sizeof(room), .max = sizeof(room)};
    struct bf_err e;
    if (d->any)
        return true;
    bf_sha256_print(digest, hex);
    bf_buf_addf(&text, "%s\n%.16s\n", algorithm, d->scope.time);
    bf_sigv4_put_scope(&d->scope, &text);
    bf_buf_addf(&text, "\n%s\n%s%s", d->previous, chunk ? BF_SHA256_EMPTY "\n" : "", hex);
    if (!bf_buf_ok(&text) || !bf_sigv4_signature(&d->key, bf_buf_view(&text), want, &e))
        return set_code(d, BL_CHUNKED_MALFORMED);
    if (memcmp(want, d->given, BF_SHA256_HEX) != 0)
        return set_code(d, BL_CHUNKED_SIGNATURE);
    memcpy(d->previous, want, sizeof(want));
    return true;
}

static bool end_chunk(struct bl_chunked *d)
{
    unsigned char digest[BF_SHA256_SIZE];
    if (!is_signed(d))
        return true;
    if (EVP_DigestFinal_ex(d->hash, digest, NULL) != 1 ||
        EVP_DigestInit_ex(d->hash, EVP_sha256(), NULL) != 1)
        return set_code(d, BL_CHUNKED_MALFORMED);
    return check_signature(d, "AWS4-HMAC-SHA256-PAYLOAD", true, digest);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Reads "10000" or "10000;chunk-signature=<64 hex digits>". */
static bool read_size(struct bl_chunked *d)
{
    struct bf_str line = bf_str(d->line, d->nline), size = line;
    static const struct bf_str mark = BF_STR(";chunk-signature=");
    const char *semi = memchr(line.p, ';', line.n);
    if (semi)
        size.n = (size_t)(semi - line.p);
    if (size.n == 0 || size.n > 10)
        return set_code(d, BL_CHUNKED_MALFORMED);
    d->left = 0;
    for (size_t i = 0; i < size.n; i++) {
        int digit = hex_digit(size.p[i]);
        if (digit < 0)
            return set_code(d, BL_CHUNKED_MALFORMED);
        d->left = d->left * 16 + (unsigned)digit;
    }
    if (is_signed(d)) {
        struct bf_str rest = bf_str(line.p + size.n, line.n - size.n);
        if (!bf_str_starts(rest, mark) || rest.n != mark.n + 64)
            return set_code(d, BL_CHUNKED_SIGNATURE);
        memcpy(d->given, rest.p + mark.n, 64);
        d->given[64] = '\0';
    }
    if (d->left) {
        d->at = BL_AT_DATA;
        return true;
    }
    /* the last chunk; without a trailer an empty line follows, which reads as an empty trailer */
    d->at = BL_AT_TRAILER;
    return end_chunk(d);
}

static bool end_trailer(struct bl_chunked *d)
{
    unsigned char digest[BF_SHA256_SIZE];
    d->at = BL_AT_END;
    if (!has_trailer(d) && d->trailers.n)
        return set_code(d, BL_CHUNKED_MALFORMED);
    if (d->payload != BL_PAYLOAD_SIGNED_CHUNKS_TRAILER)
        return true;
    if (!bf_sha256(bf_buf_view(&d->trailers), digest))
        return set_code(d, BL_CHUNKED_MALFORMED);
    return check_signature(d, "AWS4-HMAC-SHA256-TRAILER", false, digest);
}

static bool read_trailer(struct bl_chunked *d)
{
    struct bf_str line = bf_str(d->line, d->nline), value = line, name;
    if (line.n == 0)
        return end_trailer(d);
    if (!bf_str_split(&value, ':', &name) || !value.p)
        return set_code(d, BL_CHUNKED_MALFORMED);
    value = bf_str_trim(value);
    for (size_t i = 0; i < name.n; i++)
        if (d->line[i] >= 'A' && d->line[i] <= 'Z')
            d->line[i] = (char)(d->line[i] + 32);
    if (bf_str_is(name, "x-amz-trailer-signature")) {
        if (value.n != 64)
            return set_code(d, BL_CHUNKED_SIGNATURE);
        memcpy(d->given, value.p, 64);
        d->given[64] = '\0';
        return true;
    }
    bf_buf_adds(&d->trailers, name);
    bf_buf_addc(&d->trailers, ':');
    bf_buf_adds(&d->trailers, value);
    bf_buf_addc(&d->trailers, '\n');
    return bf_buf_ok(&d->trailers) || set_code(d, BL_CHUNKED_MALFORMED);
}

/* Consumes the input up to and with the next newline. *whole: d->line is complete, without CR
 * LF. */
static bool read_line(struct bl_chunked *d, struct bf_str *rest, bool *whole)
{
    const char *nl = memchr(rest->p, '\n', rest->n);
    size_t n = nl ? (size_t)(nl - rest->p) : rest->n;
    if (d->nline + n > sizeof(d->line))
        return set_code(d, BL_CHUNKED_MALFORMED);
    memcpy(d->line + d->nline, rest->p, n);
    d->nline += n;
    *whole = nl != NULL;
    n += nl != NULL;
    *rest = bf_str(rest->p + n, rest->n - n);
    if (*whole && d->nline && d->line[d->nline - 1] == '\r')
        d->nline--;
    return true;
}

static bool read_data(struct bl_chunked *d, struct bf_str *rest)
{
    size_t n = rest->n < d->left ? rest->n : (size_t)d->left;
    struct bf_str piece = bf_str(rest->p, n);
    if (d->hash && EVP_DigestUpdate(d->hash, piece.p, piece.n) != 1)
        return set_code(d, BL_CHUNKED_MALFORMED);
    if (!d->take(d->arg, piece))
        return set_code(d, BL_CHUNKED_RECEIVER);
    *rest = bf_str(rest->p + n, rest->n - n);
    d->left -= n;
    if (d->left)
        return true;
    d->at = BL_AT_DATA_END;
    return end_chunk(d);
}

static bool on_line(struct bl_chunked *d)
{
    bool ok = d->at == BL_AT_SIZE      ? read_size(d)
              : d->at == BL_AT_TRAILER ? read_trailer(d)
                                       : d->nline == 0 || set_code(d, BL_CHUNKED_MALFORMED);
    if (d->at == BL_AT_DATA_END)
        d->at = BL_AT_SIZE;
    d->nline = 0;
    return ok;
}

bool bl_chunked_feed(struct bl_chunked *d, struct bf_str rest)
{
    while (rest.n && d->code == BL_CHUNKED_OK) {
        bool whole = false;
        if (d->at == BL_AT_END)
            return set_code(d, BL_CHUNKED_MALFORMED);
        if (d->at == BL_AT_DATA) {
            if (!read_data(d, &rest))
                return false;
            continue;
        }
        if (!read_line(d, &rest, &whole))
            return false;
        if (whole && !on_line(d))
            return false;
    }
    return d->code == BL_CHUNKED_OK;
}

/* Some clients omit the last empty line; with a signed trailer that is an error. */
bool bl_chunked_end(struct bl_chunked *d)
{
    if (d->code == BL_CHUNKED_OK && d->at == BL_AT_TRAILER && d->nline == 0)
        return end_trailer(d);
    return d->code == BL_CHUNKED_OK && (d->at == BL_AT_END || set_code(d, BL_CHUNKED_MALFORMED));
}

struct bf_str bl_chunked_trailer(const struct bl_chunked *d, struct bf_str name)
{
    struct bf_str rest = bf_buf_view(&d->trailers), line;
    while (rest.p && bf_str_split(&rest, '\n', &line)) {
        struct bf_str value = line, key;
        if (bf_str_split(&value, ':', &key) && value.p && bf_str_eq(key, name))
            return value;
    }
    return bf_str(NULL, 0);
}
