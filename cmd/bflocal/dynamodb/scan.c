/* DynamoDB: Scan. Items are in the order of their encoded keys. A segment is a subset of the
 * partition keys, chosen by hash. */
#include "cmd/bflocal/dynamodb/page.h"

enum { SEGMENTS_MAX = 1000000 };

struct segment {
    int64_t number, total; /* 0 of 1: the whole table */
};

static bool read_segment(struct bl_call *c, const struct bl_params *p, struct segment *s)
{
    bool number = bl_param(p, "Segment"), total = bl_param(p, "TotalSegments");
    *s = (struct segment){0, 1};
    if (!bl_param_int(c, p, "Segment", &s->number) ||
        !bl_param_int(c, p, "TotalSegments", &s->total))
        return false;
    if (number != total)
        return bl_fail(c, BL_ValidationException,
                       "The %s parameter is required but was not present in the request when "
                       "%s%s is present",
                       number ? "TotalSegments" : "Segment", number ? "" : "parameter ",
                       number ? "Segment parameter" : "TotalSegments");
    if (s->total < 1 || s->total > SEGMENTS_MAX)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%lld' at 'totalSegments' failed to "
                       "satisfy constraint: Member must have value %s %d",
                       (long long)s->total,
                       s->total < 1 ? "greater than or equal to" : "less than or equal to",
                       s->total < 1 ? 1 : SEGMENTS_MAX);
    if (s->number < 0)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%lld' at 'segment' failed to satisfy "
                       "constraint: Member must have value greater than or equal to 0",
                       (long long)s->number);
    return s->number < s->total ||
           bl_fail(c, BL_ValidationException,
                   "The Segment parameter is zero-based and must be less than parameter "
                   "TotalSegments: Segment: %lld is not less than TotalSegments: %lld",
                   (long long)s->number, (long long)s->total);
}

/* FNV-1a, folded, so that keys which differ only in their last bytes are spread. */
static bool in_segment(const struct segment *s, struct bf_str partition)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; s->total > 1 && i < partition.n; i++)
        h = (h ^ (unsigned char)partition.p[i]) * 1099511628211u;
    return s->total == 1 || (int64_t)((h ^ h >> 32) % (uint64_t)s->total) == s->number;
}

static bool read_rows(struct bl_call *c, const struct bl_table *t, struct bl_page *page,
                      const struct segment *s, sqlite3_stmt *q)
{
    bool ok = true;
    while (ok && !page->full && bl_step(c->store, q))
        if (in_segment(s, bl_column_blob(q, 0)))
            ok = bl_page_add(c, t, page, bl_column_text(q, 1));
    bl_done(q);
    return ok;
}

/* Reads all rows after the given keys. */
static bool scan_rows(struct bl_call *c, const struct bl_table *t, struct bl_page *page,
                      const struct segment *s, const struct bl_key *after,
                      const struct bl_key *base)
{
    sqlite3_stmt *q =
        page->index
            ? bl_sql(c->store, "SELECT e.hash,i.item FROM ddb_entry e JOIN ddb_item i ON i.tbl=?4"
                               " AND i.hash=e.base_hash AND i.range=e.base_range WHERE e.idx=?1"
                               " AND (e.hash,e.range,e.base_hash,e.base_range)>(?2,?3,?5,?6)"
                               " ORDER BY e.hash,e.range,e.base_hash,e.base_range")
            : bl_sql(c->store, "SELECT hash,item FROM ddb_item WHERE tbl=?"
                               " AND (hash,range)>(?,?) ORDER BY hash,range");
    bl_bind_i64(q, 1, page->index ? page->index->row : t->row);
    bl_bind_blob(q, 2, after->part[0]);
    bl_bind_blob(q, 3, after->part[1]);
    if (page->index) {
        bl_bind_i64(q, 4, t->row);
        bl_bind_blob(q, 5, base->part[0]);
        bl_bind_blob(q, 6, base->part[1]);
    }
    return read_rows(c, t, page, s, q);
}

static bool run_scan(struct bl_call *c, const struct bl_params *p, struct bl_page *page,
                     const struct segment *s)
{
    struct bl_key after, base;
    after.part[0] = after.part[1] = base.part[0] = base.part[1] = bf_str("", 0);
    bl_store_lock(c->store);
    const struct bl_table *t = bl_table_param(c, p);
    bool ok = t && bl_page_index(c, t, page) &&
              (!page->start || bl_page_start(c, t, page, &after, &base));
    if (ok && page->start && !in_segment(s, after.part[0]))
        ok = bl_fail(c, BL_ValidationException,
                     "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                     "ExclusiveStartKey with correct Segment. TotalSegments: %lld Segment: %lld",
                     (long long)s->total, (long long)s->number);
    if (ok) {
        bl_page_begin(c, page);
        ok = scan_rows(c, t, page, s, &after, &base);
        bl_page_end(c, p, t, page);
    }
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    if (e.code == BF_OK && !ok && !c->failed)
        bf_err_nomem(&e);
    return e.code == BF_OK ? ok : bl_fail_err(c, &e);
}

bool bl_ddb_scan(struct bl_call *c)
{
    struct bl_params p;
    struct bl_page page;
    struct segment s;
    if (!bl_params_read(c, &p) || !bl_returns_check(c, &p))
        return false;
    bool ok = bl_page_read(c, &p, &page) && bl_page_check(c, &page, false) &&
              read_segment(c, &p, &s) && run_scan(c, &p, &page, &s);
    bl_page_free(&page);
    return ok;
}
