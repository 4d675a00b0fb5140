#include "cmd/bflocal/s3/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/s3/file.h"
#include "cmd/bflocal/s3/s3.h"
#include "lib/encoding/enc.h"

bool bl_s3_own_list(struct bl_local *l, struct bf_str bucket, struct bf_str prefix,
                    bool (*each)(void *arg, struct bf_str key, const struct bl_s3_own *o),
                    void *arg, struct bf_err *e)
{
    struct bl_store *st = &l->store;
    bl_store_lock(st);
    sqlite3_stmt *q =
        bl_sql(st, "SELECT key, file, size FROM s3_object WHERE bucket = ? AND key >= "
                   "? ORDER BY key");
    bl_bind_text(q, 1, bucket);
    bl_bind_blob(q, 2, prefix);
    while (bl_step(st, q)) {
        struct bf_str key = bl_column_blob(q, 0);
        struct bl_s3_own o = {(uint64_t)bl_column_i64(q, 1), (uint64_t)bl_column_i64(q, 2)};
        if (!bf_str_starts(key, prefix) || !each(arg, key, &o))
            break;
    }
    bl_done(q);
    bool ok = bl_store_ok(st);
    if (!ok)
        *e = st->err;
    bl_store_unlock(st);
    return ok;
}

bool bl_s3_own_find(struct bl_local *l, struct bf_str bucket, struct bf_str key,
                    struct bl_s3_own *o, bool *found, struct bf_err *e)
{
    struct bl_store *st = &l->store;
    bl_store_lock(st);
    sqlite3_stmt *q = bl_sql(st, "SELECT file, size FROM s3_object WHERE bucket = ? AND key = ?");
    bl_bind_text(q, 1, bucket);
    bl_bind_blob(q, 2, key);
    *found = bl_step(st, q);
    if (*found)
        *o = (struct bl_s3_own){(uint64_t)bl_column_i64(q, 0), (uint64_t)bl_column_i64(q, 1)};
    bl_done(q);
    bool ok = bl_store_ok(st);
    if (!ok)
        *e = st->err;
    bl_store_unlock(st);
    return ok;
}

bool bl_s3_own_bucket(struct bl_local *l, struct bf_str bucket)
{
    bl_store_lock(&l->store);
    bool found = bl_s3_bucket_exists(&l->store, bucket);
    bl_store_unlock(&l->store);
    return found;
}

const char *bl_s3_own_folder(struct bl_local *l, struct bf_err *e)
{
    return bl_s3_file_ready(l->s3, e) ? l->s3->dir : NULL;
}

void bl_s3_own_path(struct bl_local *l, const struct bl_s3_own *o, struct bf_buf *out)
{
    if (o->file)
        bl_s3_file_path(l->s3, o->file, out);
    else
        bf_buf_lit(out, "/dev/null");
}

int bl_s3_own_open(struct bl_local *l, const struct bl_s3_own *o)
{
    return o->file ? bl_s3_file_open(l->s3, o->file) : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool bl_s3_write_begin(struct bl_local *l, struct bl_s3_writer *w, struct bf_err *e)
{
    *w = (struct bl_s3_writer){.local = l, .fd = -1};
    if (!bl_s3_file_create(l->s3, &w->file, &w->fd, e))
        return false;
    w->md5 = EVP_MD_CTX_new();
    return (w->md5 && EVP_DigestInit_ex(w->md5, EVP_md5(), NULL)) || bf_err_nomem(e);
}

bool bl_s3_write(struct bl_s3_writer *w, struct bf_str data, struct bf_err *e)
{
    if (!bl_s3_file_write(w->local->s3, w->fd, data, e))
        return false;
    EVP_DigestUpdate(w->md5, data.p, data.n);
    w->size += data.n;
    return true;
}

void bl_s3_write_path(const struct bl_s3_writer *w, struct bf_buf *out)
{
    bl_s3_file_path(w->local->s3, w->file, out);
}

bool bl_s3_write_adopt(struct bl_s3_writer *w, struct bf_err *e)
{
    static const size_t piece = 1024 * 1024;
    char *room = malloc(piece);
    int fd = bl_s3_file_open(w->local->s3, w->file);
    ssize_t n = -1;
    if (room && fd >= 0)
        while ((n = read(fd, room, piece)) > 0) {
            EVP_DigestUpdate(w->md5, room, (size_t)n);
            w->size += (uint64_t)n;
        }
    int error = errno;
    if (fd >= 0)
        close(fd);
    free(room);
    return n == 0 || bf_err_sys(e, room ? error : ENOMEM, "%s", w->local->s3->dir);
}

bool bl_s3_write_end(struct bl_s3_writer *w, struct bf_str bucket, struct bf_str key,
                     const char *content_type, struct bf_err *e)
{
    struct bl_store *st = &w->local->store;
    unsigned char md5[16];
    char etag[40], headers[128];
    uint64_t old_file, old_size;
    struct bf_buf hex = {.p = etag, .cap = sizeof etag, .max = sizeof etag};
    EVP_DigestFinal_ex(w->md5, md5, NULL);
    bf_buf_addc(&hex, '"');
    bf_hex_encode(&hex, md5, sizeof md5);
    bf_buf_addc(&hex, '"');
    snprintf(headers, sizeof headers, "content-type:%s\n", content_type);
    int64_t now_ms = bl_now_ms(w->local);
    struct bl_s3_object o = {.file = w->file,
                             .size = w->size,
                             .modified_ms = now_ms - now_ms % 1000,
                             .etag = bf_buf_view(&hex),
                             .headers = bf_str_of(headers),
                             .sum = BL_SUM_NONE,
                             .sum_text = BF_STR("")};
    if (!bl_store_begin(st, e))
        return false;
    if (!bl_s3_bucket_exists(st, bucket)) {
        bl_store_rollback(st);
        return bf_err_set(e, BF_E_NOTFOUND, "the bucket %.*s does not exist", (int)bucket.n,
                          bucket.p);
    }
    bl_s3_replace(st, bucket, key, &o, &old_file, &old_size);
    if (!w->unheard)
        bl_s3_tell(w->local, &(struct bl_s3_told){bucket, key, &o, "PutObject", "bflocal"});
    if (!bl_store_commit(st, e))
        return false;
    w->file = 0; /* the object owns it now */
    bl_s3_file_remove(w->local->s3, old_file, old_size);
    return true;
}

void bl_s3_write_free(struct bl_s3_writer *w)
{
    if (w->fd >= 0)
        close(w->fd);
    EVP_MD_CTX_free(w->md5);
    bl_s3_file_remove(w->local->s3, w->file, w->size);
}

static bool put(struct bl_local *l, bool unheard, struct bf_str bucket, struct bf_str key,
                struct bf_str data, const char *content_type, struct bf_err *e)
{
    struct bl_s3_writer w;
    bool ok = bl_s3_write_begin(l, &w, e) && bl_s3_write(&w, data, e);
    w.unheard = unheard;
    ok = ok && bl_s3_write_end(&w, bucket, key, content_type, e);
    bl_s3_write_free(&w);
    return ok;
}

bool bl_s3_own_put(struct bl_local *l, struct bf_str bucket, struct bf_str key, struct bf_str data,
                   const char *content_type, struct bf_err *e)
{
    return put(l, false, bucket, key, data, content_type, e);
}

bool bl_s3_own_put_unheard(struct bl_local *l, struct bf_str bucket, struct bf_str key,
                           struct bf_str data, const char *content_type, struct bf_err *e)
{
    return put(l, true, bucket, key, data, content_type, e);
}

bool bl_s3_own_uri(struct bf_str uri, struct bf_str *bucket, struct bf_str *key)
{
    static const struct bf_str scheme = BF_STR("s3://");
    struct bf_str rest = uri;
    if (!bf_str_starts(uri, scheme))
        return false;
    rest = bf_str(uri.p + scheme.n, uri.n - scheme.n);
    if (!bf_str_split(&rest, '/', bucket) || bucket->n == 0)
        return false;
    *key = rest.p ? rest : BF_STR("");
    return true;
}
