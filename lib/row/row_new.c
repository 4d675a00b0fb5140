/* The making of a struct bf_row: its configuration, columns and names. */
#include <stdlib.h>

#include "lib/row/row_impl.h"
#include "lib/cli/opt.h"
#include "lib/ddb/value.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { COLUMNS_MAX = 4096, NAMES_MAX = 4 * 1024 * 1024, CELL_MAX = 512 * 1024 * 1024 };

static const struct bf_opt_word meta_options[BF_META_N] = {
    {"op", BF_META_OP},       {"ts", BF_META_TS},
    {"table", BF_META_TABLE}, {"event-id", BF_META_EVENT_ID},
    {"seq", BF_META_SEQ},     {"changed", BF_META_CHANGED}};
static const char *const meta_names[BF_META_N] = {"op",       "ts",  "table",
                                                  "event_id", "seq", "changed"};

void bf_row_conf_init(struct bf_row_conf *conf)
{
    *conf = (struct bf_row_conf){.meta = {BF_META_OP, BF_META_TS}, .nmeta = 2, .header = true};
}

bool bf_row_conf_meta(struct bf_row_conf *conf, struct bf_str list, struct bf_err *e)
{
    struct bf_str item;
    conf->nmeta = 0;
    conf->meta_given = true;
    while (bf_str_split(&list, ',', &item)) {
        int what = 0;
        if (!bf_opt_choose(meta_options, BF_META_N, bf_str_trim(item), &what, e))
            return false;
        for (size_t i = 0; i < conf->nmeta; i++)
            if (conf->meta[i] == (enum bf_row_meta)what)
                return bf_err_set(e, BF_E_USAGE, "'%s' appears twice", meta_options[what].name);
        conf->meta[conf->nmeta++] = (enum bf_row_meta)what;
    }
    return true;
}

/* Copies prefix + name, and its form as a key of a JSON row, into the arena, with 32 readable bytes after them. */
static bool keep_name(struct bf_arena *names, struct bf_str prefix, struct bf_str name,
                      struct bf_str *plain, struct bf_str *json, struct bf_err *e)
{
    struct bf_buf b;
    bf_buf_init(&b, NAMES_MAX);
    bf_buf_adds(&b, prefix);
    bf_buf_adds(&b, name);
    bool ok = bf_buf_ok(&b) && bf_arena_copy(names, bf_buf_view(&b), plain);
    bf_buf_reset(&b);
    if (ok) {
        bf_json_put_string(&b, *plain);
        bf_buf_addc(&b, ':');
        bf_buf_add(&b, (char[BF_VALUE_STEP]){0}, BF_VALUE_STEP);
        ok = bf_buf_ok(&b) && bf_arena_copy(names, bf_buf_view(&b), json);
        json->n -= ok ? BF_VALUE_STEP : 0;
    }
    bf_buf_free(&b);
    return ok || bf_err_nomem(e);
}

bool bf_row_add_column(struct bf_row *r, struct bf_str name, struct bf_err *e)
{
    if (name.n == 0)
        return bf_err_set(e, BF_E_USAGE, "an empty name of a field");
    for (size_t i = 0; i < r->ncolumns; i++)
        if (bf_str_eq(r->columns[i].name, name))
            return bf_err_set(e, BF_E_USAGE, "field '%.*s' appears twice", BF_SHOWN(name));
    for (size_t i = 0; i < r->conf.nmeta; i++)
        if (bf_str_eq(r->meta[i].name, name))
            return bf_err_set(e, BF_E_USAGE,
                              "field '%.*s' is metadata; see --meta and --meta-prefix",
                              BF_SHOWN(name));
    if (r->ncolumns == COLUMNS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", COLUMNS_MAX);
    struct row_column *column = &r->columns[r->ncolumns];
    *column = (struct row_column){.path = memchr(name.p, '.', name.n) != NULL,
                                  .old = bf_str_starts(name, BF_STR("old."))};
    if (!keep_name(&r->column_names, BF_STR(""), name, &column->name, &column->json, e))
        return false;
    r->ncolumns++;
    return true;
}

void bf_row_no_columns(struct bf_row *r)
{
    r->ncolumns = 0;
    bf_arena_reset(&r->column_names);
}

void bf_row_meta_name(const struct bf_row_conf *conf, enum bf_row_meta what, struct bf_buf *out)
{
    bf_buf_adds(out, bf_str_of(conf->meta_prefix ? conf->meta_prefix : "_"));
    bf_buf_adds(out, bf_str_of(meta_names[what]));
}

static bool setup(struct bf_row *r, struct bf_err *e)
{
    bool writes = r->conf.format == BF_ROW_WRITES;
    if (writes && r->conf.image != BF_ROW_NEW)
        return bf_err_set(e, BF_E_USAGE, "write lines put the new image: no other --image");
    if (writes)
        r->conf.nmeta = 0;
    struct bf_str prefix = bf_str_of(r->conf.meta_prefix ? r->conf.meta_prefix : "_");
    for (size_t i = 0; i < r->conf.nmeta; i++) {
        struct row_meta *m = &r->meta[i];
        m->what = r->conf.meta[i];
        struct bf_str own = r->conf.meta_name[m->what];
        if (!keep_name(&r->names, own.p ? BF_STR("") : prefix,
                       own.p ? own : bf_str_of(meta_names[m->what]), &m->name, &m->json, e))
            return false;
        for (size_t k = 0; k < i; k++)
            if (bf_str_eq(r->meta[k].name, m->name))
                return bf_err_set(e, BF_E_USAGE, "two metadata columns would be called %.*s",
                                  (int)(m->name.n < 60 ? m->name.n : 60), m->name.p);
        if (m->name.n)
            r->reserved[(unsigned char)m->name.p[0]] = true;
    }
    r->reserved['\\'] = true; /* a name that begins with an escape may be any name */
    if (r->conf.image == BF_ROW_BOTH)
        r->reserved['o'] = true;
    bool table = bf_row_is_table(r->conf.format);
    if (r->conf.image == BF_ROW_BOTH &&
        (r->conf.format == BF_ROW_DDB_JSON || (table && !r->conf.fields)))
        return bf_err_set(e, BF_E_USAGE, "both images in this format want named fields");
    if (r->conf.format == BF_ROW_DIFF && r->conf.image != BF_ROW_NEW)
        return bf_err_set(e, BF_E_USAGE, "-o diff shows both images: no --image");
    if (!r->conf.fields && !table)
        return true;
    r->columns = calloc(COLUMNS_MAX, sizeof *r->columns);
    if (!r->columns)
        return bf_err_nomem(e);
    r->header_due = table && r->conf.header;
    if (!r->conf.fields)
        return true;
    struct bf_str rest = bf_str_of(r->conf.fields), item;
    while (bf_str_split(&rest, ',', &item))
        if (!bf_row_add_column(r, bf_str_trim(item), e))
            return bf_err_ctx(e, "--fields");
    r->conf.fields = "";
    r->fixed = true;
    return true;
}

struct bf_row *bf_row_new(const struct bf_row_conf *conf, struct bf_err *e)
{
    struct bf_row *r = calloc(1, sizeof *r);
    if (!r) {
        bf_err_nomem(e);
        return NULL;
    }
    r->conf = *conf;
    r->minute = INT64_MIN;
    bf_arena_init(&r->names, NAMES_MAX);
    bf_arena_init(&r->column_names, NAMES_MAX);
    bf_buf_init(&r->cell, CELL_MAX);
    bf_buf_init(&r->changed, NAMES_MAX);
    bf_differ_init(&r->differ);
    if (setup(r, e))
        return r;
    bf_row_destroy(r);
    return NULL;
}

void bf_row_destroy(struct bf_row *r)
{
    if (!r)
        return;
    bf_arena_free(&r->names);
    bf_arena_free(&r->column_names);
    bf_buf_free(&r->cell);
    bf_buf_free(&r->changed);
    bf_differ_free(&r->differ);
    free(r->columns);
    free(r);
}
