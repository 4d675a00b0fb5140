#include "cmd/s3put/sealed.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

/* Where the body goes while it is made: through the checksum, into memory or a file. */
struct sink {
    struct sealed *s;
    struct spool *spool;
    struct bf_checksum sum;
    struct bf_buf pending; /* of a file, not yet written */
};

static bool flush(struct sink *k, struct bf_err *e)
{
    uint64_t at = k->s->bytes - k->pending.n;
    bool ok = spool_append(k->spool, k->s->file, at, bf_buf_view(&k->pending), e);
    bf_buf_reset(&k->pending);
    return ok;
}

static bool put_body(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct sink *k = arg;
    bf_checksum_add(&k->sum, piece);
    k->s->bytes += piece.n;
    if (!k->s->file[0]) {
        bf_buf_adds(&k->s->body, piece);
        return bf_buf_check(&k->s->body, "an object", e);
    }
    bf_buf_adds(&k->pending, piece);
    return bf_buf_check(&k->pending, "an object", e) && (k->pending.n < PIECE || flush(k, e));
}

/* Hands the content of a file to put, piece by piece. */
static bool read_file(struct spool *spool, const char *name, uint64_t length, bf_compress_put *put,
                      void *arg, struct bf_err *e)
{
    int fd;
    char *piece = malloc(PIECE);
    if (!piece)
        return bf_err_nomem(e);
    bool ok = spool_open(spool, name, &fd, e);
    if (!ok) {
        free(piece);
        return false;
    }
    while (ok && length) {
        ssize_t n = read(fd, piece, length < PIECE ? (size_t)length : PIECE);
        if (n > 0) {
            ok = put(arg, bf_str(piece, (size_t)n), e);
            length -= (uint64_t)n;
        } else if (n == 0)
            ok = bf_err_set(e, BF_E_IO, "%s: the file is shorter than it was", name);
        else if (errno != EINTR)
            ok = bf_err_sys(e, errno, "%s", name);
    }
    close(fd);
    free(piece);
    return ok;
}

struct packing {
    struct bf_compress *compress;
    struct sink *sink;
};

static bool pack(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct packing *p = arg;
    return bf_compress_add(p->compress, piece, put_body, p->sink, e);
}

/* Takes pieces apart into rows; the beginning of a row waits for its rest. */
struct splitter {
    struct bf_parquet *parquet;
    struct bf_buf part;
};

static bool take_rows_of(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct splitter *p = arg;
    const char *end;
    while (piece.n && (end = memchr(piece.p, '\n', piece.n))) {
        struct bf_str row = bf_str(piece.p, (size_t)(end - piece.p));
        piece = bf_str(end + 1, piece.n - row.n - 1);
        bool whole = p->part.n == 0;
        if (!whole) {
            bf_buf_adds(&p->part, row);
            row = bf_buf_view(&p->part);
        }
        if (!bf_buf_check(&p->part, "a row", e) ||
            !bf_parquet_row(p->parquet, row, whole ? piece.n + 1 : 0, e))
            return false;
        bf_buf_reset(&p->part);
    }
    bf_buf_adds(&p->part, piece);
    return bf_buf_check(&p->part, "a row", e);
}

/* The rows, which were checked when they came, as columns. */
static bool make_columns(struct sealer *s, const struct batches *b, const struct batch *x,
                         struct sink *k, struct bf_err *e)
{
    struct splitter p = {columns_writer_for(s->columns, bf_buf_view(&x->shape->columns), e), {0}};
    if (!p.parquet)
        return false;
    bf_buf_init(&p.part, s->config->max_line + 1);
    bf_parquet_begin(p.parquet, put_body, k);
    bool ok = (!x->in_file || read_file(b->spool, x->file, x->in_file, take_rows_of, &p, e)) &&
              take_rows_of(&p, bf_buf_view(&x->rows), e) && bf_parquet_end(p.parquet, e) &&
              (!k->pending.n || flush(k, e));
    bf_buf_free(&p.part);
    return ok;
}

/* header, file and rows through the compressor into the sink. */
static bool make_body(struct sealer *s, const struct batches *b, const struct batch *x,
                      struct sink *k, struct bf_err *e)
{
    if (x->shape->parquet)
        return make_columns(s, b, x, k, e);
    struct bf_compress *own = NULL; /* of a batch that other options opened */
    if (x->old) {
        own = bf_compress_new(x->shape->compress, 0, e);
        if (!own)
            return false;
    }
    struct packing p = {own ? own : s->compress, k};
    bool ok = pack(&p, x->old ? BF_STR("") : s->header, e) &&
              (!x->in_file || read_file(b->spool, x->file, x->in_file, pack, &p, e)) &&
              pack(&p, bf_buf_view(&x->rows), e);
    ok = bf_compress_end(p.compress, put_body, k, e) && ok && (!k->pending.n || flush(k, e));
    bf_compress_destroy(own);
    return ok;
}

static bool sum_piece(void *arg, struct bf_str piece, struct bf_err *e)
{
    (void)e;
    bf_checksum_add(arg, piece);
    return true;
}

/* Without compression the rows are the body: they move over as they are. */
static bool take_rows(struct batches *b, struct batch *x, struct sealed *o, bool in_file,
                      struct bf_err *e)
{
    struct bf_checksum sum;
    if ((x->in_file || in_file) && !batches_spill(b, x, e))
        return false;
    if (!bf_checksum_init(&sum, o->checksum, e))
        return false;
    bool ok = true;
    if (x->in_file) {
        ok = read_file(b->spool, x->file, x->in_file, sum_piece, &sum, e);
        memcpy(o->file, x->file, sizeof o->file);
        o->raw_file = true;
    } else
        bf_checksum_add(&sum, bf_buf_view(&x->rows));
    bf_checksum_end(&sum, o->checksum_value);
    o->bytes = x->bytes;
    if (ok && !x->in_file) {
        b->held -= x->rows.n;
        o->body = x->rows;
        bf_buf_init(&x->rows, x->rows.max);
    }
    return ok;
}

static bool compress_rows(struct sealer *s, struct batches *b, struct batch *x, struct sealed *o,
                          bool in_file, struct bf_err *e)
{
    struct sink k = {.s = o, .spool = s->spool};
    bf_buf_init(&k.pending, PIECE + 128 * 1024);
    bf_buf_init(&o->body, s->config->size * 2 + s->config->max_line * 2 + PIECE);
    if (x->in_file || in_file)
        spool_name(s->spool, ".body", o->file);
    bool ok = bf_checksum_init(&k.sum, o->checksum, e);
    if (ok) {
        ok = make_body(s, b, x, &k, e);
        bf_checksum_end(&k.sum, o->checksum_value);
    }
    bf_buf_free(&k.pending);
    if (!ok && o->file[0])
        spool_remove(s->spool, o->file);
    return ok;
}

static bool put_kept(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct sealed *o = arg;
    bf_buf_adds(&o->rows, piece);
    return bf_buf_check(&o->rows, "the rows", e);
}

/* Nothing makes rows of columns again: until the object has arrived they are kept as they came. */
static bool keep_rows(struct batches *b, struct batch *x, struct sealed *o, struct bf_err *e)
{
    if (x->in_file) {
        memcpy(o->rows_file, x->file, sizeof o->rows_file);
        return batches_spill(b, x, e);
    }
    struct bf_compress *zstd = bf_compress_new(BF_COMPRESS_ZSTD, 1, e);
    bool ok = zstd && bf_compress_add(zstd, bf_buf_view(&x->rows), put_kept, o, e) &&
              bf_compress_end(zstd, put_kept, o, e);
    bf_compress_destroy(zstd);
    return ok;
}

bool sealed_key(struct sealer *s, struct batch *x, struct bf_err *e)
{
    char uuid[37];
    struct bf_buf *key = &x->key;
    if (s->route->nfields)
        route_partition(s->route, bf_buf_view(&x->id), &x->partition);
    if (!route_prefix(s->route, bf_buf_view(&x->id), x->time_ms, s->rng, key, e))
        return false;
    bf_rng_uuid(s->rng, uuid);
    bf_prefix_put_name(key, s->config->name, s->config->version, x->arrival_ms, uuid,
                       s->config->suffix);
    return bf_buf_check(key, "the object's key", e) && bf_s3_check_key(bf_buf_view(key), e);
}

struct sealed *sealed_new(struct sealer *s, struct batches *b, struct batch *x, bool in_file,
                          struct bf_err *e)
{
    struct sealed *o = calloc(1, sizeof *o);
    if (!o) {
        bf_err_nomem(e);
        return NULL;
    }
    bf_buf_init(&o->key, 4096);
    bf_buf_init(&o->partition, 64 * 1024);
    bf_buf_init(&o->content_type, 1024);
    o->records = x->records;
    o->raw_bytes = x->bytes;
    o->header_n = x->old ? 0 : s->header.n;
    o->compress = x->shape->compress;
    o->checksum = x->shape->checksum;
    o->fd = -1;
    bf_buf_adds(&o->content_type, bf_buf_view(&x->shape->content_type));
    bf_buf_adds(&o->partition, bf_buf_view(&x->partition));
    bf_buf_init(&o->rows, s->config->size * 2 + s->config->max_line * 2 + PIECE);
    bool parquet = x->shape->parquet;
    bool as_is = !parquet && o->compress == BF_COMPRESS_NONE && o->header_n == 0;
    bf_buf_adds(&o->key, bf_buf_view(&x->key));
    if (bf_buf_check(&o->key, "the key", e) &&
        bf_buf_check(&o->content_type, "the content type", e) &&
        bf_buf_check(&o->partition, "the partition", e) &&
        (!parquet || s->config->state || keep_rows(b, x, o, e)) &&
        (as_is ? take_rows(b, x, o, in_file, e) : compress_rows(s, b, x, o, in_file, e)))
        return o;
    sealed_destroy(o);
    return NULL;
}

void sealed_destroy(struct sealed *s)
{
    if (!s)
        return;
    bf_s3_multipart_destroy(s->multipart);
    if (s->fd >= 0)
        close(s->fd);
    bf_buf_free(&s->key);
    bf_buf_free(&s->partition);
    bf_buf_free(&s->content_type);
    bf_buf_free(&s->body);
    bf_buf_free(&s->rows);
    free(s->upload);
    free(s);
}

/* The rows of a sealed object as pieces, for the decompressor. */
struct source {
    const struct bf_buf *from; /* or fd */
    uint64_t bytes;
    int fd;
    uint64_t done;
    char piece[PIECE / 4];
    struct bf_out *out;
    size_t skip; /* bytes that do not go out */
    bool failed;
};

static bool next_piece(void *arg, struct bf_str *piece)
{
    struct source *f = arg;
    uint64_t left = f->bytes - f->done;
    size_t n = left < sizeof f->piece ? (size_t)left : sizeof f->piece;
    if (n == 0)
        return false;
    if (f->fd < 0)
        *piece = bf_str(f->from->p + f->done, n);
    else {
        ssize_t got = pread(f->fd, f->piece, n, (off_t)f->done);
        f->failed = got <= 0;
        if (f->failed)
            return false;
        *piece = bf_str(f->piece, (size_t)got);
    }
    f->done += piece->n;
    return true;
}

static bool put_out(void *arg, struct bf_str piece, struct bf_err *e)
{
    struct source *f = arg;
    (void)e;
    size_t skip = f->skip < piece.n ? f->skip : piece.n;
    f->skip -= skip;
    bf_out_write(f->out, piece.p + skip, piece.n - skip);
    return bf_out_ok(f->out);
}

bool sealed_put_rows(struct sealed *s, struct spool *spool, bool with_header, struct bf_out *out,
                     struct bf_err *e)
{
    struct source *f = calloc(1, sizeof *f);
    if (!f)
        return bf_err_nomem(e);
    bool kept = s->rows.n || s->rows_file[0]; /* the body is no rows */
    const char *file = kept ? s->rows_file : s->file;
    f->from = kept ? &s->rows : &s->body;
    f->bytes = !kept ? s->bytes : s->rows.n ? s->rows.n : s->raw_bytes;
    f->fd = -1;
    f->out = out;
    f->skip = with_header ? 0 : s->header_n;
    bool ok = !file[0] || spool_open(spool, file, &f->fd, e);
    ok = ok && bf_decompress(kept && s->rows.n ? BF_COMPRESS_ZSTD : s->compress, next_piece,
                             put_out, f, e);
    if (ok && f->failed)
        ok = bf_err_set(e, BF_E_IO, "%s: cannot be read", file);
    if (f->fd >= 0)
        close(f->fd);
    free(f);
    return bf_out_flush(out, e) && ok;
}
