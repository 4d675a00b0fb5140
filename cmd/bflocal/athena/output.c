/* Result objects. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd/bflocal/athena/athena.h"

enum { PIECE = 256 * 1024, LARGEST_ROW = 64 * 1024 * 1024 };

json_t *bl_output_column(const char *name, const char *type, int precision, int scale)
{
    bool text = strcmp(type, "varchar") == 0 || strcmp(type, "string") == 0;
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:s,s:b}", "CatalogName", "hive",
                     "SchemaName", "", "TableName", "", "Name", name, "Label", name, "Type", type,
                     "Precision", precision, "Scale", scale, "Nullable", "UNKNOWN", "CaseSensitive",
                     text);
}

static struct bf_str key(struct bl_execution *x, const char *kind, const char *more)
{
    struct bf_buf b;
    struct bf_str out = {NULL, 0};
    bf_buf_init(&b, 4096);
    bf_buf_adds(&b, x->prefix);
    bf_buf_addf(&b, "%s%s%s", x->id, kind, more);
    if (!bf_arena_copy(&x->arena, bf_buf_view(&b), &out))
        out = BF_STR("");
    bf_buf_free(&b);
    return out;
}

void bl_output_kind(struct bl_execution *x, const char *kind)
{
    struct bf_str k = key(x, kind, "");
    char uri[2048];
    snprintf(uri, sizeof uri, "s3://%.*s/%.*s", (int)x->bucket.n, x->bucket.p, (int)k.n, k.p);
    x->kind = kind;
    json_object_set_new(json_object_get(x->doc, "ResultConfiguration"), "OutputLocation",
                        json_string(uri));
}

bool bl_output_begin(struct bl_output *o, struct bl_execution *x, const char *kind,
                     struct bf_err *e)
{
    memset(o, 0, sizeof *o);
    o->x = x;
    bl_output_kind(x, kind);
    bf_buf_init(&o->text, LARGEST_ROW);
    o->open = true;
    return bl_s3_write_begin(x->athena->local, &o->to, e);
}

bool bl_output_flush(struct bl_output *o, bool all, struct bf_err *e)
{
    if (!bf_buf_check(&o->text, "a row", e))
        return false;
    if (o->text.n == 0 || (!all && o->text.n < PIECE))
        return true;
    bool ok = bl_s3_write(&o->to, bf_buf_view(&o->text), e);
    bf_buf_reset(&o->text);
    return ok;
}

/* What Athena writes there is not public; the columns as GetQueryResults tells them. */
static bool put_metadata(struct bl_output *o, struct bf_err *e)
{
    struct bl_execution *x = o->x;
    struct bf_buf text;
    bf_buf_init(&text, 4 * 1024 * 1024);
    bl_document_print(&text, x->columns);
    bool ok = bf_buf_check(&text, "the metadata", e) &&
              bl_s3_own_put(x->athena->local, x->bucket, key(x, x->kind, ".metadata"),
                            bf_buf_view(&text), "application/json", e);
    bf_buf_free(&text);
    return ok;
}

bool bl_output_end(struct bl_output *o, struct bf_err *e)
{
    struct bl_execution *x = o->x;
    return bl_output_flush(o, true, e) &&
           bl_s3_write_end(&o->to, x->bucket, key(x, x->kind, ""),
                           strcmp(x->kind, ".csv") == 0 ? "application/octet-stream" : "text/plain",
                           e) &&
           (!x->columns || put_metadata(o, e));
}

void bl_output_free(struct bl_output *o)
{
    if (!o->open)
        return;
    bl_s3_write_free(&o->to);
    bf_buf_free(&o->text);
}

void bl_output_quote(struct bf_buf *out, struct bf_str value)
{
    const char *p = value.p, *end = value.p + value.n;
    bf_buf_addc(out, '"');
    while (p < end) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        const char *to = quote ? quote : end;
        bf_buf_add(out, p, (size_t)(to - p));
        if (quote)
            bf_buf_lit(out, "\"\"");
        p = to + (quote != NULL);
    }
    bf_buf_addc(out, '"');
}

bool bl_output_text(struct bl_execution *x, struct bf_str text, const char *columns,
                    struct bf_err *e)
{
    struct bl_output o = {.open = false};
    struct bf_str rest = bf_str_of(columns), name;
    x->columns = json_array();
    while (rest.n && bf_str_split(&rest, ' ', &name)) {
        char copy[64];
        snprintf(copy, sizeof copy, "%.*s", (int)name.n, name.p);
        json_array_append_new(x->columns, bl_output_column(copy, "string", 0, 0));
    }
    bool ok = bl_output_begin(&o, x, ".txt", e);
    if (ok) {
        bf_buf_adds(&o.text, text);
        ok = bl_output_end(&o, e);
    }
    bl_output_free(&o);
    return ok;
}
