/*
 * Kinesis: what the service's model says of each parameter. The service holds a call against it before it
 * looks at any stream: what is wrong here is a ValidationException, whatever else is wrong with the call.
 */
#include <stdio.h>

#include "cmd/bflocal/kinesis/kinesis.h"

enum kind { TEXT, NAME, DIGITS, NUMBER, CHOICE };

#define NAMES   "[a-zA-Z0-9_.-]+"
#define HUGE_ID 128

/* The same name means the same in every operation. */
static const struct rule {
    const char *name, *shown; /* as the call has it, as the message has it */
    enum kind kind;
    int64_t min, max;    /* of a number's value, else of a text's length; digits: of how many */
    const char *pattern; /* or the choices, with commas */
} rules[] = {
    {"StreamName", "streamName", NAME, 1, HUGE_ID, NAMES},
    {"ExclusiveStartStreamName", "exclusiveStartStreamName", NAME, 1, HUGE_ID, NAMES},
    {"ShardId", "shardId", NAME, 1, HUGE_ID, NAMES},
    {"ExclusiveStartShardId", "exclusiveStartShardId", NAME, 1, HUGE_ID, NAMES},
    {"ShardToSplit", "shardToSplit", NAME, 1, HUGE_ID, NAMES},
    {"ShardToMerge", "shardToMerge", NAME, 1, HUGE_ID, NAMES},
    {"AdjacentShardToMerge", "adjacentShardToMerge", NAME, 1, HUGE_ID, NAMES},
    {"ShardIterator", "shardIterator", TEXT, 1, 512, ""},
    {"NextToken", "nextToken", TEXT, 1, 1048576, ""},
    {"PartitionKey", "partitionKey", TEXT, 1, 256, ""},
    {"ExplicitHashKey", "explicitHashKey", DIGITS, 1, 39, "0|([1-9]\\d{0,38})"},
    {"NewStartingHashKey", "newStartingHashKey", DIGITS, 1, 39, "0|([1-9]\\d{0,38})"},
    {"StartingSequenceNumber", "startingSequenceNumber", DIGITS, 1, 129, "0|([1-9]\\d{0,128})"},
    {"SequenceNumberForOrdering", "sequenceNumberForOrdering", DIGITS, 1, 129,
     "0|([1-9]\\d{0,128})"},
    {"ShardIteratorType", "shardIteratorType", CHOICE, 0, 0,
     "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON"},
    {"ScalingType", "scalingType", CHOICE, 0, 0, "UNIFORM_SCALING"},
    {"Limit", "limit", NUMBER, 1, 10000, ""},
    {"MaxResults", "maxResults", NUMBER, 1, 10000, ""},
    {"ShardCount", "shardCount", NUMBER, 1, INT32_MAX, ""},
    {"TargetShardCount", "targetShardCount", NUMBER, 1, INT32_MAX, ""},
    {"RetentionPeriodHours", "retentionPeriodHours", NUMBER, INT32_MIN, INT32_MAX, ""},
};

/* What is checked: the parameters of a call, or those of one of its records. */
struct checked {
    struct bl_call *c;
    size_t record; /* its number, 0: the call's own */
};

static void put_within(const struct checked *k, char out[40])
{
    out[0] = '\0';
    if (k->record)
        snprintf(out, 40, "records.%zu.member.", k->record);
}

static bool fail_constraint(const struct checked *k, struct bf_str value, const char *shown,
                            const char *must, const char *what)
{
    char within[40];
    put_within(k, within);
    return bl_fail(k->c, BL_ValidationException,
                   "1 validation error detected: Value '%.*s' at '%s%s' failed to satisfy "
                   "constraint: Member must %s%s",
                   BF_SHOWN_TO(value, 128), within, shown, must, what);
}

static bool in_choices(struct bf_str value, const char *choices)
{
    struct bf_str rest = bf_str_of(choices), item;
    while (bf_str_split(&rest, ',', &item))
        if (bf_str_eq(bf_str_trim(item), value))
            return true;
    return false;
}

static bool in_pattern(const struct rule *r, struct bf_str s)
{
    if (r->kind == DIGITS && (s.n > (size_t)r->max || (s.n > 1 && s.p[0] == '0')))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool digit = ch >= '0' && ch <= '9';
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
        if (!digit && (r->kind == DIGITS || (!letter && ch != '_' && ch != '.' && ch != '-')))
            return false;
    }
    return s.n > 0;
}

static bool check_text(const struct checked *k, const struct rule *r, struct bf_str s)
{
    char limit[32];
    if (r->kind == CHOICE)
        return in_choices(s, r->pattern) ||
               fail_constraint(k, s, r->shown, "satisfy enum value set: ", r->pattern);
    if (r->kind != TEXT && !in_pattern(r, s))
        return fail_constraint(k, s, r->shown, "satisfy regular expression pattern: ", r->pattern);
    int64_t n = (int64_t)bl_characters(s);
    if (n >= r->min && n <= r->max)
        return true;
    snprintf(limit, sizeof limit, "%lld", (long long)(n < r->min ? r->min : r->max));
    return fail_constraint(k, s, r->shown,
                           n < r->min ? "have length greater than or equal to "
                                      : "have length less than or equal to ",
                           limit);
}

static bool check_number(const struct checked *k, const struct bl_params *p, const struct rule *r)
{
    char text[32], limit[32];
    int64_t v = r->min;
    if (!bl_param_int(k->c, p, r->name, &v))
        return false;
    if (v >= r->min && v <= r->max)
        return true;
    snprintf(text, sizeof text, "%lld", (long long)v);
    snprintf(limit, sizeof limit, "%lld", (long long)(v < r->min ? r->min : r->max));
    return fail_constraint(k, bf_str_of(text), r->shown,
                           v < r->min ? "have value greater than or equal to "
                                      : "have value less than or equal to ",
                           limit);
}

bool bl_kinesis_check(struct bl_call *c, const struct bl_params *p, size_t record,
                      const char *required)
{
    const struct checked k = {c, record};
    struct bf_str rest = bf_str_of(required), name;
    for (size_t i = 0; i < BF_COUNT(rules); i++) {
        struct bf_str s = {NULL, 0};
        if (!bl_param(p, rules[i].name))
            continue;
        if (rules[i].kind == NUMBER
                ? !check_number(&k, p, &rules[i])
                : !bl_param_string(c, p, rules[i].name, &s) || !check_text(&k, &rules[i], s))
            return false;
    }
    while (rest.n && bf_str_split(&rest, ' ', &name)) {
        char text[64], within[40];
        snprintf(text, sizeof text, "%.*s", (int)name.n, name.p);
        if (bl_param(p, text))
            continue;
        put_within(&k, within);
        text[0] = (char)(text[0] | 0x20); /* the message begins them with a small letter */
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at '%s%s' failed to satisfy "
                       "constraint: Member must not be null",
                       within, text);
    }
    return true;
}

bool bl_kinesis_read(struct bl_call *c, struct bl_params *p, const char *required)
{
    return bl_params_read(c, p) && bl_kinesis_check(c, p, 0, required);
}
