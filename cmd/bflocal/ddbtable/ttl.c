/* DynamoDB: the time-to-live setting of a table. */
#include <stdio.h>

#include "cmd/bflocal/ddbtable/ddbtable.h"
#include "lib/json/write.h"

bool bl_ddb_describe_ttl(struct bl_call *c)
{
    struct bl_params p;
    struct bf_buf *out = &c->ans.body;
    if (!bl_params_read(c, &p))
        return false;
    bl_store_lock(c->store);
    const struct bl_table *t = bl_table_param(c, &p);
    if (t) {
        bf_buf_addf(out, "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"%s\"",
                    t->ttl[0] ? "ENABLED" : "DISABLED");
        if (t->ttl[0]) {
            bf_buf_lit(out, ",\"AttributeName\":");
            bf_json_put_string(out, bf_str_of(t->ttl));
        }
        bf_buf_lit(out, "}}");
    }
    bl_store_unlock(c->store);
    return t != NULL;
}

static bool check_change(struct bl_call *c, const struct bl_table *t, bool on, struct bf_str name)
{
    if (on == (t->ttl[0] != '\0'))
        return bl_fail(c, BL_ValidationException, "TimeToLive is already %s",
                       on ? "enabled" : "disabled");
    return on || bf_str_eq(name, bf_str_of(t->ttl)) ||
           bl_fail(c, BL_ValidationException,
                   "TimeToLive is active on a different AttributeName: current AttributeName is %s",
                   t->ttl);
}

static bool read_specification(struct bl_call *c, const struct bl_params *p, bool *on,
                               struct bf_str *name)
{
    struct bf_str raw = bl_param_raw(p, "TimeToLiveSpecification");
    struct bl_params q;
    return bl_params_read_object(c, raw, &q) && bl_param_bool(c, &q, "Enabled", on) &&
           bl_param_string(c, &q, "AttributeName", name);
}

bool bl_ddb_update_ttl(struct bl_call *c)
{
    struct bl_params p;
    struct bf_err e = {0};
    struct bf_str name = {NULL, 0};
    bool on = false;
    if (!bl_params_read(c, &p) || !read_specification(c, &p, &on, &name))
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    struct bl_table *t = bl_table_param(c, &p);
    if (!t || !check_change(c, t, on, name)) {
        bl_store_rollback(c->store);
        return false;
    }
    bl_table_keep(c, t);
    snprintf(t->ttl, sizeof t->ttl, "%.*s", on ? (int)name.n : 0, name.p);
    bl_setting_put(c, t, BF_STR("ttl"), bf_str_of(t->ttl));
    bf_buf_addf(&c->ans.body, "{\"TimeToLiveSpecification\":{\"Enabled\":%s,\"AttributeName\":",
                on ? "true" : "false");
    bf_json_put_string(&c->ans.body, name);
    bf_buf_lit(&c->ans.body, "}}");
    return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
}
