/* --status: one JSON object about a query. */
#include "cmd/athq/athq.h"

#include "lib/json/write.h"

static void text(struct bf_buf *out, const char *name, struct bf_str value)
{
    bool first = false;
    if (!value.n)
        return;
    bf_json_put_key(out, &first, bf_str_of(name));
    bf_json_put_string(out, value);
}

static void number(struct bf_buf *out, const char *name, uint64_t value)
{
    bool first = false;
    bf_json_put_key(out, &first, bf_str_of(name));
    bf_buf_u64(out, value);
}

void status_print(struct session *s)
{
    const struct bf_athena_status *t = &s->status;
    struct bf_buf *out = &s->body;
    bf_buf_reset(out);
    bf_buf_lit(out, "{\"id\":");
    bf_json_put_string(out, bf_str_of(s->id));
    text(out, "state", bf_str_of(bf_athena_state_name(t->state)));
    text(out, "reason", t->reason.n ? t->reason : t->error);
    text(out, "type", t->type);
    text(out, "subtype", t->subtype);
    text(out, "workgroup", t->workgroup);
    text(out, "catalog", t->catalog);
    text(out, "database", t->database);
    text(out, "location", t->location);
    number(out, "scanned_bytes", t->scanned);
    number(out, "total_ms", t->total_ms);
    number(out, "queue_ms", t->queue_ms);
    number(out, "engine_ms", t->engine_ms);
    if (t->reused)
        bf_buf_lit(out, ",\"reused\":true");
    text(out, "query", t->query);
    bf_buf_addc(out, '}');
    bf_out_line(&s->out, bf_buf_view(out));
}
