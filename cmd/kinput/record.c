/* A line becomes a record: its partition key and its size. */
#include <inttypes.h>

#include "cmd/kinput/kinput.h"

static size_t characters(struct bf_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* Kinesis requires 1 to 256 characters. Keys that are hashes have 32. */
static bool check_key(const struct config *cfg, struct bf_str key, struct bf_err *why)
{
    size_t n = characters(key);
    if (n == 0)
        return bf_err_set(why, BF_E_INPUT, "member '%.80s' is empty: a partition key is not",
                          cfg->key);
    return n <= BF_KINESIS_KEY_CHARS ||
           bf_err_set(why, BF_E_LIMIT,
                      "member '%.80s': a partition key of %zu characters, longer than %d", cfg->key,
                      n, BF_KINESIS_KEY_CHARS);
}

bool record_make(void *arg, struct bf_str line, struct bf_put_line *out, struct bf_err *why)
{
    struct records *r = arg;
    const struct config *cfg = r->cfg;
    if (!bf_put_keyer_find(&r->keyer, line, &out->key, &out->ordered, why) ||
        (cfg->key && !check_key(cfg, out->key, why)))
        return false;
    out->head = out->key;
    out->bytes = line.n + out->key.n;
    return out->bytes <= cfg->max_record ||
           bf_err_set(why, BF_E_LIMIT,
                      "%zu bytes with its partition key, longer than a record may be (%" PRIu64 ")",
                      out->bytes, cfg->max_record);
}
