/* --list: one line a shard. */
#include <unistd.h>

#include "cmd/kinread/kinread.h"
#include "lib/io/out.h"
#include "lib/json/write.h"

enum { LINE_MAX_BYTES = 64 * 1024 };

static const char *dash(const char *text)
{
    return text[0] ? text : "-";
}

static void put_text(struct bf_buf *b, const struct bf_shard *s)
{
    bf_buf_addf(b, "%s\t%s\t%s", s->id, bf_shard_closed(s) ? "closed" : "open", dash(s->parent));
    if (s->adjacent[0])
        bf_buf_addf(b, "+%s", s->adjacent);
    bf_buf_addf(b, "\t%s\t%s\t%s\t%s", dash(s->hash_from), dash(s->hash_to), dash(s->seq_from),
                dash(s->seq_to));
}

static void member(struct bf_buf *b, const char *name, const char *value)
{
    if (!value[0])
        return;
    bf_buf_addf(b, ",\"%s\":", name);
    bf_json_put_string(b, bf_str_of(value));
}

static void put_json(struct bf_buf *b, const struct bf_shard *s, const char *stream)
{
    bf_buf_lit(b, "{\"stream\":");
    bf_json_put_string(b, bf_str_of(stream));
    member(b, "shard", s->id);
    member(b, "state", bf_shard_closed(s) ? "closed" : "open");
    member(b, "parent", s->parent);
    member(b, "adjacent_parent", s->adjacent);
    member(b, "hash_from", s->hash_from);
    member(b, "hash_to", s->hash_to);
    member(b, "sequence_from", s->seq_from);
    member(b, "sequence_to", s->seq_to);
    bf_buf_addc(b, '}');
}

static bool print(const struct config *cfg, const struct bf_lineage *l, const char *stream,
                  struct bf_err *e)
{
    struct bf_out out;
    struct bf_buf line;
    bf_buf_init(&line, LINE_MAX_BYTES);
    bool ok = bf_out_init(&out, STDOUT_FILENO, "standard output", 0, e);
    if (ok && !cfg->json)
        bf_out_line(
            &out, BF_STR("SHARD\tSTATE\tPARENTS\tHASH_FROM\tHASH_TO\tSEQUENCE_FROM\tSEQUENCE_TO"));
    for (size_t i = 0; ok && i < l->n; i++) {
        bf_buf_reset(&line);
        if (cfg->json)
            put_json(&line, l->shards[i], stream);
        else
            put_text(&line, l->shards[i]);
        ok = bf_buf_check(&line, "line", e);
        bf_out_line(&out, bf_buf_view(&line));
    }
    bf_buf_free(&line);
    return ok && bf_out_close(&out, e);
}

bool list_shards(const struct config *cfg, struct source *s, struct bf_aws *aws, struct bf_err *e)
{
    struct bf_lineage l;
    bf_lineage_init(&l);
    bool ok = bf_feed_list(s->feed, aws, &s->stream, &l, e);
    if (!ok)
        bf_err_ctx(e, "%s", source_name(s));
    ok = ok && print(cfg, &l, source_name(s), e);
    bf_lineage_free(&l);
    return ok;
}
