/* DynamoDB: keys, and their encoding in DynamoDB's order. */
#include "cmd/bflocal/dynamodb/dynamodb.h"

#include "lib/ddb/decimal.h"

/*
 * A number: one byte for the sign (0 negative, 1 zero, 2 positive), the power of
 * ten of the first digit in two bytes, the digits plus one, and a zero byte at the
 * end; all but the sign complemented for negative numbers.
 */
static size_t encode_number(struct bf_str text, unsigned char *out)
{
    struct bf_decimal d;
    struct bf_err e;
    if (!bf_decimal_parse(text, &d, &e) || d.n == 0) {
        out[0] = 1;
        return 1;
    }
    int power = d.exponent + d.n + 1000; /* above 0 for all that DynamoDB holds */
    size_t n = 0;
    out[n++] = d.negative ? 0 : 2;
    out[n++] = (unsigned char)(power >> 8);
    out[n++] = (unsigned char)(power & 255);
    for (int i = 0; i < d.n; i++)
        out[n++] = (unsigned char)(d.digits[i] + 1);
    out[n++] = 0;
    for (size_t i = 1; d.negative && i < n; i++)
        out[i] = (unsigned char)~out[i];
    return n;
}

size_t bl_key_encode(const struct bl_value *v, unsigned char *out)
{
    if (v->type == BL_N)
        return encode_number(v->text, out);
    memcpy(out, v->text.p, v->text.n);
    return v->text.n;
}

static bool fail_mismatch(struct bl_call *c, bool exact, const struct bl_key_attr *k,
                          const struct bl_value *v)
{
    if (exact)
        return bl_fail(c, BL_ValidationException,
                       "The provided key element does not match the schema");
    if (!v)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Missing the key %s in the item",
                       k->name);
    return bl_fail(c, BL_ValidationException,
                   "One or more parameter values were invalid: Type mismatch for key %s expected: "
                   "%s actual: %s",
                   k->name, bl_type_name(k->type), bl_type_name(v->type));
}

static bool check_size(struct bl_call *c, const struct bl_key_attr *k, const struct bl_value *v,
                       unsigned part)
{
    size_t max = part ? 1024 : 2048;
    if (v->type == BL_N)
        return true;
    if (v->text.n == 0)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values are not valid. The AttributeValue for a key "
                       "attribute cannot "
                       "contain an empty %s value. Key: %s",
                       v->type == BL_S ? "string" : "binary", k->name);
    if (v->text.n <= max)
        return true;
    if (part)
        return bl_fail(c, BL_ValidationException,
                       "One or more parameter values were invalid: Aggregated size of all range "
                       "keys has exceeded the size limit of %zu bytes",
                       max);
    return bl_fail(c, BL_ValidationException,
                   "One or more parameter values were invalid: Size of hashkey has exceeded the "
                   "maximum size limit of%zu bytes", /* so it is spelled */
                   max);
}

bool bl_key_of(struct bl_call *c, const struct bl_table *t, const struct bl_value *item, bool exact,
               struct bl_key *out)
{
    out->part[0] = out->part[1] = bf_str("", 0);
    out->empty = false;
    if (exact && item->n != t->nkeys)
        return bl_fail(c, BL_ValidationException,
                       "The provided key element does not match the schema");
    for (unsigned i = 0; i < t->nkeys; i++) {
        const struct bl_key_attr *k = &t->key[i];
        const struct bl_value *v = bl_field_get(item, bf_str_of(k->name));
        if (!v || v->type != k->type)
            return fail_mismatch(c, exact, k, v);
        out->empty = v->type != BL_N && v->text.n == 0;
        if (!check_size(c, k, v, i))
            return false;
        out->part[i] = bf_str((const char *)out->bytes[i], bl_key_encode(v, out->bytes[i]));
    }
    return true;
}
