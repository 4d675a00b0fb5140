#include "lib/encoding/xml.h"

#include "lib/encoding/enc.h"

void bf_xml_init(struct bf_xml *x, struct bf_str document)
{
    memset(x, 0, sizeof(*x));
    x->rest = document;
    if (bf_str_starts(x->rest, BF_STR("\xef\xbb\xbf"))) {
        x->rest.p += 3;
        x->rest.n -= 3;
    }
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

static struct bf_str local_name(struct bf_str raw)
{
    const char *colon = memchr(raw.p, ':', raw.n);
    return colon ? bf_str(colon + 1, raw.n - (size_t)(colon + 1 - raw.p)) : raw;
}

/* Steps over <? ... ?> and <!-- ... -->; a document type is an error. */
static bool skip_to(struct bf_xml *x, struct bf_str end)
{
    for (size_t i = 0; i + end.n <= x->rest.n; i++)
        if (memcmp(x->rest.p + i, end.p, end.n) == 0) {
            x->rest = bf_str(x->rest.p + i + end.n, x->rest.n - i - end.n);
            return true;
        }
    return false;
}

/* The '>' of a tag: not one inside a quoted attribute. */
static const char *tag_end(struct bf_str s)
{
    char quote = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (quote)
            quote = s.p[i] == quote ? 0 : quote;
        else if (s.p[i] == '"' || s.p[i] == '\'')
            quote = s.p[i];
        else if (s.p[i] == '>')
            return s.p + i;
        else if (s.p[i] == '<' && i)
            return NULL;
    }
    return NULL;
}

static enum bf_xml_token close_tag(struct bf_xml *x, struct bf_str raw)
{
    if (x->depth == 0 || !bf_str_eq(x->open[x->depth - 1], raw))
        return BF_XML_ERROR;
    x->depth--;
    x->name = local_name(raw);
    return BF_XML_CLOSE;
}

static enum bf_xml_token read_tag(struct bf_xml *x)
{
    const char *end = tag_end(x->rest);
    if (!end)
        return BF_XML_ERROR;
    struct bf_str body = bf_str(x->rest.p + 1, (size_t)(end - x->rest.p) - 1);
    x->rest = bf_str(end + 1, x->rest.n - (size_t)(end + 1 - x->rest.p));
    bool closing = body.n && body.p[0] == '/';
    if (closing)
        body = bf_str_trim(bf_str(body.p + 1, body.n - 1));
    size_t n = 0;
    while (n < body.n && is_name(body.p[n]))
        n++;
    if (n == 0 || (closing && n != body.n))
        return BF_XML_ERROR;
    struct bf_str raw = bf_str(body.p, n);
    if (closing)
        return close_tag(x, raw);
    if (x->depth == BF_XML_DEPTH || (x->depth == 0 && x->begun))
        return BF_XML_ERROR;
    x->begun = true;
    x->open[x->depth++] = raw;
    x->name = local_name(raw);
    x->empty = body.p[body.n - 1] == '/';
    return BF_XML_OPEN;
}

enum bf_xml_token bf_xml_next(struct bf_xml *x)
{
    if (x->empty) {
        x->empty = false;
        return close_tag(x, x->open[x->depth - 1]);
    }
    while (x->rest.n) {
        if (x->rest.p[0] != '<') {
            const char *lt = memchr(x->rest.p, '<', x->rest.n);
            size_t n = lt ? (size_t)(lt - x->rest.p) : x->rest.n;
            x->text = bf_str(x->rest.p, n);
            x->rest = bf_str(x->rest.p + n, x->rest.n - n);
            if (x->depth)
                return BF_XML_TEXT;
            if (bf_str_trim(x->text).n)
                return BF_XML_ERROR;
        } else if (bf_str_starts(x->rest, BF_STR("<?"))) {
            if (!skip_to(x, BF_STR("?>")))
                return BF_XML_ERROR;
        } else if (bf_str_starts(x->rest, BF_STR("<!--"))) {
            if (!skip_to(x, BF_STR("-->")))
                return BF_XML_ERROR;
        } else if (bf_str_starts(x->rest, BF_STR("<!")))
            return BF_XML_ERROR;
        else
            return read_tag(x);
    }
    return x->depth == 0 && x->begun ? BF_XML_END : BF_XML_ERROR;
}

static bool put_reference(struct bf_buf *out, struct bf_str ref)
{
    static const struct {
        const char *name;
        char c;
    } named[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (size_t i = 0; i < BF_COUNT(named); i++)
        if (bf_str_eq(ref, bf_str_of(named[i].name))) {
            bf_buf_addc(out, named[i].c);
            return true;
        }
    if (ref.n < 2 || ref.p[0] != '#')
        return false;
    bool hex = ref.p[1] == 'x';
    uint32_t cp = 0;
    size_t i = hex ? 2 : 1;
    if (i == ref.n || ref.n - i > 7)
        return false;
    for (; i < ref.n; i++) {
        char c = ref.p[i];
        uint32_t d = c >= '0' && c <= '9'          ? (uint32_t)(c - '0')
                     : hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                     : hex && c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
                                                   : 99;
        if (d == 99)
            return false;
        cp = cp * (hex ? 16 : 10) + d;
    }
    char utf8[4];
    if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return false;
    bf_buf_add(out, utf8, bf_utf8_put(utf8, cp));
    return true;
}

bool bf_xml_decode(struct bf_buf *out, struct bf_str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '&') {
            bf_buf_addc(out, text.p[i]);
            continue;
        }
        const char *semi = memchr(text.p + i, ';', text.n - i);
        if (!semi)
            return false;
        size_t at = (size_t)(semi - text.p);
        if (!put_reference(out, bf_str(text.p + i + 1, at - i - 1)))
            return false;
        i = at;
    }
    return bf_buf_ok(out);
}

/* A reference that is none stays as it is. */
static void put_text(struct bf_buf *out, struct bf_str text)
{
    size_t before = out->n;
    if (!bf_xml_decode(out, text) && bf_buf_ok(out)) {
        out->n = before;
        bf_buf_adds(out, text);
    }
}

bool bf_xml_find(struct bf_str document, const char *name, struct bf_buf *out)
{
    struct bf_xml x;
    enum bf_xml_token t;
    unsigned inside = 0; /* the depth of the element, once it is open */
    bf_xml_init(&x, document);
    while ((t = bf_xml_next(&x)) != BF_XML_END && t != BF_XML_ERROR) {
        if (t == BF_XML_OPEN && !inside && bf_str_eq(x.name, bf_str_of(name)))
            inside = x.depth;
        else if (t == BF_XML_TEXT && inside && x.depth == inside)
            put_text(out, x.text);
        else if (t == BF_XML_CLOSE && inside && x.depth < inside)
            return true;
    }
    return false;
}
