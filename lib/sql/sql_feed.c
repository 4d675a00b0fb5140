/*
 * A query over all changes that is fed while they arrive. SQLite pulls rows from cdc, but changes
 * are pushed into the transform, so the query runs on a thread of its own. The two threads take
 * turns and never run at the same time: main packs the columns of changes until a batch is full,
 * then the query reads it. So no data is accessed concurrently, and nothing is kept but the query's
 * own state (its groups, or a sorter that spills to a file).
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/sql/sql_impl.h"

enum { BATCH_FULL = 256 * 1024, BATCH_MAX = 512 * 1024 * 1024 };

enum turn { TURN_MAIN, TURN_QUERY };

/* The header of a packed value; its text follows it. */
struct packed {
    enum sql_cell_kind kind;
    uint32_t n;
    union {
        sqlite3_int64 integer;
        double real;
    };
};

struct sql_feed {
    struct bf_sql *sql;
    bool star; /* does the query use whole rows? */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum turn turn;

    struct bf_buf batch;
    size_t at;             /* how much of it the query has read */
    struct sql_cell *cell; /* the current row of the query's input */
    bool read;             /* a cursor is reading it */
    bool over, quit;       /* no more changes; stop the thread */
    bool has_row, done;    /* the query has a result row; the query is done */
    int status;            /* the result code of the last step */
};

/* Gives the turn to the other thread and waits until it is given back. */
static void hand_over(struct sql_feed *f, enum turn to)
{
    enum turn own = to == TURN_MAIN ? TURN_QUERY : TURN_MAIN;
    pthread_mutex_lock(&f->lock);
    f->turn = to;
    pthread_cond_broadcast(&f->changed);
    while (f->turn != own)
        pthread_cond_wait(&f->changed, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

static void *run_query(void *arg)
{
    struct sql_feed *f = arg;
    struct bf_sql *s = f->sql;
    pthread_mutex_lock(&f->lock);
    while (f->turn != TURN_QUERY)
        pthread_cond_wait(&f->changed, &f->lock);
    pthread_mutex_unlock(&f->lock);
    while (!f->quit) {
        f->has_row = false; /* reset while it waits for changes */
        f->status = s->api->step(s->rows.stmt);
        f->has_row = f->status == SQLITE_ROW;
        if (!f->has_row)
            break;
        hand_over(f, TURN_MAIN);
    }
    pthread_mutex_lock(&f->lock);
    f->done = true;
    f->turn = TURN_MAIN;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

bool bf_sql_feed_new(struct bf_sql *s, bool star, struct bf_err *e)
{
    struct sql_feed *f = calloc(1, sizeof *f);
    if (!f)
        return bf_err_nomem(e);
    f->cell = calloc(s->ncolumns, sizeof *f->cell);
    if (!f->cell) {
        free(f);
        return bf_err_nomem(e);
    }
    f->sql = s;
    f->star = star;
    bf_buf_init(&f->batch, BATCH_MAX);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    s->feed = f;
    return true;
}

/* Lets the query run until it has read the batch, has a result row, or is done. Starts the thread,
 * so that an object that is never used has none. Signals are handled by main. */
static bool run(struct sql_feed *f, struct bf_err *e)
{
    if (!f->started) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        int error = pthread_create(&f->thread, NULL, run_query, f);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (error)
            return bf_err_sys(e, error, "cannot start a thread");
        f->started = true;
    }
    hand_over(f, TURN_QUERY);
    return true;
}

void bf_sql_feed_destroy(struct sql_feed *f)
{
    struct bf_err ignored;
    if (!f)
        return;
    if (f->started) {
        f->quit = true;
        while (!f->done)
            (void)run(f, &ignored);
        pthread_join(f->thread, NULL);
    }
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
    bf_buf_free(&f->batch);
    free(f->cell);
    free(f);
}

/* Packs the columns of the current change; a batch with half a row in it is never read. */
static bool pack(struct sql_feed *f, struct bf_err *e)
{
    size_t before = f->batch.n;
    bf_buf_addc(&f->batch, 'r'); /* a query may use no column at all */
    for (size_t i = f->star ? 0 : 1; i < f->sql->ncolumns; i++) {
        struct sql_cell cell;
        if (!bf_sql_cell(f->sql, i, &cell, e)) {
            f->batch.n = before;
            return false;
        }
        struct packed p = {.kind = cell.kind, .n = (uint32_t)cell.text.n};
        if (cell.kind == CELL_REAL)
            p.real = cell.real;
        else
            p.integer = cell.integer;
        bf_buf_add(&f->batch, &p, sizeof p);
        bf_buf_adds(&f->batch, cell.text);
    }
    return bf_buf_check(&f->batch, "a batch of changes", e);
}

static void unpack(struct sql_feed *f)
{
    f->at++;
    for (size_t i = f->star ? 0 : 1; i < f->sql->ncolumns; i++) {
        struct packed p;
        memcpy(&p, f->batch.p + f->at, sizeof p);
        f->at += sizeof p;
        f->cell[i] = (struct sql_cell){.kind = p.kind, .text = bf_str(f->batch.p + f->at, p.n)};
        if (p.kind == CELL_REAL)
            f->cell[i].real = p.real;
        else
            f->cell[i].integer = p.integer;
        f->at += p.n;
    }
}

/* The result of the query's turn. */
static bool outcome(struct sql_feed *f, bool *row, struct bf_err *e)
{
    *row = f->has_row;
    if (!f->done || f->status == SQLITE_DONE)
        return true;
    /* not BF_E_INPUT: no single change is at fault, so none is rejected */
    return bf_sql_fail(f->sql, f->status == SQLITE_NOMEM ? BF_E_MEMORY : BF_E_IO, e);
}

bool bf_sql_feed_next(struct sql_feed *f, bool again, bool *row, struct bf_err *e)
{
    *row = false;
    if (f->done)
        return true;
    if (!again) {
        if (!pack(f, e))
            return false;
        if (f->batch.n < BATCH_FULL)
            return true;
    }
    return run(f, e) && outcome(f, row, e);
}

bool bf_sql_feed_end_next(struct sql_feed *f, bool *row, struct bf_err *e)
{
    f->over = true;
    *row = false;
    return f->done ? true : run(f, e) && outcome(f, row, e);
}

int bf_sql_feed_filter(struct sql_feed *f)
{
    if (f->read)
        return SQLITE_MISUSE;
    f->read = true;
    return SQLITE_OK;
}

int bf_sql_feed_advance(struct sql_feed *f, bool *end)
{
    while (f->at == f->batch.n) {
        *end = f->over;
        if (f->over)
            return SQLITE_OK;
        f->at = 0;
        bf_buf_reset(&f->batch);
        hand_over(f, TURN_MAIN);
        if (f->quit)
            return SQLITE_INTERRUPT;
    }
    unpack(f);
    *end = false;
    return SQLITE_OK;
}

const struct sql_cell *bf_sql_feed_cell(const struct sql_feed *f, size_t column)
{
    return &f->cell[column];
}
