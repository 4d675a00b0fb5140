/* Reads what an UNLOAD wrote: the list of its objects and, with --rows, their rows. */
#include "cmd/athq/athq.h"

#include "cmd/athq/lines.h"
#include "lib/aws/s3/compress.h"
#include "lib/aws/s3/s3.h"
#include "lib/json/write.h"

enum { URL_MAX = 8192 };

/* The list of objects, one URL per line. */
struct manifest {
    struct session *s;
    struct bf_buf urls;    /* with --rows: the lines, for later */
    struct unloaded *rows; /* with --rows */
};

/* One object, which is compressed with gzip unless its first byte says otherwise. */
struct reading {
    struct manifest *m;
    struct object *object;
    struct bf_str piece;
    bool first;
    struct bf_err err;
};

static bool next_piece(void *arg, struct bf_str *piece)
{
    struct reading *r = arg;
    if (!r->first && !object_next(r->object, &r->piece, &r->err))
        return false;
    r->first = false;
    *piece = r->piece;
    return r->piece.p != NULL;
}

static bool take_bytes(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct reading *r = arg;
    return unloaded_take(r->m->rows, piece, e) && bf_out_heard(&r->m->s->out, e);
}

static bool read_pieces(struct reading *r, struct bf_err *e)
{
    struct bf_str piece;
    bool ok;
    if (!object_next(r->object, &r->piece, e))
        return false;
    r->first = true;
    if (r->piece.p && r->piece.n && r->piece.p[0] == 0x1f)
        ok = bf_decompress(BF_COMPRESS_GZIP, next_piece, take_bytes, r, e);
    else
        for (ok = true; ok && next_piece(r, &piece);)
            ok = take_bytes(r, piece, e);
    if (r->err.code != BF_OK) {
        *e = r->err;
        return false;
    }
    return ok && unloaded_end_object(r->m->rows, e);
}

static bool read_object(struct manifest *m, struct bf_str url, struct bf_err *e)
{
    struct reading r = {.m = m, .object = object_open(m->s->aws, url, e)};
    bool ok = r.object && read_pieces(&r, e);
    object_close(r.object);
    return ok || bf_err_ctx(e, "%.*s", (int)(url.n > 200 ? 200 : url.n), url.p);
}

/* Prints bucket and key, like a receipt. */
static bool put_written(struct manifest *m, struct bf_str url, struct bf_err *e)
{
    struct bf_str bucket, key;
    struct bf_buf *out = &m->s->body;
    if (!bf_s3_parse_url(url, &bucket, &key, e))
        return bf_err_ctx(e, "the list of written objects");
    bf_buf_reset(out);
    bf_buf_lit(out, "{\"bucket\":");
    bf_json_put_string(out, bucket);
    bf_buf_lit(out, ",\"key\":");
    bf_json_put_string(out, key);
    bf_buf_addc(out, '}');
    bf_out_line(&m->s->out, bf_buf_view(out));
    return bf_out_ok(&m->s->out) || bf_out_flush(&m->s->out, e);
}

static bool take_url(void *arg, struct bf_str line, struct bf_err *e)
{
    struct manifest *m = arg;
    struct bf_str url = bf_str_trim(line);
    if (url.n && m->rows) {
        bf_buf_adds(&m->urls, url);
        bf_buf_addc(&m->urls, '\n');
    }
    return url.n == 0 || m->rows || put_written(m, url, e);
}

static bool on_manifest(void *arg, struct bf_str piece, struct bf_err *e)
{
    return lines_take(arg, piece, e);
}

static bool read_manifest(struct manifest *m, struct bf_err *e)
{
    struct lines lines = {.what = "the list of written objects", .take = take_url, .arg = m};
    bf_buf_init(&lines.part, URL_MAX);
    bool ok = object_read(m->s->aws, m->s->status.manifest, on_manifest, &lines, e) &&
              lines_end(&lines, e);
    bf_buf_free(&lines.part);
    return ok;
}

static bool read_objects(struct manifest *m, struct bf_err *e)
{
    struct bf_str rest, url;
    bool ok = bf_buf_check(&m->urls, "the list of written objects", e);
    rest = bf_buf_view(&m->urls);
    while (ok && rest.n && bf_str_split(&rest, '\n', &url))
        ok = read_object(m, url, e);
    return ok && unloaded_end(m->rows, e);
}

bool unload_print(struct session *s, struct bf_err *e)
{
    struct manifest m = {.s = s};
    if (!s->status.manifest.n)
        return true;
    if (s->cfg->rows && !(m.rows = unloaded_new(s->sink, s->cfg->form, e)))
        return false;
    bf_buf_init(&m.urls, 256 * 1024 * 1024);
    bool ok = read_manifest(&m, e) && (!m.rows || read_objects(&m, e));
    unloaded_destroy(m.rows);
    bf_buf_free(&m.urls);
    return ok;
}
