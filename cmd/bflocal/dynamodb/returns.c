/* What a request asks to have returned beside its answer: consumed capacity and the sizes of item collections. */
#include "cmd/bflocal/ddbtable/index.h"
#include "cmd/bflocal/dynamodb/dynamodb.h"

#include "lib/json/write.h"

bool bl_returns_check(struct bl_call *c, const struct bl_params *p)
{
    static const struct {
        const char *member, *shown, *values;
    } known[] = {
        {"ReturnConsumedCapacity", "returnConsumedCapacity", "INDEXES, TOTAL, NONE"},
        {"ReturnItemCollectionMetrics", "returnItemCollectionMetrics", "SIZE, NONE"},
        {"ReturnValues", "returnValues", "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"},
    };
    char wrong[1024];
    struct bf_str table = {NULL, 0};
    if (!bl_param_string(c, p, "TableName", &table))
        return false;
    if (table.p && !table.n) /* the service says nothing of the rest then */
        return bl_table_name_check(c, table);
    struct bf_buf out = {.p = wrong, .cap = sizeof wrong, .max = sizeof wrong};
    unsigned n = 0;
    for (size_t i = 0; i < BF_COUNT(known); i++) {
        struct bf_str text = {NULL, 0}, rest = bf_str_of(known[i].values), one;
        bool found = false;
        if (!bl_param_string(c, p, known[i].member, &text))
            return false;
        while (text.p && !found && bf_str_split(&rest, ',', &one))
            found = bf_str_eq(bf_str_trim(one), text);
        if (text.p && !found)
            bf_buf_addf(&out,
                        "%sValue '%.*s' at '%s' failed to satisfy constraint: Member must satisfy "
                        "enum value set: [%s]",
                        n++ ? "; " : "", BF_SHOWN_TO(text, 100), known[i].shown, known[i].values);
    }
    return n == 0 || bl_fail(c, BL_ValidationException, "%u validation error%s detected: %.*s", n,
                             n > 1 ? "s" : "", (int)out.n, out.p);
}

void bl_capacity_print(struct bf_buf *out, const struct bl_table *t, double units, bool indexes)
{
    bf_buf_addf(out, "{\"TableName\":\"%s\",\"CapacityUnits\":%.1f", t->name, units);
    if (indexes)
        bf_buf_addf(out, ",\"Table\":{\"CapacityUnits\":%.1f}", units);
    bf_buf_addc(out, '}');
}

static void begin_member(struct bf_buf *out, struct bf_str name)
{
    if (out->n && out->p[out->n - 1] != '{')
        bf_buf_addc(out, ',');
    bf_buf_adds(out, name);
}

void bl_capacity_put(struct bl_call *c, const struct bl_params *p, const struct bl_table *t,
                     double units)
{
    struct bf_str wanted = {NULL, 0};
    const struct bf_json_val *v = bl_param(p, "ReturnConsumedCapacity");
    struct bf_buf *out = &c->ans.body;
    if (v && v->type == BF_JSON_STRING)
        wanted = v->text;
    if (!wanted.p || bf_str_is(wanted, "NONE"))
        return;
    begin_member(out, BF_STR("\"ConsumedCapacity\":"));
    bl_capacity_print(out, t, units, bf_str_is(wanted, "INDEXES"));
}

static bool metrics_wanted(const struct bl_params *p)
{
    const struct bf_json_val *v = bl_param(p, "ReturnItemCollectionMetrics");
    return v && v->type == BF_JSON_STRING && bf_str_is(v->text, "SIZE");
}

/* Item collections are counted for tables with a local secondary index only. */
static bool has_collections(const struct bl_table *t)
{
    const struct bl_index *x = t->indexes;
    while (x && x->global)
        x = x->next;
    return x != NULL;
}

static const struct bl_value *collection(const struct bl_write *w)
{
    return bl_field_get(w->item, bf_str_of(w->table->key[0].name));
}

/* A collection has 10 GB at most; the service gives its size to a gigabyte. Here it has less than one. */
static void put_metrics(struct bf_buf *out, const struct bl_write *w)
{
    bf_buf_lit(out, "{\"ItemCollectionKey\":{");
    bf_json_put_string(out, bf_str_of(w->table->key[0].name));
    bf_buf_addc(out, ':');
    bl_value_put(out, collection(w));
    bf_buf_lit(out, "},\"SizeEstimateRangeGB\":[0.0,1.0]}");
}

void bl_metrics_put(struct bl_call *c, const struct bl_params *p, const struct bl_write *w)
{
    if (!metrics_wanted(p) || !has_collections(w->table))
        return;
    begin_member(&c->ans.body, BF_STR("\"ItemCollectionMetrics\":"));
    put_metrics(&c->ans.body, w);
}

/* Has an earlier write the same table and, unless it is NULL, the same collection? */
static bool is_seen(const struct bl_write *const *w, size_t n, const struct bl_value *of)
{
    for (size_t k = 0; k < n; k++)
        if (w[k]->table == w[n]->table && (!of || bl_value_eq(collection(w[k]), of)))
            return true;
    return false;
}

void bl_metrics_put_all(struct bl_call *c, const struct bl_params *p,
                        const struct bl_write *const *w, size_t n)
{
    struct bf_buf *out = &c->ans.body;
    bool first = true;
    if (!metrics_wanted(p))
        return;
    begin_member(out, BF_STR("\"ItemCollectionMetrics\":{"));
    for (size_t i = 0; i < n; i++) {
        if (!has_collections(w[i]->table) || is_seen(w, i, NULL))
            continue;
        bf_buf_addf(out, "%s\"%s\":[", first ? "" : ",", w[i]->table->name);
        first = false;
        put_metrics(out, w[i]);
        for (size_t k = i + 1; k < n; k++) {
            if (w[k]->table != w[i]->table || is_seen(w, k, collection(w[k])))
                continue;
            bf_buf_addc(out, ',');
            put_metrics(out, w[k]);
        }
        bf_buf_addc(out, ']');
    }
    bf_buf_addc(out, '}');
}
