#include "lib/xform/xform.h"

#include <stdlib.h>

#include "lib/cli/opt.h"
#include "lib/xform/xform_impl.h"

enum {
    FOLD_BYTES = 512 * 1024 * 1024,
    DECODED_MAX = 64 * 1024 * 1024,
    SHOWN_MAX = 256 * 1024 * 1024,
    END_BYTES = 65536
};

void bf_xform_conf_init(struct bf_xform_conf *conf)
{
    *conf = (struct bf_xform_conf){.fold_bytes = FOLD_BYTES};
    bf_row_conf_init(&conf->row);
}

static const struct bf_opt_word ops[] = {
    {"INSERT", BF_OP_INSERT}, {"MODIFY", BF_OP_MODIFY}, {"REMOVE", BF_OP_REMOVE}};

/* In capitals or not; the error tells the user's own spelling. */
static bool op_of(struct bf_str name, int *op, struct bf_err *e)
{
    char upper[6];
    size_t n = name.n <= sizeof upper ? name.n : 0;
    for (size_t i = 0; i < n; i++)
        upper[i] = (char)(name.p[i] >= 'a' && name.p[i] <= 'z' ? name.p[i] - 32 : name.p[i]);
    return bf_opt_choose(ops, BF_COUNT(ops), bf_str(upper, n), op, e) ||
           bf_opt_choose(ops, BF_COUNT(ops), name, op, e);
}

bool bf_xform_conf_ops(struct bf_xform_conf *conf, struct bf_str list, struct bf_err *e)
{
    struct bf_str item;
    conf->ops = 0;
    while (bf_str_split(&list, ',', &item)) {
        int op = 0;
        if (!op_of(bf_str_trim(item), &op, e))
            return false;
        conf->ops |= 1u << op;
    }
    return true;
}

/* What SQL selects has its own columns: nothing is added and nothing left out. */
static bool setup_sql(struct bf_xform *x, struct bf_err *e)
{
    struct bf_row_conf results = x->conf.row;
    if ((x->conf.sql.select || x->conf.sql.query) &&
        (results.fields || results.image == BF_ROW_BOTH))
        return bf_err_set(e, BF_E_USAGE, "--select and --sql name the columns: no --%s beside them",
                          results.fields ? "fields" : "image both");
    results.image = BF_ROW_NEW;
    results.nmeta = 0;
    x->sql = bf_sql_new(&x->conf.sql, x->row, e);
    if (!x->sql)
        return false;
    if (bf_sql_selects(x->sql))
        x->results = bf_row_new(&results, e);
    return x->results || !bf_sql_selects(x->sql);
}

/* The columns of what SQL selects, as far as they can be known before there is a row. */
static bool fix_results(struct bf_xform *x, struct bf_err *e)
{
    struct bf_change c = {.op = BF_OP_INSERT}, shaped;
    if (!x->results || x->conf.shape.flatten)
        return true;
    if (!bf_sql_columns(x->sql, &c.new_image, e))
        return false;
    if (!c.new_image.present)
        return true;
    if (!x->shape)
        return bf_row_fix(x->results, &c.new_image, e);
    return bf_reshape_change(x->shape, &c, &shaped, e) &&
           bf_row_fix(x->results, &shaped.new_image, e);
}

static bool setup_filter(struct bf_xform *x, struct bf_err *e)
{
    const struct bf_xform_conf *conf = &x->conf;
    if (conf->filter.changed_only && conf->row.fields &&
        (conf->shape.rename.n || conf->shape.flatten || conf->sql.set.n || conf->sql.enrich.n))
        return bf_err_set(e, BF_E_USAGE,
                          "--changed-only compares records as they came: beside --fields it cannot "
                          "go with --rename, --flatten, --set and --enrich");
    x->conf.filter.fields = x->conf.row.fields;
    if (bf_filter_wanted(&x->conf.filter) && !(x->filter = bf_filter_new(&x->conf.filter, e)))
        return false;
    if (!x->conf.fold)
        return true;
    if (x->results)
        return bf_err_set(e, BF_E_USAGE, "--fold cannot go with --select and --sql");
    x->fold = bf_fold_new(x->conf.fold, x->conf.fold_bytes, e);
    return x->fold != NULL;
}

/* A write line is one change of one key. */
static bool check_writes(const struct bf_xform_conf *conf, struct bf_err *e)
{
    const char *with = conf->sql.select  ? "select"
                       : conf->sql.query ? "sql"
                       : conf->fold      ? "fold"
                                         : NULL;
    if (conf->row.format == BF_ROW_DIFF && with)
        return bf_err_set(e, BF_E_USAGE, "-o diff is of one change each: no --%s", with);
    return conf->row.format != BF_ROW_WRITES || !with ||
           bf_err_set(e, BF_E_USAGE, "write lines are of one change each: no --%s", with);
}

/* Rows are what they are: there is no image to choose, and nothing to compare. */
static bool check_rows(struct bf_xform_conf *conf, struct bf_err *e)
{
    const char *with = conf->row.meta_given              ? "--meta"
                       : conf->row.image != BF_ROW_NEW   ? "--image"
                       : conf->ops                       ? "--ops"
                       : conf->filter.changed_only       ? "--changed-only"
                       : conf->filter.dedupe             ? "--dedupe"
                       : conf->row.format == BF_ROW_DIFF ? "-o diff"
                                                         : NULL;
    if (conf->input != BF_XFORM_ROWS)
        return true;
    conf->row.nmeta = 0;
    conf->sql.no_meta = true;
    return !with || bf_err_set(e, BF_E_USAGE, "%s is about changes; -i rows has none", with);
}

/* --rename, --drop and --types may name metadata, which the row adds itself. */
static bool setup_shape(struct bf_xform *x, struct bf_err *e)
{
    struct bf_row_conf *row = &x->conf.row;
    struct bf_buf name;
    bool ok = true;
    if (!bf_reshape_wanted(&x->conf.shape))
        return true;
    x->conf.shape.counted = row->format == BF_ROW_OPENCSV;
    x->shape = bf_reshape_new(&x->conf.shape, e);
    if (!x->shape)
        return false;
    bf_buf_init(&name, 64 * 1024);
    for (size_t i = 0; ok && i < row->nmeta;) {
        enum bf_row_meta what = row->meta[i];
        struct bf_reshape_meta meta;
        bf_buf_reset(&name);
        bf_row_meta_name(row, what, &name);
        ok =
            bf_buf_check(&name, "a name", e) &&
            bf_reshape_meta(x->shape, bf_buf_view(&name), what == BF_META_TS, &meta, &row->time, e);
        row->meta_name[what] = ok ? meta.rename : (struct bf_str){0};
        if (ok && meta.drop) {
            row->nmeta--;
            memmove(&row->meta[i], &row->meta[i + 1], (row->nmeta - i) * sizeof row->meta[0]);
        } else
            i++;
    }
    bf_buf_free(&name);
    return ok;
}

struct bf_xform *bf_xform_new(const struct bf_xform_conf *conf, struct bf_err *e)
{
    struct bf_xform *x = calloc(1, sizeof *x);
    if (!x) {
        bf_err_nomem(e);
        return NULL;
    }
    x->conf = *conf;
    bool usable = check_rows(&x->conf, e);
    if (x->conf.ops == 0)
        x->conf.ops = ~0u;
    bf_change_init(&x->change);
    bf_buf_init(&x->decoded, DECODED_MAX);
    bf_buf_init(&x->shown, SHOWN_MAX);
    bf_held_init(&x->marks);
    bf_names_init(&x->names);
    bf_buf_init(&x->folded, SHOWN_MAX);
    if (usable && check_writes(conf, e) && setup_shape(x, e) &&
        (x->row = bf_row_new(&x->conf.row, e)) && (!bf_sql_wanted(&conf->sql) || setup_sql(x, e)) &&
        fix_results(x, e) && setup_filter(x, e)) {
        x->notes_names = x->sql || x->shape || conf->row.fields || conf->filter.match.n;
        return x;
    }
    bf_xform_destroy(x);
    return NULL;
}

void bf_xform_destroy(struct bf_xform *x)
{
    if (!x)
        return;
    bf_sql_destroy(x->sql);
    bf_reshape_destroy(x->shape);
    bf_row_destroy(x->results);
    bf_row_destroy(x->row);
    bf_filter_destroy(x->filter);
    bf_fold_destroy(x->fold);
    bf_buf_free(&x->folded);
    bf_held_free(&x->marks);
    bf_names_free(&x->names);
    bf_change_free(&x->change);
    bf_buf_free(&x->decoded);
    bf_buf_free(&x->shown);
    free(x);
}

/* A row whose first attribute is called bfpipe.mark begins as a mark does. JSON has a way out, TSV has none, and the
 * fields of CSV have quotes around such text. */
static bool no_mark(const struct bf_xform *x, struct bf_buf *rows, size_t from, struct bf_err *e)
{
    struct bf_mark_watch w = {0};
    if (x->conf.row.format != BF_ROW_TSV)
        bf_mark_avoid(rows, from);
    else if (bf_buf_ok(rows) && bf_mark_watch(&w, bf_str(rows->p + from, rows->n - from))) {
        rows->n = from;
        return bf_err_set(e, BF_E_INPUT, "its row would be taken for a mark of kinread");
    }
    return true;
}

static bool put_row(struct bf_xform *x, struct bf_row *row, const struct bf_change *c,
                    struct bf_buf *rows, struct bf_err *e)
{
    struct bf_change shaped;
    if (x->shape) {
        if (!bf_reshape_change(x->shape, c, &shaped, e))
            return false;
        c = &shaped;
    }
    size_t from = rows->n;
    if (!bf_row_put(row, c, rows, e) || !no_mark(x, rows, from, e))
        return false;
    x->count.rows++;
    return true;
}

/* The row of an image that SQL made. */
static bool write_result(struct bf_xform *x, const struct bf_image *image, struct bf_buf *rows,
                         struct bf_err *e)
{
    struct bf_change made = {.op = BF_OP_INSERT, .new_image = *image};
    return put_row(x, x->results, &made, rows, e);
}

/* The row of the change with another image in the place of its own. */
static bool write_image(struct bf_xform *x, const struct bf_image *image, struct bf_buf *rows,
                        struct bf_err *e)
{
    struct bf_change c = x->change;
    const struct bf_image *picked;
    if (!bf_row_image(x->row, &c, &picked, e))
        return false;
    *(picked == &c.keys ? &c.keys : picked == &c.old_image ? &c.old_image : &c.new_image) = *image;
    return put_row(x, x->row, &c, rows, e);
}

static bool sql_row(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e)
{
    struct bf_image image;
    size_t before = rows->n;
    uint64_t count = x->count.rows;
    bool pass, ok = true;
    if (!bf_sql_where(x->sql, &x->change, &pass, e))
        return false;
    if (!pass) {
        x->count.filtered++;
        return true;
    }
    /* a delete is of the key alone */
    bool key_only = x->conf.row.format == BF_ROW_WRITES && x->change.op == BF_OP_REMOVE;
    if (bf_sql_sets(x->sql) && !bf_sql_selects(x->sql) && !key_only)
        return bf_sql_set(x->sql, &x->change, &image, e) && write_image(x, &image, rows, e);
    if (!bf_sql_selects(x->sql)) {
        return put_row(x, x->row, &x->change, rows, e);
    }
    for (bool again = false; (ok = bf_sql_next(x->sql, &x->change, again, &image, e)) &&
                             image.present && (ok = write_result(x, &image, rows, e));
         again = true)
        ;
    if (!ok) {
        rows->n = before;
        x->count.rows = count;
    } else
        x->count.filtered += x->count.rows == count && !bf_sql_waits(x->sql);
    return ok;
}

/* The first row of a table brings the names of the columns with it; made twice, what the second is
 * shorter by. They go out at once. */
static bool fold_header(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e)
{
    uint64_t count = x->count.rows;
    bf_buf_reset(&x->folded);
    if (!put_row(x, x->row, &x->change, &x->folded, e))
        return false;
    size_t both = x->folded.n;
    if (!put_row(x, x->row, &x->change, &x->folded, e))
        return false;
    bf_buf_add(rows, x->folded.p, 2 * both - x->folded.n);
    x->headed = true;
    x->count.rows = count;
    return true;
}

static bool pass_on(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e)
{
    if (x->sql)
        return sql_row(x, rows, e);
    return put_row(x, x->row, &x->change, rows, e);
}

/* The row counts when it goes out, in bf_xform_end. */
static bool fold_row(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e)
{
    uint64_t count = x->count.rows;
    bool gone = x->change.op == BF_OP_REMOVE && !x->sql; /* nobody will see that row */
    if (gone)
        return bf_fold_put(x->fold, &x->change, BF_STR(""), e);
    if (!x->headed && !fold_header(x, rows, e))
        return false;
    bf_buf_reset(&x->folded);
    if (!pass_on(x, &x->folded, e))
        return false;
    bool left_out = x->count.rows == count;
    x->count.rows = count;
    return left_out || bf_fold_put(x->fold, &x->change, bf_buf_view(&x->folded), e);
}

bool bf_xform_change(struct bf_xform *x, struct bf_buf *rows, struct bf_err *e)
{
    bool pass = x->conf.ops & 1u << x->change.op;
    x->count.changes++;
    if (x->notes_names)
        x->notes_names = bf_names_note(&x->names, &x->change);
    if (pass && x->filter && !bf_filter_takes(x->filter, &x->change, &pass, e))
        return false;
    if (!pass) {
        x->count.filtered++;
        return true;
    }
    return x->fold ? fold_row(x, rows, e) : pass_on(x, rows, e);
}

bool bf_xform_end(struct bf_xform *x, struct bf_buf *rows, bool *more, struct bf_err *e)
{
    struct bf_image image = {.present = true};
    size_t full = rows->n + END_BYTES;
    *more = x->fold && bf_fold_next(x->fold, rows, &x->count.rows);
    if (*more)
        return bf_buf_check(rows, "output", e);
    while (x->sql && bf_sql_waits(x->sql) && rows->n < full) {
        if (!bf_sql_end_next(x->sql, &image, e))
            return false;
        if (!image.present)
            break;
        if (!write_result(x, &image, rows, e))
            return false;
        *more = true;
    }
    if (*more && image.present)
        return true;
    *more = false;
    bf_row_put_header(x->results ? x->results : x->row, rows);
    bf_held_put(&x->marks, rows);
    return bf_buf_check(rows, "output", e);
}

bool bf_xform_waits(const struct bf_xform *x)
{
    return x->fold || (x->sql && bf_sql_waits(x->sql));
}

bool bf_xform_columns_known(const struct bf_xform *x)
{
    return bf_row_is_fixed(x->results ? x->results : x->row);
}

bool bf_xform_in_order(const struct bf_xform *x)
{
    return bf_xform_waits(x) || x->conf.filter.dedupe || x->conf.filter.explain;
}

bool bf_xform_unordered(const struct bf_xform *x)
{
    return bf_row_unordered(x->row);
}

void bf_xform_merge(struct bf_xform *x, const struct bf_xform *other)
{
    bf_names_merge(&x->names, &other->names);
    if (x->filter && other->filter)
        bf_filter_merge(x->filter, other->filter);
    if (x->results)
        bf_row_merge(x->row, other->row);
    if (x->sql && other->sql)
        bf_sql_merge(x->sql, other->sql);
    if (x->shape && other->shape)
        bf_reshape_merge(x->shape, other->shape);
    bf_row_merge(x->results ? x->results : x->row, other->results ? other->results : other->row);
}

struct bf_xform_count bf_xform_count(const struct bf_xform *x)
{
    return x->count;
}
