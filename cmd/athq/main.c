/* athq: runs SQL on Athena and prints the rows. */
#include "cmd/athq/athq.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/aws/credentials/check.h"
#include "lib/aws/s3/s3.h"
#include "lib/cli/diag.h"
#include "lib/io/file.h"
#include "lib/base/num.h"
#include "lib/io/reader.h"
#include "lib/base/stop.h"

enum { TEXT_MAX = 64 * 1024 * 1024, PARAMS_MAX = 2 * BF_OPT_LIST_MAX, PRICE_DECIMALS = 6 };
#define REUSE_MOST_MS ((uint64_t)10080 * 60000)

/* "5" or "6.25" dollars. */
static bool parse_price(void *field, struct bf_str value, struct bf_err *e)
{
    struct bf_str rest = value, whole;
    uint64_t dollars = 0, part = 0;
    struct bf_err ignored;
    bool ok = bf_str_split(&rest, '.', &whole) && bf_num_u64(whole, &dollars, &ignored) &&
              dollars < 1000000 &&
              (!rest.p || (rest.n <= PRICE_DECIMALS && bf_num_u64(rest, &part, &ignored)));
    if (!ok)
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not a price such as 5 or 6.25",
                          (int)(value.n > 40 ? 40 : value.n), value.p);
    for (size_t i = rest.n; i < PRICE_DECIMALS; i++)
        part *= 10;
    *(uint64_t *)field = dollars * 1000000 + part;
    return true;
}

static const struct bf_opt_word forms[] = {
    {"table", FORM_TABLE}, {"csv", FORM_CSV}, {"tsv", FORM_TSV}, {"ndjson", FORM_NDJSON}};
static const struct bf_opt_word files[] = {{"parquet", UNLOAD_PARQUET},
                                           {"orc", UNLOAD_ORC},
                                           {"avro", UNLOAD_AVRO},
                                           {"json", UNLOAD_JSON},
                                           {"textfile", UNLOAD_TEXTFILE}};

static const struct bf_opt options[] = {
    BF_OPT_CHOICE('o', "output", struct config, form, "FORMAT",
                  "table (on a terminal), csv, tsv or ndjson", forms),
    BF_OPT_STR(0, "file", struct config, file, "FILE", "read the SQL from FILE"),
    BF_OPT_STR('d', "database", struct config, database, "NAME", "database of the tables"),
    BF_OPT_STR(0, "catalog", struct config, catalog, "NAME", "data catalog of the database"),
    BF_OPT_STR('w', "workgroup", struct config, workgroup, "NAME", "workgroup of the query"),
    BF_OPT_STR(0, "output-location", struct config, location, "URL",
               "location to which Athena writes the result: s3://..."),
    BF_OPT_LIST('p', "param", struct config, param, "TEXT", "a text for the next ? in the SQL"),
    BF_OPT_LIST(0, "param-sql", struct config, literal, "LITERAL",
                "an SQL literal for the next ? after those of --param"),
    BF_OPT_FLAG(0, "no-header", struct config, no_header, "no header line in table, csv and tsv"),
    BF_OPT_SIZE(0, "max-scan", struct config, max_scan, "SIZE",
                "cancel a query that scans more than SIZE"),
    BF_OPT_MS(0, "reuse", struct config, reuse_ms, "AGE",
              "use a stored result that is not older than AGE"),
    BF_OPT_STR(0, "unload", struct config, unload, "URL",
               "write the rows to S3, and print the objects"),
    BF_OPT_CHOICE(0, "unload-format", struct config, unload_format, "FORMAT",
                  "parquet (default), orc, avro, json (default with --rows) or textfile", files),
    BF_OPT_FLAG(0, "rows", struct config, rows,
                "print the rows that --unload wrote, arrays and rows as JSON, not the objects"),
    BF_OPT_FLAG(0, "pages", struct config, pages, "read all rows from the service, not from S3"),
    BF_OPT_FN(0, "price", struct config, price, "USD", "price of a terabyte scanned (5)",
              parse_price),
    BF_OPT_FLAG(0, "no-wait", struct config, no_wait, "start the query and print its id"),
    BF_OPT_STR(0, "status", struct config, status, "ID", "print the state of a query"),
    BF_OPT_STR(0, "results", struct config, results, "ID", "print the rows of a query"),
    BF_OPT_STR(0, "cancel", struct config, cancel, "ID", "cancel a query"),
    BF_AWS_OPT_GRACE(struct config, aws.grace_ms),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_AWS_OPTIONS(struct config, aws),
    BF_OPT_COMMON(struct config, common),
};

static const struct bf_tool tool = {
    .name = "athq",
    .synopsis = "[options] [SQL]",
    .about = "query Athena from the shell",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .max_operands = 1,
    .libraries = bf_aws_libraries,
};

static bool check_id(const char *option, const char *id, struct bf_err *e)
{
    size_t n = id ? strlen(id) : 0;
    if (!id ||
        (n > 0 && n < BF_ATHENA_ID &&
         strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == n))
        return true;
    return bf_err_set(e, BF_E_USAGE, "option '%s': '%.60s' is not the id of a query", option, id);
}

static bool check_url(const char *option, const char *url, struct bf_err *e)
{
    struct bf_str bucket, rest;
    return !url || bf_s3_parse_url(bf_str_of(url), &bucket, &rest, e) ||
           bf_err_ctx(e, "option '%s'", option);
}

static bool check(struct config *c, struct bf_err *e)
{
    if (c->form == FORM_AUTO)
        c->form = isatty(STDOUT_FILENO) ? FORM_TABLE : FORM_NDJSON;
    if ((c->status != NULL) + (c->results != NULL) + (c->cancel != NULL) + (c->sql != NULL) +
            (c->file != NULL) >
        1)
        return bf_err_set(e, BF_E_USAGE,
                          "SQL, --file, --status, --results and --cancel exclude each other");
    if (c->reuse_ms > REUSE_MOST_MS)
        return bf_err_set(e, BF_E_USAGE, "--reuse: Athena keeps results for 7 days at most");
    if (c->unload && c->no_wait)
        return bf_err_set(e, BF_E_USAGE, "--unload and --no-wait exclude each other");
    if (c->rows && !c->unload && !c->results)
        return bf_err_set(e, BF_E_USAGE, "--rows needs --unload or --results");
    if (c->unload_format == UNLOAD_AUTO)
        c->unload_format = c->rows ? UNLOAD_JSON : UNLOAD_PARQUET;
    if (c->unload && c->rows && c->unload_format != UNLOAD_JSON)
        return bf_err_set(e, BF_E_USAGE, "--rows reads only --unload-format json");
    return check_id("--status", c->status, e) && check_id("--results", c->results, e) &&
           check_id("--cancel", c->cancel, e) && check_url("--unload", c->unload, e) &&
           check_url("--output-location", c->location, e);
}

/* The literals for the question marks, in order. */
struct params {
    struct bf_str literal[PARAMS_MAX];
    struct bf_buf text[BF_OPT_LIST_MAX];
    size_t n, used;
};

static bool make_params(struct params *p, const struct config *c, struct bf_err *e)
{
    *p = (struct params){0};
    for (size_t i = 0; i < c->param.n; i++) {
        struct bf_buf *b = &p->text[i];
        bf_buf_init(b, TEXT_MAX);
        bf_buf_addc(b, '\'');
        for (const char *s = c->param.item[i]; *s; s++)
            bf_buf_add(b, "''", *s == '\'' ? 2 : 0), bf_buf_add(b, s, *s != '\'');
        bf_buf_addc(b, '\'');
        if (!bf_buf_check(b, "--param", e))
            return false;
        p->literal[p->n++] = bf_buf_view(b);
    }
    for (size_t i = 0; i < c->literal.n; i++)
        p->literal[p->n++] = bf_str_of(c->literal.item[i]);
    return true;
}

static void free_params(struct params *p)
{
    for (size_t i = 0; i < BF_OPT_LIST_MAX; i++)
        bf_buf_free(&p->text[i]);
}

static bool run_statement(struct session *s, struct split *split, struct params *p,
                          struct bf_err *e)
{
    size_t marks;
    struct bf_str text = split_text(split, &marks);
    if (!bf_buf_check(&split->text, "a statement", e))
        return false;
    if (p->n && marks > p->n - p->used)
        return bf_err_set(
            e, BF_E_USAGE,
            "a statement with %zu question mark%s: %zu of --param and --param-sql %s left", marks,
            marks == 1 ? "" : "s", p->n - p->used, p->n - p->used == 1 ? "is" : "are");
    size_t n = p->n ? marks : 0;
    p->used += n;
    bool ok = query_run(s, text, &p->literal[p->used - n], n, e);
    split_next(split);
    return ok;
}

/* Runs each statement as soon as it is complete. */
static bool run_text(struct session *s, struct split *split, struct params *p, struct bf_str text,
                     struct bf_err *e)
{
    while (split_take(split, &text))
        if (!run_statement(s, split, p, e))
            return false;
    return true;
}

/* On a terminal there is a prompt, and a failed statement does not end the run. */
static void prompt(const struct split *split)
{
    const char *text = split_end(split) ? "  ... " : "athq> ";
    (void)!write(STDERR_FILENO, text, strlen(text));
}

static bool forgive(struct split *split, struct bf_err *e)
{
    if (bf_stop_asked() || e->code == BF_E_CLOSED || e->code == BF_E_USAGE)
        return false;
    bf_diag_error(e);
    bf_err_clear(e);
    split_next(split);
    return true;
}

static bool read_lines(struct session *s, struct split *split, struct params *p,
                       struct bf_reader *in, bool person, struct bf_err *e)
{
    for (;;) {
        struct bf_str line;
        if (person)
            prompt(split);
        enum bf_line got = bf_reader_next(in, &line, e);
        if (got == BF_LINE_STOP)
            return bf_err_set(e, BF_E_STOPPED, "interrupted");
        if (got == BF_LINE_LONG)
            return bf_err_set(e, BF_E_LIMIT, "a line of the SQL is too long");
        if (got != BF_LINE && got != BF_LINE_PARTIAL)
            return got == BF_LINE_END;
        line = in->line == 1 ? bf_str_no_bom(line) : line;
        if (!run_text(s, split, p, line, e) || !run_text(s, split, p, BF_STR("\n"), e))
            if (!person || !forgive(split, e))
                return false;
    }
}

static bool run_stdin(struct session *s, struct split *split, struct params *p, struct bf_err *e)
{
    struct bf_reader in;
    bool person = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    if (!bf_reader_init(&in, STDIN_FILENO, "standard input", TEXT_MAX, &s->out, e))
        return false;
    bool ok = read_lines(s, split, p, &in, person, e);
    if (ok && person)
        (void)!write(STDERR_FILENO, "\n", 1);
    bf_reader_close(&in);
    return ok;
}

static bool run_sql(struct session *s, struct split *split, struct params *p, struct bf_err *e)
{
    struct bf_buf file;
    const struct config *c = s->cfg;
    if (c->sql)
        return run_text(s, split, p, bf_str_of(c->sql), e);
    if (!c->file || strcmp(c->file, "-") == 0)
        return run_stdin(s, split, p, e);
    bf_buf_init(&file, TEXT_MAX);
    bool ok = bf_file_read(c->file, &file, e) && run_text(s, split, p, bf_buf_view(&file), e);
    bf_buf_free(&file);
    return ok;
}

static bool run_all(struct session *s, struct bf_err *e)
{
    struct split split;
    struct params *p = malloc(sizeof *p);
    if (!p)
        return bf_err_nomem(e);
    split_init(&split);
    bool ok = make_params(p, s->cfg, e) && run_sql(s, &split, p, e);
    if (ok && split_end(&split))
        ok = run_statement(s, &split, p, e);
    if (ok && p->used < p->n)
        ok = bf_err_set(e, BF_E_USAGE,
                        "%zu of --param and --param-sql, but %zu question marks in the SQL", p->n,
                        p->used);
    split_free(&split);
    free_params(p);
    free(p);
    return ok;
}

static bool act(struct session *s, struct bf_err *e)
{
    const struct config *c = s->cfg;
    const char *id = c->status ? c->status : c->results ? c->results : c->cancel;
    if (!id)
        return run_all(s, e);
    snprintf(s->id, sizeof s->id, "%s", id);
    if (c->cancel)
        return query_stop(s, e);
    if (c->results)
        return query_wait(s, e) && results_print(s, e);
    if (!query_ask(s, e))
        return false;
    status_print(s);
    return true;
}

static bool run(struct config *cfg, struct bf_err *e)
{
    struct session s = {.cfg = cfg};
    struct bf_err later = {0};
    if (!check(cfg, e) || !bf_stop_install(e) ||
        !bf_out_init(&s.out, STDOUT_FILENO, "standard output", 0, e))
        return false;
    bf_buf_init(&s.body, TEXT_MAX);
    bf_buf_init(&s.answer, TEXT_MAX);
    bool ok = (s.sink = sink_new(&s.out, cfg->form, !cfg->no_header, e)) != NULL &&
              (s.aws = bf_aws_new(&cfg->aws, e)) != NULL;
    if (ok) {
        bf_aws_on_note(s.aws, bf_diag_take_note, NULL);
        bf_aws_on_detail(s.aws, bf_diag_take_detail, NULL);
        bf_aws_on_warning(s.aws, bf_diag_take_warning, NULL);
        ok = act(&s, e);
    }
    if (s.aws)
        bf_aws_destroy(s.aws);
    if (!bf_out_close(&s.out, ok ? e : &later))
        ok = false;
    sink_destroy(s.sink);
    bf_athena_status_free(&s.status);
    bf_buf_free(&s.answer);
    bf_buf_free(&s.body);
    return ok;
}

int main(int argc, char **argv)
{
    struct config cfg = {.aws.grace_ms = BF_AWS_GRACE_MS, .price = 5000000};
    struct bf_err e = {0};
    int status = bf_opt_parse(&tool, argc, argv, &cfg, &cfg.sql, NULL);
    if (status != BF_OPT_RUN)
        return status;
    return run(&cfg, &e) ? 0 : bf_diag_exit(&e);
}
