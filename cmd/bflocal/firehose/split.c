#include "cmd/bflocal/firehose/split.h"

#include "lib/json/scan.h"

bool bl_fh_take_object(struct bf_str *rest, struct bf_str *object)
{
    struct bf_json j;
    struct bf_json_val v;
    struct bf_err e;
    bf_json_init(&j, *rest);
    if (!bf_json_value(&j, &v, &e) || v.type != BF_JSON_OBJECT)
        return false;
    *object = v.raw;
    *rest = bf_str_trim(bf_str(v.raw.p + v.raw.n, (size_t)(rest->p + rest->n - v.raw.p) - v.raw.n));
    return true;
}

static bool take_delimited(struct bf_str *rest, struct bf_str delimiter, struct bf_str *part)
{
    size_t at = 0;
    while (at + delimiter.n <= rest->n && memcmp(rest->p + at, delimiter.p, delimiter.n) != 0)
        at++;
    bool found = at + delimiter.n <= rest->n;
    *part = bf_str(rest->p, found ? at : rest->n);
    size_t taken = found ? at + delimiter.n : rest->n;
    *rest = bf_str(rest->p + taken, rest->n - taken);
    return true;
}

static bool split_one(enum bl_fh_split how, struct bf_str delimiter, const struct bl_fh_record *r,
                      struct bl_fh_batch *out, struct bf_err *e)
{
    struct bl_fh_record part = *r;
    struct bf_str rest = how == BL_FH_SPLIT_JSON ? bf_str_trim(r->data) : r->data;
    size_t before = out->n;
    bool good = how != BL_FH_SPLIT_NONE && rest.n;
    while (good && rest.n) {
        good = out->n - before < BL_FH_SPLIT_MAX &&
               (how == BL_FH_SPLIT_JSON ? bl_fh_take_object(&rest, &part.data)
                                        : take_delimited(&rest, delimiter, &part.data));
        if (good && part.data.n && !bl_fh_batch_add(out, &part, e))
            return false;
    }
    if (good)
        return true;
    out->n = before;
    return bl_fh_batch_add(out, r, e);
}

bool bl_fh_split(enum bl_fh_split how, struct bf_str delimiter, struct bf_kpl *kpl,
                 const struct bl_fh_batch *in, struct bl_fh_batch *out, struct bf_err *e)
{
    for (size_t i = 0; i < in->n; i++) {
        struct bl_fh_record r = in->record[i];
        struct bf_kpl_part part;
        if (!r.cursor || !bf_kpl_maybe(r.data) || !bf_kpl_open(kpl, r.data)) {
            if (!split_one(how, delimiter, &r, out, e))
                return false;
            continue;
        }
        while (bf_kpl_next(kpl, &part)) {
            r.data = part.data;
            r.key = part.key;
            r.part = (int64_t)part.index;
            if (!split_one(how, delimiter, &r, out, e))
                return false;
        }
    }
    return true;
}
