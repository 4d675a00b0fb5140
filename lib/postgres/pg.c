#include "lib/postgres/pg.h"

#include <stdio.h>
#include <stdlib.h>

bool bf_pg_is_url(const char *where)
{
    return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

/* libpq takes what is before the first @ of the server's part for the user and the password, be there a ? in it or not. */
void bf_pg_show(const char *url, char shown[BF_PG_SHOWN])
{
    const char *host = strstr(url, "://") + 3;
    size_t user = strcspn(host, "@/");
    if (host[user] == '@')
        host += user + 1;
    struct bf_str rest = bf_str(host, strcspn(host, "?"));
    for (size_t i = rest.n; i-- > 0;)
        if (rest.p[i] == '@') {
            rest = bf_str(rest.p + i + 1, rest.n - i - 1);
            break;
        }
    snprintf(shown, BF_PG_SHOWN, "postgresql://%.*s", BF_SHOWN_TO(rest, BF_PG_SHOWN - 20));
}

static const char *value_of(const struct pg_option *all, const char *keyword)
{
    for (; all->keyword; all++)
        if (strcmp(all->keyword, keyword) == 0)
            return all->value ? all->value : "";
    return "";
}

/* Whether libpq understands the URL as it was meant. A password with an @ or a / that is not encoded becomes a part of the
 * server's name, of its port or of the database's, and libpq's messages would show it. */
static bool check_url(struct bf_pg *pg, const char *url, struct bf_err *e)
{
    char *said = NULL;
    struct pg_option *all = pg->api->conninfoParse(url, &said);
    if (!all) { /* the message may have the password */
        pg->api->freemem(said);
        return bf_err_set(e, BF_E_USAGE,
                          "the URL of PostgreSQL is wrong, or its password is not encoded: write "
                          "%%40 for @, %%2F for /, %%25 for %%");
    }
    const char *path = strstr(url, "://") + 3;
    path += strcspn(path, "/?");
    bool at = memchr(path, '@', strcspn(path, "?")) != NULL;
    const char *port = value_of(all, "port");
    bool ok = !at && !strchr(value_of(all, "host"), '@') && port[strspn(port, "0123456789,")] == 0;
    pg->api->conninfoFree(all);
    return ok || bf_err_set(e, BF_E_USAGE,
                            "the server, port or database in the URL of PostgreSQL has parts that "
                            "it cannot have: in a password write %%40 for @, %%2F for /");
}

static void quiet(void *arg, const char *text)
{
    (void)arg;
    (void)text;
}

/* The first line of a text of libpq. */
static struct bf_str first_line(const char *text)
{
    return bf_str(text, strcspn(text, "\n"));
}

static bool is_connected(const struct bf_pg *pg)
{
    return pg->conn && pg->api->status(pg->conn) == PG_CONNECTION_OK;
}

/* Why no connection was made. libpq gives no code for it, so the server is asked whether it takes connections at all. */
static bool refused(struct bf_pg *pg, bool up, struct bf_err *e)
{
    const struct pg_api *api = pg->api;
    struct bf_str said = first_line(pg->conn ? api->errorMessage(pg->conn) : "out of memory");
    if (pg->conn && api->connectionNeedsPassword(pg->conn))
        bf_err_set(e, BF_E_DENIED,
                   "the server wants a password: give it in PGPASSWORD, ~/.pgpass or a service "
                   "file");
    else if (up)
        bf_err_set(e, BF_E_DENIED,
                   "%.*s; check that the database and the role are there (createdb, createuser), "
                   "that pg_hba.conf lets it in and that connections are left",
                   BF_SHOWN_TO(said, 240));
    else
        bf_err_set(e, BF_E_NETWORK, "%.*s; is the server running?", BF_SHOWN_TO(said, 300));
    return bf_err_ctx(e, "%s", pg->shown);
}

bool bf_pg_open(struct bf_pg *pg, const char *url, const char *program, struct bf_err *e)
{
    /* Those after dbname win over the URL, those before it give way. */
    const char *const keys[] = {"connect_timeout",           "tcp_user_timeout",
                                "keepalives_idle", /* a server that is gone while it computes */
                                "keepalives_interval",       "keepalives_count",
                                "fallback_application_name", "dbname",
                                "client_encoding",           NULL};
    const char *const values[] = {"10", "30000", "30", "10", "3", program, url, "UTF8", NULL};
    *pg = (struct bf_pg){0};
    bf_pg_show(url, pg->shown);
    if (!(pg->api = bf_pg_load(e)) || !check_url(pg, url, e))
        return false;
    pg->conn = pg->api->connectdbParams(keys, values, 1);
    bool up = is_connected(pg) || pg->api->pingParams(keys, values, 1) == PG_PING_OK;
    if (!is_connected(pg) && up) { /* it refuses, or it has just started */
        bf_pg_close(pg);
        pg->conn = pg->api->connectdbParams(keys, values, 1);
    }
    if (!is_connected(pg)) {
        refused(pg, up, e);
        bf_pg_close(pg);
        return false;
    }
    pg->api->setNoticeProcessor(pg->conn, quiet, NULL);
    return true;
}

void bf_pg_close(struct bf_pg *pg)
{
    if (pg->conn)
        pg->api->finish(pg->conn);
    pg->conn = NULL;
}

/* The kind of error of an SQLSTATE (PostgreSQL's documentation, appendix A), and advice about it. */
static enum bf_err_code code_of(const char *state, const char **hint)
{
    static const struct {
        const char *state; /* or its beginning */
        enum bf_err_code code;
        const char *hint;
    } all[] = {
        {"57P", BF_E_NETWORK, ""}, /* the server shuts down, or starts */
        {"08", BF_E_NETWORK, ""},
        {"40", BF_E_TEMPORARY, ""}, /* a deadlock */
        {"55P03", BF_E_TEMPORARY, ""},
        {"53100", BF_E_IO,
         "; the server's disk is full: make room and start again, nothing is lost: the last commit "
         "counts"},
        {"53", BF_E_TEMPORARY, ""},
        {"57014", BF_E_TEMPORARY, ""}, /* statement_timeout, or somebody cancelled it */
        {"42501", BF_E_DENIED,
         "; grant the role what it lacks: CREATE on the schema, TEMPORARY on the database, and the "
         "tables that another role has made"},
        {"25006", BF_E_DENIED, "; this is a standby, or set to read only: name the primary server"},
        {"3F000", BF_E_NOTFOUND, "; no schema of the search_path is there: create one"},
    };
    *hint = "";
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (strncmp(state, all[i].state, strlen(all[i].state)) == 0) {
            *hint = all[i].hint;
            return all[i].code;
        }
    return BF_E_IO;
}

bool bf_pg_fail(struct bf_pg *pg, const struct pg_result *r, struct bf_err *e)
{
    const struct pg_api *api = pg->api;
    const char *state = r ? api->resultErrorField(r, PG_FIELD_STATE) : NULL;
    const char *said = r ? api->resultErrorField(r, PG_FIELD_MESSAGE) : NULL;
    const char *place = r ? api->resultErrorField(r, PG_FIELD_POSITION) : NULL;
    const char *hint;
    snprintf(pg->state, sizeof pg->state, "%s", state ? state : "");
    pg->place = place ? strtol(place, NULL, 10) : 0;
    snprintf(pg->said, sizeof pg->said, "%.*s", BF_SHOWN_TO(first_line(said ? said : ""), 239));
    if (api->status(pg->conn) != PG_CONNECTION_OK || !state)
        bf_err_set(e, BF_E_NETWORK, "%.*s",
                   BF_SHOWN_TO(first_line(said ? said : api->errorMessage(pg->conn)), 300));
    else {
        enum bf_err_code code = code_of(state, &hint);
        bf_err_set(e, code, "%.*s (SQLSTATE %s)%s", BF_SHOWN_TO(first_line(said ? said : ""), 240),
                   state, hint);
    }
    return bf_err_ctx(e, "%s", pg->shown);
}

/* Takes what is left of a statement's results, up to the last. */
static void drain(struct bf_pg *pg)
{
    for (struct pg_result *r; (r = pg->api->getResult(pg->conn));)
        pg->api->clear(r);
}

static bool is_done(const struct bf_pg *pg, const struct pg_result *r)
{
    int status = r ? pg->api->resultStatus(r) : 0;
    return status == PG_COMMAND_OK || status == PG_TUPLES_OK;
}

bool bf_pg_exec(struct bf_pg *pg, const char *sql, uint64_t *rows, struct bf_err *e)
{
    struct pg_result *r = pg->api->exec(pg->conn, sql);
    bool ok = is_done(pg, r) || bf_pg_fail(pg, r, e);
    if (ok && rows)
        *rows = strtoull(pg->api->cmdTuples(r), NULL, 10);
    pg->api->clear(r);
    return ok;
}

struct pg_result *bf_pg_query(struct bf_pg *pg, const char *sql, int n, const char *const *values,
                              struct bf_err *e)
{
    struct pg_result *r = pg->api->execParams(pg->conn, sql, n, NULL, values, NULL, NULL, 0);
    if (is_done(pg, r))
        return r;
    bf_pg_fail(pg, r, e);
    pg->api->clear(r);
    return NULL;
}

struct bf_str bf_pg_text(const struct bf_pg *pg, const struct pg_result *r, int row, int column)
{
    return bf_str(pg->api->getvalue(r, row, column), (size_t)pg->api->getlength(r, row, column));
}

int64_t bf_pg_number(const struct bf_pg *pg, const struct pg_result *r, int row, int column)
{
    return strtoll(pg->api->getvalue(r, row, column), NULL, 10);
}

bool bf_pg_copy(struct bf_pg *pg, const char *sql, struct bf_err *e)
{
    struct pg_result *r = pg->api->exec(pg->conn, sql);
    bool ok = (r && pg->api->resultStatus(r) == PG_COPY_IN) || bf_pg_fail(pg, r, e);
    pg->api->clear(r);
    return ok;
}

bool bf_pg_copy_data(struct bf_pg *pg, struct bf_str data, struct bf_err *e)
{
    return pg->api->putCopyData(pg->conn, data.p, (int)data.n) == 1 || bf_pg_fail(pg, NULL, e);
}

bool bf_pg_copy_end(struct bf_pg *pg, struct bf_err *e)
{
    if (pg->api->putCopyEnd(pg->conn, NULL) != 1)
        return bf_pg_fail(pg, NULL, e);
    struct pg_result *r = pg->api->getResult(pg->conn);
    bool ok = is_done(pg, r) || bf_pg_fail(pg, r, e);
    pg->api->clear(r);
    if (ok)
        drain(pg);
    return ok;
}

void bf_pg_put_literal(struct bf_buf *out, struct bf_str text)
{
    bf_buf_lit(out, " E'");
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'' || text.p[i] == '\\')
            bf_buf_addc(out, text.p[i]);
        bf_buf_addc(out, text.p[i]);
    }
    bf_buf_addc(out, '\'');
}
