/* EventBridge: lists in pages. */
#include "cmd/bflocal/events/events.h"
#include "lib/encoding/base64.h"

enum { PAGE = 100 };

bool bl_events_page_read(struct bl_call *c, const json_t *body, struct bl_events_page *page)
{
    struct bf_str token = {NULL, 0};
    *page = (struct bl_events_page){.after = BF_STR(""), .last = BF_STR("")};
    page->limit = bl_document_int(body, "Limit", PAGE);
    if (!bl_events_text(c, body, "NextToken", "nextToken", NULL, &token))
        return false;
    if (token.n && !bl_token_decode(c, token, &page->after))
        return bl_fail(c, BL_ValidationException, "Invalid NextToken");
    if (page->limit >= 1 && page->limit <= PAGE)
        return true;
    return bl_fail(c, BL_ValidationException,
                   "1 validation error detected: Value '%lld' at 'limit' failed to satisfy "
                   "constraint: Member must have value %s than or equal to %d",
                   (long long)page->limit, page->limit < 1 ? "greater" : "less",
                   page->limit < 1 ? 1 : PAGE);
}

bool bl_events_page_take(struct bl_call *c, struct bl_events_page *page, struct bf_str name)
{
    page->more = page->n == page->limit;
    if (page->more)
        return false;
    if (page->n++)
        bf_buf_addc(&c->ans.body, ',');
    return bf_arena_copy(&c->arena, name, &page->last);
}

void bl_events_page_end(struct bl_call *c, const struct bl_events_page *page)
{
    struct bf_buf *out = &c->ans.body;
    bf_buf_addc(out, ']');
    if (page->more) {
        bf_buf_lit(out, ",\"NextToken\":\"");
        bf_base64_encode(out, page->last);
        bf_buf_addc(out, '"');
    }
    bf_buf_addc(out, '}');
}
