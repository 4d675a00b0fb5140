#include "cmd/ddbput/ddbput.h"

#include "lib/cli/diag.h"

/* What an error answer means for the operations of its request. */
enum fate { FATE_AGAIN, FATE_REFUSED, FATE_END };

static bool is_code(const struct bf_aws_answer *a, const char *code)
{
    return strcmp(a->code, code) == 0;
}

static enum fate fate_of(const struct bf_aws_answer *a)
{
    switch (a->err.code) {
    case BF_E_NETWORK:
    case BF_E_THROTTLED:
    case BF_E_TEMPORARY:
        return FATE_AGAIN;
    case BF_E_SERVICE:
        break;
    default:
        return FATE_END;
    }
    if (a->status < 400 || is_code(a, "TransactionConflictException") ||
        is_code(a, "ReplicatedWriteConflictException"))
        return FATE_AGAIN;
    return FATE_REFUSED;
}

static void failed(struct flight *f, const struct bf_aws_answer *a)
{
    switch (fate_of(a)) {
    case FATE_AGAIN:
        flight_retry(f, &a->err, false);
        break;
    case FATE_REFUSED:
        flight_refused(f, &a->err);
        break;
    case FATE_END:
        give_up(f->d, &a->err);
        flight_settle(f);
        break;
    }
}

void on_single(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct flight *f = call->arg;
    struct ddbput *d = f->d;
    d->in_air--;
    if (a->err.code == BF_OK) {
        flight_written(f, NULL);
        flight_settle(f);
    } else if (f->op[0]->kind == OP_PUT_NEW && is_code(a, "ConditionalCheckFailedException")) {
        d->existed++;
        flight_written(f, NULL);
        d->written--;
        flight_settle(f);
    } else
        failed(f, a);
}

/* The operation of the flight that has this key. */
static bool mark(struct flight *f, struct bf_str key, bool *left)
{
    for (unsigned i = 0; i < f->sent; i++)
        if (bf_str_eq(op_key(f->op[i]), key)) {
            left[i] = true;
            return true;
        }
    return false;
}

/* {"PutRequest":{"Item":{...}}} or {"DeleteRequest":{"Key":{...}}} at the cursor. */
static bool one_left(struct flight *f, struct bf_json *j, bool *left, struct bf_err *e)
{
    struct ddbput *d = f->d;
    struct bf_json_key name;
    struct bf_item item;
    for (int level = 0; level < 2; level++)
        if (!bf_json_enter(j, BF_JSON_OBJECT, e) || bf_json_member(j, &name, e) != BF_JSON_MORE)
            return false;
    bf_buf_reset(&d->key);
    if (!bf_item_typed(j, &d->schema, &item, NULL, e) ||
        !bf_item_key(&item, &d->schema, &d->key, e) || !mark(f, bf_buf_view(&d->key), left))
        return false;
    /* the end of the inner object, then that of the outer
     * NOLINTNEXTLINE(misc-redundant-expression) */
    return bf_json_member(j, &name, e) == BF_JSON_END && bf_json_member(j, &name, e) == BF_JSON_END;
}

/* Reads UnprocessedItems into left; false when it makes no sense. */
static bool read_left(struct flight *f, struct bf_str body, bool *left, unsigned *n)
{
    struct bf_json_val v;
    struct bf_json_key table;
    struct bf_json j;
    struct bf_err e;
    bool found;
    enum bf_json_more more;
    *n = 0;
    /* Always there, empty if all were taken (API reference, BatchWriteItem): else this is not DynamoDB's answer. */
    if (!bf_json_find(body, BF_STR("UnprocessedItems"), &v, &found, &e) || !found)
        return false;
    bf_json_init(&j, v.raw);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, &e))
        return false;
    while ((more = bf_json_member(&j, &table, &e)) == BF_JSON_MORE) {
        if (!bf_json_enter(&j, BF_JSON_ARRAY, &e))
            return false;
        for (; (more = bf_json_element(&j, &e)) == BF_JSON_MORE; ++*n)
            if (!one_left(f, &j, left, &e))
                return false;
        if (more == BF_JSON_ERROR)
            return false;
    }
    return more == BF_JSON_END;
}

void on_batch(struct bf_aws_call *call, const struct bf_aws_answer *a)
{
    struct flight *f = call->arg;
    struct bf_err why = {0};
    bool left[BATCH_MAX] = {false};
    unsigned n, before = f->n;
    f->d->in_air--;
    if (a->err.code != BF_OK) {
        failed(f, a);
        return;
    }
    if (!read_left(f, a->body, left, &n)) {
        /* puts and deletes can be sent again */
        bf_err_set(&why, BF_E_SERVICE,
                   "BatchWriteItem: an answer that cannot be read (request %.100s)", a->request_id);
        flight_retry(f, &why, false);
        return;
    }
    flight_written(f, left);
    if (n == 0) {
        flight_went_well(f);
        return;
    }
    bf_err_set(&why, BF_E_THROTTLED,
               "BatchWriteItem: still unprocessed by the service (request %.100s)", a->request_id);
    bf_diag_note("%u of %u operations unprocessed, sent again", n, f->sent);
    flight_retry(f, &why, f->n < before);
}
