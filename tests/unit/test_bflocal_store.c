/* The store: transactions, sticky errors, a full disk, one process a folder. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/bflocal/store/transaction.h"

static int64_t count(struct bl_store *s)
{
    bl_store_lock(s);
    sqlite3_stmt *q = bl_sql(s, "SELECT count(*) FROM t");
    int64_t n = bl_step(s, q) ? bl_column_i64(q, 0) : -1;
    bl_done(q);
    bl_store_unlock(s);
    return n;
}

static void insert(struct bl_store *s, struct bf_str v)
{
    sqlite3_stmt *q = bl_sql(s, "INSERT INTO t VALUES (?)");
    bl_bind_blob(q, 1, v);
    bl_run(s, q);
}

static void open_memory(struct bl_store *s)
{
    struct bf_err e = {0};
    assert_true(bl_store_open(s, NULL, &e));
    assert_true(bl_store_exec(s, "CREATE TABLE t (v BLOB NOT NULL)", &e));
}

static void transactions(void **state)
{
    (void)state;
    struct bl_store s;
    struct bf_err e = {0};
    open_memory(&s);
    assert_true(bl_store_begin(&s, &e));
    insert(&s, BF_STR("a"));
    insert(&s, bf_str(NULL, 0)); /* empty, not NULL */
    assert_true(bl_store_commit(&s, &e));
    assert_true(bl_store_begin(&s, &e));
    insert(&s, BF_STR("b"));
    bl_store_rollback(&s);
    assert_int_equal(count(&s), 2);
    bl_store_close(&s);
}

/* Without a journal: what changed nothing rolls back, what was changed and then given up is the store's end. */
static void bulk(void **state)
{
    (void)state;
    struct bl_store s;
    struct bf_err e = {0};
    open_memory(&s);
    assert_true(bl_store_begin_bulk(&s, &e));
    insert(&s, BF_STR("a"));
    assert_true(bl_store_commit(&s, &e));
    assert_true(bl_store_begin_bulk(&s, &e));
    assert_int_equal(bl_run(&s, bl_sql(&s, "DELETE FROM t WHERE v=x'00'")), 0);
    bl_store_rollback(&s);
    assert_true(bl_store_begin(&s, &e)); /* this one has its journal again */
    insert(&s, BF_STR("b"));
    bl_store_rollback(&s);
    assert_int_equal(count(&s), 1);
    assert_true(bl_store_begin_bulk(&s, &e));
    insert(&s, BF_STR("c"));
    bl_store_rollback(&s);
    assert_false(bl_store_begin(&s, &e));
    assert_has(e.text, "memory had run out");
    assert_false(bl_store_begin_bulk(&s, &e));
    bl_store_close(&s);
}

/* With a maximum the journal stays, and so does what was there. */
static void bulk_full(void **state)
{
    (void)state;
    struct bl_store s;
    struct bf_err e = {0};
    char *big = calloc(1, 100000);
    assert_non_null(big);
    open_memory(&s);
    bl_store_limit(&s, 50000);
    assert_true(bl_store_begin_bulk(&s, &e));
    insert(&s, BF_STR("a"));
    assert_true(bl_store_commit(&s, &e));
    assert_true(bl_store_begin_bulk(&s, &e));
    insert(&s, BF_STR("b"));
    insert(&s, bf_str(big, 100000));
    assert_false(bl_store_commit(&s, &e));
    assert_int_equal(count(&s), 1);
    assert_true(bl_store_begin_bulk(&s, &e));
    insert(&s, BF_STR("c"));
    assert_true(bl_store_commit(&s, &e));
    assert_int_equal(count(&s), 2);
    free(big);
    bl_store_close(&s);
}

static void sticky(void **state)
{
    (void)state;
    struct bl_store s;
    struct bf_err e = {0};
    open_memory(&s);
    assert_true(bl_store_begin(&s, &e));
    insert(&s, BF_STR("a"));
    assert_null(bl_sql(&s, "SELECT nonsense FROM nowhere"));
    assert_false(bl_store_ok(&s));
    insert(&s, BF_STR("b"));
    assert_false(bl_store_commit(&s, &e));
    assert_int_equal(e.code, BF_E_IO);
    assert_has(e.text, "nowhere");
    assert_int_equal(count(&s), 0); /* all of it went, and the store is free again */
    bl_store_close(&s);
}

/* A disk that is full refuses, and takes again when there is room. */
static void full(void **state)
{
    (void)state;
    struct bl_store s;
    struct bf_err e = {0};
    char *big = calloc(1, 100000);
    assert_non_null(big);
    open_memory(&s);
    bl_store_limit(&s, 50000);
    assert_true(bl_store_begin(&s, &e));
    insert(&s, bf_str(big, 100000));
    assert_false(bl_store_commit(&s, &e));
    assert_has(e.text, "full");
    assert_int_equal(count(&s), 0);
    bl_store_limit(&s, 0);
    assert_true(bl_store_begin(&s, &e));
    insert(&s, bf_str(big, 100000));
    assert_true(bl_store_commit(&s, &e));
    assert_int_equal(count(&s), 1);
    free(big);
    bl_store_close(&s);
}

/* What another process gets that opens the same folder. */
static int open_elsewhere(const char *path)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct bl_store s;
        struct bf_err e = {0};
        (void)!bl_store_open(&s, path, &e);
        _exit((int)e.code);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void folder(void **state)
{
    (void)state;
    char dir[] = "/tmp/bfpipe-store.XXXXXX", path[64];
    struct bl_store s;
    struct bf_err e = {0};
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/deep/er", dir);
    assert_true(bl_store_open(&s, path, &e));
    assert_true(bl_store_exec(&s, "CREATE TABLE t (v BLOB NOT NULL)", &e));
    assert_true(bl_store_begin(&s, &e));
    insert(&s, BF_STR("a"));
    assert_true(bl_store_commit(&s, &e));
    assert_int_equal(open_elsewhere(path), BF_E_TEMPORARY);
    bl_store_close(&s);
    assert_true(bl_store_open(&s, path, &e));
    assert_int_equal(count(&s), 1);
    assert_true(bl_store_exec(&s, "PRAGMA user_version = 1", &e)); /* as another version has it */
    bl_store_close(&s);
    assert_false(bl_store_open(&s, path, &e));
    assert_int_equal(e.code, BF_E_INPUT);
    assert_has(e.text, "another version");
    bl_store_close(&s);
    char command[96];
    snprintf(command, sizeof(command), "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transactions), cmocka_unit_test(bulk), cmocka_unit_test(bulk_full),
        cmocka_unit_test(sticky),       cmocka_unit_test(full), cmocka_unit_test(folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
