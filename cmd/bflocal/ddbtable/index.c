/* DynamoDB: reads, stores and describes the definitions of secondary indexes. */
#include "cmd/bflocal/ddbtable/index.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/json/write.h"

#define INVALID "One or more parameter values were invalid: "

static bool read_name(struct bl_call *c, const struct bl_params *p, struct bl_index *x)
{
    struct bf_str name = {NULL, 0};
    if (!bl_param_string(c, p, "IndexName", &name))
        return false;
    if (!bl_name_spelled(name) || name.n < 3 || name.n > 255)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%.*s' at 'indexName' failed to satisfy "
                       "constraint: Member must satisfy regular expression pattern: "
                       "[a-zA-Z0-9_.-]+ and have length between 3 and 255",
                       BF_SHOWN_TO(name, 255));
    snprintf(x->name, sizeof x->name, "%.*s", (int)name.n, name.p);
    return true;
}

static bool keep_included(struct bl_call *c, struct bf_str raw, struct bl_index *x)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    size_t used = 0;
    x->included = malloc(raw.n + 1);
    if (!x->included)
        return bl_fail(c, BL_InternalServerError, "out of memory");
    bf_json_init(&j, raw);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_SerializationException, "NonKeyAttributes: expected a list");
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        struct bf_str name;
        if (v.type != BF_JSON_STRING || !bl_param_text(c, &v, &name))
            return bl_fail(c, BL_SerializationException, "NonKeyAttributes: expected strings");
        if (name.n == 0 || name.n > 255 || x->nincluded == BL_INCLUDED_MAX)
            return bl_fail(c, BL_ValidationException,
                           INVALID "NonKeyAttributes: 1 to %d names of 1 to 255 bytes",
                           BL_INCLUDED_MAX);
        memcpy(x->included + used, name.p, name.n);
        used += name.n;
        x->included[used++] = '\0';
        x->nincluded++;
    }
    return true;
}

static bool read_projection(struct bl_call *c, const struct bl_params *p, struct bl_index *x)
{
    static const char *const names[] = {"ALL", "KEYS_ONLY", "INCLUDE"};
    struct bf_str raw = bl_param_raw(p, "Projection"), type = {NULL, 0};
    struct bl_params q;
    if (!raw.p)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'projection' failed to satisfy "
                       "constraint: Member must not be null");
    if (!bl_params_read_object(c, raw, &q) || !bl_param_string(c, &q, "ProjectionType", &type))
        return false;
    bool known = false;
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (bf_str_eq(type, bf_str_of(names[i]))) {
            x->projected = (enum bl_projected)i;
            known = true;
        }
    struct bf_str list = bl_param_raw(&q, "NonKeyAttributes");
    if (!known)
        return bl_fail(c, BL_ValidationException, INVALID "Unknown ProjectionType: %.*s",
                       BF_SHOWN(type));
    if (x->projected != BL_PROJECT_INCLUDE)
        return !list.p || bl_fail(c, BL_ValidationException,
                                  INVALID "ProjectionType is %s, but NonKeyAttributes is specified",
                                  names[x->projected]);
    if (!list.p)
        return bl_fail(c, BL_ValidationException,
                       INVALID "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
    return keep_included(c, list, x);
}

static bool read_units(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                       struct bl_index *x)
{
    struct bf_str raw = bl_param_raw(p, "ProvisionedThroughput");
    struct bl_params q;
    if (!x->global || t->on_demand)
        return !raw.p || bl_fail(c, BL_ValidationException,
                                 INVALID "ProvisionedThroughput should not be specified for index: "
                                         "%s%s",
                                 x->name, x->global ? " when BillingMode is PAY_PER_REQUEST" : "");
    if (raw.p && (!bl_params_read_object(c, raw, &q) ||
                  !bl_param_int(c, &q, "ReadCapacityUnits", &x->read_units) ||
                  !bl_param_int(c, &q, "WriteCapacityUnits", &x->write_units)))
        return false;
    return (x->read_units > 0 && x->write_units > 0) ||
           bl_fail(c, BL_ValidationException,
                   INVALID "ProvisionedThroughput must be specified for index: %s", x->name);
}

static bool check_local(struct bl_call *c, const struct bl_table *t, const struct bl_index *x)
{
    if (t->nkeys < 2)
        return bl_fail(c, BL_ValidationException,
                       INVALID "Table KeySchema does not have a range key, which is required when "
                               "specifying a LocalSecondaryIndex");
    if (x->nkeys < 2)
        return bl_fail(c, BL_ValidationException,
                       INVALID "Index KeySchema does not have a range key for index: %s", x->name);
    return strcmp(x->key[0].name, t->key[0].name) == 0 ||
           bl_fail(c, BL_ValidationException,
                   INVALID "Index KeySchema does not have the same leading hash key as table "
                           "KeySchema for index: %s. index hash key: %s, table hash key: %s",
                   x->name, x->key[0].name, t->key[0].name);
}

/* Appends the index to the table's list. Fails if the name exists or the limit is reached. */
static bool append_index(struct bl_call *c, struct bl_table *t, struct bl_index *x)
{
    struct bl_index **at = &t->indexes;
    int same = 0, most = x->global ? BL_INDEXES_GLOBAL : BL_INDEXES_LOCAL;
    for (; *at; at = &(*at)->next) {
        same += (*at)->global == x->global;
        if (strcmp((*at)->name, x->name) == 0)
            return bl_fail(c, BL_ValidationException,
                           t->row ? "Attempting to create an index which already exists: %s"
                                  : INVALID "Duplicate index name: %s",
                           x->name);
    }
    if (same >= most)
        return bl_fail(c, BL_ValidationException,
                       INVALID "%sSecondaryIndex count exceeds the per-table limit of %d",
                       x->global ? "Global" : "Local", most);
    *at = x;
    return true;
}

/* Reads one index and adds it to the table; NULL: the answer is set. */
static struct bl_index *read_index(struct bl_call *c, struct bf_str raw, struct bf_str definitions,
                                   struct bl_table *t, bool global)
{
    struct bl_params p;
    struct bl_index *x = calloc(1, sizeof *x);
    if (!x) {
        bl_fail(c, BL_InternalServerError, "out of memory");
        return NULL;
    }
    x->global = global;
    bool ok = bl_params_read_object(c, raw, &p) && read_name(c, &p, x) &&
              bl_key_schema_read(c, bl_param_raw(&p, "KeySchema"), definitions, true, x->key,
                                 &x->nkeys) &&
              (global || check_local(c, t, x)) && read_projection(c, &p, x) &&
              read_units(c, &p, t, x) && append_index(c, t, x);
    if (ok)
        return x;
    free(x->included);
    free(x);
    return NULL;
}

bool bl_indexes_read(struct bl_call *c, const struct bl_params *p, struct bl_table *t)
{
    static const char *const lists[] = {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"};
    struct bf_str definitions = bl_param_raw(p, "AttributeDefinitions");
    for (size_t i = 0; i < BF_COUNT(lists); i++) {
        struct bf_str raw = bl_param_raw(p, lists[i]);
        struct bf_json j;
        struct bf_json_val v;
        struct bf_err e;
        bool any = false;
        if (!raw.p)
            continue;
        bf_json_init(&j, raw);
        if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
            return bl_fail(c, BL_SerializationException, "%s: expected a list", lists[i]);
        while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
            any = true;
            if (!read_index(c, v.raw, definitions, t, i == 1))
                return false;
        }
        if (!any)
            return bl_fail(c, BL_ValidationException, INVALID "List of %s is empty", lists[i]);
    }
    return true;
}

static void free_index(struct bl_index *x)
{
    if (x)
        free(x->included);
    free(x);
}

void bl_indexes_free(struct bl_table *t)
{
    while (t->indexes) {
        struct bl_index *x = t->indexes;
        t->indexes = x->next;
        free_index(x);
    }
}

const struct bl_index *bl_index_find(const struct bl_table *t, struct bf_str name)
{
    for (const struct bl_index *x = t->indexes; x; x = x->next)
        if (bf_str_eq(name, bf_str_of(x->name)))
            return x;
    return NULL;
}

static struct bl_index *index_named(struct bl_call *c, struct bl_table *t, struct bf_str raw)
{
    struct bl_params p;
    struct bf_str name = {NULL, 0};
    if (!bl_params_read_object(c, raw, &p) || !bl_param_string(c, &p, "IndexName", &name))
        return NULL;
    for (struct bl_index *x = t->indexes; x; x = x->next)
        if (x->global && bf_str_eq(name, bf_str_of(x->name)))
            return x;
    bl_fail(c, BL_ResourceNotFoundException, "Requested resource not found");
    return NULL;
}

static void unlink_index(struct bl_table *t, const struct bl_index *x)
{
    struct bl_index **at = &t->indexes;
    while (*at && *at != x)
        at = &(*at)->next;
    if (*at)
        *at = x->next;
}

/* An attribute that is a key already keeps its type. */
static bool check_type(struct bl_call *c, const struct bl_index *x, const struct bl_key_attr *key,
                       unsigned nkeys)
{
    for (unsigned i = 0; i < x->nkeys; i++)
        for (unsigned k = 0; k < nkeys; k++)
            if (strcmp(x->key[i].name, key[k].name) == 0 && x->key[i].type != key[k].type)
                return bl_fail(c, BL_ValidationException,
                               INVALID "Attributes cannot be redefined. Please check that your "
                                       "attribute has the same type as previously defined. "
                                       "Attribute: %s, existing type: %s, new type: %s",
                               key[k].name, bl_type_name(key[k].type),
                               bl_type_name(x->key[i].type));
    return true;
}

static bool check_types(struct bl_call *c, const struct bl_table *t, const struct bl_index *added)
{
    bool ok = check_type(c, added, t->key, t->nkeys);
    for (const struct bl_index *x = t->indexes; ok && x; x = x->next)
        ok = check_type(c, added, x->key, x->nkeys);
    return ok;
}

/* One element of GlobalSecondaryIndexUpdates: Create, Delete or Update. */
static bool update_one(struct bl_call *c, const struct bl_params *p, struct bf_str definitions,
                       struct bl_table *t, struct bl_index_change *change)
{
    struct bf_str create = bl_param_raw(p, "Create"), del = bl_param_raw(p, "Delete"),
                  update = bl_param_raw(p, "Update");
    if (!create.p && !del.p && !update.p)
        return bl_fail(c, BL_ValidationException,
                       INVALID "Each GlobalSecondaryIndexUpdate must have Create, Update or "
                               "Delete");
    if ((create.p != NULL) + (del.p != NULL) + (update.p != NULL) != 1)
        return bl_fail(c, BL_ValidationException,
                       INVALID "Only one global secondary index update per index is allowed "
                               "simultaneously. Each must be Create, Update or Delete");
    if (create.p) {
        change->added = read_index(c, create, definitions, t, true);
        return change->added && check_types(c, t, change->added) && bl_indexes_save(c, t) &&
               bl_index_fill(c, t, change->added);
    }
    struct bl_index *x = index_named(c, t, del.p ? del : update);
    if (!x)
        return false;
    if (del.p) {
        change->removed = x;
        return bl_index_erase(c, x);
    }
    struct bl_params q;
    bl_store_keep(c->store, &x->read_units, sizeof x->read_units, NULL);
    bl_store_keep(c->store, &x->write_units, sizeof x->write_units, NULL);
    return bl_params_read_object(c, update, &q) && read_units(c, &q, t, x) &&
           bl_index_save(c, x, t->row);
}

/* At most one index is created or deleted. */
static bool check_number(struct bl_call *c, struct bf_str updates)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    struct bl_params q;
    int n = 0;
    bf_json_init(&j, updates);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return true;
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        if (!bl_params_read_object(c, v.raw, &q))
            return false;
        n += bl_param(&q, "Create") || bl_param(&q, "Delete");
    }
    return n <= 1 ||
           bl_fail(c, BL_LimitExceededException,
                   "Subscriber limit exceeded: Only 1 online index can be created or deleted "
                   "simultaneously per table");
}

bool bl_indexes_update(struct bl_call *c, const struct bl_params *p, struct bl_table *t,
                       struct bl_index_change *change)
{
    struct bf_str raw = bl_param_raw(p, "GlobalSecondaryIndexUpdates"),
                  definitions = bl_param_raw(p, "AttributeDefinitions");
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    struct bl_params q;
    if (!raw.p)
        return true;
    if (!bl_definitions_check(c, definitions))
        return false;
    bf_json_init(&j, raw);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_SerializationException,
                       "GlobalSecondaryIndexUpdates: expected a list");
    if (!check_number(c, raw))
        return false;
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e))
        if (!bl_params_read_object(c, v.raw, &q) || !update_one(c, &q, definitions, t, change))
            return false;
    return true;
}

void bl_indexes_settle(struct bl_table *t, const struct bl_index_change *change, bool ok)
{
    struct bl_index *gone = ok ? change->removed : change->added;
    if (gone)
        unlink_index(t, gone);
    free_index(gone);
}

size_t bl_key_attributes(const struct bl_table *t,
                         const struct bl_key_attr *out[BL_KEY_ATTRIBUTES_MAX])
{
    size_t n = 0;
    for (unsigned i = 0; i < t->nkeys; i++)
        out[n++] = &t->key[i];
    for (const struct bl_index *x = t->indexes; x; x = x->next)
        for (unsigned i = 0; i < x->nkeys; i++) {
            size_t k = 0;
            while (k < n && strcmp(out[k]->name, x->key[i].name) != 0)
                k++;
            if (k == n && n < BL_KEY_ATTRIBUTES_MAX)
                out[n++] = &x->key[i];
        }
    return n;
}

void bl_key_attributes_put(struct bf_buf *out, const struct bl_table *t)
{
    const struct bl_key_attr *list[BL_KEY_ATTRIBUTES_MAX];
    size_t n = bl_key_attributes(t, list);
    bf_buf_lit(out, "\"AttributeDefinitions\":[");
    for (size_t i = 0; i < n; i++) {
        bf_buf_adds(out, i ? BF_STR(",{\"AttributeName\":") : BF_STR("{\"AttributeName\":"));
        bf_json_put_string(out, bf_str_of(list[i]->name));
        bf_buf_addf(out, ",\"AttributeType\":\"%s\"}", bl_type_name(list[i]->type));
    }
    bf_buf_addc(out, ']');
}

void bl_key_schema_put(struct bf_buf *out, const struct bl_key_attr key[2], unsigned nkeys)
{
    bf_buf_lit(out, "\"KeySchema\":[");
    for (unsigned i = 0; i < nkeys; i++) {
        bf_buf_adds(out, i ? BF_STR(",{\"AttributeName\":") : BF_STR("{\"AttributeName\":"));
        bf_json_put_string(out, bf_str_of(key[i].name));
        bf_buf_addf(out, ",\"KeyType\":\"%s\"}", i ? "RANGE" : "HASH");
    }
    bf_buf_addc(out, ']');
}

static void put_projection(struct bf_buf *out, const struct bl_index *x)
{
    static const char *const names[] = {"ALL", "KEYS_ONLY", "INCLUDE"};
    const char *p = x->included;
    bf_buf_addf(out, "\"Projection\":{\"ProjectionType\":\"%s\"", names[x->projected]);
    for (size_t i = 0; i < x->nincluded; i++, p += strlen(p) + 1) {
        bf_buf_adds(out, i ? BF_STR(",") : BF_STR(",\"NonKeyAttributes\":["));
        bf_json_put_string(out, bf_str_of(p));
    }
    bf_buf_adds(out, x->nincluded ? BF_STR("]}") : BF_STR("}"));
}

static void put_index(struct bl_call *c, struct bf_buf *out, const struct bl_table *t,
                      const struct bl_index *x)
{
    bf_buf_addf(out, "{\"IndexName\":\"%s\",", x->name);
    bl_key_schema_put(out, x->key, x->nkeys);
    bf_buf_addc(out, ',');
    put_projection(out, x);
    if (x->global)
        bf_buf_addf(out,
                    ",\"IndexStatus\":\"ACTIVE\",\"ProvisionedThroughput\":{"
                    "\"NumberOfDecreasesToday\":0,\"ReadCapacityUnits\":%lld,"
                    "\"WriteCapacityUnits\":%lld}",
                    (long long)x->read_units, (long long)x->write_units);
    bf_buf_addf(
        out,
        ",\"IndexSizeBytes\":0,\"ItemCount\":%lld,\"IndexArn\":\"arn:aws:dynamodb:%s:" BL_ACCOUNT
        ":table/%s/index/%s\"}",
        (long long)bl_index_count(c, x), c->local->region, t->name, x->name);
}

void bl_indexes_put(struct bl_call *c, struct bf_buf *out, const struct bl_table *t)
{
    static const char *const names[] = {"LocalSecondaryIndexes", "GlobalSecondaryIndexes"};
    for (int global = 0; global < 2; global++) {
        bool any = false;
        for (const struct bl_index *x = t->indexes; x; x = x->next) {
            if (x->global != (global == 1))
                continue;
            bf_buf_addc(out, ',');
            if (!any)
                bf_buf_addf(out, "\"%s\":[", names[global]);
            put_index(c, out, t, x);
            any = true;
        }
        if (any)
            bf_buf_addc(out, ']');
    }
}
