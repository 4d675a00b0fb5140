#include "cmd/bflocal/ddb_page.h"

#include "lib/json/write.h"

enum { SCRATCH_MAX = 64 * 1024 * 1024, KEY_JSON_MAX = 64 * 1024 };

static bool refuse(struct bl_call *c, const struct bl_params *p)
{
    static const char *const legacy[] = {"KeyConditions",       "QueryFilter",     "ScanFilter",
                                         "ConditionalOperator", "AttributesToGet", "IndexName"};
    for (size_t i = 0; i < BF_COUNT(legacy); i++)
        if (bl_param(p, legacy[i]))
            return bl_fail(c, BL_ValidationException,
                           i + 1 < BF_COUNT(legacy)
                               ? "bflocal takes expressions, not the legacy parameter %s"
                               : "bflocal has no secondary indexes (%s): it holds the slice of "
                                 "DynamoDB that the toolkit uses",
                           legacy[i]);
    return true;
}

static bool read_limit(struct bl_call *c, const struct bl_params *p, struct bl_page *page)
{
    page->limit = INT64_MAX;
    if (!bl_param_int(c, p, "Limit", &page->limit))
        return false;
    return page->limit >= 1 ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%lld' at 'limit' failed to satisfy "
                   "constraint: Member must have value greater than or equal to 1",
                   (long long)page->limit);
}

static bool read_select(struct bl_call *c, const struct bl_params *p, struct bl_page *page,
                        bool projected)
{
    struct bf_str select = {NULL, 0};
    if (!bl_param_string(c, p, "Select", &select))
        return false;
    page->count_only = bf_str_is(select, "COUNT");
    bool specific = bf_str_is(select, "SPECIFIC_ATTRIBUTES");
    if (!select.p)
        return true;
    if (bf_str_is(select, "ALL_PROJECTED_ATTRIBUTES"))
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Select type "
                       "ALL_PROJECTED_ATTRIBUTES is not supported for this operation");
    if (specific && !projected)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Must specify the AttributesToGet"
                       " or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
    if (!specific && projected)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Cannot specify the "
                       "ProjectionExpression when choosing to get %.*s",
                       (int)(select.n > 60 ? 60 : select.n), select.p);
    return specific || page->count_only || bf_str_is(select, "ALL_ATTRIBUTES") ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%.*s' at 'select' failed to satisfy "
                   "constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, "
                   "ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
                   (int)(select.n > 60 ? 60 : select.n), select.p);
}

static bool read_expressions(struct bl_call *c, const struct bl_params *p, struct bl_page *page)
{
    struct bf_err e = {0};
    struct bf_str filter = {NULL, 0}, projection = {NULL, 0};
    if (!bl_param_string(c, p, "FilterExpression", &filter) ||
        !bl_param_string(c, p, "ProjectionExpression", &projection) ||
        !read_select(c, p, page, projection.p != NULL))
        return false;
    struct bl_projection *paths = bf_arena_alloc(&c->arena, sizeof *paths);
    struct bl_cond *cond = NULL;
    bool ok = paths || bf_err_nomem(&e);
    ok = ok && bl_expr_init(&page->expr, &c->arena, bl_param_raw(p, "ExpressionAttributeNames"),
                            bl_param_raw(p, "ExpressionAttributeValues"), &e);
    ok = ok && (!filter.p || bl_cond_parse(&page->expr, "FilterExpression", filter, &cond, &e)) &&
         (!projection.p || bl_projection_parse(&page->expr, projection, paths, &e));
    page->filter = cond;
    page->projection = projection.p ? paths : NULL;
    return ok || bl_fail_input(c, &e);
}

bool bl_page_read(struct bl_call *c, const struct bl_params *p, struct bl_page *page)
{
    memset(page, 0, sizeof *page);
    bf_arena_init(&page->scratch, SCRATCH_MAX);
    bf_buf_init(&page->last_key, KEY_JSON_MAX);
    struct bf_str start = bl_param_raw(p, "ExclusiveStartKey");
    return refuse(c, p) && read_limit(c, p, page) &&
           bl_param_bool(c, p, "ConsistentRead", &page->consistent) &&
           read_expressions(c, p, page) &&
           (!start.p || bl_item_read(c, start, "exclusiveStartKey", &page->start));
}

void bl_page_free(struct bl_page *page)
{
    bf_arena_free(&page->scratch);
    bf_buf_free(&page->last_key);
}

bool bl_page_check(struct bl_call *c, const struct bl_page *page, bool any)
{
    struct bf_err e = {0};
    any = any || page->filter || page->projection;
    return bl_expr_check_used(&page->expr, any, &e) || bl_fail_input(c, &e);
}

bool bl_page_start(struct bl_call *c, const struct bl_table *t, const struct bl_page *page,
                   struct bl_key *key)
{
    return bl_key_of(c, t, page->start, true, key) ||
           bl_fail(c, BL_ValidationException, "The provided starting key is invalid");
}

void bl_page_begin(struct bl_call *c, const struct bl_page *page)
{
    bf_buf_adds(&c->ans.body, page->count_only ? BF_STR("{") : BF_STR("{\"Items\":["));
}

static void put_last_key(const struct bl_table *t, struct bl_page *page,
                         const struct bl_value *item)
{
    bool first = true;
    bf_buf_addc(&page->last_key, '{');
    for (unsigned i = 0; i < t->nkeys; i++) {
        const struct bl_value *v = bl_field_get(item, bf_str_of(t->key[i].name));
        if (!v)
            continue;
        bf_json_put_key(&page->last_key, &first, bf_str_of(t->key[i].name));
        bl_value_put(&page->last_key, v);
    }
    bf_buf_addc(&page->last_key, '}');
}

bool bl_page_add(struct bl_call *c, const struct bl_table *t, struct bl_page *page,
                 struct bf_str json)
{
    struct bf_json j;
    struct bl_value *item;
    struct bf_err e = {0};
    struct bf_buf *out = &c->ans.body;
    bf_arena_reset(&page->scratch);
    bf_json_init(&j, json);
    if (!bl_item_parse(&page->scratch, &j, &item, &e))
        return false;
    page->scanned++;
    page->bytes += bl_item_size(item);
    if (!page->filter || bl_cond_test(page->filter, item)) {
        if (!page->count_only && page->count)
            bf_buf_addc(out, ',');
        const struct bl_value *picked =
            page->projection && !page->count_only
                ? bl_projection_apply(&page->scratch, page->projection, item)
                : item;
        if (!picked)
            return false;
        if (!page->count_only && page->projection)
            bl_item_put(out, picked);
        else if (!page->count_only)
            bf_buf_adds(out, json);
        page->count++;
    }
    page->full = !page->single && (page->scanned == page->limit || page->bytes >= BL_ANSWER_BYTES);
    if (page->full)
        put_last_key(t, page, item);
    return true;
}

void bl_page_end(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                 const struct bl_page *page)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_adds(out, page->count_only ? BF_STR("") : BF_STR("],"));
    bf_buf_addf(out, "\"Count\":%lld,\"ScannedCount\":%lld", (long long)page->count,
                (long long)page->scanned);
    if (page->full) {
        bf_buf_lit(out, ",\"LastEvaluatedKey\":");
        bf_buf_adds(out, bf_buf_view(&page->last_key));
    }
    size_t blocks = ((size_t)page->bytes + 4095) / 4096;
    bl_capacity_put(c, p, t, (double)(blocks ? blocks : 1) * (page->consistent ? 1.0 : 0.5));
    bf_buf_addc(out, '}');
}
