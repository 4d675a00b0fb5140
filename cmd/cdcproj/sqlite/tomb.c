#include "cmd/cdcproj/sqlite/tomb.h"

#include <stdlib.h>

#include "cmd/cdcproj/mirror/item.h"
#include "lib/base/clock.h"

enum {
    BITS = 1 << 23
}; /* a megabyte; 1 in 20 keys is looked for in vain with a million deletions */

/* The two bits of a key. */
static void places(struct bf_str key, uint32_t at[2])
{
    uint64_t h = bf_hash(key);
    at[0] = (uint32_t)h % BITS;
    at[1] = (uint32_t)(h >> 32) % BITS;
}

static void add(struct mirror *t, struct bf_str key)
{
    uint32_t at[2];
    places(key, at);
    for (int i = 0; i < 2; i++)
        t->tomb_bits[at[i] / 64] |= (uint64_t)1 << at[i] % 64;
}

static bool may_be_there(const struct mirror *t, struct bf_str key)
{
    uint32_t at[2];
    places(key, at);
    return (t->tomb_bits[at[0] / 64] >> at[0] % 64 & 1) &&
           (t->tomb_bits[at[1] / 64] >> at[1] % 64 & 1);
}

static bool fill(struct mirrors *m, struct mirror *t, struct bf_err *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc;
    if (!(t->tomb_bits = calloc(BITS / 64, sizeof *t->tomb_bits)))
        return bf_err_nomem(e);
    if (!db_prepare(m->db, BF_STR("SELECT key FROM _bfpipe_deleted WHERE tbl=?1"), &stmt, e))
        return false;
    m->db->api->bind_int64(stmt, 1, t->id);
    while ((rc = m->db->api->step(stmt)) == SQLITE_ROW)
        add(t, bf_str(m->db->api->column_blob(stmt, 0), (size_t)m->db->api->column_bytes(stmt, 0)));
    bool ok = rc == SQLITE_DONE || db_fail(m->db, e);
    m->db->api->finalize(stmt);
    return ok;
}

bool tomb_look(struct mirrors *m, struct mirror *t, const struct line *l, bool *there, bool *older,
               struct bf_err *e)
{
    *there = *older = false;
    if (!t->tombs)
        return true;
    if (!t->tomb_bits && !fill(m, t, e))
        return false;
    struct bf_str key = item_key_text(m, t, l);
    if (!may_be_there(t, key))
        return true;
    m->db->api->bind_int64(m->find_tomb, 1, t->id);
    m->db->api->bind_blob(m->find_tomb, 2, key.p, (int)key.n, SQLITE_STATIC);
    int rc = m->db->api->step(m->find_tomb);
    if (rc == SQLITE_ROW) {
        *there = true;
        *older = bf_str_cmp(l->order, db_text(m->db, m->find_tomb, 0)) < 0;
    }
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(m->db, e);
    m->db->api->reset(m->find_tomb);
    return ok;
}

bool tomb_drop(struct mirrors *m, const struct mirror *t, const struct line *l, struct bf_err *e)
{
    m->db->api->bind_int64(m->drop_tomb, 1, t->id);
    struct bf_str key = item_key_text(m, t, l);
    m->db->api->bind_blob(m->drop_tomb, 2, key.p, (int)key.n, SQLITE_STATIC);
    return db_run(m->db, m->drop_tomb, NULL, e);
}

bool tomb_put(struct mirrors *m, struct mirror *t, const struct line *l, struct bf_err *e)
{
    if (l->ordered == ORDERED_NOT)
        return true;
    t->tombs = true;
    m->db->api->bind_int64(m->put_tomb, 1, t->id);
    struct bf_str key = item_key_text(m, t, l);
    if (t->tomb_bits)
        add(t, key);
    m->db->api->bind_blob(m->put_tomb, 2, key.p, (int)key.n, SQLITE_STATIC);
    db_bind(m->db, m->put_tomb, 3, l->order);
    m->db->api->bind_int64(m->put_tomb, 4, l->time_ms ? l->time_ms : bf_clock_wall_ms());
    return db_run(m->db, m->put_tomb, NULL, e);
}
