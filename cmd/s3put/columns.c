#include "cmd/s3put/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include <errno.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/io/file.h"
#include "lib/encoding/sha256.h"
#include "lib/checkpoint/mark.h"

enum {
    HELD_MAX = 16 * 1024 * 1024,
    LINE_MAX_BYTES = 16 * 1024,
    SCHEMA_MAX = 4 * 1024 * 1024,
    PATH_SIZE = 4096
};

static bool path_of(const struct columns *c, const char *hash, char *path, struct bf_err *e)
{
    int n = snprintf(path, PATH_SIZE, "%s/schema%s%s", c->config->state, hash ? "-" : "",
                     hash ? hash : "");
    return (n > 0 && n < PATH_SIZE) || bf_err_sys(e, ENAMETOOLONG, "--state");
}

/* The schema's text, and the hash of it. */
static bool name_schema(struct columns_writer *w, struct bf_buf *text, struct bf_err *e)
{
    unsigned char digest[BF_SHA256_BYTES];
    struct bf_buf hex = {.p = w->hash, .cap = sizeof w->hash, .max = sizeof w->hash};
    bf_schema_put(text, &w->schema);
    if (!bf_buf_check(text, "the schema", e))
        return false;
    struct bf_sha256 sum;
    bf_sha256_init(&sum);
    bf_sha256_add(&sum, text->p, text->n);
    bf_sha256_end(&sum, digest);
    bf_hex_encode(&hex, digest, COLUMNS_HASH / 2);
    w->hash[COLUMNS_HASH] = '\0';
    return true;
}

/* With --state: the schema is on the disk before a batch names it. */
static bool keep_schema(struct columns *c, struct bf_str text, bool found, struct bf_err *e)
{
    char path[PATH_SIZE];
    if (!c->config->state)
        return true;
    if (mkdir(c->config->state, 0777) != 0 && errno != EEXIST)
        return bf_err_sys(e, errno, "%s", c->config->state);
    return path_of(c, c->now.hash, path, e) && bf_file_replace(path, text, e) &&
           (!found || (path_of(c, NULL, path, e) && bf_file_replace(path, text, e)));
}

static struct bf_parquet *new_writer(const struct columns *c, const struct bf_parquet_conf *conf,
                                     struct bf_err *e)
{
    struct bf_parquet_conf all = *conf;
    all.pass = c->pass;
    all.npass = c->npass;
    return bf_parquet_new(&all, e);
}

/* The schema is there: the writer of this run. */
static bool use_schema(struct columns *c, bool found, struct bf_err *e)
{
    const struct config *config = c->config;
    struct bf_parquet_conf conf = {.schema = &c->now.schema,
                                   .codec = config->codec,
                                   .level = (int)config->level,
                                   .bloom = &config->bloom,
                                   .sort = &config->sort,
                                   .only = config->only};
    struct bf_buf text;
    bf_buf_init(&text, SCHEMA_MAX);
    bool ok = name_schema(&c->now, &text, e) && keep_schema(c, bf_buf_view(&text), found, e);
    bf_buf_free(&text);
    c->finding = false;
    c->now.parquet = ok ? new_writer(c, &conf, e) : NULL;
    return c->now.parquet != NULL;
}

static void pass_fields(struct columns *c, const struct route *route)
{
    struct bf_str rest = bf_str_of(c->config->hive), spec, name;
    while (rest.p && c->npass < ROUTE_FIELDS && bf_str_split(&rest, ',', &spec))
        if (bf_str_split(&spec, '=', &name) && name.n)
            c->pass[c->npass++] = name;
    c->nhive = c->npass;
    for (size_t i = 0; i < route->nfields; i++)
        if (!route->fields[i].nested)
            c->pass[c->npass++] = route->fields[i].path;
}

bool columns_init(struct columns *c, const struct config *config, const struct route *route,
                  struct bf_err *e)
{
    char path[PATH_SIZE];
    struct stat st;
    *c = (struct columns){.config = config};
    bf_schema_init(&c->now.schema);
    bf_schema_init(&c->old.schema);
    bf_ddl_infer_init(&c->infer);
    bf_buf_init(&c->held, HELD_MAX + config->max_line + 1);
    bf_buf_init(&c->numbers, HELD_MAX);
    bf_buf_init(&c->old_line, LINE_MAX_BYTES);
    if (config->format != FORMAT_PARQUET)
        return true;
    pass_fields(c, route);
    if (config->schema)
        return (bf_schema_read(&c->now.schema, config->schema, e) || bf_err_ctx(e, "--schema")) &&
               use_schema(c, false, e);
    c->finding = true;
    if (!config->state)
        return true;
    if (!path_of(c, NULL, path, e))
        return false;
    return stat(path, &st) != 0 ||
           ((bf_schema_read(&c->now.schema, path, e) || bf_err_ctx(e, "--state")) &&
            use_schema(c, false, e));
}

static void writer_free(struct columns_writer *w)
{
    bf_parquet_destroy(w->parquet);
    w->parquet = NULL;
    bf_schema_free(&w->schema);
}

void columns_free(struct columns *c)
{
    if (!c->config)
        return;
    writer_free(&c->now);
    writer_free(&c->old);
    bf_ddl_infer_free(&c->infer);
    bf_buf_free(&c->held);
    bf_buf_free(&c->numbers);
    bf_buf_free(&c->old_line);
}

static void put_list(struct bf_buf *out, const struct bf_opt_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        bf_buf_add(out, ",", i > 0);
        bf_buf_adds(out, bf_str_of(list->item[i]));
    }
    bf_buf_addc(out, '\t');
}

void columns_line(const struct columns *c, struct bf_buf *out)
{
    const struct config *config = c->config;
    if (config->format != FORMAT_PARQUET)
        return;
    bf_buf_addf(out, "%d\t%" PRIu64 "\t%s\t", (int)config->codec, config->level, c->now.hash);
    put_list(out, &config->sort);
    put_list(out, &config->bloom);
    bf_buf_adds(out, config->only ? BF_STR("only") : BF_STR(""));
}

bool columns_hold(struct columns *c, struct bf_str line, uint64_t number, bool *full,
                  struct bf_err *e)
{
    if (!bf_mark_is(line) && !bf_ddl_infer_row(&c->infer, line, e))
        return false;
    if (c->held.n == 0)
        c->since_ms = bf_clock_mono_ms();
    bf_buf_adds(&c->held, line);
    bf_buf_addc(&c->held, '\n');
    bf_buf_add(&c->numbers, &number, sizeof number);
    *full = c->infer.rows >= c->config->infer || c->held.n >= HELD_MAX;
    if (bf_buf_check(&c->held, "the first rows", e) &&
        bf_buf_check(&c->numbers, "the first rows", e))
        return true;
    e->code = BF_E_MEMORY; /* no row's fault */
    return false;
}

bool columns_find(struct columns *c, struct bf_err *e)
{
    if (!bf_ddl_infer_schema(&c->infer, c->pass, c->nhive, &c->now.schema, e))
        return bf_err_ctx(e, "--infer");
    return use_schema(c, true, e);
}

bool columns_check(struct columns *c, struct bf_str row, struct bf_err *e)
{
    return bf_parquet_check(c->now.parquet, row, e);
}

/* What columns_line wrote. The lists are views into a copy of the line, ended with NUL. */
static bool read_line(struct bf_buf *line, struct bf_parquet_conf *conf, struct bf_opt_list *sort,
                      struct bf_opt_list *bloom, struct bf_str *hash)
{
    struct bf_str rest = bf_buf_view(line), part[6];
    uint64_t n = 0;
    for (size_t i = 0; i < BF_COUNT(part); i++, n = 0)
        if (!bf_str_split(&rest, '\t', &part[i]))
            return false;
    for (size_t i = 0; i < part[0].n; i++)
        n = n * 10 + (uint64_t)(part[0].p[i] - '0');
    conf->codec = (enum bf_parquet_codec)n;
    for (size_t i = 0; i < part[1].n; i++)
        conf->level = conf->level * 10 + part[1].p[i] - '0';
    *hash = part[2];
    for (size_t i = 0; i < line->n; i++)
        line->p[i] = (char)(line->p[i] == '\t' ? '\0' : line->p[i]);
    *sort = (struct bf_opt_list){.item = {part[3].p}, .n = part[3].n > 0};
    *bloom = (struct bf_opt_list){.item = {part[4].p}, .n = part[4].n > 0};
    conf->only = true; /* the rows have been checked when they came, by the options of then */
    return true;
}

struct bf_parquet *columns_writer_for(struct columns *c, struct bf_str line, struct bf_err *e)
{
    char path[PATH_SIZE], hash[COLUMNS_HASH + 1];
    struct bf_buf now;
    struct bf_str name = {0};
    struct bf_parquet_conf conf = {.schema = &c->old.schema};
    struct bf_opt_list sort, bloom;
    bf_buf_init(&now, LINE_MAX_BYTES);
    columns_line(c, &now);
    bool mine = c->now.parquet && bf_str_eq(bf_buf_view(&now), line);
    bf_buf_free(&now);
    if (mine)
        return c->now.parquet;
    writer_free(&c->old);
    bf_schema_init(&c->old.schema);
    bf_buf_reset(&c->old_line);
    bf_buf_adds(&c->old_line, line);
    if (!bf_buf_cstr(&c->old_line) || !read_line(&c->old_line, &conf, &sort, &bloom, &name) ||
        name.n != COLUMNS_HASH) {
        bf_err_set(e, BF_E_INPUT, "a batch of Parquet whose options cannot be read");
        return NULL;
    }
    conf.sort = &sort;
    conf.bloom = &bloom;
    memcpy(hash, name.p, name.n);
    hash[name.n] = '\0';
    if (!path_of(c, hash, path, e) || !bf_schema_read(&c->old.schema, path, e))
        return NULL;
    c->old.parquet = new_writer(c, &conf, e);
    return c->old.parquet;
}
