/* EventBridge: lists in pages. */
#include "cmd/bflocal/events/events.h"
#include "lib/encoding/base64.h"
#include "lib/json/doc.h"

enum { PAGE = 100 };

bool bl_events_page_read(struct bl_call *c, const json_t *body, struct bl_events_page *page)
{
    struct bf_str token = bf_doc_get_text(body, "NextToken");
    *page = (struct bl_events_page){.after = BF_STR(""), .last = BF_STR("")};
    page->limit = bl_document_int(body, "Limit", PAGE);
    return !token.n || bl_token_decode(c, token, &page->after) ||
           bl_fail(c, BL_ValidationException, "Invalid NextToken");
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
