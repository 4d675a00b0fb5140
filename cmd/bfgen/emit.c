#include "cmd/bfgen/emit.h"

#include "cmd/bfgen/put.h"
#include "lib/json/write.h"

enum { FRAME = 1024, LINE_MAX_BYTES = 64 * 1024 * 1024 };

bool emit_init(struct emit *m, const struct config *cfg, struct source source, struct bf_out *out,
               struct bf_err *e)
{
    *m = (struct emit){.format = cfg->format, .source = source, .out = out};
    bf_rng_seed(&m->ids, cfg->seed ^ UINT64_C(0x6576656E74494473));
    bf_buf_init(&m->line, LINE_MAX_BYTES);
    bf_buf_init(&m->prefix, LINE_MAX_BYTES);
    bf_buf_lit(&m->prefix,
               ",\"userIdentity\":null,\"recordFormat\":\"application/json\",\"tableName\":");
    const char *table = cfg->schema == SCHEMA_ORDER ? "OrderTable" : "sales";
    bf_json_put_string(&m->prefix, bf_str_of(cfg->table ? cfg->table : table));
    bf_buf_lit(&m->prefix, ",\"dynamodb\":{\"ApproximateCreationDateTime\":");
    return bf_buf_check(&m->prefix, "the table's name", e);
}

void emit_free(struct emit *m)
{
    bf_buf_free(&m->line);
    bf_buf_free(&m->prefix);
}

/* Each member begins with a comma; the first comma is replaced by the opening brace. */
static char *braces(char *from, char *p)
{
    if (p == from)
        *p++ = '{';
    else
        *from = '{';
    *p++ = '}';
    return p;
}

static char *put_image(struct emit *m, char *p, const void *thing, enum form form, size_t *size)
{
    return braces(p, m->source.image(m->source.self, p, thing, form, size));
}

static char *put_key(struct emit *m, char *p, const void *thing, enum form form, size_t *size)
{
    return braces(p, m->source.key(m->source.self, p, thing, form, size));
}

static char *put_write(struct emit *m, char *p, const struct change *c)
{
    const struct source *s = &m->source;
    size_t size = 0;
    switch (c->kind) {
    case INSERT:
        p = put_image(m, PUT(p, "{\"put\":"), c->after, PLAIN, &size);
        break;
    case UPDATE: {
        p = put_key(m, PUT(p, "{\"update\":"), c->before, PLAIN, &size);
        p = PUT(p, ",\"set\":");
        p = braces(p, s->set(s->self, p, c));
        char *from = p, *names = PUT(p, ",\"remove\":[");
        p = s->removed(s->self, names, c);
        p = p == names ? from : PUT(p, "]");
        break;
    }
    default:
        p = put_key(m, PUT(p, "{\"delete\":"), c->before, PLAIN, &size);
    }
    return PUT(p, "}");
}

static char *put_uuid(struct emit *m, char *p)
{
    char uuid[37];
    bf_rng_uuid(&m->ids, uuid);
    return put(p, uuid, 36);
}

/* The members have the order in which DynamoDB writes them. */
static char *put_cdc(struct emit *m, char *p, const struct change *c)
{
    static const struct bf_str names[] = {BF_STR("INSERT"), BF_STR("MODIFY"), BF_STR("REMOVE")};
    size_t size = 0;
    p = put_uuid(m, PUT(p, "{\"awsRegion\":\"us-east-1\",\"eventID\":\""));
    p = put_str(PUT(p, "\",\"eventName\":\""), names[c->kind]);
    p = put_str(PUT(p, "\""), bf_buf_view(&m->prefix));
    p = put_u64(p, (uint64_t)c->time_ms);
    p = put_key(m, PUT(p, ",\"Keys\":"), c->after ? c->after : c->before, TYPED, &size);
    if (c->after)
        p = put_image(m, PUT(p, ",\"NewImage\":"), c->after, TYPED, &size);
    if (c->before)
        p = put_image(m, PUT(p, ",\"OldImage\":"), c->before, TYPED, &size);
    p = put_u64(PUT(p, ",\"SizeBytes\":"), size);
    return PUT(p, "},\"eventSource\":\"aws:dynamodb\"}");
}

static bool line(struct emit *m, const char *p)
{
    m->line.n = (size_t)(p - m->line.p);
    bf_out_write(m->out, m->line.p, m->line.n);
    return bf_out_ok(m->out);
}

bool emit_header(struct emit *m, struct bf_err *e)
{
    if (m->format != FORMAT_CSV)
        return true;
    bf_buf_reset(&m->line);
    char *p = bf_buf_room(&m->line, m->source.header_bound + 1);
    if (!p)
        return bf_buf_check(&m->line, "the header line", e);
    if (line(m, PUT(m->source.header(m->source.self, p), "\n")))
        return true;
    *e = m->out->err;
    return false;
}

bool emit_change(struct emit *m, const struct change *c, struct bf_err *e)
{
    size_t bound = 3 * m->source.bound(m->source.self, c) + m->prefix.n + FRAME, size = 0;
    bf_buf_reset(&m->line);
    char *p = bf_buf_room(&m->line, bound);
    if (!p)
        return bf_buf_check(&m->line, "the line of a change", e);
    switch (m->format) {
    case FORMAT_WRITES:
        p = put_write(m, p, c);
        break;
    case FORMAT_ITEMS:
        p = put_image(m, p, c->after, PLAIN, &size);
        break;
    case FORMAT_CDC:
        p = put_cdc(m, p, c);
        break;
    case FORMAT_CSV:
        p = m->source.row(m->source.self, p, c->after);
        break;
    }
    if (line(m, PUT(p, "\n")))
        return true;
    *e = m->out->err;
    return false;
}
