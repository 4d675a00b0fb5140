#include "cmd/s3put/shape.h"

enum { TEXT_MAX = 16 * 1024, TYPE_MAX = 1024 };

static void add(struct bf_buf *out, struct bf_str value)
{
    bf_buf_adds(out, value);
    bf_buf_addc(out, '\n');
}

bool shape_init(struct shape *s, const struct config *c, const struct route *r,
                const struct columns *columns, struct bf_err *e)
{
    static const char *const formats[] = {"ndjson", "text", "csv", "parquet"};
    *s = (struct shape){.compress = c->compress, .checksum = c->checksum};
    bf_buf_init(&s->text, TEXT_MAX);
    bf_buf_init(&s->content_type, TYPE_MAX);
    bf_buf_adds(&s->content_type, bf_str_of(c->type));
    bf_buf_init(&s->columns, TEXT_MAX);
    columns_line(columns, &s->columns);
    s->parquet = c->format == FORMAT_PARQUET;
    bf_buf_adds(&s->text, bf_str_of(formats[c->format]));
    if (s->parquet)
        bf_buf_addc(&s->text, '\t');
    add(&s->text, bf_buf_view(&s->columns));
    add(&s->text, bf_buf_view(&s->content_type));
    bf_buf_addf(&s->text, "%s\n%s\n%+d\n", bf_compress_encoding(c->compress),
                bf_checksum_name(c->checksum), c->zone_minutes);
    add(&s->text, bf_str_of(c->bucket));
    add(&s->text, bf_buf_view(&r->text)); /* the prefix with what --hive adds */
    for (size_t i = 0; i < r->nfields + r->timed; i++) {
        add(&s->text, r->fields[i].name);
        add(&s->text, r->fields[i].path);
    }
    add(&s->text, bf_str_of(c->partition_default));
    add(&s->text, r->timed ? BF_STR("time-field") : BF_STR(""));
    add(&s->text, bf_str_of(c->name));
    add(&s->text, bf_str_of(c->version));
    add(&s->text, bf_str_of(c->suffix));
    return bf_buf_check(&s->text, "the options", e) &&
           bf_buf_check(&s->columns, "the options", e) &&
           bf_buf_check(&s->content_type, "the content type", e);
}

void shape_free(struct shape *s)
{
    bf_buf_free(&s->text);
    bf_buf_free(&s->columns);
    bf_buf_free(&s->content_type);
}

void shape_read_format(struct shape *s, struct bf_str text)
{
    struct bf_str line, word;
    (void)bf_str_split(&text, '\n', &line);
    (void)bf_str_split(&line, '\t', &word);
    s->parquet = bf_str_is(word, "parquet");
    bf_buf_reset(&s->columns);
    if (s->parquet && line.p)
        bf_buf_adds(&s->columns, line);
}
