#include "lib/checkpoint/state_json.h"

#include <inttypes.h>

#include "lib/json/doc.h"
#include "lib/json/write.h"

enum { PARTITION_MAX = 1 << 20 };

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

/* A string as a copy of its own; "" and NUL bytes in it are left to whoever reads the field. */
static bool take_text(const json_t *object, const char *name, char **out, struct bf_err *e)
{
    const json_t *v = json_object_get(object, name);
    if (!v)
        return true;
    struct bf_str text = bf_doc_get_text(object, name);
    if (!text.p || strlen(text.p) != text.n)
        return bf_err_set(e, BF_E_INPUT, "%s: a text was expected", name);
    *out = bf_str_dup(text);
    return *out ? true : bf_err_nomem(e);
}

static bool parse_shard(struct bf_state *s, struct bf_str stream, struct bf_str shard,
                        const json_t *v, struct bf_err *e)
{
    uint64_t since = 0;
    struct bf_str sequence = bf_doc_get_text(v, "sequence");
    if (!json_is_object(v))
        return bf_err_set(e, BF_E_INPUT, "a shard: an object was expected");
    if (!sequence.p && json_object_get(v, "sequence"))
        return bf_err_set(e, BF_E_INPUT, "sequence: a text was expected");
    if (!bf_doc_get_u64(v, "since", &since, e) ||
        !bf_state_set(s, stream, shard, sequence, bf_doc_is_true(v, "ended"), e))
        return false;
    if (since <= INT64_MAX)
        bf_state_since(s, stream, shard, (int64_t)since);
    return true;
}

static bool parse_streams(struct bf_state *s, json_t *streams, struct bf_err *e)
{
    const char *stream, *shard;
    json_t *shards, *v;
    json_object_foreach(streams, stream, shards)
    {
        if (!json_is_object(shards))
            return bf_err_set(e, BF_E_INPUT, "a stream: an object was expected");
        json_object_foreach(
            shards, shard,
            v) if (!parse_shard(s, bf_str_of(stream), bf_str_of(shard), v, e)) return false;
    }
    return true;
}

/* The object as it is written by s3put, byte for byte: a batch is known by it. */
static bool take_partition(json_t *batch, struct bf_state_batch *b, struct bf_err *e)
{
    json_t *partition = json_object_get(batch, "partition"), *v;
    struct bf_buf text;
    const char *name;
    bool first = true;
    if (!partition)
        return true;
    if (!json_is_object(partition))
        return bf_err_set(e, BF_E_INPUT, "partition: an object was expected");
    bf_buf_init(&text, PARTITION_MAX);
    bf_buf_addc(&text, '{');
    json_object_foreach(partition, name, v)
    {
        if (!json_is_string(v)) {
            bf_buf_free(&text);
            return bf_err_set(e, BF_E_INPUT, "partition: a text was expected");
        }
        bf_json_put_key(&text, &first, bf_str_of(name));
        bf_json_put_string(&text, bf_doc_get_text(partition, name));
    }
    bf_buf_addc(&text, '}');
    bool ok = bf_buf_check(&text, "a partition", e);
    b->partition = ok ? bf_str_dup(bf_buf_view(&text)) : NULL;
    bf_buf_free(&text);
    return ok && !b->partition ? bf_err_nomem(e) : ok;
}

static bool parse_batch(json_t *v, struct bf_state_batch *b, bool sealed, struct bf_err *e)
{
    if (!json_is_object(v))
        return bf_err_set(e, BF_E_INPUT, "a batch: an object was expected");
    for (size_t i = 0; i < BF_COUNT(texts); i++) {
        char *text = NULL;
        if (!take_text(v, texts[i].name, &text, e))
            return false;
        memcpy((char *)b + texts[i].at, &text, sizeof text);
    }
    for (size_t i = 0; i < BF_COUNT(numbers); i++) {
        uint64_t n = 0;
        if (!bf_doc_get_u64(v, numbers[i].name, &n, e))
            return false;
        memcpy((char *)b + numbers[i].at, &n, sizeof n);
    }
    if (!take_partition(v, b, e))
        return false;
    if (!b->file || !*b->file || strchr(b->file, '/'))
        return bf_err_set(e, BF_E_INPUT, "a batch without a file name of its own");
    if (sealed && (!b->bucket || !b->key || !*b->bucket || !*b->key))
        return bf_err_set(e, BF_E_INPUT, "a sealed batch without bucket or key");
    return true;
}

static bool parse_batches(struct bf_state *s, const json_t *doc, bool sealed, struct bf_err *e)
{
    const json_t *array = json_object_get(doc, sealed ? "sealed" : "open");
    if (array && !json_is_array(array))
        return bf_err_set(e, BF_E_INPUT, "%s: an array was expected", sealed ? "sealed" : "open");
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct bf_state_batch b = {0};
        if (!parse_batch(json_array_get(array, i), &b, sealed, e) ||
            !(sealed ? bf_state_add_sealed(s, &b, e) : bf_state_add_open(s, &b, e))) {
            bf_state_batch_free(&b);
            return false;
        }
    }
    return true;
}

static bool parse(struct bf_state *s, const json_t *doc, struct bf_err *e)
{
    uint64_t version = 0;
    json_t *streams = json_object_get(doc, "streams");
    if (!bf_doc_get_u64(doc, "version", &version, e))
        return false;
    if (!json_object_get(doc, "version"))
        return bf_err_set(e, BF_E_INPUT, "no version: this is not a state of bfpipe");
    if (version != 1)
        return bf_err_set(e, BF_E_INPUT, "version %" PRIu64 " of the state is not known here",
                          version);
    if (streams && !json_is_object(streams))
        return bf_err_set(e, BF_E_INPUT, "streams: an object was expected");
    return parse_streams(s, streams, e) && parse_batches(s, doc, true, e) &&
           parse_batches(s, doc, false, e);
}

bool bf_state_parse(struct bf_state *s, struct bf_str text, struct bf_err *e)
{
    json_t *doc = bf_doc_object(text, BF_DOC_STRICT, e);
    bool ok = doc && parse(s, doc, e);
    bf_doc_free(doc);
    return ok;
}
