#include "lib/envelope/known.h"

/* The members by which a document is recognised, each with the type that its value must have. */
enum {
    PUT,
    UPDATE,
    DELETE,
    ITEM,
    ITEMS,
    KEYS,
    NEW_IMAGE,
    OLD_IMAGE,
    DYNAMODB,
    EVENT_NAME,
    MEMBERS
};

static const struct {
    struct bf_str name;
    enum bf_json_type type;
} members[MEMBERS] = {
    [PUT] = {BF_STR("put"), BF_JSON_OBJECT},
    [UPDATE] = {BF_STR("update"), BF_JSON_OBJECT},
    [DELETE] = {BF_STR("delete"), BF_JSON_OBJECT},
    [ITEM] = {BF_STR("Item"), BF_JSON_OBJECT},
    [ITEMS] = {BF_STR("Items"), BF_JSON_ARRAY},
    [KEYS] = {BF_STR("Keys"), BF_JSON_OBJECT},
    [NEW_IMAGE] = {BF_STR("NewImage"), BF_JSON_OBJECT},
    [OLD_IMAGE] = {BF_STR("OldImage"), BF_JSON_OBJECT},
    [DYNAMODB] = {BF_STR("dynamodb"), BF_JSON_OBJECT},
    [EVENT_NAME] = {BF_STR("eventName"), BF_JSON_STRING},
};

/* Is it a typed value such as {"S":"x"}? */
static bool is_typed(struct bf_str value)
{
    static const char *const types[] = {"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"};
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err ignored;
    bool known = false;
    bf_json_init(&j, value);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &ignored) ||
        bf_json_member(&j, &key, &ignored) != BF_JSON_MORE || !bf_json_skip(&j, &ignored))
        return false;
    for (size_t i = 0; i < BF_COUNT(types); i++)
        known |= bf_str_eq(key.text, bf_str_of(types[i]));
    return known && bf_json_member(&j, &key, &ignored) == BF_JSON_END;
}

static enum bf_known decide(const struct bf_json_val *v, bool all_typed)
{
    if (v[DYNAMODB].raw.p && v[EVENT_NAME].raw.p)
        return BF_KNOWN_CHANGE;
    if (v[ITEM].raw.p)
        return BF_KNOWN_ITEM;
    if (v[ITEMS].raw.p)
        return BF_KNOWN_ITEMS;
    if (all_typed)
        return BF_KNOWN_TYPED;
    if (v[KEYS].raw.p)
        return BF_KNOWN_EXPORT;
    return v[PUT].raw.p || v[UPDATE].raw.p || v[DELETE].raw.p ? BF_KNOWN_WRITE : BF_KNOWN_NOT;
}

enum bf_known bf_known_what(struct bf_str text, struct bf_known_parts *parts)
{
    struct bf_json_val found[MEMBERS] = {0}, v;
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err ignored;
    enum bf_json_more more;
    size_t n = 0, typed = 0;
    bf_json_init(&j, text);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &ignored))
        return BF_KNOWN_NOT;
    for (; (more = bf_json_member(&j, &key, &ignored)) == BF_JSON_MORE; n++) {
        if (!bf_json_value(&j, &v, &ignored))
            return BF_KNOWN_NOT;
        typed += v.type == BF_JSON_OBJECT && is_typed(v.raw);
        for (size_t i = 0; i < MEMBERS; i++)
            if (bf_json_key_eq(&key, members[i].name) && v.type == members[i].type)
                found[i] = v;
    }
    if (more != BF_JSON_END)
        return BF_KNOWN_NOT;
    if (parts)
        *parts =
            (struct bf_known_parts){found[KEYS].raw, found[NEW_IMAGE].raw, found[OLD_IMAGE].raw};
    return decide(found, n && typed == n);
}

void bf_known_not_change(struct bf_str text, struct bf_err *e)
{
    static const char *const hints[] = {
        [BF_KNOWN_NOT] = "",
        [BF_KNOWN_CHANGE] = "",
        [BF_KNOWN_WRITE] = "; it is a write line, which ddbput takes",
        [BF_KNOWN_ITEM] = "; it is an item, which ddbput takes",
        [BF_KNOWN_TYPED] = "; it is an item, which ddbput takes",
        [BF_KNOWN_EXPORT] =
            "; it is a line of an incremental export, which ddbput and cdcproj take",
        [BF_KNOWN_ITEMS] =
            "; it is what a scan answers: jq -c '.Items[]' makes items of it for ddbput",
    };
    size_t have = strlen(e->text);
    const char *hint = hints[bf_known_what(text, NULL)];
    if (have + strlen(hint) < sizeof e->text)
        memcpy(e->text + have, hint, strlen(hint) + 1);
}
