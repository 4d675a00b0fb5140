#include "cmd/bflocal/events/target_check.h"

#include "cmd/bflocal/events/dispatch.h"
#include "cmd/bflocal/rule/json_path.h"
#include "cmd/bflocal/rule/transform.h"
#include "lib/json/scan.h"

/* A member that a target of bflocal cannot have is refused by its name. */
static bool check_members(struct bl_call *c, const json_t *target)
{
    static const char *const known[] = {"Id",
                                        "Arn",
                                        "RoleArn",
                                        "Input",
                                        "InputPath",
                                        "InputTransformer",
                                        "RetryPolicy",
                                        "KinesisParameters",
                                        "DeadLetterConfig"};
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)target, name, value)
    {
        size_t k = 0;
        while (k < BF_COUNT(known) && strcmp(name, known[k]) != 0)
            k++;
        if (k == BF_COUNT(known) && !json_is_null(value))
            return bl_fail(c, BL_ValidationException, "bflocal's EventBridge has no %.60s", name);
    }
    return true;
}

static bool check_arn(struct bl_call *c, const json_t *target, const struct bl_target_kind **kind,
                      struct bf_str *name)
{
    const char *arn = bl_document_text(target, "Arn");
    struct bf_str rest = bf_str_of(arn), part;
    size_t colons = 0;
    while (rest.p && bf_str_split(&rest, ':', &part))
        colons++;
    if (colons < 6 || strncmp(arn, "arn:", 4) != 0)
        return bl_fail(c, BL_ValidationException,
                       "Parameter %.300s is not valid. Reason: Provided Arn is not in correct "
                       "format.",
                       arn);
    *kind = bl_target_kind(c->local, bf_str_of(arn), name);
    if (*kind && (*kind)->deliver)
        return true;
    struct bf_buf titles;
    bf_buf_init(&titles, 1024);
    bl_target_kinds_title(&titles);
    (void)bl_fail(c, BL_ValidationException,
                  "bflocal cannot deliver to %.300s: targets are %.*s of this account and region",
                  arn, (int)titles.n, titles.p ? titles.p : "");
    bf_buf_free(&titles);
    return false;
}

static bool check_input(struct bl_call *c, const json_t *target, const struct bl_target_kind *kind)
{
    const char *id = bl_document_text(target, "Id"), *input = bl_document_text(target, "Input"),
               *path = bl_document_text(target, "InputPath");
    const json_t *transformer = json_object_get(target, "InputTransformer");
    int n = (*input != 0) + (*path != 0) + (json_object_size(transformer) != 0);
    struct bf_err e;
    if (n > 1)
        return bl_fail(c, BL_ValidationException,
                       "Only one of Input, InputPath, or InputTransformer must be provided for "
                       "target %.64s.",
                       id);
    if (n && kind && kind->whole)
        return bl_fail(c, BL_ValidationException,
                       "bflocal sends whole events to event buses: Input, InputPath and "
                       "InputTransformer are not supported for target %.64s.",
                       id);
    if (*input && !bf_json_check(bf_str_of(input), &e))
        return bl_fail(c, BL_ValidationException,
                       "JSON syntax error in input for target %.64s : %s", id, e.text);
    if (*path && !bl_json_path_check(bf_str_of(path)))
        return bl_fail(c, BL_ValidationException, "Invalid InputPath for target %.64s.", id);
    return !json_object_size(transformer) || bl_transform_check(transformer, &e) ||
           bl_fail(c, BL_ValidationException, "Invalid InputTemplate for target %.64s : [%s]", id,
                   e.text);
}

static bool check_policy(struct bl_call *c, const json_t *target)
{
    const char *path = bl_document_text(json_object_get(target, "KinesisParameters"),
                                        "PartitionKeyPath"),
               *dead = bl_document_text(json_object_get(target, "DeadLetterConfig"), "Arn");
    if (*path && !bl_json_path_check(bf_str_of(path)))
        return bl_fail(c, BL_ValidationException, "PartitionKeyPath: '%.60s' is no JSON path",
                       path);
    return !*dead || strncmp(dead, "arn:aws:s3:::", 13) == 0 ||
           bl_fail(c, BL_ValidationException,
                   "bflocal has no SQS: the DeadLetterConfig of a target is a bucket "
                   "(arn:aws:s3:::NAME), not %.200s",
                   dead);
}

bool bl_target_check(struct bl_call *c, const json_t *target)
{
    const struct bl_target_kind *kind = NULL;
    struct bf_str name;
    return check_members(c, target) && check_arn(c, target, &kind, &name) &&
           check_input(c, target, kind) && check_policy(c, target);
}
