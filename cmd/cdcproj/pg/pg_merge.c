/* Staged changes go into the table. */
#include "cmd/cdcproj/pg/pg.h"

#include <stdlib.h>

enum { CHUNK = 256 * 1024 };

void pg_put_stage_name(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_addf(sql, "pg_temp._bfpipe_stage_%lld", (long long)t->id);
}

/* The temporary table has the columns c0, c1... of the mirror's kinds. */
static bool make_stage(struct pg *g, struct mirror *t, struct bf_err *e)
{
    struct bf_buf *sql = &g->sql;
    struct pg_batch *b = t->batch;
    if (b->stage_is && b->stage == t->n)
        return true;
    size_t first = b->stage_is ? b->stage : 0;
    bf_buf_adds(sql, b->stage_is ? BF_STR("ALTER TABLE ") : BF_STR("CREATE TEMPORARY TABLE "));
    pg_put_stage_name(sql, t);
    if (!b->stage_is)
        bf_buf_lit(sql, "(n bigint,op text,key text COLLATE \"C\",seq text COLLATE \"C\",at "
                        "timestamptz,rest jsonb");
    for (size_t i = first; i < t->n; i++) {
        if (i > first || !b->stage_is)
            bf_buf_addc(sql, ',');
        bf_buf_addf(sql, "%sc%zu ", b->stage_is ? " ADD COLUMN " : "", i);
        pg_put_type(sql, t->col[i].kind);
    }
    if (!b->stage_is)
        bf_buf_lit(sql, ")ON COMMIT DELETE ROWS");
    return pg_run(g, NULL, e);
}

static bool send_rows(struct pg *g, const struct mirror *t, struct bf_err *e)
{
    const struct pg_batch *b = t->batch;
    struct bf_buf *out = &g->out;
    bf_buf_reset(out);
    for (size_t i = 0; i < b->n; i++) {
        const struct pg_staged *r = &b->row[i];
        if (r->dead)
            continue;
        bf_buf_u64(out, i);
        bf_buf_addc(out, '\t');
        bf_buf_add(out, b->text.p + r->at, r->n);
        for (size_t k = r->columns; k < t->n; k++)
            bf_buf_lit(out, "\t\\N");
        bf_buf_addc(out, '\n');
        if (out->n > CHUNK) {
            if (!bf_buf_check(out, "a row", e) || !bf_pg_copy_data(&g->c, bf_buf_view(out), e))
                return false;
            bf_buf_reset(out);
        }
    }
    return bf_buf_check(out, "a row", e) && bf_pg_copy_data(&g->c, bf_buf_view(out), e) &&
           bf_pg_copy_end(&g->c, e);
}

bool pg_stage(struct pg *g, struct mirror *t, struct bf_err *e)
{
    if (!make_stage(g, t, e))
        return false;
    bf_buf_lit(&g->sql, "COPY ");
    pg_put_stage_name(&g->sql, t);
    bf_buf_lit(&g->sql, " FROM STDIN");
    const char *sql = bf_buf_cstr(&g->sql);
    bool ok = sql ? bf_pg_copy(&g->c, sql, e) : bf_buf_check(&g->sql, "a statement", e);
    bf_buf_reset(&g->sql);
    return ok && send_rows(g, t, e);
}

static void put_table(struct bf_buf *sql, const struct mirror *t)
{
    bf_sqlite_put_name(sql, bf_str_of(t->name));
}

static void put_columns(struct bf_buf *sql, const struct mirror *t)
{
    for (size_t i = 0; i < t->n; i++) {
        bf_sqlite_put_name(sql, t->col[i].name);
        bf_buf_addc(sql, ',');
    }
    bf_buf_adds(sql, t->rest ? BF_STR("_seq,_rest") : BF_STR("_seq"));
}

static void put_values(struct bf_buf *sql, const struct mirror *t)
{
    for (size_t i = 0; i < t->n; i++)
        bf_buf_addf(sql, "s.c%zu,", i);
    bf_buf_adds(sql, t->rest ? BF_STR("s.seq,s.rest") : BF_STR("s.seq"));
}

static void put_not_deleted(struct bf_buf *sql, const struct mirror *t)
{
    if (t->tombs)
        bf_buf_addf(sql,
                    " AND NOT EXISTS(SELECT FROM _bfpipe_deleted d WHERE d.tbl=%lld AND "
                    "d.key=s.key AND d.seq>s.seq)",
                    (long long)t->id);
}

static void put_conflict(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_lit(sql, " ON CONFLICT(");
    pg_put_keys(sql, t, ",", "");
    bf_buf_lit(sql, ")DO UPDATE SET _seq=excluded._seq");
}

static bool merge_puts(struct pg *g, struct mirror *t, uint64_t *rows, struct bf_err *e)
{
    struct bf_buf *sql = &g->sql;
    bf_buf_lit(sql, "INSERT INTO ");
    put_table(sql, t);
    bf_buf_lit(sql, " AS t(");
    put_columns(sql, t);
    bf_buf_lit(sql, ")SELECT ");
    put_values(sql, t);
    bf_buf_lit(sql, " FROM ");
    pg_put_stage_name(sql, t);
    bf_buf_lit(sql, " s WHERE s.op='U'");
    put_not_deleted(sql, t);
    put_conflict(sql, t);
    for (size_t i = t->nkeys; i < t->n; i++) {
        bf_buf_addc(sql, ',');
        bf_sqlite_put_name(sql, t->col[i].name);
        bf_buf_lit(sql, "=excluded.");
        bf_sqlite_put_name(sql, t->col[i].name);
    }
    if (t->rest)
        bf_buf_lit(sql, ",_rest=excluded._rest");
    if (t->mode == MODE_SOFT)
        bf_buf_lit(sql, ",_deleted=NULL");
    bf_buf_lit(sql, " WHERE excluded._seq>=t._seq");
    if (!pg_run(g, rows, e))
        return false;
    if (!t->tombs)
        return true;
    bf_buf_lit(sql, "DELETE FROM _bfpipe_deleted d USING ");
    pg_put_stage_name(sql, t);
    bf_buf_addf(sql, " s WHERE d.tbl=%lld AND d.key=s.key AND s.op='U' AND d.seq<=s.seq",
                (long long)t->id);
    return pg_run(g, NULL, e);
}

static bool merge_soft(struct pg *g, struct mirror *t, uint64_t *rows, struct bf_err *e)
{
    struct bf_buf *sql = &g->sql;
    bf_buf_lit(sql, "INSERT INTO ");
    put_table(sql, t);
    bf_buf_lit(sql, " AS t(");
    pg_put_keys(sql, t, ",", "");
    bf_buf_lit(sql, ",_seq,_deleted)SELECT ");
    for (size_t i = 0; i < t->nkeys; i++)
        bf_buf_addf(sql, "s.c%zu,", i);
    bf_buf_lit(sql, "s.seq,s.at FROM ");
    pg_put_stage_name(sql, t);
    bf_buf_lit(sql, " s WHERE s.op='D'");
    put_conflict(sql, t);
    bf_buf_lit(sql, ",_deleted=excluded._deleted WHERE excluded._seq>=t._seq");
    return pg_run(g, rows, e);
}

/* *kept: removals that found a newer row, or a newer removal. */
static bool merge_removals(struct pg *g, struct mirror *t, uint64_t n, uint64_t *rows,
                           uint64_t *kept, struct bf_err *e)
{
    struct bf_buf *sql = &g->sql;
    uint64_t noted = 0;
    *kept = 0;
    if (t->mode == MODE_SOFT) {
        if (!merge_soft(g, t, rows, e))
            return false;
        *kept = n - *rows;
        return true;
    }
    bf_buf_lit(sql, "DELETE FROM ");
    put_table(sql, t);
    bf_buf_lit(sql, " t USING ");
    pg_put_stage_name(sql, t);
    bf_buf_lit(sql, " s WHERE s.op='D' AND s.seq>=t._seq AND ");
    pg_put_same_key(sql, t, "t", "s");
    if (!pg_run(g, rows, e))
        return false;
    if (t->ordered == ORDERED_NOT)
        return true;
    bf_buf_addf(sql,
                "INSERT INTO _bfpipe_deleted AS d SELECT %lld,s.key,s.seq,extract(epoch from "
                "s.at)*1000 FROM ",
                (long long)t->id);
    pg_put_stage_name(sql, t);
    bf_buf_lit(sql, " s WHERE s.op='D' AND NOT EXISTS(SELECT FROM ");
    put_table(sql, t);
    bf_buf_lit(sql, " t WHERE ");
    pg_put_same_key(sql, t, "t", "s");
    bf_buf_lit(sql, ")ON CONFLICT(tbl,key)DO UPDATE SET seq=excluded.seq,at_ms=excluded.at_ms "
                    "WHERE excluded.seq>=d.seq");
    if (!pg_run(g, &noted, e))
        return false;
    *kept = n - noted;
    t->tombs = true;
    return true;
}

/* The changes that count (x): those newer than the last version of their key, and than its removal. Each ends the version
 * before it, be that in the table or among the changes. */
static void put_counting(struct bf_buf *sql, const struct mirror *t)
{
    bf_buf_lit(sql, "WITH s AS MATERIALIZED(SELECT s.*,coalesce(l.v,0) AS lv,coalesce(l.is_open,"
                    "false) AS lopen FROM ");
    pg_put_stage_name(sql, t);
    bf_buf_lit(sql, " s LEFT JOIN LATERAL(SELECT t._version AS v,coalesce(t._end_seq,t._seq) AS "
                    "o,t._valid_to IS NULL AS is_open FROM ");
    put_table(sql, t);
    bf_buf_lit(sql, " t WHERE ");
    pg_put_same_key(sql, t, "t", "s");
    bf_buf_lit(sql,
               " ORDER BY t._version DESC LIMIT 1)l ON true WHERE (l.o IS NULL OR (s.op<>'F' AND "
               "(s.seq>l.o OR (s.seq=l.o AND length(l.o)<=16))))");
    put_not_deleted(sql, t);
    bf_buf_lit(sql,
               "),x AS MATERIALIZED(SELECT s.*,row_number()OVER w AS k,lag(op)OVER w AS before,"
               "lead(at)OVER w AS until,lead(seq)OVER w AS end_seq,count(*)FILTER(WHERE "
               "op<>'D')OVER w AS up FROM s WINDOW w AS(PARTITION BY key ORDER BY n)),closed AS("
               "UPDATE ");
    put_table(sql, t);
    bf_buf_lit(sql, " t SET _valid_to=x.at,_end_seq=x.seq FROM x WHERE x.k=1 AND x.lopen AND "
                    "t._version=x.lv AND ");
    pg_put_same_key(sql, t, "t", "x");
    bf_buf_lit(sql, "),");
}

static bool merge_history(struct pg *g, struct mirror *t, struct counters *c, uint64_t staged,
                          struct bf_err *e)
{
    struct bf_buf *sql = &g->sql;
    put_counting(sql, t);
    if (t->ordered != ORDERED_NOT) {
        bf_buf_addf(sql,
                    "tomb AS(INSERT INTO _bfpipe_deleted AS d SELECT DISTINCT ON(key)%lld,key,seq,"
                    "extract(epoch from at)*1000 FROM x WHERE op='D' ORDER BY key,n DESC ON "
                    "CONFLICT(tbl,key)DO UPDATE SET seq=excluded.seq,at_ms=excluded.at_ms WHERE "
                    "excluded.seq>=d.seq),",
                    (long long)t->id);
        t->tombs = true;
    }
    bf_buf_lit(sql, "ins AS(INSERT INTO ");
    put_table(sql, t);
    bf_buf_addc(sql, '(');
    put_columns(sql, t);
    bf_buf_lit(sql, ",_version,_valid_from,_valid_to,_end_seq)SELECT ");
    put_values(sql, t);
    bf_buf_lit(sql, ",s.lv+s.up,s.at,s.until,s.end_seq FROM x s WHERE s.op<>'D' RETURNING 1)SELECT "
                    "(SELECT count(*) FROM ins),(SELECT count(*) FROM x),(SELECT count(*) FROM x "
                    "WHERE op='D' AND (before<>'D' OR (k=1 AND lopen)))");
    const char *text = bf_buf_cstr(sql);
    struct pg_result *r = text ? bf_pg_query(&g->c, text, 0, NULL, e) : NULL;
    bool ok = r || (!text && bf_buf_check(sql, "a statement", e));
    bf_buf_reset(sql);
    if (!r)
        return ok && false;
    c->upserts += (uint64_t)bf_pg_number(&g->c, r, 0, 0);
    c->older += staged - (uint64_t)bf_pg_number(&g->c, r, 0, 1);
    c->deletes += (uint64_t)bf_pg_number(&g->c, r, 0, 2);
    g->c.api->clear(r);
    return true;
}

bool pg_merge(struct pg *g, struct mirror *t, struct counters *c, struct bf_err *e)
{
    const struct pg_batch *b = t->batch;
    uint64_t puts = 0, removals = 0, rows = 0, kept = 0;
    for (size_t i = 0; i < b->n; i++) {
        puts += !b->row[i].dead && b->row[i].op != 'D';
        removals += !b->row[i].dead && b->row[i].op == 'D';
    }
    if (t->mode == MODE_HISTORY)
        return merge_history(g, t, c, puts + removals, e);
    if (puts) {
        if (!merge_puts(g, t, &rows, e))
            return false;
        c->upserts += rows;
        c->older += puts - rows;
    }
    if (!removals)
        return true;
    if (!merge_removals(g, t, removals, &rows, &kept, e))
        return false;
    c->deletes += rows;
    c->older += kept;
    return true;
}
