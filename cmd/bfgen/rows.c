#include "cmd/bfgen/rows.h"

#include <inttypes.h>

#include "cmd/bfgen/put.h"
#include "lib/cli/diag.h"
#include "lib/encoding/enc.h"
#include "lib/ddb/item.h"
#include "lib/ddb/number.h"
#include "lib/json/write.h"

static const struct bf_str status_name[] = {BF_STR(""), BF_STR("PLACED"), BF_STR("PAID"),
                                            BF_STR("SHIPPED"), BF_STR("CANCELLED")};

/* A number as JSON wants it, which is how it was written but for such as 007. */
static char *put_number(struct rows *r, char *p, struct bf_str text)
{
    if (bf_number_is_json(text))
        return put_str(p, text);
    bf_buf_reset(&r->escaped);
    bf_number_put_json(&r->escaped, text);
    return put_str(p, bf_buf_view(&r->escaped));
}

/* text as it stands inside a JSON string; six bytes for one at most. */
static char *put_escaped(struct rows *r, char *p, struct bf_str text)
{
    size_t i = 0;
    while (i < text.n && (unsigned char)text.p[i] >= 0x20 && text.p[i] != '"' && text.p[i] != '\\')
        i++;
    if (i == text.n)
        return put_str(p, text);
    bf_buf_reset(&r->escaped);
    bf_json_put_escaped(&r->escaped, text);
    return put_str(p, bf_buf_view(&r->escaped));
}

static char *put_attr(struct rows *r, char *p, size_t column, enum form form, size_t *size)
{
    struct bf_str value = r->csv.field[column];
    bool number = r->cols.column[column].type == BF_COLUMN_N;
    *size += r->name_size[column] + (number ? bf_item_number_bytes(value) : value.n);
    p = put_str(p, bf_str(r->name[column].p - 2, r->name[column].n + 4)); /* ,"name": */
    if (form == TYPED)
        p = number ? PUT(p, "{\"N\":\"") : PUT(p, "{\"S\":\"");
    else if (!number)
        *p++ = '"';
    p = number ? put_number(r, p, value) : put_escaped(r, p, value);
    if (form == TYPED)
        return PUT(p, "\"}");
    return number ? p : PUT(p, "\"");
}

static char *put_status(char *p, const struct row *row, enum form form, size_t *size)
{
    struct bf_str name = status_name[row->status];
    *size += sizeof "status" - 1 + name.n;
    p = form == TYPED ? PUT(p, ",\"status\":{\"S\":\"") : PUT(p, ",\"status\":\"");
    p = put_str(p, name);
    return form == TYPED ? PUT(p, "\"}") : PUT(p, "\"");
}

static size_t bound(void *self, const struct change *c)
{
    const struct rows *r = self;
    const struct row *row = c->after ? c->after : c->before;
    return 6 * row->bytes + r->names.n + r->columns * 24 + 128;
}

static char *key(void *self, char *p, const void *thing, enum form form, size_t *size)
{
    struct rows *r = self;
    (void)thing;
    return put_attr(r, p, r->key, form, size);
}

static char *image(void *self, char *p, const void *thing, enum form form, size_t *size)
{
    struct rows *r = self;
    const struct row *row = thing;
    for (size_t i = r->cols.index; i < r->columns; i++)
        if (r->csv.field[i].n && !(i == r->status && row->status != NONE))
            p = put_attr(r, p, i, form, size);
    return row->status == NONE ? p : put_status(p, row, form, size);
}

static char *set(void *self, char *p, const struct change *c)
{
    size_t size = 0;
    (void)self;
    return put_status(p, c->after, PLAIN, &size);
}

static char *removed(void *self, char *p, const struct change *c)
{
    (void)self, (void)c;
    return p;
}

static char *put_csv(char *p, struct bf_str s)
{
    bool quote = false;
    for (size_t i = 0; i < s.n; i++)
        quote |= s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!quote)
        return put_str(p, s);
    *p++ = '"';
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            *p++ = '"';
        *p++ = s.p[i];
    }
    *p++ = '"';
    return p;
}

/* The fields that stand in csv, which are the header's names until the first row is read. */
static char *fields(struct rows *r, char *p, const struct row *row)
{
    for (size_t i = r->cols.index; i < r->columns; i++) {
        if (i > r->cols.index)
            *p++ = ',';
        bool status = i == r->status && row && row->status != NONE;
        /* cppcheck-suppress nullPointer ; status says that there is a row */
        p = put_csv(p, status ? status_name[row->status] : r->csv.field[i]);
    }
    return p;
}

static char *header(void *self, char *p)
{
    struct rows *r = self;
    p = fields(r, p, NULL);
    return r->status_in_csv ? PUT(p, ",status") : p;
}

static char *csv_row(void *self, char *p, const void *thing)
{
    struct rows *r = self;
    const struct row *row = thing;
    p = fields(r, p, row);
    if (!r->status_in_csv)
        return p;
    *p++ = ',';
    return put_str(p, status_name[row->status]);
}

static void remember(struct rows *r)
{
    struct bf_str text = r->csv.raw;
    r->after = (struct row){.status = NONE, .bytes = text.n};
    if (text.n > ROW_KEEP)
        return;
    size_t at = r->live;
    if (r->live < ROWS_LIVE)
        r->live++;
    else
        at = (size_t)share_of(ROWS_LIVE, (uint32_t)bf_rng_next(&r->rng));
    r->kept[at].status = NONE;
    r->kept[at].n = (uint16_t)text.n;
    memcpy(r->kept[at].text, text.p, text.n);
}

/* A row of CSV that is also an item. */
static bool acceptable(struct rows *r, struct bf_err *why)
{
    size_t have = r->csv.n;
    if (have != r->columns)
        return bf_err_set(why, BF_E_INPUT, "%zu field%s, the header has %zu", have,
                          have == 1 ? "" : "s", r->columns);
    if (r->csv.field[r->key].n == 0)
        return bf_err_set(why, BF_E_INPUT, "column %zu: the key '%.*s' is empty", r->key + 1,
                          BF_SHOWN(r->name[r->key]));
    return bf_columns_row(&r->cols, &r->csv, why);
}

/* The next record that is no blank line. */
static enum bf_csv_got read_row(struct rows *r, struct bf_err *e)
{
    size_t bad;
    enum bf_csv_got got;
    do
        got = bf_csv_next(&r->csv, -1, e);
    while (got == BF_CSV_RECORD && bf_str_trim(r->csv.raw).n == 0);
    if (got == BF_CSV_RECORD && !bf_utf8_valid(r->csv.raw, &bad)) {
        bf_err_set(e, BF_E_INPUT, "byte %zu: invalid UTF-8", bad + 1);
        return BF_CSV_BAD;
    }
    return got;
}

static bool reject(struct rows *r, enum bf_csv_got got, const struct bf_err *why, struct bf_err *e)
{
    if (got == BF_CSV_LONG)
        return bf_rejects_add_long(&r->rejects, &r->reader, e);
    bf_csv_give_up(&r->csv);
    return bf_rejects_add(&r->rejects, r->csv.raw, r->csv.line, why, e);
}

static enum more insert(struct rows *r, struct bf_err *e)
{
    for (;;) {
        struct bf_err why = {0};
        enum bf_csv_got got = bf_columns_guess(&r->cols, &r->csv, -1, &why);
        if (got == BF_CSV_RECORD)
            got = read_row(r, &why);
        switch (got) {
        case BF_CSV_RECORD:
            if (!acceptable(r, &why))
                break;
            remember(r);
            return MORE;
        case BF_CSV_BAD:
        case BF_CSV_LONG:
            break;
        case BF_CSV_END:
            return NO_MORE;
        case BF_CSV_STOP:
        case BF_CSV_WAIT:
            return STOPPED;
        case BF_CSV_ERROR:
            *e = why;
            return FAILED;
        }
        if (!reject(r, got, &why, e))
            return e->code == BF_E_STOPPED ? STOPPED : FAILED;
    }
}

/* A row that is final or deleted leaves the memory; the last one takes its place. */
static enum more change_one(struct rows *r, enum kind kind, struct bf_err *e)
{
    uint64_t v = bf_rng_next(&r->rng);
    struct kept *k = &r->kept[share_of(r->live, (uint32_t)(v >> 32))];
    size_t n = k->n;
    /* the text moves to where it outlives the place it is kept in */
    bf_buf_reset(&r->text);
    bf_buf_add(&r->text, k->text, n);
    if (!bf_csv_split(&r->csv, bf_buf_view(&r->text), e))
        return FAILED;
    r->before = (struct row){.status = k->status, .bytes = n};
    if (k->status == PAID)
        k->status = (v & 0xFF) < 13 ? CANCELLED : SHIPPED;
    else
        k->status = (v & 0xFF) < 31 ? CANCELLED : PAID;
    r->after = (struct row){.status = k->status, .bytes = n};
    if (kind == DELETE || k->status != PAID) {
        struct kept *last = &r->kept[--r->live];
        k->status = last->status;
        k->n = last->n;
        memmove(k->text, last->text, last->n);
    }
    return MORE;
}

static enum more next(void *self, enum kind kind, int64_t time_ms, struct change *c,
                      struct bf_err *e)
{
    struct rows *r = self;
    if (r->live == 0)
        kind = INSERT;
    enum more more = kind == INSERT ? insert(r, e) : change_one(r, kind, e);
    *c = (struct change){.kind = kind,
                         .before = kind == INSERT ? NULL : &r->before,
                         .after = kind == DELETE ? NULL : &r->after,
                         .time_ms = time_ms};
    return more;
}

/* Which columns are the key and the status. */
static bool find_columns(struct rows *r, const struct config *cfg, struct bf_err *e)
{
    r->status = bf_columns_find(&r->cols, BF_STR("status"));
    r->key = cfg->key ? bf_columns_find(&r->cols, bf_str_of(cfg->key)) : r->cols.index;
    if (r->key == r->columns)
        return bf_err_set(e, BF_E_USAGE, "option '--key': no column is named '%.60s'", cfg->key);
    if (r->key == r->status && cfg->mix.share[UPDATE])
        return bf_err_set(e, BF_E_USAGE, "option '--key': 'status' changes, a key cannot");
    return true;
}

static bool name_columns(struct rows *r, const struct config *cfg, struct bf_err *e)
{
    if (r->csv.n > ROW_COLUMNS)
        return bf_err_set(e, BF_E_LIMIT, "line 1: more than %d columns", ROW_COLUMNS);
    if (!bf_columns_init(&r->cols, &r->csv, e))
        return bf_err_ctx(e, "line %" PRIu64, r->csv.line);
    r->columns = r->csv.n;
    if (!bf_buf_room(&r->names,
                     6 * r->csv.raw.n + 4 * r->columns + 1)) /* so that views into it do not move */
        return bf_buf_check(&r->names, "the header line", e);
    for (size_t i = 0; i < r->columns; i++) {
        bf_buf_lit(&r->names, ",\"");
        size_t from = r->names.n;
        bf_json_put_escaped(&r->names, r->cols.column[i].name);
        r->name[i] = bf_str(r->names.p + from, r->names.n - from);
        bf_buf_lit(&r->names, "\":");
        r->name_size[i] = r->cols.column[i].name.n;
    }
    bf_buf_adds(&r->header, r->csv.raw);
    if (cfg->format == FORMAT_ITEMS &&
        bf_columns_find(&r->cols, BF_STR("bfpipe.mark")) < r->columns)
        return bf_err_set(e, BF_E_INPUT, "a column 'bfpipe.mark' would make items look like marks");
    if (r->cols.index)
        bf_diag_warn("the first column of the CSV has no name (a row number, as R and pandas write "
                     "it): left out");
    return (!cfg->types || bf_columns_types(&r->cols, cfg->types, e)) && find_columns(r, cfg, e) &&
           bf_buf_check(&r->names, "the header line", e) &&
           bf_buf_check(&r->header, "the header line", e) &&
           bf_rejects_header(&r->rejects, bf_buf_view(&r->header), e);
}

static bool read_header(struct rows *r, const struct config *cfg, struct bf_err *e)
{
    switch (read_row(r, e)) {
    case BF_CSV_RECORD:
        return name_columns(r, cfg, e);
    case BF_CSV_END:
        return bf_err_set(e, BF_E_INPUT, "empty, a header line with the names was expected");
    case BF_CSV_LONG:
        return bf_err_set(e, BF_E_LIMIT, "line 1: longer than the maximum of %d bytes", ROW_MAX);
    case BF_CSV_BAD:
        bf_json_hint(r->csv.raw, e);
        return bf_err_ctx(e, "line %" PRIu64, r->csv.line);
    case BF_CSV_STOP:
    case BF_CSV_WAIT:
        return bf_err_set(e, BF_E_STOPPED, "interrupted");
    case BF_CSV_ERROR:
        break;
    }
    return false;
}

bool rows_open(struct rows *r, const struct config *cfg, struct bf_out *out, struct bf_err *e)
{
    r->path = strcmp(cfg->from, "-") == 0 ? "standard input" : cfg->from;
    bf_rng_seed(&r->rng, cfg->seed);
    bf_buf_init(&r->names, 6 * ROW_MAX + 4 * ROW_COLUMNS + 1);
    bf_buf_init(&r->escaped, 12 * ROW_MAX + 12);
    bf_buf_init(&r->text, ROW_KEEP);
    bf_buf_init(&r->header, ROW_MAX);
    if (!bf_rejects_spare(cfg->rejects, cfg->from, e) ||
        !bf_rejects_append(&r->rejects, cfg->rejects, cfg->strict, e) ||
        !bf_reader_open(&r->reader, cfg->from, ROW_MAX, out, e))
        return false;
    bf_csv_init(&r->csv, &r->reader, cfg->separator, ROW_MAX);
    if (!read_header(r, cfg, e))
        return e->code == BF_E_IO ? false : bf_err_ctx(e, "%s", r->path);
    r->status_in_csv = cfg->mix.share[UPDATE] > 0 && r->status == r->columns;
    return true;
}

bool rows_close(struct rows *r, struct bf_err *e)
{
    if (r->csv.in)
        bf_csv_free(&r->csv);
    bf_reader_close(&r->reader);
    bool ok = bf_rejects_close(&r->rejects, e);
    bf_columns_free(&r->cols);
    bf_buf_free(&r->header);
    bf_buf_free(&r->text);
    bf_buf_free(&r->names);
    bf_buf_free(&r->escaped);
    return ok;
}

struct source rows_source(struct rows *r)
{
    return (struct source){.self = r,
                           .next = next,
                           .bound = bound,
                           .key = key,
                           .image = image,
                           .set = set,
                           .removed = removed,
                           .header = header,
                           .row = csv_row,
                           .header_bound = 2 * r->csv.raw.n + 2 * r->columns + 16};
}
