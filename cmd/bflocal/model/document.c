/* Documents in XML: the services have one answer to all that is wrong in one. */
#include "cmd/bflocal/model/model_impl.h"
#include "lib/encoding/xml.h"

enum { TEXT_MAX = 64 * 1024 };

static bool fits_element(struct bf_xml *x, const struct bl_shape *s);

static bool skip_element(struct bf_xml *x)
{
    unsigned depth = x->depth;
    enum bf_xml_token t;
    do
        t = bf_xml_next(x);
    while (t != BF_XML_END && t != BF_XML_ERROR && x->depth >= depth);
    return t == BF_XML_CLOSE;
}

static bool fits_child(struct bf_xml *x, const struct bl_shape *s, uint64_t *seen)
{
    const struct bl_shape_member *m = bl_model_members(s);
    for (size_t i = 0; i < s->n; i++)
        if (bf_str_eq(x->name, bf_str_of(m[i].name))) {
            *seen |= (uint64_t)1 << i;
            return fits_element(x, bl_model_shape(m[i].shape));
        }
    return skip_element(x);
}

static bool fits_structure(struct bf_xml *x, const struct bl_shape *s)
{
    const struct bl_shape_member *m = bl_model_members(s);
    enum bf_xml_token t;
    uint64_t seen = 0;
    while ((t = bf_xml_next(x)) != BF_XML_CLOSE)
        if (t == BF_XML_END || t == BF_XML_ERROR || (t == BF_XML_OPEN && !fits_child(x, s, &seen)))
            return false;
    for (size_t i = 0; i < s->n; i++)
        if (m[i].required && !(seen >> i & 1))
            return false;
    return true;
}

static bool fits_scalar(struct bf_xml *x, const struct bl_shape *s)
{
    struct bf_buf text;
    enum bf_xml_token t;
    bf_buf_init(&text, TEXT_MAX);
    while ((t = bf_xml_next(x)) == BF_XML_TEXT)
        if (!bf_xml_decode(&text, x->text))
            break;
    struct bf_str v = bf_buf_view(&text);
    bool ok = t == BF_XML_CLOSE && bf_buf_ok(&text) && bl_text_has_type(s, v) &&
              (s->kind != BL_SHAPE_STRING || bl_text_fits(s, v));
    bf_buf_free(&text);
    return ok;
}

/* x is after the beginning of the element, then after its end. */
static bool fits_element(struct bf_xml *x, const struct bl_shape *s)
{
    return s->kind == BL_SHAPE_STRUCTURE ? fits_structure(x, s) : fits_scalar(x, s);
}

bool bl_model_fits_xml(const struct bl_model *m, struct bf_str document)
{
    struct bf_xml x;
    bf_xml_init(&x, document);
    return bf_xml_next(&x) == BF_XML_OPEN && fits_element(&x, bl_model_body(m));
}
