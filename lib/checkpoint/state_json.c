#include "lib/checkpoint/state_json.h"

#include <stdlib.h>

#include "lib/base/num.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

/* The members of a batch, in the order they are written. */
static const struct text_member {
    const char *name;
    size_t at;
} texts[] = {
    {"file", offsetof(struct bf_state_batch, file)},
    {"bucket", offsetof(struct bf_state_batch, bucket)},
    {"key", offsetof(struct bf_state_batch, key)},
    {"shape", offsetof(struct bf_state_batch, shape)},
    {"content_type", offsetof(struct bf_state_batch, content_type)},
    {"content_encoding", offsetof(struct bf_state_batch, content_encoding)},
    {"checksum", offsetof(struct bf_state_batch, checksum)},
    {"checksum_value", offsetof(struct bf_state_batch, checksum_value)},
    {"upload", offsetof(struct bf_state_batch, upload)},
    {"refused", offsetof(struct bf_state_batch, refused)},
};
static const struct text_member numbers[] = {
    {"records", offsetof(struct bf_state_batch, records)},
    {"bytes", offsetof(struct bf_state_batch, bytes)},
    {"raw_bytes", offsetof(struct bf_state_batch, raw_bytes)},
    {"arrival_ms", offsetof(struct bf_state_batch, arrival_ms)},
    {"time_ms", offsetof(struct bf_state_batch, time_ms)},
};

static void print_streams(const struct bf_state *s, struct bf_buf *out)
{
    /* shards of one stream stand together; streams are few */
    bool first_stream = true;
    bf_buf_lit(out, "{");
    for (size_t i = 0; i < s->nshards; i++) {
        const char *stream = s->shards[i].stream;
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = strcmp(s->shards[k].stream, stream) == 0;
        if (seen)
            continue;
        bf_json_put_key(out, &first_stream, bf_str_of(stream));
        bf_buf_lit(out, "{");
        bool first = true;
        for (size_t k = i; k < s->nshards; k++) {
            const struct bf_state_shard *sh = &s->shards[k];
            if (strcmp(sh->stream, stream) != 0)
                continue;
            bf_json_put_key(out, &first, bf_str_of(sh->shard));
            bf_buf_lit(out, "{\"sequence\":");
            bf_json_put_string(out, bf_str_of(sh->sequence));
            bf_buf_adds(out, sh->ended ? BF_STR(",\"ended\":true") : BF_STR(",\"ended\":false"));
            if (sh->since_ms > 0) {
                bf_buf_lit(out, ",\"since\":");
                bf_buf_u64(out, (uint64_t)sh->since_ms);
            }
            bf_buf_addc(out, '}');
        }
        bf_buf_lit(out, "}");
    }
    bf_buf_lit(out, "}");
}

static void print_batch(const struct bf_state_batch *b, struct bf_buf *out)
{
    bool first = true;
    bf_buf_lit(out, "\n{");
    for (size_t i = 0; i < BF_COUNT(texts); i++) {
        const char *v;
        memcpy(&v, (const char *)b + texts[i].at, sizeof v);
        if (!v)
            continue;
        bf_json_put_key(out, &first, bf_str_of(texts[i].name));
        bf_json_put_string(out, bf_str_of(v));
    }
    for (size_t i = 0; i < BF_COUNT(numbers); i++) {
        int64_t v;
        memcpy(&v, (const char *)b + numbers[i].at, sizeof v);
        bf_json_put_key(out, &first, bf_str_of(numbers[i].name));
        bf_buf_u64(out, v > 0 ? (uint64_t)v : 0);
    }
    if (b->partition) {
        bf_json_put_key(out, &first, BF_STR("partition"));
        bf_buf_adds(out, bf_str_of(b->partition));
    }
    bf_buf_lit(out, "}");
}

static void print_batches(const struct bf_state_batch *b, size_t n, struct bf_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            bf_buf_lit(out, ",");
        print_batch(&b[i], out);
    }
}

void bf_state_print(const struct bf_state *s, struct bf_buf *out)
{
    bf_buf_lit(out, "{\"version\":1,\n\"streams\":");
    print_streams(s, out);
    bf_buf_lit(out, ",\n\"sealed\":[");
    print_batches(s->sealed, s->nsealed, out);
    bf_buf_lit(out, "],\n\"open\":[");
    print_batches(s->open, s->nopen, out);
    bf_buf_lit(out, "]}\n");
}

/* A string's characters as a terminated copy. */
static bool take_text(struct bf_json *j, char **out, struct bf_err *e)
{
    struct bf_json_val v;
    struct bf_buf b;
    if (!bf_json_string(j, &v, e))
        return false;
    bf_buf_init(&b, v.text.n + 1);
    bf_json_unescape(&b, v.text);
    free(*out);
    *out = bf_buf_ok(&b) ? bf_str_dup(bf_buf_view(&b)) : NULL;
    bf_buf_free(&b);
    return *out ? true : bf_err_nomem(e);
}

static bool key_text(const struct bf_json_key *key, struct bf_buf *out, struct bf_err *e)
{
    bf_buf_reset(out);
    bf_json_unescape(out, key->text);
    return bf_buf_check(out, "a name", e);
}

static bool parse_shard(struct bf_state *s, struct bf_json *j, struct bf_str stream,
                        struct bf_str shard, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    char *sequence = NULL;
    uint64_t since = 0;
    bool ended = false, ok = bf_json_enter(j, BF_JSON_OBJECT, e);
    while (ok && (more = bf_json_member(j, &key, e)) != BF_JSON_END) {
        struct bf_json_val v;
        if (more == BF_JSON_ERROR)
            ok = false;
        else if (bf_json_key_is(&key, "sequence"))
            ok = take_text(j, &sequence, e);
        else if ((ok = bf_json_value(j, &v, e)) && bf_json_key_is(&key, "ended"))
            ended = v.type == BF_JSON_TRUE;
        else if (ok && bf_json_key_is(&key, "since"))
            ok = bf_num_u64(v.raw, &since, e) || bf_err_set(e, BF_E_INPUT, "since is not a number");
    }
    ok = ok && bf_state_set(s, stream, shard, bf_str_of(sequence), ended, e);
    if (ok && since <= INT64_MAX)
        bf_state_since(s, stream, shard, (int64_t)since);
    free(sequence);
    return ok;
}

static bool parse_streams(struct bf_state *s, struct bf_json *j, struct bf_err *e)
{
    struct bf_buf stream, shard;
    struct bf_json_key key;
    enum bf_json_more more;
    bf_buf_init(&stream, 4096);
    bf_buf_init(&shard, 4096);
    bool ok = bf_json_enter(j, BF_JSON_OBJECT, e);
    while (ok && (more = bf_json_member(j, &key, e)) != BF_JSON_END) {
        ok = more == BF_JSON_MORE && key_text(&key, &stream, e) &&
             bf_json_enter(j, BF_JSON_OBJECT, e);
        while (ok && (more = bf_json_member(j, &key, e)) != BF_JSON_END)
            ok = more == BF_JSON_MORE && key_text(&key, &shard, e) &&
                 parse_shard(s, j, bf_buf_view(&stream), bf_buf_view(&shard), e);
    }
    bf_buf_free(&stream);
    bf_buf_free(&shard);
    return ok;
}

/* One member of a batch; unknown ones are passed over. */
static bool parse_member(struct bf_json *j, const struct bf_json_key *key, struct bf_state_batch *b,
                         struct bf_err *e)
{
    for (size_t i = 0; i < BF_COUNT(texts); i++) {
        if (!bf_json_key_eq(key, bf_str_of(texts[i].name)))
            continue;
        char *v;
        memcpy(&v, (char *)b + texts[i].at, sizeof v);
        bool ok = take_text(j, &v, e);
        memcpy((char *)b + texts[i].at, &v, sizeof v);
        return ok;
    }
    struct bf_json_val v;
    if (!bf_json_value(j, &v, e))
        return false;
    for (size_t i = 0; i < BF_COUNT(numbers); i++) {
        uint64_t n;
        if (!bf_json_key_eq(key, bf_str_of(numbers[i].name)))
            continue;
        if (!bf_num_u64(v.raw, &n, e))
            return bf_err_set(e, BF_E_INPUT, "%s is not a number", numbers[i].name);
        memcpy((char *)b + numbers[i].at, &n, sizeof n);
    }
    if (bf_json_key_is(key, "partition")) {
        free(b->partition);
        b->partition = bf_str_dup(v.raw);
        return b->partition ? true : bf_err_nomem(e);
    }
    return true;
}

static bool parse_batch(struct bf_json *j, struct bf_state_batch *b, bool sealed, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE)
        if (!parse_member(j, &key, b, e))
            return false;
    if (more == BF_JSON_ERROR)
        return false;
    if (!b->file || !*b->file || strchr(b->file, '/'))
        return bf_err_set(e, BF_E_INPUT, "a batch without a file name of its own");
    if (sealed && (!b->bucket || !b->key || !*b->bucket || !*b->key))
        return bf_err_set(e, BF_E_INPUT, "a sealed batch without bucket or key");
    return true;
}

static bool parse_batches(struct bf_state *s, struct bf_json *j, bool sealed, struct bf_err *e)
{
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_ARRAY, e))
        return false;
    while ((more = bf_json_element(j, e)) == BF_JSON_MORE) {
        struct bf_state_batch b = {0};
        if (!parse_batch(j, &b, sealed, e) ||
            !(sealed ? bf_state_add_sealed(s, &b, e) : bf_state_add_open(s, &b, e))) {
            bf_state_batch_free(&b);
            return false;
        }
    }
    return more == BF_JSON_END;
}

bool bf_state_parse(struct bf_state *s, struct bf_str text, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    bool version = false;
    bf_json_init(&j, text);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        bool ok;
        if (bf_json_key_is(&key, "streams"))
            ok = parse_streams(s, &j, e);
        else if (bf_json_key_is(&key, "sealed"))
            ok = parse_batches(s, &j, true, e);
        else if (bf_json_key_is(&key, "open"))
            ok = parse_batches(s, &j, false, e);
        else if ((ok = bf_json_value(&j, &v, e)) && bf_json_key_is(&key, "version")) {
            version = true;
            if (!bf_str_is(v.raw, "1"))
                return bf_err_set(e, BF_E_INPUT, "version %.*s of the state is not known here",
                                  BF_SHOWN_TO(v.raw, 20));
        }
        if (!ok)
            return false;
    }
    if (more == BF_JSON_ERROR || !bf_json_end(&j, e))
        return false;
    return version || bf_err_set(e, BF_E_INPUT, "no version: this is not a state of bfpipe");
}
