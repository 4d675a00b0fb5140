#include "cmd/bflocal/dynamodb/page.h"

#include "cmd/bflocal/dynamodb/legacy.h"

#include "lib/json/write.h"

enum { SCRATCH_MAX = 64 * 1024 * 1024, KEY_JSON_MAX = 64 * 1024 };

static bool read_limit(struct bl_call *c, const struct bl_params *p, struct bl_page *page)
{
    page->limit = INT64_MAX;
    if (!bl_param_int(c, p, "Limit", &page->limit))
        return false;
    if (page->limit < 1 && strcmp(c->op_name, "Scan") == 0) /* each operation has its words */
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%lld' at 'limit' failed to satisfy "
                       "constraint: Member must have value greater than or equal to 1",
                       (long long)page->limit);
    return page->limit >= 1 ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value at 'Limit' failed to satisfy "
                   "constraint: Member must have value greater than or equal to 1");
}

/* projected: the parameter that selects attributes, or NULL. */
static bool read_select(struct bl_call *c, const struct bl_params *p, struct bl_page *page,
                        const char *projected)
{
    struct bf_str select = {NULL, 0};
    if (!bl_param_string(c, p, "Select", &select))
        return false;
    page->count_only = bf_str_is(select, "COUNT");
    bool specific = bf_str_is(select, "SPECIFIC_ATTRIBUTES");
    page->all = bf_str_is(select, "ALL_ATTRIBUTES");
    if (!select.p)
        return true;
    if (bf_str_is(select, "ALL_PROJECTED_ATTRIBUTES") && page->index_name.p && !projected)
        return true;
    if (bf_str_is(select, "ALL_PROJECTED_ATTRIBUTES") && !page->index_name.p)
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
                       "%s when choosing to get %.*s",
                       projected, BF_SHOWN(select));
    return specific || page->count_only || page->all ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%.*s' at 'select' failed to satisfy "
                   "constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, "
                   "ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
                   BF_SHOWN(select));
}

static bool read_expressions(struct bl_call *c, const struct bl_params *p, struct bl_page *page)
{
    struct bf_err e = {0};
    struct bf_str filter = {NULL, 0}, projection = {NULL, 0};
    bool query = strcmp(c->op_name, "Query") == 0;
    if (!bl_param_string(c, p, "FilterExpression", &filter) ||
        !bl_param_string(c, p, "ProjectionExpression", &projection) ||
        !read_select(c, p, page,
                     projection.p                     ? "ProjectionExpression"
                     : bl_param(p, "AttributesToGet") ? "AttributesToGet"
                                                      : NULL))
        return false;
    struct bl_projection *paths = bf_arena_alloc(&c->arena, sizeof *paths);
    struct bl_cond *cond = NULL;
    bool ok = paths || bf_err_nomem(&e);
    ok = ok && bl_expr_init(&page->expr, &c->arena, bl_param_raw(p, "ExpressionAttributeNames"),
                            bl_param_raw(p, "ExpressionAttributeValues"), &e);
    ok = ok && (!filter.p || bl_cond_parse(&page->expr, "FilterExpression", filter, &cond, &e)) &&
         (!projection.p || bl_projection_parse(&page->expr, projection, paths, &e));
    if (!ok)
        return bl_fail_input(c, &e);
    paths = projection.p ? paths : NULL;
    ok = bl_legacy_condition(c, p, query ? "QueryFilter" : "ScanFilter", &cond) &&
         bl_legacy_projection(c, p, &paths);
    page->filter = cond;
    page->projection = paths;
    return ok;
}

bool bl_page_read(struct bl_call *c, const struct bl_params *p, struct bl_page *page)
{
    memset(page, 0, sizeof *page);
    bf_arena_init(&page->scratch, SCRATCH_MAX);
    bf_buf_init(&page->last_key, KEY_JSON_MAX);
    struct bf_str start = bl_param_raw(p, "ExclusiveStartKey");
    return bl_legacy_check(c, p) && bl_param_string(c, p, "IndexName", &page->index_name) &&
           read_limit(c, p, page) && bl_param_bool(c, p, "ConsistentRead", &page->consistent) &&
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
    return bl_expr_check_used(&page->expr, any ? NULL : "FilterExpression is", &e) ||
           bl_fail_input(c, &e);
}

/* The first attribute that is in the projection but not in the index; p == NULL: none. */
static struct bf_str beyond(const struct bl_table *t, const struct bl_page *page)
{
    for (size_t i = 0; page->projection && i < page->projection->n; i++) {
        struct bf_str name = page->projection->paths[i].steps[0].name;
        if (!bl_index_projects(t, page->index, name))
            return name;
    }
    return bf_str(NULL, 0);
}

bool bl_page_index(struct bl_call *c, const struct bl_table *t, struct bl_page *page)
{
    struct bf_str name = page->index_name;
    if (!name.p)
        return true;
    page->index = bl_index_find(t, name);
    if (!page->index)
        return bl_fail(c, BL_ValidationException,
                       "The table does not have the specified index: %.*s", BF_SHOWN_TO(name, 255));
    const struct bl_index *x = page->index;
    if (x->global && page->consistent)
        return bl_fail(c, BL_ValidationException,
                       "Consistent reads are not supported on global secondary indexes");
    if (x->global && page->all && x->projected != BL_PROJECT_ALL)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is "
                       "not supported for global secondary index %s because its projection type "
                       "is not ALL",
                       x->name);
    struct bf_str attribute = beyond(t, page);
    page->whole = page->all || attribute.p;
    return !x->global || !attribute.p ||
           bl_fail(c, BL_ValidationException,
                   "One or more parameter values were invalid: Global secondary index %s does not "
                   "project [%.*s]",
                   x->name, BF_SHOWN_TO(attribute, 255));
}

static bool bad_start(struct bl_call *c)
{
    return bl_fail(c, BL_ValidationException, "The provided starting key is invalid");
}

bool bl_page_start(struct bl_call *c, const struct bl_table *t, const struct bl_page *page,
                   struct bl_key *key, struct bl_key *base)
{
    if (!page->index)
        return bl_key_of(c, t, page->start, true, key) ||
               bl_fail(c, BL_ValidationException,
                       "The provided starting key is invalid: The provided key element does not "
                       "match the schema");
    size_t n = t->nkeys;
    for (unsigned i = 0; i < page->index->nkeys; i++) {
        bool shared = false;
        for (unsigned k = 0; k < t->nkeys; k++)
            shared = shared || strcmp(page->index->key[i].name, t->key[k].name) == 0;
        n += !shared;
    }
    return (page->start->n == n && bl_index_key(page->index, page->start, key) &&
            bl_key_of(c, t, page->start, false, base)) ||
           bad_start(c);
}

void bl_page_begin(struct bl_call *c, const struct bl_page *page)
{
    bf_buf_adds(&c->ans.body, page->count_only ? BF_STR("{") : BF_STR("{\"Items\":["));
}

static void put_key_attribute(struct bl_page *page, const struct bl_value *item, struct bf_str name,
                              bool *first)
{
    const struct bl_value *v = bl_field_get(item, name);
    if (!v)
        return;
    bf_json_put_key(&page->last_key, first, name);
    bl_value_put(&page->last_key, v);
}

/* The keys of the table, and those of the index unless they are the same attributes. */
static void put_last_key(const struct bl_table *t, struct bl_page *page,
                         const struct bl_value *item)
{
    bool first = true;
    bf_buf_addc(&page->last_key, '{');
    for (unsigned i = 0; i < t->nkeys; i++)
        put_key_attribute(page, item, bf_str_of(t->key[i].name), &first);
    for (unsigned i = 0; page->index && i < page->index->nkeys; i++) {
        const char *name = page->index->key[i].name;
        if (strcmp(name, t->key[0].name) != 0 &&
            (t->nkeys < 2 || strcmp(name, t->key[1].name) != 0))
            put_key_attribute(page, item, bf_str_of(name), &first);
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
    bool cut = page->index && !page->whole && page->index->projected != BL_PROJECT_ALL;
    bf_arena_reset(&page->scratch);
    bf_json_init(&j, json);
    if (!bl_item_parse(&page->scratch, &j, &item, &e) ||
        (cut && !(item = bl_index_item(&page->scratch, t, page->index, item))))
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
        if (!page->count_only && (page->projection || cut))
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
