/* cdcproj: change lines in, a live copy of the table in a database. */
#include "cmd/cdcproj/cdcproj.h"
#include "cmd/cdcproj/pg/pg.h"
#include "cmd/cdcproj/sqlite/sqlite.h"

#include "lib/base/stop.h"
#include "lib/cli/diag.h"
#include "lib/io/reader.h"
#include "lib/postgres/pg.h"
#include "lib/sqlite/load.h"

enum {
    FILES_MAX = 1024,
    COMMIT_MS = 1000,
    COMMIT_MOST_MS = 3600000,
    LINE_MOST = 256 * 1024 * 1024
};

static const struct bf_opt options[] = {
    BF_OPT_LIST('k', "key", struct config, key, "NAME",
                "lines are plain rows, and this is their key; may be given twice"),
    BF_OPT_STR(0, "table", struct config, table, "NAME",
               "only changes of this table; the table of lines that name none"),
    BF_OPT_LIST('t', "types", struct config, types, "NAME:TYPE,...",
                "columns to make first: string, number, boolean, binary, json"),
    BF_OPT_FLAG(0, "soft-delete", struct config, soft_delete,
                "keep removed rows, with the time in _deleted"),
    BF_OPT_FLAG(0, "history", struct config, history, "keep every version of a row"),
    BF_OPT_MS(0, "commit-every", struct config, commit_every_ms, "DURATION",
              "time between commits while input does not pause (1s)", .max = COMMIT_MOST_MS),
    BF_OPT_LIST(0, "view", struct config, view, "FILE",
                "roll-ups, CREATE VIEW statements: those that can be are kept with the rows"),
    BF_OPT_FLAG(0, "explain", struct config, explain,
                "say of each roll-up whether it is kept, and why not"),
    BF_OPT_FLAG(0, "check", struct config, check, "count the roll-ups anew and compare"),
    BF_OPT_FLAG(0, "rebuild", struct config, rebuild,
                "project into DATABASE-new, which replaces DATABASE at the end"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE", "lines that cannot be read go here"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first line that cannot be read"),
    BF_OPT_SIZE(0, "max-line", struct config, max_line, "SIZE", "longest line (default 16MiB)",
                .min = 1, .max = LINE_MOST),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_OPT_COMMON(struct config, common),
};

static const char *libraries(void)
{
    return "SQLite and libpq are opened at need";
}

static const struct bf_tool tool = {
    .name = "cdcproj",
    .synopsis = "[options] DATABASE [FILE ...]",
    .about = "keep a live copy of a table in a database, exactly once",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .min_operands = 1,
    .max_operands = FILES_MAX,
    .libraries = libraries,
};

static bool check(const struct config *c, struct bf_err *e)
{
    if (c->soft_delete && c->history)
        return bf_err_set(e, BF_E_USAGE,
                          "--soft-delete and --history exclude each other: a history "
                          "keeps removed rows too");
    if (c->check && c->explain)
        return bf_err_set(e, BF_E_USAGE, "--check and --explain exclude each other");
    if (c->key.n > 2)
        return bf_err_set(e, BF_E_USAGE, "--key: a row has two keys at most");
    return true;
}

static bool act(const struct config *c, const char **files, size_t n, struct bf_err *e)
{
    bool pg = bf_pg_is_url(c->database);
    if (c->explain)
        return pg ? pg_explain(c, e) : sqlite_explain(c, e);
    if (c->check)
        return pg ? pg_check(c, e) : sqlite_check(c, e);
    return run(c, files, n, e);
}

int main(int argc, char **argv)
{
    static const char *operands[FILES_MAX];
    static struct config config = {.commit_every_ms = COMMIT_MS, .max_line = BF_LINE_MAX_DEFAULT};
    struct bf_err e = {0};
    size_t n = 0;
    int status = bf_opt_parse(&tool, argc, argv, &config, operands, &n);
    if (status == BF_OPT_RUN) {
        config.database = operands[0];
        status = check(&config, &e) && bf_stop_install(&e) && act(&config, operands + 1, n - 1, &e)
                     ? 0
                     : bf_diag_exit(&e);
    }
    return status;
}
