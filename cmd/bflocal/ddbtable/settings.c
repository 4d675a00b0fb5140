/* DynamoDB: tags and other settings of tables; DescribeContinuousBackups. */
#include <stdio.h>

#include "cmd/bflocal/ddbtable/index.h"
#include "lib/aws/config/arn.h"
#include "lib/json/write.h"

/* Letters, digits and white space of any script are allowed too. */
#define TAG_SIGNS "+-=._:/@"

enum { TAGS_MAX = 50, TAG_KEY_MAX = 128, TAG_VALUE_MAX = 256 };

void bl_setting_put(struct bl_call *c, const struct bl_table *t, struct bf_str name,
                    struct bf_str value)
{
    sqlite3_stmt *q = bl_sql(c->store, "INSERT OR REPLACE INTO ddb_setting VALUES(?,?,?)");
    bl_bind_i64(q, 1, t->row);
    bl_bind_text(q, 2, name);
    bl_bind_text(q, 3, value);
    bl_run(c->store, q);
}

bool bl_settings_load(struct bl_local *l)
{
    sqlite3_stmt *q = bl_sql(&l->store, "SELECT tbl,value FROM ddb_setting WHERE name='ttl'");
    while (bl_step(&l->store, q))
        for (size_t i = 0; i < l->ddb->n; i++)
            if (l->ddb->tables[i]->row == bl_column_i64(q, 0)) {
                struct bf_str value = bl_column_text(q, 1);
                snprintf(l->ddb->tables[i]->ttl, BL_ATTR_NAME, "%.*s", (int)value.n, value.p);
            }
    return bl_store_ok(&l->store);
}

static bool is_plain(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (ch > ' ' && ch < 0x7f && !(ch >= '0' && ch <= '9') && !(ch >= 'A' && ch <= 'Z') &&
            !(ch >= 'a' && ch <= 'z') && !strchr(TAG_SIGNS, ch))
            return false;
    }
    return true;
}

static bool check_tag(struct bl_call *c, struct bf_str key, struct bf_str value)
{
    if (!key.p || !value.p)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'tags.1.member.%s' failed to "
                       "satisfy constraint: Member must not be null",
                       key.p ? "value" : "key");
    if (!is_plain(key) || !is_plain(value))
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: a tag has letters, digits, "
                       "white space and " TAG_SIGNS " only");
    if (key.n == 0 || bl_characters(key) > TAG_KEY_MAX || bl_characters(value) > TAG_VALUE_MAX)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: a tag has a key of 1 to %d characters and a "
                       "value of at most %d",
                       TAG_KEY_MAX, TAG_VALUE_MAX);
    return !bf_str_starts(key, BF_STR("aws:")) ||
           bl_fail(c, BL_ValidationException,
                   "One or more parameter values were invalid: Tags with the prefix aws: are "
                   "reserved");
}

/* Stores a tag as the setting "tag:KEY". */
static bool put_tag(struct bl_call *c, const struct bl_table *t, struct bf_str key,
                    struct bf_str value)
{
    struct bf_str name = bl_arena_printf(&c->arena, "tag:%.*s", (int)key.n, key.p);
    bl_setting_put(c, t, name, value.p ? value : BF_STR(""));
    return bl_store_ok(c->store);
}

static bool check_count(struct bl_call *c, const struct bl_table *t)
{
    int64_t n = 0;
    sqlite3_stmt *q =
        bl_sql(c->store, "SELECT count(*) FROM ddb_setting WHERE tbl=? AND name LIKE 'tag:%'");
    bl_bind_i64(q, 1, t->row);
    if (bl_step(c->store, q))
        n = bl_column_i64(q, 0);
    bl_done(q);
    return n <= TAGS_MAX || bl_fail(c, BL_ValidationException,
                                    "One or more parameter values were invalid: Too many tags: "
                                    "a table has at most %d",
                                    TAGS_MAX);
}

bool bl_tags_put(struct bl_call *c, const struct bl_params *p, const struct bl_table *t)
{
    struct bf_str raw = bl_param_raw(p, "Tags");
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    struct bl_params q;
    if (!raw.p)
        return true;
    bf_json_init(&j, raw);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_SerializationException, "Tags: expected a list");
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        struct bf_str key = {NULL, 0}, value = {NULL, 0};
        if (!bl_params_read_object(c, v.raw, &q) || !bl_param_string(c, &q, "Key", &key) ||
            !bl_param_string(c, &q, "Value", &value) || !check_tag(c, key, value) ||
            !put_tag(c, t, key, value))
            return false;
    }
    return check_count(c, t);
}

/* "table/NAME", but not an index of it. */
static bool names_table(struct bf_str resource)
{
    struct bf_str kind;
    return bf_str_split(&resource, '/', &kind) && bf_str_is(kind, "table") && resource.n &&
           !memchr(resource.p, '/', resource.n);
}

/* The table in the request's ResourceArn; the store is locked. NULL: the answer is set. */
static struct bl_table *table_of_resource(struct bl_call *c, const struct bl_params *p)
{
    struct bf_str arn = {NULL, 0};
    struct bf_arn parts;
    if (!bl_param_string(c, p, "ResourceArn", &arn))
        return NULL;
    struct bl_table *t =
        bl_arn_own(c->local, arn, "dynamodb", "table").p ? bl_table_find(c->local, arn) : NULL;
    if (!t && !arn.p)
        bl_fail(c, BL_ValidationException,
                "1 validation error detected: Value null at 'resourceArn' failed to satisfy "
                "constraint: Member must not be null");
    else if (!t && !bf_str_starts(arn, BF_STR("arn:")))
        bl_fail(c, BL_ValidationException,
                "Invalid TableArn: Invalid ResourceArn provided as input %.*s, ARNs must start "
                "with 'arn:'",
                BF_SHOWN_TO(arn, 400));
    else if (!t && !(bf_arn_parse(&parts, arn) && names_table(parts.resource)))
        bl_fail(c, BL_ValidationException,
                "Invalid TableArn: Invalid ResourceArn provided as input %.*s",
                BF_SHOWN_TO(arn, 400));
    else if (!t)
        bl_fail(
            c, BL_ResourceNotFoundException,
            "Requested resource not found: ResourcArn: %.*s not found", /* the service's spelling */
            BF_SHOWN_TO(arn, 400));
    return t;
}

/* Runs a change of tags in a transaction. */
static bool change_tags(struct bl_call *c,
                        bool (*change)(struct bl_call *, const struct bl_params *,
                                       const struct bl_table *))
{
    struct bl_params p;
    struct bf_err e = {0};
    if (!bl_params_read(c, &p))
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    const struct bl_table *t = table_of_resource(c, &p);
    if (t && change(c, &p, t)) {
        c->ans.body.n = 0;
        return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
    }
    e = c->store->err;
    bl_store_rollback(c->store);
    return c->failed || e.code == BF_OK ? false : bl_fail_err(c, &e);
}

static bool add_tags(struct bl_call *c, const struct bl_params *p, const struct bl_table *t)
{
    struct bf_str tags = bl_param_raw(p, "Tags");
    if (!tags.p)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'tags' failed to satisfy "
                       "constraint: Member must not be null");
    return bf_str_is(tags, "[]") ? bl_fail(c, BL_ValidationException,
                                           "Atleast one Tag needs to be provided as Input.")
                                 : bl_tags_put(c, p, t); /* the service's spelling */
}

bool bl_ddb_tag(struct bl_call *c)
{
    return change_tags(c, add_tags);
}

static bool remove_tags(struct bl_call *c, const struct bl_params *p, const struct bl_table *t)
{
    struct bf_str raw = bl_param_raw(p, "TagKeys"), key;
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    bf_json_init(&j, raw);
    if (!raw.p || !bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'tagKeys' failed to satisfy "
                       "constraint: Member must not be null");
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        if (v.type != BF_JSON_STRING || !bl_param_text(c, &v, &key))
            return bl_fail(c, BL_SerializationException, "TagKeys: expected strings");
        sqlite3_stmt *q =
            bl_sql(c->store, "DELETE FROM ddb_setting WHERE tbl=? AND name='tag:'||?");
        bl_bind_i64(q, 1, t->row);
        bl_bind_text(q, 2, key);
        bl_run(c->store, q);
    }
    return bl_store_ok(c->store);
}

bool bl_ddb_untag(struct bl_call *c)
{
    return change_tags(c, remove_tags);
}

bool bl_ddb_list_tags(struct bl_call *c)
{
    struct bl_params p;
    struct bf_buf *out = &c->ans.body;
    bool any = false;
    if (!bl_params_read(c, &p))
        return false;
    bl_store_lock(c->store);
    const struct bl_table *t = table_of_resource(c, &p);
    if (t) {
        bf_buf_lit(out, "{\"Tags\":[");
        sqlite3_stmt *q = bl_sql(c->store, "SELECT substr(name,5),value FROM ddb_setting WHERE "
                                           "tbl=? AND name LIKE 'tag:%' ORDER BY name");
        bl_bind_i64(q, 1, t->row);
        while (bl_step(c->store, q)) {
            bf_buf_adds(out, any ? BF_STR(",{\"Key\":") : BF_STR("{\"Key\":"));
            bf_json_put_string(out, bl_column_text(q, 0));
            bf_buf_lit(out, ",\"Value\":");
            bf_json_put_string(out, bl_column_text(q, 1));
            bf_buf_addc(out, '}');
            any = true;
        }
        bf_buf_lit(out, "]}");
    }
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    return e.code == BF_OK ? t != NULL : bl_fail_err(c, &e);
}

bool bl_ddb_describe_backups(struct bl_call *c)
{
    struct bl_params p;
    struct bf_str name = {NULL, 0};
    if (!bl_params_read(c, &p) || !bl_param_string(c, &p, "TableName", &name))
        return false;
    bl_store_lock(c->store);
    const struct bl_table *t = name.p ? bl_table_find(c->local, name) : bl_table_param(c, &p);
    bl_store_unlock(c->store);
    if (!t)
        return c->failed ? false
                         : bl_fail(c, BL_TableNotFoundException, "Table not found: %.*s",
                                   BF_SHOWN_TO(name, 255));
    bf_buf_lit(&c->ans.body,
               "{\"ContinuousBackupsDescription\":{\"ContinuousBackupsStatus\":\"ENABLED\","
               "\"PointInTimeRecoveryDescription\":{\"PointInTimeRecoveryStatus\":\"DISABLED\"}}}");
    return true;
}
