#include "lib/envelope/kpl.h"

#include "lib/encoding/md5.h"

enum { MAGIC = 4, DIGEST = 16, KEYS_MAX = 64 * 1024 * 1024 };

/* One field of a protobuf message: its number, and its bytes or its varint. */
struct field {
    uint64_t number;
    uint64_t value;
    struct bf_str bytes;
    bool is_bytes;
};

void bf_kpl_init(struct bf_kpl *k)
{
    *k = (struct bf_kpl){0};
    bf_buf_init(&k->keys, KEYS_MAX);
}

void bf_kpl_free(struct bf_kpl *k)
{
    bf_buf_free(&k->keys);
}

static bool varint(struct bf_str *s, uint64_t *v)
{
    *v = 0;
    for (unsigned shift = 0; shift < 64 && s->n; shift += 7) {
        unsigned char c = (unsigned char)*s->p++;
        s->n--;
        *v |= (uint64_t)(c & 0x7f) << shift;
        if (!(c & 0x80))
            return true;
    }
    return false;
}

static bool skip(struct bf_str *s, uint64_t n)
{
    if (n > s->n)
        return false;
    s->p += n;
    s->n -= (size_t)n;
    return true;
}

/* Takes one field off the front; false for anything malformed. */
static bool next_field(struct bf_str *s, struct field *f)
{
    uint64_t tag;
    if (!varint(s, &tag) || tag >> 3 == 0)
        return false;
    *f = (struct field){.number = tag >> 3};
    switch (tag & 7) {
    case 0:
        return varint(s, &f->value);
    case 1:
        return skip(s, 8);
    case 2:
        if (!varint(s, &f->value) || f->value > s->n)
            return false;
        f->is_bytes = true;
        f->bytes = bf_str(s->p, (size_t)f->value);
        return skip(s, f->value);
    case 5:
        return skip(s, 4);
    default:
        return false;
    }
}

/* Reads a Record; false without key index or data. */
static bool read_record(struct bf_str s, uint64_t *key, struct bf_str *data)
{
    bool has_key = false, has_data = false;
    struct field f;
    while (s.n) {
        if (!next_field(&s, &f))
            return false;
        if (f.number == 1 && !f.is_bytes) {
            *key = f.value;
            has_key = true;
        } else if (f.number == 3 && f.is_bytes) {
            *data = f.bytes;
            has_data = true;
        }
    }
    return has_key && has_data;
}

/* Collects the key table. */
static bool read_keys(struct bf_kpl *k, struct bf_str s)
{
    struct field f;
    bf_buf_reset(&k->keys);
    while (s.n) {
        if (!next_field(&s, &f))
            return false;
        if (f.number == 1 && f.is_bytes)
            bf_buf_add(&k->keys, &f.bytes, sizeof f.bytes);
    }
    return bf_buf_ok(&k->keys);
}

static struct bf_str key_at(const struct bf_kpl *k, uint64_t index)
{
    struct bf_str key;
    memcpy(&key, k->keys.p + index * sizeof key, sizeof key);
    return key;
}

/* Can every record be read, and is there one? */
static bool check_records(const struct bf_kpl *k, struct bf_str s)
{
    uint64_t keys = k->keys.n / sizeof(struct bf_str), key = 0;
    size_t records = 0;
    struct bf_str data;
    struct field f;
    while (s.n) {
        if (!next_field(&s, &f))
            return false;
        if (f.number != 3 || !f.is_bytes)
            continue;
        if (!read_record(f.bytes, &key, &data) || key >= keys)
            return false;
        records++;
    }
    return records > 0;
}

bool bf_kpl_open(struct bf_kpl *k, struct bf_str data)
{
    if (!bf_kpl_maybe(data))
        return false;
    struct bf_str message = bf_str(data.p + MAGIC, data.n - MAGIC - DIGEST);
    unsigned char digest[16];
    bf_md5(message, digest);
    if (memcmp(digest, data.p + data.n - DIGEST, DIGEST) != 0)
        return false;
    if (!read_keys(k, message) || !check_records(k, message))
        return false;
    k->rest = message;
    k->index = 0;
    return true;
}

bool bf_kpl_next(struct bf_kpl *k, struct bf_kpl_part *part)
{
    struct field f;
    while (k->rest.n && next_field(&k->rest, &f)) {
        uint64_t key = 0;
        if (f.number != 3 || !f.is_bytes || !read_record(f.bytes, &key, &part->data))
            continue;
        part->key = key_at(k, key);
        part->index = k->index++;
        return true;
    }
    return false;
}
