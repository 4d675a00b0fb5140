/*
 * DynamoDB: Query. Every condition on the sort key is a range low <= key < high of
 * encoded keys. The next possible key after a key is that key with a zero byte
 * appended. The first key after all keys with a prefix is the prefix with its last
 * byte incremented.
 */
#include "cmd/bflocal/dynamodb/legacy.h"
#include "cmd/bflocal/dynamodb/page.h"

struct range {
    unsigned char partition_bytes[BL_KEY_ENCODED_MAX];
    unsigned char low_bytes[BL_KEY_ENCODED_MAX + 1], high_bytes[BL_KEY_ENCODED_MAX + 1];
    struct bf_str partition, low, high;
    bool bounded; /* high is set */
    /* for an index: the item's key at which the entries of one index key start or end */
    struct bl_key base;
    bool base_low, base_high;
};

static bool not_supported(struct bl_call *c)
{
    return bl_fail(c, BL_ValidationException, "Query key condition not supported");
}

/* Turns ":v < key" into "key > :v". */
static void turn(struct bl_cond *cond)
{
    static const enum bl_cond_kind turned[] = {
        [BL_EQ] = BL_EQ, [BL_LT] = BL_GT, [BL_LE] = BL_GE, [BL_GT] = BL_LT, [BL_GE] = BL_LE};
    bool comparison = cond->kind == BL_EQ || cond->kind == BL_LT || cond->kind == BL_LE ||
                      cond->kind == BL_GT || cond->kind == BL_GE;
    if (!comparison || cond->args[0].kind != BL_OPERAND_VALUE ||
        cond->args[1].kind != BL_OPERAND_PATH)
        return;
    struct bl_operand value = cond->args[0];
    cond->args[0] = cond->args[1];
    cond->args[1] = value;
    cond->kind = turned[cond->kind];
}

/* Splits "a AND b" into its conditions, at most two. */
static bool split_conjunction(struct bl_call *c, struct bl_cond *cond, const struct bl_cond *out[2],
                              size_t *n)
{
    static const char *const words[] = {[BL_OR] = "OR",
                                        [BL_NOT] = "NOT",
                                        [BL_NE] = "<>",
                                        [BL_IN] = "IN",
                                        [BL_EXISTS] = "attribute_exists",
                                        [BL_CONTAINS] = "contains",
                                        [BL_NOT_EXISTS] = "attribute_not_exists",
                                        [BL_TYPE] = "attribute_type"};
    if (cond->kind == BL_AND)
        return split_conjunction(c, cond->left, out, n) &&
               split_conjunction(c, cond->right, out, n);
    if ((size_t)cond->kind < BF_COUNT(words) && words[cond->kind])
        return bl_fail(c, BL_ValidationException,
                       "Invalid operator used in KeyConditionExpression: %s", words[cond->kind]);
    if (*n == 2)
        return bl_fail(c, BL_ValidationException, "Conditions can be of length 1 or 2 only");
    turn(cond);
    out[(*n)++] = cond;
    return true;
}

/* The key attribute of a condition; NULL if there is none, or if the condition's form is not
 * allowed for a key. */
static const struct bl_key_attr *key_of_condition(const struct bl_table *t,
                                                  const struct bl_cond *cond)
{
    const struct bl_operand *path = &cond->args[0];
    if (path->kind != BL_OPERAND_PATH || path->path.n != 1)
        return NULL;
    for (size_t i = 1; i < cond->nargs; i++)
        if (cond->args[i].kind != BL_OPERAND_VALUE)
            return NULL;
    for (unsigned i = 0; i < t->nkeys; i++)
        if (bf_str_eq(path->path.steps[0].name, bf_str_of(t->key[i].name)))
            return &t->key[i];
    return NULL;
}

/* Finds the conditions of the partition key and of the sort key (may be NULL). */
static bool assign_conditions(struct bl_call *c, const struct bl_table *t, struct bl_cond *cond,
                              const struct bl_cond *out[2])
{
    const struct bl_cond *list[2];
    size_t n = 0;
    out[0] = out[1] = NULL;
    if (!split_conjunction(c, cond, list, &n))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (list[i]->args[0].kind == BL_OPERAND_PATH && list[i]->args[0].path.n > 1)
            return bl_fail(c, BL_ValidationException,
                           "KeyConditionExpressions cannot have conditions on nested attributes");
        const struct bl_key_attr *k = key_of_condition(t, list[i]);
        size_t part = k == &t->key[1];
        if (k && out[part])
            return bl_fail(c, BL_ValidationException,
                           "KeyConditionExpressions must only contain one condition per key");
        if (k)
            out[part] = list[i];
        else if (n == 2 && t->nkeys == 2)
            return bl_fail(c, BL_ValidationException,
                           "Query condition missed key schema element: %s",
                           t->key[out[0] ? 1 : 0].name);
        else if (list[i]->args[0].kind != BL_OPERAND_PATH)
            return not_supported(c);
    }
    if (!out[0])
        return bl_fail(c, BL_ValidationException, "Query condition missed key schema element: %s",
                       t->key[0].name);
    if (n == 2 && !out[1])
        return not_supported(c);
    return out[0]->kind == BL_EQ || not_supported(c);
}

/* Encodes the literal of a condition on a key attribute. */
static bool encode_literal(struct bl_call *c, const struct bl_key_attr *k, bool sort,
                           const struct bl_value *v, unsigned char *bytes, struct bf_str *out)
{
    size_t max = sort ? 1024 : 2048;
    if (v->type != k->type)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Condition parameter type does "
                       "not match schema type");
    if (v->type != BL_N && v->text.n == 0)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values are not valid. The AttributeValue for a key "
                       "attribute cannot contain an empty %s value. Key: %s",
                       v->type == BL_S ? "string" : "binary", k->name);
    if (v->type != BL_N && v->text.n > max)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Aggregated size of all %s keys "
                       "has exceeded the size limit of %zu bytes",
                       sort ? "range" : "hash", max);
    *out = bf_str((const char *)bytes, bl_key_encode(v, bytes));
    return true;
}

/* Changes the key to the next possible one. */
static void step_after(unsigned char *bytes, struct bf_str *key)
{
    bytes[key->n] = 0;
    *key = bf_str((const char *)bytes, key->n + 1);
}

static bool between_range(struct bl_call *c, const struct bl_key_attr *k,
                          const struct bl_cond *cond, struct range *r)
{
    if (!encode_literal(c, k, true, cond->args[1].value, r->low_bytes, &r->low) ||
        !encode_literal(c, k, true, cond->args[2].value, r->high_bytes, &r->high))
        return false;
    if (bf_str_cmp(r->low, r->high) > 0)
        return bl_fail(c, BL_ValidationException,
                       "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound "
                       "to be greater than or equal to lower bound");
    step_after(r->high_bytes, &r->high);
    r->bounded = true;
    return true;
}

static bool begins_with(struct bl_call *c, const struct bl_key_attr *k, const struct bl_cond *cond,
                        struct range *r)
{
    if (k->type == BL_N)
        return bl_fail(c, BL_ValidationException,
                       "Invalid KeyConditionExpression: Incorrect operand type for operator or "
                       "function; operator or function: begins_with, operand type: N");
    if (!encode_literal(c, k, true, cond->args[1].value, r->low_bytes, &r->low))
        return false;
    size_t n = r->low.n;
    memcpy(r->high_bytes, r->low_bytes, n);
    while (n > 0 && r->high_bytes[n - 1] == 0xff)
        n--;
    r->bounded = n > 0;
    if (r->bounded)
        r->high_bytes[n - 1]++;
    r->high = bf_str((const char *)r->high_bytes, n);
    return true;
}

static bool compare_range(struct bl_call *c, const struct bl_key_attr *k,
                          const struct bl_cond *cond, struct range *r)
{
    const struct bl_value *v = cond->args[1].value;
    bool low = cond->kind == BL_EQ || cond->kind == BL_GT || cond->kind == BL_GE;
    bool high = cond->kind == BL_EQ || cond->kind == BL_LT || cond->kind == BL_LE;
    if (low && !encode_literal(c, k, true, v, r->low_bytes, &r->low))
        return false;
    if (cond->kind == BL_GT)
        step_after(r->low_bytes, &r->low);
    if (high && !encode_literal(c, k, true, v, r->high_bytes, &r->high))
        return false;
    if (cond->kind == BL_EQ || cond->kind == BL_LE)
        step_after(r->high_bytes, &r->high);
    r->bounded = high;
    return true;
}

static bool make_range(struct bl_call *c, const struct bl_table *t, struct bl_cond *cond,
                       struct range *r)
{
    const struct bl_cond *parts[2] = {NULL, NULL};
    r->partition = r->low = r->high = bf_str("", 0);
    r->bounded = false;
    if (!assign_conditions(c, t, cond, parts) || !parts[0] ||
        !encode_literal(c, &t->key[0], false, parts[0]->args[1].value, r->partition_bytes,
                        &r->partition))
        return false;
    if (!parts[1])
        return true;
    if (parts[1]->kind == BL_BETWEEN)
        return between_range(c, &t->key[1], parts[1], r);
    if (parts[1]->kind == BL_BEGINS_WITH)
        return begins_with(c, &t->key[1], parts[1], r);
    return compare_range(c, &t->key[1], parts[1], r);
}

/* Moves the start or the end of the range to ExclusiveStartKey. */
static bool start_after_key(struct bl_call *c, const struct bl_table *t, const struct bl_page *page,
                            bool forward, struct range *r)
{
    struct bl_key key;
    if (!page->start)
        return true;
    if (!bl_page_start(c, t, page, &key, &r->base))
        return false;
    if (!bf_str_eq(key.part[0], r->partition))
        return bl_fail(c, BL_ValidationException,
                       "The provided starting key is outside query boundaries based on provided "
                       "conditions");
    struct bf_str sort = key.part[1];
    bool outside = bf_str_cmp(sort, r->low) < 0 || (r->bounded && bf_str_cmp(sort, r->high) >= 0);
    if (outside)
        return bl_fail(c, BL_ValidationException,
                       "The provided starting key does not match the range key predicate");
    if (forward) {
        memcpy(r->low_bytes, sort.p, sort.n);
        r->low = bf_str((const char *)r->low_bytes, sort.n);
        r->base_low = page->index;
        if (!page->index)
            step_after(r->low_bytes, &r->low);
    } else {
        memcpy(r->high_bytes, sort.p, sort.n);
        r->high = bf_str((const char *)r->high_bytes, sort.n);
        r->bounded = true;
        r->base_high = page->index;
    }
    return true;
}

/* The same for an index, whose entries are ordered by index key, then by item key. */
static sqlite3_stmt *select_entries(struct bl_call *c, const struct bl_table *t,
                                    const struct bl_page *page, bool forward, const struct range *r)
{
#define ENTRIES                                                                                    \
    "SELECT i.item FROM ddb_entry e JOIN ddb_item i ON i.tbl=?1 AND i.hash=e.base_hash"            \
    " AND i.range=e.base_range WHERE e.idx=?2 AND e.hash=?3"                                       \
    " AND (e.range,e.base_hash,e.base_range)>(?4,?5,?6)"
#define BOUNDED  " AND (e.range,e.base_hash,e.base_range)<(?7,?8,?9)"
#define UPWARD   " ORDER BY e.range,e.base_hash,e.base_range"
#define DOWNWARD " ORDER BY e.range DESC,e.base_hash DESC,e.base_range DESC"
    static const char *const sql[2][2] = {{ENTRIES DOWNWARD, ENTRIES UPWARD},
                                          {ENTRIES BOUNDED DOWNWARD, ENTRIES BOUNDED UPWARD}};
    const struct bf_str none = bf_str("", 0);
    sqlite3_stmt *q = bl_sql(c->store, sql[r->bounded][forward]);
    bl_bind_i64(q, 1, t->row);
    bl_bind_i64(q, 2, page->index->row);
    bl_bind_blob(q, 3, r->partition);
    bl_bind_blob(q, 4, r->low);
    for (int i = 0; i < 2; i++) {
        bl_bind_blob(q, 5 + i, r->base_low ? r->base.part[i] : none);
        if (r->bounded)
            bl_bind_blob(q, 8 + i, r->base_high ? r->base.part[i] : none);
    }
    if (r->bounded)
        bl_bind_blob(q, 7, r->high);
    return q;
}

static sqlite3_stmt *select_items(struct bl_call *c, const struct bl_table *t, bool forward,
                                  const struct range *r)
{
    static const char *const sql[2][2] = {
        {"SELECT item FROM ddb_item WHERE tbl=? AND hash=? AND range>=? ORDER BY range DESC",
         "SELECT item FROM ddb_item WHERE tbl=? AND hash=? AND range>=? ORDER BY range"},
        {"SELECT item FROM ddb_item WHERE tbl=? AND hash=? AND range>=? AND range<?"
         " ORDER BY range DESC",
         "SELECT item FROM ddb_item WHERE tbl=? AND hash=? AND range>=? AND range<?"
         " ORDER BY range"}};
    sqlite3_stmt *q = bl_sql(c->store, sql[r->bounded][forward]);
    bl_bind_i64(q, 1, t->row);
    bl_bind_blob(q, 2, r->partition);
    bl_bind_blob(q, 3, r->low);
    if (r->bounded)
        bl_bind_blob(q, 4, r->high);
    return q;
}

static bool read_page(struct bl_call *c, const struct bl_table *t, struct bl_page *page,
                      bool forward, const struct range *r)
{
    bool ok = true;
    sqlite3_stmt *q =
        page->index ? select_entries(c, t, page, forward, r) : select_items(c, t, forward, r);
    while (ok && !page->full && bl_step(c->store, q))
        ok = bl_page_add(c, t, page, bl_column_text(q, 0));
    bl_done(q);
    return ok;
}

/* Does a condition contain a key attribute? A filter must not. */
static const struct bl_key_attr *names_key(const struct bl_table *t, const struct bl_cond *cond)
{
    const struct bl_key_attr *k = NULL;
    if (cond->left && (k = names_key(t, cond->left)))
        return k;
    if (cond->right)
        return names_key(t, cond->right);
    for (size_t i = 0; i < cond->nargs; i++)
        for (unsigned n = 0; cond->args[i].path.n && n < t->nkeys; n++)
            if (bf_str_eq(cond->args[i].path.steps[0].name, bf_str_of(t->key[n].name)))
                return &t->key[n];
    return k;
}

static bool check_filter(struct bl_call *c, const struct bl_table *t, const struct bl_page *page)
{
    const struct bl_key_attr *k = page->filter ? names_key(t, page->filter) : NULL;
    return !k || bl_fail(c, BL_ValidationException,
                         "Filter Expression can only contain non-primary key attributes: Primary "
                         "key attribute: %s",
                         k->name);
}

/* The key schema for the conditions: the table, or a copy with the keys of its index. */
static const struct bl_table *schema_of(const struct bl_table *t, const struct bl_index *x,
                                        struct bl_table *room)
{
    if (!x)
        return t;
    *room = *t;
    memcpy(room->key, x->key, sizeof room->key);
    room->nkeys = x->nkeys;
    return room;
}

static bool read_key_range(struct bl_call *c, const struct bl_table *t, const struct bl_page *page,
                           struct bl_cond *cond, bool forward, struct range *r)
{
    struct bl_table room;
    const struct bl_table *schema = schema_of(t, page->index, &room);
    r->base_low = r->base_high = false;
    return make_range(c, schema, cond, r) && check_filter(c, schema, page) &&
           start_after_key(c, t, page, forward, r);
}

static bool run_query(struct bl_call *c, const struct bl_params *p, struct bl_page *page,
                      struct bl_cond *cond, bool forward)
{
    struct range r;
    bl_store_lock(c->store);
    const struct bl_table *t = bl_table_param(c, p);
    bool ok = t && bl_page_index(c, t, page) && read_key_range(c, t, page, cond, forward, &r);
    if (ok) {
        page->single = t->nkeys == 1 && !page->index;
        bl_page_begin(c, page);
        ok = read_page(c, t, page, forward, &r);
        bl_page_end(c, p, t, page);
    }
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    if (e.code == BF_OK && !ok && !c->failed)
        bf_err_nomem(&e);
    return e.code == BF_OK ? ok : bl_fail_err(c, &e);
}

static bool parse_condition(struct bl_call *c, const struct bl_params *p, struct bl_page *page,
                            struct bl_cond **cond)
{
    struct bf_str text = {NULL, 0};
    struct bf_err e = {0};
    if (!bl_param_string(c, p, "KeyConditionExpression", &text))
        return false;
    if (!text.p && bl_param(p, "KeyConditions"))
        return bl_legacy_condition(c, p, "KeyConditions", cond) &&
               (*cond ||
                bl_fail(c, BL_ValidationException, "Conditions can be of length 1 or 2 only"));
    if (!text.p)
        return bl_fail(c, BL_ValidationException,
                       "Either the KeyConditions or KeyConditionExpression parameter must be "
                       "specified in the request.");
    return bl_cond_parse(&page->expr, "KeyConditionExpression", text, cond, &e) ||
           bl_fail_input(c, &e);
}

bool bl_ddb_query(struct bl_call *c)
{
    struct bl_params p;
    struct bl_page page;
    struct bl_cond *cond = NULL;
    bool forward = true;
    if (!bl_params_read(c, &p) || !bl_returns_check(c, &p))
        return false;
    bool ok = bl_page_read(c, &p, &page) && bl_param_bool(c, &p, "ScanIndexForward", &forward) &&
              parse_condition(c, &p, &page, &cond) && bl_page_check(c, &page, true) && cond &&
              run_query(c, &p, &page, cond, forward);
    bl_page_free(&page);
    return ok;
}
