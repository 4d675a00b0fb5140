/*
 * What fails changes nothing. Every kind of write is tried with a commit that fails, and with a store that breaks
 * off at each of its steps: memory, rows and files are as before, the same call goes through afterwards, and a new
 * start finds what memory has said.
 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/s3/s3.h"
#include "cmd/bflocal/streams/streams.h"
#include "lib/cli/diag.h"
#include "tests/unit/bflocal_call.h"

static const size_t room = 64 << 20;

/* --- what there is ------------------------------------------------------------------------------------------- */

static void put_shards(struct bf_buf *out, const struct bl_stream *s)
{
    bf_buf_addf(out, " row %lld next %lld retention %lld on-demand %d\n", (long long)s->row,
                (long long)s->next, (long long)s->retention_h, s->on_demand);
    for (size_t i = 0; i < s->n; i++) {
        const struct bl_shard *x = &s->shards[i];
        bf_buf_lit(out, "    ");
        bl_hash_put(out, x->low);
        bf_buf_addc(out, '-');
        bl_hash_put(out, x->high);
        bf_buf_addf(out, " row %lld of %d %d from %lld to %lld born %lld closed %lld\n",
                    (long long)x->row, x->parent, x->adjacent, (long long)x->first,
                    (long long)x->last, (long long)x->created_ms, (long long)x->closed_ms);
    }
}

static int by_name(const void *a, const void *b)
{
    /* of tables: their names stand behind the rows, as those of streams do */
    const struct bl_table *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static int by_stream_name(const void *a, const void *b)
{
    const struct bl_stream *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static void put_table(struct bf_buf *out, const struct bl_table *t)
{
    bf_buf_addf(out, "table %s row %lld view %d label %s items %lld bytes %lld", t->name,
                (long long)t->row, (int)t->view, t->label, (long long)t->items,
                (long long)t->bytes);
    bf_buf_addf(out, " units %d %lld %lld protected %d to %s %d and %s %d stream", t->on_demand,
                (long long)t->read_units, (long long)t->write_units, t->deletion_protection,
                t->destination[0], t->destination_micros[0], t->destination[1],
                t->destination_micros[1]);
    if (t->stream)
        put_shards(out, t->stream);
    else
        bf_buf_addc(out, '\n');
}

static void put_memory(struct bf_buf *out, const struct bl_local *l)
{
    qsort(l->ddb->tables, l->ddb->n, sizeof *l->ddb->tables, by_name);
    for (size_t i = 0; i < l->ddb->n; i++)
        put_table(out, l->ddb->tables[i]);
    for (size_t i = 0; i < l->ddb->nstreams; i++) {
        const struct bl_ddb_stream *s = &l->ddb->streams[i];
        bf_buf_addf(out, "stream %lld of %s label %s view %d on %d closed %lld", (long long)s->row,
                    s->table, s->label, (int)s->view, s->enabled, (long long)s->closed_ms);
        put_shards(out, s->shards);
    }
    qsort(l->kinesis->streams, l->kinesis->n, sizeof *l->kinesis->streams, by_stream_name);
    for (size_t i = 0; i < l->kinesis->n; i++) {
        bf_buf_addf(out, "kinesis %s", l->kinesis->streams[i]->name);
        put_shards(out, l->kinesis->streams[i]);
    }
    bf_buf_addf(out, "s3 bytes %llu\n", (unsigned long long)l->s3->bytes);
}

static void put_rows(struct bf_buf *out, struct bl_local *l, const char *table)
{
    sqlite3_stmt *q;
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
    assert_int_equal(sqlite3_prepare_v2(l->store.db, sql, -1, &q, NULL), SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW) {
        bf_buf_addf(out, "%s", table);
        for (int i = 0; i < sqlite3_column_count(q); i++) {
            bf_buf_addc(out, ' ');
            bf_buf_adds(out, bl_column_blob(q, i));
        }
        bf_buf_addc(out, '\n');
    }
    sqlite3_finalize(q);
}

static void put_store(struct bf_buf *out, struct bl_local *l)
{
    static const char *const tables[] = {"ddb_table",  "ddb_item",  "ddb_token", "ddb_stream",
                                         "kin_stream", "kin_shard", "log_chunk", "s3_bucket",
                                         "s3_object",  "s3_upload", "s3_part"};
    for (size_t i = 0; i < BF_COUNT(tables); i++)
        put_rows(out, l, tables[i]);
}

static int entry_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void put_files(struct bf_buf *out, const char *dir, int depth)
{
    struct dirent **list;
    int n = scandir(dir, &list, NULL, entry_order);
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", dir, list[i]->d_name);
        if (list[i]->d_name[0] != '.' && depth)
            put_files(out, path, depth - 1);
        else if (list[i]->d_name[0] != '.')
            bf_buf_addf(out, "file %s\n", path);
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

/* Everything, as text. */
static void snapshot(struct bf_buf *out, struct bl_local *l)
{
    bf_buf_reset(out);
    put_memory(out, l);
    put_store(out, l);
    if (l->s3->dir)
        put_files(out, l->s3->dir, 1);
    assert_true(bf_buf_ok(out));
}

/* Shows the first line that is another. */
static void assert_same(const char *name, const char *when, const struct bf_buf *was,
                        const struct bf_buf *is)
{
    struct bf_str a = bf_buf_view(was), b = bf_buf_view(is), x, y;
    if (bf_str_eq(a, b))
        return;
    while (bf_str_split(&a, '\n', &x) && bf_str_split(&b, '\n', &y) && bf_str_eq(x, y))
        ;
    fail_msg("%s, %s: '%.*s' was '%.*s'", name, when, (int)y.n, y.p, (int)x.n, x.p);
}

/* --- the calls ----------------------------------------------------------------------------------------------- */

#define DDB "POST /\nx-amz-target: DynamoDB_20120810."
#define KIN "POST /\nx-amz-target: Kinesis_20131202."

struct write {
    const char *request, *body;
};

#define TABLE(name, more)                                                                          \
    {                                                                                              \
        DDB "CreateTable", "{\"TableName\":\"" name                                                \
                           "\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":"      \
                           "[{\"AttributeName\":\"k\",\"AttributeType\":\"S\"}],\"KeySchema\":"    \
                           "[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}]" more "}"             \
    }
#define STREAM                                                                                     \
    ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}"
#define ARN   "\"StreamArn\":\"arn:aws:kinesis:us-east-1:000000000000:stream/k\""
#define SHARD "\"StreamName\":\"k\",\"ShardToSplit\":\"shardId-000000000000\""

/* <upload> is the id of the first upload that there is. */
static const struct write writes[] = {
    TABLE("streamed", STREAM),
    TABLE("plain", ""),
    {KIN "CreateStream", "{\"StreamName\":\"k\",\"ShardCount\":2}"},
    {DDB "EnableKinesisStreamingDestination", "{\"TableName\":\"streamed\"," ARN "}"},
    {DDB "PutItem", "{\"TableName\":\"streamed\",\"Item\":{\"k\":{\"S\":\"a\"}}}"},
    {DDB "PutItem",
     "{\"TableName\":\"streamed\",\"Item\":{\"k\":{\"S\":\"a\"},\"x\":{\"N\":\"1\"}}}"},
    {DDB "UpdateItem",
     "{\"TableName\":\"streamed\",\"Key\":{\"k\":{\"S\":\"b\"}},\"UpdateExpression\":\"SET x=:x\","
     "\"ExpressionAttributeValues\":{\":x\":{\"S\":\"long\"}}}"},
    {DDB "DeleteItem", "{\"TableName\":\"streamed\",\"Key\":{\"k\":{\"S\":\"a\"}}}"},
    {DDB "BatchWriteItem", "{\"RequestItems\":{\"streamed\":[{\"PutRequest\":{\"Item\":{\"k\":{"
                           "\"S\":\"c\"}}}},{\"DeleteRequest\":{\"Key\":{\"k\":{\"S\":\"b\"}}}}],"
                           "\"plain\":[{\"PutRequest\":{\"Item\":{\"k\":{\"S\":\"d\"}}}}]}}"},
    {DDB "TransactWriteItems",
     "{\"ClientRequestToken\":\"t\",\"TransactItems\":[{\"Put\":{\"TableName\":\"streamed\","
     "\"Item\":{\"k\":{\"S\":\"e\"}}}},"
     "{\"Delete\":{\"TableName\":\"plain\",\"Key\":{\"k\":{\"S\":\"d\"}}}}]}"},
    {"POST /_bflocal/streams/split?table=streamed", ""},
    {DDB "PutItem", "{\"TableName\":\"streamed\",\"Item\":{\"k\":{\"S\":\"f\"}}}"},
    {KIN "PutRecord", "{\"StreamName\":\"k\",\"Data\":\"aGk=\",\"PartitionKey\":\"k\"}"},
    {KIN "PutRecords", "{\"StreamName\":\"k\",\"Records\":[{\"Data\":\"aGk=\",\"PartitionKey\":"
                       "\"k\"},{\"Data\":\"\",\"PartitionKey\":\"l\"}]}"},
    {KIN "SplitShard", "{" SHARD ",\"NewStartingHashKey\":\"1000\"}"},
    {KIN "MergeShards", "{\"StreamName\":\"k\",\"ShardToMerge\":\"shardId-000000000002\","
                        "\"AdjacentShardToMerge\":\"shardId-000000000003\"}"},
    {KIN "UpdateShardCount",
     "{\"StreamName\":\"k\",\"TargetShardCount\":4,\"ScalingType\":\"UNIFORM_SCALING\"}"},
    {KIN "UpdateShardCount",
     "{\"StreamName\":\"k\",\"TargetShardCount\":2,\"ScalingType\":\"UNIFORM_SCALING\"}"},
    {KIN "IncreaseStreamRetentionPeriod", "{\"StreamName\":\"k\",\"RetentionPeriodHours\":48}"},
    {KIN "DecreaseStreamRetentionPeriod", "{\"StreamName\":\"k\",\"RetentionPeriodHours\":36}"},
    {DDB "DisableKinesisStreamingDestination", "{\"TableName\":\"streamed\"," ARN "}"},
    {KIN "DeleteStream", "{\"StreamName\":\"k\"}"},
    {DDB "UpdateTable", "{\"TableName\":\"plain\",\"DeletionProtectionEnabled\":false" STREAM "}"},
    {DDB "UpdateTable",
     "{\"TableName\":\"plain\",\"StreamSpecification\":{\"StreamEnabled\":false}}"},
    {DDB "DeleteTable", "{\"TableName\":\"streamed\"}"},
    {"PUT /bucket", ""},
    {"PUT /bucket/o", "first"},
    {"PUT /bucket/o", "second"},
    {"PUT /bucket/empty", ""},
    {"PUT /bucket/copy\nx-amz-copy-source: /bucket/o", ""},
    {"POST /bucket/big?uploads", ""},
    {"PUT /bucket/big?uploadId=<upload>&partNumber=1", "part"},
    {"PUT /bucket/big?uploadId=<upload>&partNumber=1", "another"},
    {"PUT /bucket/big?uploadId=<upload>&partNumber=2\nx-amz-copy-source: /bucket/o", ""},
    {"POST /bucket/big?uploadId=<upload>",
     "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
     "b32d73e56ec99bc5ec8f83871cde708a</ETag></Part></CompleteMultipartUpload>"},
    {"POST /bucket/gone?uploads", ""},
    {"PUT /bucket/gone?uploadId=<upload>&partNumber=7", "part"},
    {"DELETE /bucket/gone?uploadId=<upload>", ""},
    {"DELETE /bucket/copy", ""},
    {"POST /bucket?delete\ncontent-md5: LHcCBQiMOuEXgMQ0d2roAg==",
     "<Delete><Object><Key>o</Key></Object><Object><Key>empty</Key></Object></Delete>"},
    {"DELETE /bucket/big", ""},
    {"DELETE /bucket", ""},
};

/* With the id of the upload in its place. */
static void fill(struct bl_local *l, const char *request, char *out, size_t size)
{
    const char *at = strstr(request, "<upload>");
    sqlite3_stmt *q = NULL;
    if (!at) {
        snprintf(out, size, "%s", request);
        return;
    }
    assert_int_equal(sqlite3_prepare_v2(l->store.db, "SELECT id FROM s3_upload", -1, &q, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    snprintf(out, size, "%.*s%s%s", (int)(at - request), request,
             (const char *)sqlite3_column_text(q, 0), at + 8);
    sqlite3_finalize(q);
}

static int run(struct bl_local *l, const struct write *w)
{
    struct bf_buf answer;
    bf_buf_init(&answer, room);
    int status = call(l, w->request, bf_str_of(w->body), &answer);
    if (status >= 300 && status < 500)
        fail_msg("%s: %d %.*s", w->request, status, (int)answer.n, answer.p);
    bf_buf_free(&answer);
    return status;
}

/* --- failures ------------------------------------------------------------------------------------------------ */

static int refuse(void *asked)
{
    ++*(int *)asked;
    return 1;
}

struct break_off {
    sqlite3 *db;
    int left;
    bool began; /* the transaction */
};

/* Not behind COMMIT: then it is done. fail_commit is about that. */
static int count_down(void *arg)
{
    struct break_off *b = arg;
    bool inside = !sqlite3_get_autocommit(b->db);
    if (b->began && !inside)
        return 0;
    b->began = inside;
    return --b->left == 0;
}

/* A commit that the disk does not take. */
static void fail_commit(struct bl_local *l, const struct write *w, const struct bf_buf *was,
                        struct bf_buf *is)
{
    int asked = 0;
    sqlite3_commit_hook(l->store.db, refuse, &asked);
    assert_int_equal(run(l, w), 500);
    sqlite3_commit_hook(l->store.db, NULL, NULL);
    assert_int_equal(asked, 1);
    snapshot(is, l);
    assert_same(w->request, "the commit failed", was, is);
}

/* A store that breaks off in the midst of a statement, of each in turn. The last try goes through. */
static void fail_steps(struct bl_local *l, const struct write *w, const struct bf_buf *was,
                       struct bf_buf *is)
{
    for (int steps = 1;; steps += 1 + steps / 8) {
        struct break_off b = {l->store.db, steps, false};
        sqlite3_progress_handler(l->store.db, 1, count_down, &b);
        int status = run(l, w);
        sqlite3_progress_handler(l->store.db, 0, NULL, NULL);
        if (b.left > 0) {
            assert_true(status >= 200 && status < 300);
            return;
        }
        if (status < 500)
            fail_msg("%s: %d although the store failed at step %d", w->request, status, steps);
        snapshot(is, l);
        assert_same(w->request, "a step failed", was, is);
    }
}

static void open_local(struct bl_local *l, const char *dir)
{
    struct bf_err e = {0};
    *l = (struct bl_local){.services = bl_services,
                           .region = "us-east-1",
                           .access_key = "K",
                           .secret_key = "S",
                           .ddb_shards = 2};
    bl_fault_init(&l->faults, bl_services);
    if (!bl_local_open(l, dir, &e))
        fail_msg("%s", e.text);
}

/* A new start says what memory said. */
static void restart(struct bl_local *l, const char *dir, const char *name, struct bf_buf *was,
                    struct bf_buf *is)
{
    bf_buf_reset(was);
    put_memory(was, l);
    bl_local_close(l);
    open_local(l, dir);
    bf_buf_reset(is);
    put_memory(is, l);
    assert_same(name, "after a new start", was, is);
}

static void all_writes(const char *dir)
{
    static struct bl_local l;
    struct bf_buf was, is;
    bf_buf_init(&was, room);
    bf_buf_init(&is, room);
    open_local(&l, dir);
    if (!dir)
        bl_store_limit(&l.store, (uint64_t)1 << 30); /* a journal, as with the fault `disk` */
    /* The first file of a run is noted with a transaction of its own: it is not what is tried here. */
    l.s3->dirty = dir != NULL;
    for (size_t i = 0; i < BF_COUNT(writes); i++) {
        char request[512];
        const struct write w = {request, writes[i].body};
        fill(&l, writes[i].request, request, sizeof request);
        snapshot(&was, &l);
        fail_commit(&l, &w, &was, &is);
        fail_steps(&l, &w, &was, &is);
        if (dir)
            restart(&l, dir, request, &was, &is);
        l.s3->dirty = dir != NULL || l.s3->dirty;
    }
    bl_local_close(&l);
    bf_buf_free(&is);
    bf_buf_free(&was);
}

/* The fault `disk`: writes until each kind has been refused; a refusal leaves nothing behind, and with room it goes on. */
static void fill_disk(const char *dir)
{
    static const size_t big = 60000;
    static const struct write kinds[] = {
        {DDB "PutItem",
         "{\"TableName\":\"streamed\",\"Item\":{\"k\":{\"S\":\"%d\"},\"x\":{\"S\":\"%s\"}}}"},
        {KIN "PutRecord", "{\"StreamName\":\"k\",\"PartitionKey\":\"%d\",\"Data\":\"%s\"}"},
        {"PUT /bucket/%d", "%d %s"},
    };
    static struct bl_local l;
    struct bf_buf was, is;
    char *x = malloc(big + 1), *body = malloc(big + 1000), request[128];
    int refused[BF_COUNT(kinds)] = {0}, n = 0;
    assert_true(x && body);
    memset(x, 'x', big);
    x[big] = '\0';
    bf_buf_init(&was, room);
    bf_buf_init(&is, room);
    open_local(&l, dir);
    for (size_t i = 0; i < 4; i++) /* tables, stream, its destination */
        assert_int_equal(run(&l, &writes[i]), 200);
    assert_int_equal(run(&l, &(struct write){"PUT /bucket", ""}), 200);
    l.faults.disk_max = 1000000;
    bl_store_limit(&l.store, l.faults.disk_max);
    while (!refused[0] || !refused[1] || !refused[2]) {
        size_t kind = (size_t)n % BF_COUNT(kinds);
        snprintf(request, sizeof request, kinds[kind].request, n);
        snprintf(body, big + 1000, kinds[kind].body, n, x);
        snapshot(&was, &l);
        if (run(&l, &(struct write){request, body}) == 500) {
            refused[kind]++;
            snapshot(&is, &l);
            assert_same(request, "the disk is full", &was, &is);
        }
        assert_true(++n < 1000);
    }
    l.faults.disk_max = 0;
    bl_store_limit(&l.store, 0);
    assert_int_equal(run(&l, &(struct write){request, body}), 200);
    if (dir)
        restart(&l, dir, "a full disk", &was, &is);
    bl_local_close(&l);
    bf_buf_free(&is);
    bf_buf_free(&was);
    free(body);
    free(x);
}

static void in_a_new_folder(void (*f)(const char *dir))
{
    char dir[] = "/tmp/bfpipe-commit.XXXXXX", command[64];
    assert_non_null(mkdtemp(dir));
    f(dir);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

static void full_disk(void **state)
{
    (void)state;
    in_a_new_folder(fill_disk);
    fill_disk(NULL);
}

static void in_a_folder(void **state)
{
    (void)state;
    in_a_new_folder(all_writes);
}

static void in_memory(void **state)
{
    (void)state;
    all_writes(NULL);
}

int main(void)
{
    bf_diag_loudness(false, true);
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_a_folder), cmocka_unit_test(in_memory),
                                       cmocka_unit_test(full_disk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
