/* Rows that contain DynamoDB's typed values: items and write lines. */
#include "lib/row/row_impl.h"
#include "lib/ddb/value.h"

/* {"Item":{...}}: the image as DynamoDB exports it, with metadata as strings. Or a write line:
 * {"put":{...}}, {"delete":{...}}. */
bool bf_row_put_item(struct bf_row *r, const struct bf_change *c, const struct bf_image *image,
                     struct bf_buf *out, struct bf_err *e)
{
    size_t before = out->n;
    if (r->conf.format == BF_ROW_DDB_JSON)
        bf_buf_lit(out, "{\"Item\":{");
    else if (c->op == BF_OP_REMOVE)
        bf_buf_lit(out, "{\"delete\":{");
    else
        bf_buf_lit(out, "{\"put\":{");
    for (size_t i = 0; i < (r->columns ? r->ncolumns : image->n); i++) {
        struct bf_attr scratch;
        const struct bf_attr *a = &image->attr[i];
        if (r->columns && !bf_row_find(&r->columns[i], c, image, &scratch, &a))
            continue;
        if (!r->columns && r->reserved[(unsigned char)a->name.p[0]] && bf_row_collides(r, a, e)) {
            out->n = before;
            return false;
        }
        if (r->columns)
            bf_buf_adds(out, r->columns[i].json);
        else {
            bf_buf_add(out, a->name.p - 1, a->name.n + 2);
            bf_buf_addc(out, ':');
        }
        bf_value_put_av(out, a);
        bf_buf_addc(out, ',');
    }
    for (size_t i = 0; i < r->conf.nmeta; i++) {
        struct bf_change_text t;
        char room[ROW_META_BYTES];
        bf_row_meta_cell(r, r->meta[i].what, c, room, &t);
        bf_buf_adds(out, r->meta[i].json);
        if (t.text.p) {
            bf_buf_lit(out, "{\"S\":\"");
            bf_buf_adds(out, t.text);
            bf_buf_lit(out, "\"},");
        } else
            bf_buf_lit(out, "{\"NULL\":true},");
    }
    if (bf_buf_ok(out) && out->p[out->n - 1] == ',')
        out->n--;
    bf_buf_lit(out, "}}\n");
    if (bf_buf_ok(out))
        return true;
    out->n = before;
    return bf_buf_check(out, "the row", e);
}
