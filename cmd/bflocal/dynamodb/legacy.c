#include "cmd/bflocal/dynamodb/legacy.h"

#define INVALID "One or more parameter values were invalid: "

enum { NAMES_MAX = 255, VALUES_MAX = 100 };

static const char *const old_parameters[] = {
    "AttributesToGet", "AttributeUpdates",    "QueryFilter",  "ScanFilter",
    "Expected",        "ConditionalOperator", "KeyConditions"};
static const char *const expressions[] = {"UpdateExpression", "ProjectionExpression",
                                          "ConditionExpression", "FilterExpression",
                                          "KeyConditionExpression"};

/* Appends the names of the parameters that the request has. */
static void list_given(const struct bl_params *p, const char *const *names, size_t n,
                       struct bf_buf *out)
{
    for (size_t i = 0; i < n; i++)
        if (bl_param(p, names[i]))
            bf_buf_addf(out, "%s%s", out->n ? ", " : "", names[i]);
}

bool bl_legacy_check(struct bl_call *c, const struct bl_params *p)
{
    char rooms[2][200];
    struct bf_buf old = {.p = rooms[0], .cap = sizeof rooms[0], .max = sizeof rooms[0]},
                  new = {.p = rooms[1], .cap = sizeof rooms[1], .max = sizeof rooms[1]};
    /* KeyConditions go with a filter or a projection that is an expression */
    bool keys = bl_param(p, "KeyConditionExpression");
    list_given(p, old_parameters, BF_COUNT(old_parameters) - !keys, &old);
    list_given(p, expressions, BF_COUNT(expressions), &new);
    return !old.n || !new.n ||
           bl_fail(c, BL_ValidationException,
                   "Can not use both expression and non-expression parameters in the same request: "
                   "Non-expression parameters: {%.*s} Expression parameters: {%.*s}",
                   (int)old.n, old.p, (int)new.n, new.p);
}

static bool fail_memory(struct bl_call *c)
{
    struct bf_err e = {0};
    return bf_err_nomem(&e) || bl_fail_err(c, &e);
}

/* The comparison operators: their counterparts in conditions, and how many values they have. */
static const struct comparison {
    const char *name;
    enum bl_cond_kind kind;
    bool negated;
    size_t least, most;
    const char *types; /* allowed types of the values, one letter each; NULL: any */
} comparisons[] = {
    {"EQ", BL_EQ, false, 1, 1, NULL},
    {"NE", BL_NE, false, 1, 1, NULL},
    {"IN", BL_IN, false, 1, VALUES_MAX, "SNB"},
    {"LE", BL_LE, false, 1, 1, "SNB"},
    {"LT", BL_LT, false, 1, 1, "SNB"},
    {"GE", BL_GE, false, 1, 1, "SNB"},
    {"GT", BL_GT, false, 1, 1, "SNB"},
    {"BETWEEN", BL_BETWEEN, false, 2, 2, "SNB"},
    {"NOT_NULL", BL_EXISTS, false, 0, 0, NULL},
    {"NULL", BL_NOT_EXISTS, false, 0, 0, NULL},
    {"CONTAINS", BL_CONTAINS, false, 1, 1, "SNB"},
    {"NOT_CONTAINS", BL_CONTAINS, true, 1, 1, "SNB"},
    {"BEGINS_WITH", BL_BEGINS_WITH, false, 1, 1, "SB"},
};

static const struct comparison *find_comparison(struct bl_call *c, struct bf_str name)
{
    for (size_t i = 0; i < BF_COUNT(comparisons); i++)
        if (bf_str_eq(name, bf_str_of(comparisons[i].name)))
            return &comparisons[i];
    bl_fail(c, BL_ValidationException,
            "1 validation error detected: Value '%.*s' at 'comparisonOperator' failed to satisfy "
            "constraint: Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, "
            "EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]",
            BF_SHOWN(name));
    return NULL;
}

/* A condition "attribute COMPARISON values"; args[0] is the attribute. */
static struct bl_cond *new_condition(struct bl_call *c, struct bf_str attribute,
                                     enum bl_cond_kind kind, size_t nvalues)
{
    struct bl_cond *cond = bf_arena_alloc(&c->arena, sizeof *cond);
    struct bl_operand *args = bf_arena_alloc(&c->arena, (1 + nvalues) * sizeof *args);
    struct bl_step *step = bf_arena_alloc(&c->arena, sizeof *step);
    if (!cond || !args || !step)
        return NULL;
    *step = (struct bl_step){.name = attribute};
    args[0] = (struct bl_operand){.kind = BL_OPERAND_PATH, .path = {step, 1}};
    *cond = (struct bl_cond){.kind = kind, .args = args, .nargs = 1};
    return cond;
}

static struct bl_cond *join_conditions(struct bl_call *c, enum bl_cond_kind kind,
                                       struct bl_cond *left, struct bl_cond *right)
{
    struct bl_cond *cond = bf_arena_alloc(&c->arena, sizeof *cond);
    if (cond)
        *cond = (struct bl_cond){.kind = kind, .left = left, .right = right};
    return cond;
}

static bool check_value(struct bl_call *c, const struct comparison *k, const struct bl_value *v)
{
    const char *type = bl_type_name(v->type);
    return !k->types || (type[1] == '\0' && strchr(k->types, type[0])) ||
           bl_fail(c, BL_ValidationException,
                   INVALID "ComparisonOperator %s is not valid for %s AttributeValue type", k->name,
                   type);
}

/* Reads AttributeValueList into the arguments after args[0]. */
static bool read_values(struct bl_call *c, struct bf_str raw, const struct comparison *k,
                        struct bl_cond *cond)
{
    struct bf_json j;
    struct bf_err e = {0};
    size_t n = 0;
    bf_json_init(&j, raw);
    if (raw.p && !bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_SerializationException, "AttributeValueList: expected a list");
    while (raw.p && bf_json_element(&j, &e) == BF_JSON_MORE) {
        struct bl_value *v;
        if (n++ == k->most)
            break;
        if (!bl_value_parse(&c->arena, &j, &v, &e))
            return bl_fail_input(c, &e);
        if (!check_value(c, k, v))
            return false;
        cond->args[cond->nargs++] = (struct bl_operand){.kind = BL_OPERAND_VALUE, .value = v};
    }
    if (n < k->least || n > k->most)
        return bl_fail(c, BL_ValidationException,
                       INVALID "Invalid number of argument(s) for the %s ComparisonOperator",
                       k->name);
    for (size_t i = 2; i < cond->nargs; i++)
        if (cond->args[i].value->type != cond->args[1].value->type)
            return bl_fail(c, BL_ValidationException,
                           INVALID
                           "AttributeValues inside AttributeValueList must be of same type");
    if (cond->kind == BL_BETWEEN && bl_value_cmp(cond->args[1].value, cond->args[2].value) > 0)
        return bl_fail(c, BL_ValidationException,
                       "The BETWEEN condition was provided a range where the lower bound is "
                       "greater than the upper bound");
    return true;
}

static bool read_comparison(struct bl_call *c, const struct bl_params *p, struct bf_str attribute,
                            struct bl_cond **out)
{
    struct bf_str name = {NULL, 0};
    if (!bl_param_string(c, p, "ComparisonOperator", &name))
        return false;
    const struct comparison *k = find_comparison(c, name);
    if (!k)
        return false;
    *out = new_condition(c, attribute, k->kind, k->most);
    if (!*out)
        return fail_memory(c);
    if (!read_values(c, bl_param_raw(p, "AttributeValueList"), k, *out))
        return false;
    if (!k->negated)
        return true;
    /* an attribute that is not there does not meet NOT_CONTAINS either */
    struct bl_cond *exists = new_condition(c, attribute, BL_EXISTS, 0);
    *out = join_conditions(c, BL_NOT, *out, NULL);
    *out = *out && exists ? join_conditions(c, BL_AND, exists, *out) : NULL;
    return *out || fail_memory(c);
}

/* Reads the older form of Expected: Value and Exists. */
static bool read_expected(struct bl_call *c, const struct bl_params *p, struct bf_str attribute,
                          struct bl_cond **out)
{
    bool exists = true, given = bl_param(p, "Exists");
    struct bf_str raw = bl_param_raw(p, "Value");
    struct bf_json j;
    struct bf_err e = {0};
    struct bl_value *v;
    int n = (int)(attribute.n > 255 ? 255 : attribute.n);
    if (!bl_param_bool(c, p, "Exists", &exists))
        return false;
    if (exists && !raw.p)
        return bl_fail(c, BL_ValidationException,
                       INVALID "Value must be provided when Exists is %s for Attribute: %.*s",
                       given ? "true" : "null", n, attribute.p);
    if (!exists && raw.p)
        return bl_fail(c, BL_ValidationException,
                       INVALID "Value cannot be used when Exists is false for Attribute: %.*s", n,
                       attribute.p);
    *out = new_condition(c, attribute, exists ? BL_EQ : BL_NOT_EXISTS, 1);
    if (!*out)
        return fail_memory(c);
    if (!exists)
        return true;
    bf_json_init(&j, raw);
    if (!bl_value_parse(&c->arena, &j, &v, &e))
        return bl_fail_input(c, &e);
    (*out)->args[(*out)->nargs++] = (struct bl_operand){.kind = BL_OPERAND_VALUE, .value = v};
    return true;
}

static bool read_condition(struct bl_call *c, struct bf_str raw, struct bf_str attribute,
                           bool expected, struct bl_cond **out)
{
    struct bl_params p = {0};
    if (!bl_params_read_object(c, raw, &p))
        return false;
    bool comparison = bl_param(&p, "ComparisonOperator");
    if (comparison && (bl_param(&p, "Value") || bl_param(&p, "Exists")))
        return bl_fail(c, BL_ValidationException,
                       INVALID "%s and ComparisonOperator cannot be used together for Attribute: "
                               "%.*s",
                       bl_param(&p, "Exists") ? "Exists" : "Value", BF_SHOWN_TO(attribute, 255));
    return comparison || !expected ? read_comparison(c, &p, attribute, out)
                                   : read_expected(c, &p, attribute, out);
}

static bool read_operator(struct bl_call *c, const struct bl_params *p, enum bl_cond_kind *kind)
{
    struct bf_str text = {NULL, 0};
    *kind = BL_AND;
    if (!bl_param_string(c, p, "ConditionalOperator", &text))
        return false;
    if (bf_str_is(text, "OR"))
        *kind = BL_OR;
    return !text.p || *kind == BL_OR || bf_str_is(text, "AND") ||
           bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%.*s' at 'conditionalOperator' failed to "
                   "satisfy constraint: Member must satisfy enum value set: [OR, AND]",
                   BF_SHOWN(text));
}

/* The next member of a map: its decoded name and its raw value. */
static bool next_member(struct bl_call *c, struct bf_json *j, struct bf_str *name,
                        struct bf_str *raw, bool *more)
{
    struct bf_json_key key;
    struct bf_json_val v, text;
    struct bf_err e = {0};
    enum bf_json_more m = bf_json_member(j, &key, &e);
    *more = m == BF_JSON_MORE;
    if (m == BF_JSON_END)
        return true;
    if (m == BF_JSON_ERROR || !bf_json_value(j, &v, &e))
        return bl_fail(c, BL_SerializationException, "%s", e.text);
    text = (struct bf_json_val){.type = BF_JSON_STRING, .text = key.text, .escaped = key.escaped};
    *raw = v.raw;
    return bl_param_text(c, &text, name);
}

static bool enter_map(struct bl_call *c, struct bf_json *j, const char *name, struct bf_str raw)
{
    struct bf_err e = {0};
    bf_json_init(j, raw);
    return bf_json_enter(j, BF_JSON_OBJECT, &e) ||
           bl_fail(c, BL_SerializationException, "%s: expected a map", name);
}

bool bl_legacy_condition(struct bl_call *c, const struct bl_params *p, const char *name,
                         struct bl_cond **out)
{
    struct bf_str raw = bl_param_raw(p, name), attribute = {0}, value = {0};
    bool keys = strcmp(name, "KeyConditions") == 0, expected = strcmp(name, "Expected") == 0;
    enum bl_cond_kind kind = BL_AND;
    struct bf_json j;
    struct bl_cond *all = NULL, *one = NULL;
    size_t n = 0;
    bool more = true;
    if (!keys && !read_operator(c, p, &kind))
        return false;
    if (!raw.p)
        return keys || !bl_param(p, "ConditionalOperator") ||
               bl_fail(c, BL_ValidationException,
                       INVALID "ConditionalOperator cannot be used without Filter or Expected");
    if (!enter_map(c, &j, name, raw))
        return false;
    while (next_member(c, &j, &attribute, &value, &more) && more) {
        if (n++ == NAMES_MAX)
            return bl_fail(c, BL_ValidationException, INVALID "too many conditions");
        if (!read_condition(c, value, attribute, expected, &one))
            return false;
        all = all ? join_conditions(c, kind, all, one) : one;
        if (!all)
            return fail_memory(c);
    }
    if (more)
        return false; /* the answer is set */
    if (!all && !keys && bl_param(p, "ConditionalOperator"))
        return bl_fail(c, BL_ValidationException,
                       INVALID "ConditionalOperator cannot be used without Filter or Expected");
    if (all)
        *out = all;
    return true;
}

/* Reads {"Action":"PUT","Value":{...}}. */
static bool read_update_action(struct bl_call *c, struct bf_str raw, struct bf_str attribute,
                               struct bl_action *out)
{
    struct bl_params p = {0};
    struct bf_str action = BF_STR("PUT"), value;
    struct bf_json j;
    struct bf_err e = {0};
    if (!bl_params_read_object(c, raw, &p) || !bl_param_string(c, &p, "Action", &action))
        return false;
    value = bl_param_raw(&p, "Value");
    bool put = bf_str_is(action, "PUT"), add = bf_str_is(action, "ADD");
    if (!put && !add && !bf_str_is(action, "DELETE"))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%.*s' at 'action' failed to satisfy "
                       "constraint: Member must satisfy enum value set: [ADD, DELETE, PUT]",
                       BF_SHOWN(action));
    if (!value.p && (put || add))
        return bl_fail(c, BL_ValidationException,
                       INVALID
                       "Only DELETE action is allowed when no attribute value is specified");
    struct bl_step *step = bf_arena_alloc(&c->arena, sizeof *step);
    struct bl_term *term = bf_arena_alloc(&c->arena, sizeof *term);
    if (!step || !term)
        return fail_memory(c);
    *step = (struct bl_step){.name = attribute};
    *term = (struct bl_term){.kind = BL_TERM_OPERAND, .operand = {.kind = BL_OPERAND_VALUE}};
    *out = (struct bl_action){.kind = !value.p ? BL_REMOVE
                                      : put    ? BL_SET
                                      : add    ? BL_ADD
                                               : BL_DELETE,
                              .path = {step, 1},
                              .term = term,
                              .legacy = true};
    bf_json_init(&j, value);
    return !value.p || bl_value_parse(&c->arena, &j, &term->operand.value, &e) ||
           bl_fail_input(c, &e);
}

/* Checks the value's type for ADD and DELETE. ADD to a list appends, like list_append. */
static bool check_update_action(struct bl_call *c, struct bl_action *act)
{
    if (act->kind != BL_ADD && act->kind != BL_DELETE)
        return true;
    enum bl_type type = act->term->operand.value->type;
    bool set = type == BL_SS || type == BL_NS || type == BL_BS;
    if (act->kind == BL_ADD && type == BL_L) {
        struct bl_term *terms = bf_arena_alloc(&c->arena, 4 * sizeof *terms);
        struct bl_value *none = bl_value_new(&c->arena, BL_L);
        if (!terms || !none)
            return fail_memory(c);
        terms[0] = (struct bl_term){.kind = BL_TERM_OPERAND,
                                    .operand = {.kind = BL_OPERAND_VALUE, .value = none}};
        terms[1] = (struct bl_term){.kind = BL_TERM_IF_NOT_EXISTS,
                                    .operand = {.kind = BL_OPERAND_PATH, .path = act->path},
                                    .right = &terms[0]};
        terms[2] =
            (struct bl_term){.kind = BL_TERM_LIST_APPEND, .left = &terms[1], .right = act->term};
        act->kind = BL_SET;
        act->term = &terms[2];
        return true;
    }
    return set || (act->kind == BL_ADD && type == BL_N) ||
           bl_fail(c, BL_ValidationException, INVALID "%s action is not supported for the type %s",
                   act->kind == BL_ADD ? "ADD" : "DELETE", bl_type_name(type));
}

bool bl_legacy_update(struct bl_call *c, const struct bl_params *p, struct bl_update **out)
{
    struct bf_str raw = bl_param_raw(p, "AttributeUpdates"), attribute = {0}, value = {0};
    struct bf_json j;
    bool more = true;
    if (!raw.p)
        return true;
    struct bl_update *u = bf_arena_alloc(&c->arena, sizeof *u);
    size_t most = 0;
    if (!enter_map(c, &j, "AttributeUpdates", raw))
        return false;
    for (; next_member(c, &j, &attribute, &value, &more) && more; most++)
        continue;
    struct bl_action *actions = bf_arena_alloc(&c->arena, most * sizeof *actions + 1);
    if (!u || !actions)
        return fail_memory(c);
    *u = (struct bl_update){.actions = actions};
    if (more || !enter_map(c, &j, "AttributeUpdates", raw))
        return false;
    while (next_member(c, &j, &attribute, &value, &more) && more) {
        const char *wrong = bl_attribute_fault(attribute);
        if (wrong)
            return bl_fail(c, BL_ValidationException, INVALID "%s", wrong);
        if (!read_update_action(c, value, attribute, &actions[u->n]) ||
            !check_update_action(c, &actions[u->n]))
            return false;
        u->n++;
    }
    if (more)
        return false; /* the answer is set */
    if (u->n)
        *out = u;
    return true;
}

bool bl_legacy_projection(struct bl_call *c, const struct bl_params *p, struct bl_projection **out)
{
    struct bf_str raw = bl_param_raw(p, "AttributesToGet"), name;
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e = {0};
    if (!raw.p)
        return true;
    struct bl_projection *all = bf_arena_alloc(&c->arena, sizeof *all);
    struct bl_path *paths = bf_arena_alloc(&c->arena, NAMES_MAX * sizeof *paths);
    struct bl_step *steps = bf_arena_alloc(&c->arena, NAMES_MAX * sizeof *steps);
    if (!all || !paths || !steps)
        return fail_memory(c);
    *all = (struct bl_projection){.paths = paths};
    bf_json_init(&j, raw);
    if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
        return bl_fail(c, BL_SerializationException, "AttributesToGet: expected a list");
    while (bf_json_element(&j, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
        if (v.type != BF_JSON_STRING || !bl_param_text(c, &v, &name))
            return bl_fail(c, BL_SerializationException, "AttributesToGet: expected strings");
        const char *wrong = bl_attribute_fault(name);
        if (wrong)
            return bl_fail(c, BL_ValidationException, INVALID "%s", wrong);
        for (size_t i = 0; i < all->n; i++)
            if (bf_str_eq(name, steps[i].name))
                return bl_fail(c, BL_ValidationException,
                               INVALID "Duplicate value in attribute name: %.*s",
                               BF_SHOWN_TO(name, 255));
        if (all->n == NAMES_MAX)
            return bl_fail(c, BL_ValidationException, INVALID "too many attributes");
        steps[all->n] = (struct bl_step){.name = name};
        paths[all->n] = (struct bl_path){&steps[all->n], 1};
        all->n++;
    }
    if (all->n == 0)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '[]' at 'attributesToGet' failed to "
                       "satisfy constraint: Member must have length greater than or equal to 1");
    bl_projection_sort(all);
    *out = all;
    return true;
}
