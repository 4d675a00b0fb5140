/* Lines that are no change records themselves: rows, and records in a log. */
#include "lib/ddb/change.h"
#include "lib/json/scan.h"
#include "lib/xform/xform_impl.h"

enum { OBJECTS_TRIED = 16 };

/* An error about a made record: where in it says nothing about the line. */
static void without_place(struct bf_err *e)
{
    const char *colon = strncmp(e->text, "byte ", 5) == 0 ? strstr(e->text, ": ") : NULL;
    if (colon)
        memmove(e->text, colon + 2, strlen(colon + 2) + 1);
}

static bool put_members(struct bf_json *j, struct bf_buf *out, struct bf_err *e);

/* The value at the cursor as DynamoDB would hold it: {"N":"1"}. */
static bool put_value(struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    struct bf_json_val v;
    enum bf_json_type type;
    enum bf_json_more more;
    if (!bf_json_peek(j, &type, e))
        return false;
    if (type == BF_JSON_OBJECT) {
        bf_buf_lit(out, "{\"M\":");
        bool ok = put_members(j, out, e);
        bf_buf_addc(out, '}');
        return ok;
    }
    if (type == BF_JSON_ARRAY) {
        bf_buf_lit(out, "{\"L\":[");
        if (!bf_json_enter(j, BF_JSON_ARRAY, e))
            return false;
        for (bool first = true; (more = bf_json_element(j, e)) == BF_JSON_MORE; first = false) {
            if (!first)
                bf_buf_addc(out, ',');
            if (!put_value(j, out, e))
                return false;
        }
        bf_buf_lit(out, "]}");
        return more == BF_JSON_END;
    }
    if (!bf_json_value(j, &v, e))
        return false;
    bf_buf_adds(out, type == BF_JSON_STRING   ? BF_STR("{\"S\":")
                     : type == BF_JSON_NUMBER ? BF_STR("{\"N\":\"")
                     : type == BF_JSON_NULL   ? BF_STR("{\"NULL\":")
                                              : BF_STR("{\"BOOL\":"));
    bf_buf_adds(out, type == BF_JSON_NULL ? BF_STR("true") : v.raw);
    bf_buf_adds(out, type == BF_JSON_NUMBER ? BF_STR("\"}") : BF_STR("}"));
    return true;
}

static bool put_members(struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    struct bf_json_key key;
    enum bf_json_more more;
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    bf_buf_addc(out, '{');
    for (bool first = true; (more = bf_json_member(j, &key, e)) == BF_JSON_MORE; first = false) {
        bf_buf_adds(out, first ? BF_STR("\"") : BF_STR(",\""));
        bf_buf_adds(out, key.text);
        bf_buf_lit(out, "\":");
        if (!put_value(j, out, e))
            return false;
    }
    bf_buf_addc(out, '}');
    return more == BF_JSON_END;
}

/* A row is the new image of an INSERT: filters, SQL and formats then do with it what they do with any. */
static bool row(struct bf_xform *x, struct bf_str line, struct bf_buf *rows, struct bf_err *e)
{
    struct bf_json j;
    struct bf_buf *made = &x->decoded;
    bf_json_init(&j, line);
    bf_buf_reset(made);
    bf_buf_lit(made, "{\"eventName\":\"INSERT\",\"dynamodb\":{\"Keys\":{},\"NewImage\":");
    if (!put_members(&j, made, e) || !bf_json_end(&j, e))
        return false;
    bf_buf_lit(made, "}}");
    if (!bf_buf_check(made, "the row", e))
        return false;
    if (bf_change_parse(&x->change, bf_buf_view(made), 0, e) != BF_CHANGE) {
        without_place(e);
        return false;
    }
    return bf_xform_change(x, rows, e);
}

/* Where in a line of a log the record begins: at the first brace from which on the rest of the line is JSON. p NULL: there
 * is no brace; what begins at the first one when none is good, so that its error can be told. */
static struct bf_str in_log(struct bf_str line)
{
    struct bf_str first = {0};
    const char *at = line.p;
    for (int tries = 0; tries < OBJECTS_TRIED; tries++, at++) {
        struct bf_err ignored;
        at = memchr(at, '{', (size_t)(line.p + line.n - at));
        if (!at)
            break;
        struct bf_str rest = bf_str(at, (size_t)(line.p + line.n - at));
        if (!first.p)
            first = rest;
        if (bf_json_check(rest, &ignored))
            return rest;
    }
    return first;
}

bool bf_xform_input(struct bf_xform *x, struct bf_str line, struct bf_buf *rows, struct bf_err *e)
{
    if (x->conf.input == BF_XFORM_ROWS)
        return row(x, line, rows, e);
    struct bf_str record = in_log(line);
    if (record.p)
        return bf_xform_document(x, record, rows, e);
    x->count.passed++;
    return true;
}
