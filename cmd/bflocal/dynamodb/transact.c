/* DynamoDB: TransactWriteItems and TransactGetItems. */
#include <openssl/evp.h>

#include "cmd/bflocal/dynamodb/dynamodb.h"

enum { TRANSACTION_BYTES = 4 * 1024 * 1024, TOKEN_MS = 600000, TOKEN_MAX = 36, SHA256 = 32 };

/* Why an action cancels the transaction: its code (NULL: it does not), message (JSON) and item. */
struct reason {
    const char *code;
    struct bf_str message, item;
};

struct transaction {
    struct bl_write *list;
    struct reason *reasons;
    size_t n;
    bool cancelled;
    struct bf_str token;
    unsigned char digest[EVP_MAX_MD_SIZE]; /* SHA-256 of the actions */
};

static bool bad_count(struct bl_call *c, const char *shown, const char *bound)
{
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%s' at 'transactItems' failed to satisfy "
                   "constraint: Member must have length %s",
                   shown, bound);
}

static bool too_large(struct bl_call *c)
{
    return bl_fail(c, BL_ValidationException,
                   "Transaction size exceeded: the items of a transaction have at most 4 MB");
}

static bool enter_actions(struct bl_call *c, struct bf_str raw, struct bf_json *j)
{
    struct bf_err e;
    if (!raw.p)
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'transactItems' failed to "
                       "satisfy constraint: Member must not be null");
    bf_json_init(j, raw);
    return bf_json_enter(j, BF_JSON_ARRAY, &e) ||
           bl_fail(c, BL_SerializationException, "Unexpected value type in payload");
}

/* The next action, an object; BF_JSON_ERROR: the answer is set. */
static enum bf_json_more next_action(struct bl_call *c, struct bf_json *j, size_t n,
                                     struct bl_params *action)
{
    struct bf_json_val v;
    struct bf_err e;
    enum bf_json_more more = bf_json_element(j, &e);
    if (more == BF_JSON_END && n == 0) {
        bad_count(c, "[]", "greater than or equal to 1");
        return BF_JSON_ERROR;
    }
    if (more == BF_JSON_END)
        return more;
    if (more == BF_JSON_MORE && n == BL_TRANSACTION_MAX)
        bad_count(c, "[...]", "less than or equal to 100");
    else if (more == BF_JSON_ERROR || !bf_json_value(j, &v, &e))
        bl_fail(c, BL_SerializationException, "Unexpected value type in payload");
    else if (bl_params_read_object(c, v.raw, action))
        return BF_JSON_MORE;
    return BF_JSON_ERROR;
}

static bool read_action(struct bl_call *c, const struct bl_params *action, struct bl_write *w)
{
    static const struct {
        const char *name;
        enum bl_write_kind kind;
    } kinds[] = {{"ConditionCheck", BL_WRITE_CHECK},
                 {"Put", BL_WRITE_PUT},
                 {"Update", BL_WRITE_UPDATE},
                 {"Delete", BL_WRITE_DELETE}};
    struct bl_params p;
    struct bf_str raw = {NULL, 0};
    enum bl_write_kind kind = BL_WRITE_CHECK;
    size_t given = 0;
    for (size_t i = 0; i < BF_COUNT(kinds); i++)
        if (bl_param(action, kinds[i].name)) {
            raw = bl_param_raw(action, kinds[i].name);
            kind = kinds[i].kind;
            given++;
        }
    if (given != 1)
        return bl_fail(c, BL_ValidationException,
                       given ? "TransactItems can only contain one of Check, Put, Update or Delete"
                             : "Invalid Request: TransactWriteRequest should contain Delete or Put "
                               "or Update request");
    if (!bl_params_read_object(c, raw, &p))
        return false;
    if (kind == BL_WRITE_UPDATE && !bl_param(&p, "UpdateExpression"))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value null at 'transactItems.1.member.update."
                       "updateExpression' failed to satisfy constraint: Member must not be null");
    return bl_write_read(c, &p, kind, w);
}

static bool read_token(struct bl_call *c, const struct bl_params *p, struct transaction *t)
{
    struct bf_str actions = bl_param_raw(p, "TransactItems");
    if (!bl_param_string(c, p, "ClientRequestToken", &t->token))
        return false;
    if (t->token.p && (t->token.n < 1 || t->token.n > TOKEN_MAX))
        return bl_fail(c, BL_ValidationException,
                       "1 validation error detected: Value '%.*s' at 'clientRequestToken' failed "
                       "to satisfy constraint: Member must have length %s %d",
                       BF_SHOWN(t->token),
                       t->token.n ? "less than or equal to" : "greater than or equal to",
                       t->token.n ? TOKEN_MAX : 1);
    EVP_Digest(actions.p, actions.n, t->digest, NULL, EVP_sha256(), NULL);
    return true;
}

static bool read_transaction(struct bl_call *c, const struct bl_params *p, struct transaction *t)
{
    struct bf_json j;
    struct bl_params action;
    enum bf_json_more more;
    t->list = bf_arena_alloc(&c->arena, BL_TRANSACTION_MAX * sizeof *t->list);
    t->reasons = bf_arena_alloc(&c->arena, BL_TRANSACTION_MAX * sizeof *t->reasons);
    if (!t->list || !t->reasons)
        return bl_fail(c, BL_InternalServerError, "out of memory");
    if (!enter_actions(c, bl_param_raw(p, "TransactItems"), &j))
        return false;
    while ((more = next_action(c, &j, t->n, &action)) == BF_JSON_MORE) {
        t->reasons[t->n] = (struct reason){0};
        if (!read_action(c, &action, &t->list[t->n++]))
            return false;
    }
    return more == BF_JSON_END && read_token(c, p, t);
}

/* Turns an error answer into the cancellation reason of one action. False: the error stays the
 * answer, as for an empty key, which is wrong for every table. */
static bool answer_to_reason(struct bl_call *c, bool empty_key, struct reason *r)
{
    struct bf_json_val text;
    struct bf_err e;
    bool found = false;
    if (c->ans.error != BL_ValidationException || empty_key ||
        !bf_json_find(bf_buf_view(&c->ans.body), BF_STR("message"), &text, &found, &e) || !found ||
        !bf_arena_copy(&c->arena, text.raw, &r->message))
        return false;
    r->code = "ValidationError";
    bf_buf_reset(&c->ans.body);
    c->ans.status = 200;
    c->failed = false;
    return true;
}

static bool same_item(const struct bl_write *a, const struct bl_write *b)
{
    return a->table == b->table && bf_str_eq(a->key.part[0], b->key.part[0]) &&
           bf_str_eq(a->key.part[1], b->key.part[1]);
}

static bool prepare_all(struct bl_call *c, struct transaction *t)
{
    size_t bytes = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (!bl_write_prepare(c, &t->list[i])) {
            if (!answer_to_reason(c, t->list[i].empty_key, &t->reasons[i]))
                return false;
            t->cancelled = true;
            continue;
        }
        size_t size = bl_item_size(t->list[i].item);
        if (t->list[i].kind == BL_WRITE_PUT && size > BL_ITEM_MAX)
            return bl_fail(c, BL_ValidationException,
                           "Item size has exceeded the maximum allowed size");
        bytes += size;
        for (size_t k = 0; k < i; k++)
            if (!t->reasons[k].code && same_item(&t->list[i], &t->list[k]))
                return bl_fail(c, BL_ValidationException,
                               "Transaction request cannot include multiple operations on one "
                               "item");
    }
    return bytes <= TRANSACTION_BYTES || too_large(c);
}

/* Evaluates all actions; stores nothing. The size of an updated item is that of the new item.
 * False: the answer is set, the store failed, or out of memory. */
static bool evaluate_all(struct bl_call *c, struct transaction *t)
{
    size_t bytes = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct reason *r = &t->reasons[i];
        struct bl_write *w = &t->list[i];
        struct bf_err e = {0};
        if (r->code)
            continue;
        switch (bl_write_evaluate(c, w, &e)) {
        case BL_WRITE_OK:
            bytes += w->new.bytes;
            continue;
        case BL_WRITE_FAILED:
            return false;
        case BL_WRITE_CONDITION_FAILED:
            r->code = "ConditionalCheckFailed";
            r->message = BF_STR("\"The conditional request failed\"");
            if (w->old_on_failure)
                r->item = w->old.json;
            break;
        case BL_WRITE_INVALID:
            bl_fail(c, BL_ValidationException, "%s", e.text);
            if (!answer_to_reason(c, w->empty_key, r))
                return false;
            break;
        }
        t->cancelled = true;
    }
    return t->cancelled || bytes <= TRANSACTION_BYTES || too_large(c);
}

static bool cancel_transaction(struct bl_call *c, const struct transaction *t)
{
    struct bf_buf codes, reasons;
    bf_buf_init(&codes, 4096);
    bf_buf_init(&reasons, 64 * 1024 * 1024);
    bf_buf_lit(&reasons, ",\"CancellationReasons\":[");
    for (size_t i = 0; i < t->n; i++) {
        const struct reason *r = &t->reasons[i];
        const char *code = r->code ? r->code : "None", *comma = i ? "," : "";
        bf_buf_addf(&codes, "%s%s%s", comma, i ? " " : "", code);
        bf_buf_addf(&reasons, "%s{\"Code\":\"%s\"", comma, code);
        if (r->message.p) {
            bf_buf_lit(&reasons, ",\"Message\":");
            bf_buf_adds(&reasons, r->message);
        }
        if (r->item.p) {
            bf_buf_lit(&reasons, ",\"Item\":");
            bf_buf_adds(&reasons, r->item);
        }
        bf_buf_addc(&reasons, '}');
    }
    bf_buf_addc(&reasons, ']');
    const char *text = bf_buf_cstr(&codes);
    bl_fail_with(c, BL_TransactionCanceledException, bf_buf_view(&reasons),
                 "Transaction cancelled, please refer cancellation reasons for specific reasons "
                 "[%s]",
                 text ? text : "");
    bf_buf_free(&codes);
    bf_buf_free(&reasons);
    return false;
}

/* Looks for the token of a transaction in the last 10 minutes. *done: it had the same actions.
 * False: the answer is set. */
static bool check_token(struct bl_call *c, const struct transaction *t, bool *done)
{
    *done = false;
    if (!t->token.p)
        return true;
    sqlite3_stmt *q = bl_sql(c->store, "DELETE FROM ddb_token WHERE at_ms<=?");
    bl_bind_i64(q, 1, c->now_ms - TOKEN_MS);
    bl_run(c->store, q);
    q = bl_sql(c->store, "SELECT digest FROM ddb_token WHERE token=?");
    bl_bind_text(q, 1, t->token);
    if (!bl_step(c->store, q))
        return true;
    *done = bf_str_eq(bl_column_blob(q, 0), bf_str((const char *)t->digest, SHA256));
    bl_done(q);
    return *done || bl_fail(c, BL_IdempotentParameterMismatchException,
                            "The request uses the same client token as a previous, but "
                            "non-identical request. Do not reuse a client token with different "
                            "requests, unless the requests are identical");
}

static void keep_token(struct bl_call *c, const struct transaction *t)
{
    if (!t->token.p)
        return;
    sqlite3_stmt *q =
        bl_sql(c->store, "INSERT OR REPLACE INTO ddb_token(token,digest,at_ms) VALUES(?,?,?)");
    bl_bind_text(q, 1, t->token);
    bl_bind_blob(q, 2, bf_str((const char *)t->digest, SHA256));
    bl_bind_i64(q, 3, c->now_ms);
    bl_run(c->store, q);
}

/* Appends ConsumedCapacity: twice the units of single operations (Developer Guide,
 * "Transactions"). */
static void put_capacity(struct bl_call *c, const struct bl_params *p, const struct transaction *t)
{
    const struct bf_json_val *v = bl_param(p, "ReturnConsumedCapacity");
    struct bf_buf *out = &c->ans.body;
    bool first = true;
    if (!v || bf_str_is(v->text, "NONE"))
        return;
    bf_buf_lit(out, "\"ConsumedCapacity\":[");
    for (size_t i = 0; i < t->n; i++) {
        const struct bl_table *table = t->list[i].table;
        size_t units = 0, earlier = 0;
        for (size_t k = 0; k < t->n; k++) {
            const struct bl_write *w = &t->list[k];
            size_t bytes = w->old.bytes > w->new.bytes ? w->old.bytes : w->new.bytes;
            size_t kilobytes = (bytes + 1023) / 1024;
            earlier += k < i && w->table == table;
            units += w->table == table ? 2 * (kilobytes ? kilobytes : 1) : 0;
        }
        if (earlier)
            continue;
        bf_buf_addf(out,
                    "%s{\"TableName\":\"%s\",\"CapacityUnits\":%zu.0,\"WriteCapacityUnits\":%zu.0",
                    first ? "" : ",", table->name, units, units);
        if (bf_str_is(v->text, "INDEXES"))
            bf_buf_addf(out, ",\"Table\":{\"CapacityUnits\":%zu.0,\"WriteCapacityUnits\":%zu.0}",
                        units, units);
        bf_buf_addc(out, '}');
        first = false;
    }
    bf_buf_addc(out, ']');
}

/* Runs inside the store's transaction. False: the answer is set, the store failed, or out of
 * memory. */
static bool perform_transaction(struct bl_call *c, struct transaction *t)
{
    bool done;
    if (!check_token(c, t, &done) || !prepare_all(c, t))
        return false;
    if (done)
        return true;
    if (!evaluate_all(c, t))
        return false;
    if (t->cancelled)
        return cancel_transaction(c, t);
    for (size_t i = 0; i < t->n; i++)
        if (!bl_write_store(c, &t->list[i]))
            return false;
    keep_token(c, t);
    return bl_store_ok(c->store);
}

bool bl_ddb_transact_write(struct bl_call *c)
{
    struct bl_params p;
    struct transaction t = {0};
    struct bf_err e = {0};
    if (!bl_params_read(c, &p) || !bl_returns_check(c, &p) || !read_transaction(c, &p, &t))
        return false;
    if (!bl_store_begin(c->store, &e))
        return bl_fail_err(c, &e);
    if (perform_transaction(c, &t)) {
        bf_buf_addc(&c->ans.body, '{');
        put_capacity(c, &p, &t);
        const struct bl_write *writes[BL_TRANSACTION_MAX];
        size_t n = 0;
        for (size_t i = 0; i < t.n; i++)
            if (t.list[i].kind != BL_WRITE_CHECK)
                writes[n++] = &t.list[i];
        bl_metrics_put_all(c, &p, writes, n);
        bf_buf_addc(&c->ans.body, '}');
        return bl_store_commit(c->store, &e) || bl_fail_err(c, &e);
    }
    e = c->store->err;
    bl_store_rollback(c->store);
    if (e.code == BF_OK)
        bf_err_nomem(&e);
    return c->failed ? false : bl_fail_err(c, &e);
}

/* Answers that the transaction is cancelled, because the key of Get number n does not match its
 * table. */
static bool get_cancelled(struct bl_call *c, size_t n, const struct bl_key *key)
{
    struct reason reasons[BL_TRANSACTION_MAX] = {{0}};
    const struct transaction t = {.reasons = reasons, .n = n + 1};
    return answer_to_reason(c, key->empty, &reasons[n]) && cancel_transaction(c, &t);
}

/* Appends {"Item":...} for one Get; {} if there is no item. */
static bool get_one(struct bl_call *c, const struct bl_params *action, struct bl_key *seen,
                    size_t n, const struct bl_table **tables, size_t *bytes)
{
    struct bl_params p;
    struct bl_projection *projection;
    struct bl_value *key_item;
    struct bl_stored item;
    struct bf_str raw = bl_param_raw(action, "Get");
    struct bf_buf *out = &c->ans.body;
    if (!raw.p)
        return bl_fail(c, BL_ValidationException,
                       "Invalid Request: TransactGetRequest should contain Get request");
    if (!bl_params_read_object(c, raw, &p) ||
        !bl_item_read(c, bl_param_raw(&p, "Key"), "key", &key_item) ||
        !bl_read_projection(c, &p, &projection))
        return false;
    const struct bl_table *t = tables[n] = bl_table_param(c, &p);
    if (!t)
        return false;
    if (!bl_key_of(c, t, key_item, true, &seen[n]))
        return get_cancelled(c, n, &seen[n]);
    for (size_t i = 0; i < n; i++)
        if (tables[i] == t && bf_str_eq(seen[i].part[0], seen[n].part[0]) &&
            bf_str_eq(seen[i].part[1], seen[n].part[1]))
            return bl_fail(c, BL_ValidationException,
                           "Transaction request cannot include multiple operations on one item");
    bf_buf_adds(out, n ? BF_STR(",{") : BF_STR("{"));
    if (bl_item_find(c, t, &seen[n], &item)) {
        if ((*bytes += item.bytes) > TRANSACTION_BYTES)
            return too_large(c);
        bf_buf_lit(out, "\"Item\":");
        if (!bl_put_projected(c, out, projection, &item))
            return false;
    }
    bf_buf_addc(out, '}');
    return true;
}

bool bl_ddb_transact_get(struct bl_call *c)
{
    struct bl_params p, action;
    struct bf_json j;
    enum bf_json_more more;
    size_t n = 0, bytes = 0;
    if (!bl_params_read(c, &p) || !bl_returns_check(c, &p) ||
        !enter_actions(c, bl_param_raw(&p, "TransactItems"), &j))
        return false;
    struct bl_key *seen = bf_arena_alloc(&c->arena, BL_TRANSACTION_MAX * sizeof *seen);
    const struct bl_table **tables = bf_arena_alloc(&c->arena, BL_TRANSACTION_MAX * sizeof *tables);
    if (!seen || !tables)
        return bl_fail(c, BL_InternalServerError, "out of memory");
    bl_store_lock(c->store);
    bf_buf_lit(&c->ans.body, "{\"Responses\":[");
    while ((more = next_action(c, &j, n, &action)) == BF_JSON_MORE) {
        if (!get_one(c, &action, seen, n, tables, &bytes))
            break;
        n++;
    }
    struct bf_err e = c->store->err;
    bl_store_unlock(c->store);
    if (more == BF_JSON_END) {
        bf_buf_lit(&c->ans.body, "]}");
        return e.code == BF_OK || bl_fail_err(c, &e);
    }
    if (e.code == BF_OK)
        bf_err_nomem(&e);
    return c->failed ? false : bl_fail_err(c, &e);
}
