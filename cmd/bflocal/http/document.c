#include "cmd/bflocal/http/document.h"

#include "lib/json/doc.h"

json_t *bl_document_parse(struct bf_str text)
{
    struct bf_err e;
    return text.n && text.p[0] == '[' ? bf_doc_array(text, &e)
                                      : bf_doc_object(text, BF_DOC_PLAIN, &e);
}

json_t *bl_document_read(struct bl_call *c)
{
    struct bf_err e;
    struct bf_str text = bf_str_trim(c->req.body);
    json_t *body = bf_doc_object(text.n ? text : BF_STR("{}"), BF_DOC_PLAIN, &e);
    if (!body)
        bl_fail(c, BL_SerializationException, "%s", e.text);
    return body;
}

static int append(const char *text, size_t n, void *out)
{
    bf_buf_add(out, text, n);
    return 0;
}

void bl_document_print(struct bf_buf *out, const json_t *value)
{
    if (!value || json_dump_callback(value, append, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        out->failed = out->nomem = true;
}

bool bl_document_answer(struct bl_call *c, json_t *answer)
{
    struct bf_err e;
    if (!answer) {
        bf_err_nomem(&e);
        return bl_fail_err(c, &e);
    }
    bl_document_print(&c->ans.body, answer);
    json_decref(answer);
    return true;
}

const char *bl_document_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

int64_t bl_document_int(const json_t *object, const char *name, int64_t otherwise)
{
    const json_t *v = json_object_get(object, name);
    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

json_t *bl_document_time(int64_t ms)
{
    return json_real((double)ms / 1000);
}

bool bl_document_fold(const char *name, char *out, size_t cap)
{
    size_t i = 0;
    for (; name[i] && i + 1 < cap; i++)
        out[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 32) : name[i];
    out[i] = '\0';
    return !name[i];
}
