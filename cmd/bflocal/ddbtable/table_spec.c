#include "cmd/bflocal/ddbtable/table_spec.h"

#include <stdio.h>

enum { DEFINITIONS_MAX = 256 };

#define INVALID "One or more parameter values were invalid: "

/* The type of an attribute according to AttributeDefinitions. */
static bool attribute_type(struct bl_call *c, struct bf_str definitions, struct bf_str name,
                           enum bl_type *type)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    struct bl_params p;
    bf_json_init(&j, definitions);
    if (!definitions.p || !bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_ValidationException, "AttributeDefinitions: expected a list");
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        struct bf_str n = {NULL, 0}, t = {NULL, 0};
        if (!bl_params_read_object(c, v.raw, &p) || !bl_param_string(c, &p, "AttributeName", &n) ||
            !bl_param_string(c, &p, "AttributeType", &t))
            return false;
        if (!bf_str_eq(n, name))
            continue;
        if (bl_type_of(t, type) && (*type == BL_S || *type == BL_N || *type == BL_B))
            return true;
        return bl_fail(
            c, BL_ValidationException,
            "1 validation error detected: Value '%.*s' at "
            "'attributeDefinitions.1.member.attributeType' "
            "failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]",
            BF_SHOWN(t));
    }
    return bl_fail(
        c, BL_ValidationException,
        INVALID "Some index key attributes are not defined in AttributeDefinitions. Keys: [%.*s]",
        BF_SHOWN_TO(name, 255));
}

static size_t count_elements(struct bf_str array)
{
    struct bf_json j;
    struct bf_err e;
    size_t n = 0;
    bf_json_init(&j, array);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return 0;
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_skip(&j, &e))
        n++;
    return n;
}

static bool check_member(struct bl_call *c, const char *list, size_t n, const char *member,
                         struct bf_str value)
{
    if (!value.p)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at '%s.%zu.member.%s' failed to "
                       "satisfy constraint: Member must not be null",
                       list, n, member);
    return value.n < BL_ATTR_NAME ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%.*s' at '%s.%zu.member.%s' failed to "
                   "satisfy constraint: Member must have length less than or equal to 255",
                   BF_SHOWN_TO(value, 600), list, n, member);
}

/* What the service's model says of a list of keys, before their meaning is looked at. */
static bool check_shape(struct bl_call *c, struct bf_str schema)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    struct bl_params q;
    char room[1200];
    struct bf_buf shown = {.p = room, .cap = sizeof room, .max = sizeof room};
    size_t n = 0;
    bf_json_init(&j, schema);
    if (!schema.p || !bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return true;
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        struct bf_str name = {NULL, 0}, kind = {NULL, 0};
        n++;
        if (!bl_params_read_object(c, v.raw, &q) ||
            !bl_param_string(c, &q, "AttributeName", &name) ||
            !bl_param_string(c, &q, "KeyType", &kind) ||
            !check_member(c, "keySchema", n, "attributeName", name) ||
            !check_member(c, "keySchema", n, "keyType", kind))
            return false;
        if (!bf_str_is(kind, "HASH") && !bf_str_is(kind, "RANGE"))
            return bl_fail(c, BL_ValidationException,
                           "1 validation error detected: Value '%.*s' at "
                           "'keySchema.%zu.member.keyType' failed to satisfy constraint: Member "
                           "must satisfy enum value set: [HASH, RANGE]",
                           BF_SHOWN(kind), n);
        bf_buf_addf(&shown, "%sKeySchemaElement(attributeName=%.*s, keyType=%.*s)",
                    n > 1 ? ", " : "", BF_SHOWN_TO(name, 255), BF_SHOWN(kind));
    }
    return n <= 2 ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '[%.*s]' at 'keySchema' failed to satisfy "
                   "constraint: Member must have length less than or equal to 2",
                   (int)shown.n, shown.p);
}

bool bl_definitions_check(struct bl_call *c, struct bf_str definitions)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    struct bl_params q;
    struct bf_str names[DEFINITIONS_MAX];
    size_t n = 0;
    bf_json_init(&j, definitions);
    if (!definitions.p || !bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return true;
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e) &&
           n < DEFINITIONS_MAX) {
        struct bf_str name = {NULL, 0}, type = {NULL, 0};
        if (!bl_params_read_object(c, v.raw, &q) ||
            !bl_param_string(c, &q, "AttributeName", &name) ||
            !bl_param_string(c, &q, "AttributeType", &type) ||
            !check_member(c, "attributeDefinitions", n + 1, "attributeName", name) ||
            !check_member(c, "attributeDefinitions", n + 1, "attributeType", type))
            return false;
        for (size_t i = 0; i < n; i++)
            if (bf_str_eq(names[i], name))
                return bl_fail(c, BL_ValidationException,
                               INVALID "Duplicate AttributeName in AttributeDefinitions: %.*s",
                               BF_SHOWN_TO(name, 255));
        names[n++] = name;
    }
    return true;
}

/* Reads the next element of a KeySchema. */
static bool read_key(struct bl_call *c, const struct bl_params *p, struct bf_str definitions,
                     bool index, struct bl_key_attr key[2], unsigned *nkeys)
{
    struct bf_str name = {NULL, 0}, kind = {NULL, 0};
    if (!bl_param_string(c, p, "AttributeName", &name) || !bl_param_string(c, p, "KeyType", &kind))
        return false;
    if (!bf_str_eq(kind, *nkeys ? BF_STR("RANGE") : BF_STR("HASH")))
        return bl_fail(c, BL_ValidationException,
                       "Invalid KeySchema: The %s KeySchemaElement is not a %s key type",
                       *nkeys ? "second" : "first", *nkeys ? "RANGE" : "HASH");
    if (name.n < 1 || name.n >= BL_ATTR_NAME)
        return bl_fail(c, BL_ValidationException, INVALID "a key name must have 1 to 255 bytes");
    struct bl_key_attr *k = &key[(*nkeys)++];
    snprintf(k->name, sizeof k->name, "%.*s", (int)name.n, name.p);
    if (*nkeys == 2 && strcmp(key[0].name, key[1].name) == 0)
        return bl_fail(c, BL_ValidationException,
                       index ? "Both the Hash Key and the Range Key element in the KeySchema have "
                               "the same name"
                             : "Invalid KeySchema: Some index key attribute have no definition");
    return attribute_type(c, definitions, name, &k->type);
}

bool bl_key_schema_read(struct bl_call *c, struct bf_str schema, struct bf_str definitions,
                        bool index, struct bl_key_attr key[2], unsigned *nkeys)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    struct bl_params q;
    if (!check_shape(c, schema))
        return false;
    bf_json_init(&j, schema);
    if (!schema.p || !bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'keySchema' failed to satisfy "
                       "constraint: Member must "
                       "not be null");
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e))
        if (!bl_params_read_object(c, v.raw, &q) ||
            !read_key(c, &q, definitions, index, key, nkeys))
            return false;
    return *nkeys > 0 ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy "
                   "constraint: Member must have length greater than or equal to 1");
}

bool bl_spec_schema(struct bl_call *c, const struct bl_params *p, struct bl_table *t)
{
    const struct bl_key_attr *list[BL_KEY_ATTRIBUTES_MAX];
    struct bf_str definitions = bl_param_raw(p, "AttributeDefinitions");
    if (!bl_definitions_check(c, definitions) ||
        !bl_key_schema_read(c, bl_param_raw(p, "KeySchema"), definitions, false, t->key,
                            &t->nkeys) ||
        !bl_indexes_read(c, p, t))
        return false;
    if (count_elements(definitions) == bl_key_attributes(t, list))
        return true;
    return bl_fail(c, BL_ValidationException,
                   t->indexes ? INVALID "Some AttributeDefinitions are not used"
                              : INVALID
                       "Number of attributes in KeySchema does not exactly match number "
                       "of attributes defined in AttributeDefinitions");
}

bool bl_spec_billing(struct bl_call *c, const struct bl_params *p, struct bl_table *t)
{
    struct bf_str mode = {NULL, 0}, units = bl_param_raw(p, "ProvisionedThroughput");
    struct bl_params q;
    if (!bl_param_string(c, p, "BillingMode", &mode))
        return false;
    if (mode.p && !bf_str_is(mode, "PAY_PER_REQUEST") && !bf_str_is(mode, "PROVISIONED"))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%.*s' at 'billingMode' failed to "
                       "satisfy constraint: Member must satisfy enum value set: [PROVISIONED, "
                       "PAY_PER_REQUEST]",
                       BF_SHOWN(mode));
    if (mode.p)
        t->on_demand = bf_str_is(mode, "PAY_PER_REQUEST");
    if (t->on_demand && units.p)
        return bl_fail(
            c, BL_ValidationException,
            INVALID
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST");
    if (t->on_demand) {
        t->read_units = t->write_units = 0;
        return true;
    }
    if (units.p && (!bl_params_read_object(c, units, &q) ||
                    !bl_param_int(c, &q, "ReadCapacityUnits", &t->read_units) ||
                    !bl_param_int(c, &q, "WriteCapacityUnits", &t->write_units)))
        return false;
    if (units.p && (!bl_param(&q, "ReadCapacityUnits") || !bl_param(&q, "WriteCapacityUnits")))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'provisionedThroughput.%s' "
                       "failed to satisfy constraint: Member must not be null",
                       bl_param(&q, "ReadCapacityUnits") ? "writeCapacityUnits"
                                                         : "readCapacityUnits");
    return (t->read_units > 0 && t->write_units > 0) ||
           bl_fail(c, BL_ValidationException,
                   INVALID "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
                           "BillingMode is "
                           "PROVISIONED");
}

bool bl_spec_stream(struct bl_call *c, const struct bl_params *p, enum bl_view *view, bool *given)
{
    struct bl_params q;
    struct bf_str raw = bl_param_raw(p, "StreamSpecification"), name = {NULL, 0};
    bool enabled = false;
    *view = BL_VIEW_NONE;
    *given = raw.p != NULL;
    if (!raw.p)
        return true;
    if (!bl_params_read_object(c, raw, &q) || !bl_param_bool(c, &q, "StreamEnabled", &enabled) ||
        !bl_param_string(c, &q, "StreamViewType", &name))
        return false;
    if (!enabled)
        return !name.p ||
               bl_fail(c, BL_ValidationException,
                       INVALID "StreamViewType cannot be specified when StreamEnabled is false");
    for (enum bl_view v = BL_VIEW_KEYS; v <= BL_VIEW_BOTH; v++)
        if (bf_str_eq(name, bf_str_of(bl_view_name(v)))) {
            *view = v;
            return true;
        }
    return bl_fail(
        c, BL_ValidationException,
        name.p ? "1 validation error detected: Value at 'streamSpecification.streamViewType' "
                 "failed to "
                 "satisfy constraint: Member must satisfy enum value set: [NEW_IMAGE, OLD_IMAGE, "
                 "NEW_AND_OLD_IMAGES, KEYS_ONLY]"
               : INVALID "StreamSpecification's StreamViewType is missing");
}

bool bl_spec_refuse(struct bl_call *c, const struct bl_params *p, const char *const *names,
                    size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bl_param(p, names[i]))
            return bl_fail(c, BL_ValidationException,
                           "bflocal has no %s: it has the part of DynamoDB that bfpipe uses",
                           names[i]);
    return true;
}

bool bl_spec_settings(struct bl_call *c, const struct bl_params *p)
{
    static const char *const unknown[] = {"SSESpecification", "WarmThroughput", "ResourcePolicy",
                                          "OnDemandThroughput"};
    static const char *const class[] = {"TableClass"};
    struct bf_str name = BF_STR("STANDARD");
    if (!bl_param_string(c, p, "TableClass", &name))
        return false;
    return (bf_str_is(name, "STANDARD") || bl_spec_refuse(c, p, class, 1)) &&
           bl_spec_refuse(c, p, unknown, BF_COUNT(unknown));
}
