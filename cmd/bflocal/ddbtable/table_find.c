/* DynamoDB: finding a table. */
#include "cmd/bflocal/ddbtable/ddbtable.h"

static bool is_arn(struct bf_str name)
{
    return bf_str_starts(name, BF_STR("arn:"));
}

struct bl_table *bl_table_find(const struct bl_local *l, struct bf_str name)
{
    const struct bl_ddb *d = l->ddb;
    if (is_arn(name)) /* tables of other accounts may have the same names */
        name = bl_arn_own(l, name, "dynamodb", "table");
    for (size_t i = 0; i < d->n; i++)
        if (bf_str_eq(bf_str_of(d->tables[i]->name), name))
            return d->tables[i];
    return NULL;
}

bool bl_name_spelled(struct bf_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char ch = name.p[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
        if (!letter && (ch < '0' || ch > '9') && ch != '_' && ch != '.' && ch != '-')
            return false;
    }
    return true;
}

bool bl_table_name_check(struct bl_call *c, struct bf_str name)
{
    bool good = bl_name_spelled(name);
    if (good && name.n >= 3 && name.n <= 255)
        return true;
    return bl_fail(
        c, BL_ValidationException,
        "1 validation error detected: Value '%.*s' at 'tableName' failed to satisfy constraint: %s",
        BF_SHOWN_TO(name, 1024),
        !good        ? "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        : name.n > 3 ? "Member must have length less than or equal to 255"
        : name.n     ? "Member must have length greater than or equal to 3"
                     : "Member must have length greater than or equal to 1");
}

/* Denies access to a table of another account; only an ARN can name one. */
static bool deny(struct bl_call *c, struct bf_str arn)
{
    return bl_fail(c, BL_AccessDeniedException,
                   "User: arn:aws:iam::" BL_ACCOUNT ":user/bflocal is not authorized to perform: "
                   "dynamodb:%s on resource: %.*s because no resource-based policy allows the "
                   "dynamodb:%s action",
                   c->op_name, BF_SHOWN_TO(arn, 400), c->op_name);
}

/* manage: an operation on the table itself, whose error names the missing table. */
static struct bl_table *find_or_fail(struct bl_call *c, struct bf_str name, bool manage)
{
    struct bl_table *t = bl_table_find(c->local, name);
    if (t)
        return t;
    if (is_arn(name) && !bl_arn_own(c->local, name, "dynamodb", "table").p)
        deny(c, name);
    else if (!is_arn(name) && !bl_table_name_check(c, name))
        return NULL;
    else if (manage)
        bl_fail(c, BL_ResourceNotFoundException,
                "Requested resource not found: Table: %.*s not found", BF_SHOWN_TO(name, 255));
    else
        bl_fail(c, BL_ResourceNotFoundException, "Requested resource not found");
    return NULL;
}

struct bl_table *bl_table_named(struct bl_call *c, struct bf_str name)
{
    return find_or_fail(c, name, false);
}

static struct bl_table *find_param(struct bl_call *c, const struct bl_params *p, bool manage)
{
    struct bf_str name = {NULL, 0};
    if (!bl_param_string(c, p, "TableName", &name))
        return NULL;
    if (name.p)
        return find_or_fail(c, name, manage);
    bl_fail(c, BL_ValidationException,
            "1 validation error detected: Value null at 'tableName' failed to satisfy "
            "constraint: Member must not be "
            "null");
    return NULL;
}

struct bl_table *bl_table_param(struct bl_call *c, const struct bl_params *p)
{
    return find_param(c, p, false);
}

struct bl_table *bl_table_manage(struct bl_call *c, const struct bl_params *p)
{
    return find_param(c, p, true);
}

const char *bl_view_name(enum bl_view view)
{
    static const char *const names[] = {"", "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE",
                                        "NEW_AND_OLD_IMAGES"};
    return names[view];
}
