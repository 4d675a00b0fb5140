#include "lib/json/doc.h"

/* jansson's own words may quote what it read. */
static const char *what_is_wrong(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8:
        return "invalid UTF-8";
    case json_error_premature_end_of_input:
        return "unexpected end";
    case json_error_end_of_input_expected:
        return "something comes after the document";
    case json_error_null_byte_in_key:
        return "a name holds a NUL";
    case json_error_duplicate_key:
        return "a name comes twice";
    case json_error_numeric_overflow:
        return "a number is too large";
    case json_error_stack_overflow:
        return "nested too deep";
    default:
        return "this is not JSON";
    }
}

static json_t *parse(struct bf_str text, json_type type, enum bf_doc_flags flags, struct bf_err *e)
{
    json_error_t error;
    size_t how = JSON_ALLOW_NUL | (flags & BF_DOC_STRICT ? JSON_REJECT_DUPLICATES : 0);
    json_t *doc = json_loadb(text.n ? text.p : "", text.n, how, &error);
    if (doc && json_typeof(doc) == type)
        return doc;
    if (doc || bf_str_trim(text).n == 0)
        bf_err_set(e, BF_E_INPUT,
                   type == JSON_OBJECT ? "an object was expected" : "an array was expected");
    else if (json_error_code(&error) == json_error_out_of_memory)
        (void)bf_err_nomem(e);
    else
        bf_err_set(e, BF_E_INPUT, "byte %d: %s", error.position,
                   what_is_wrong(json_error_code(&error)));
    json_decref(doc);
    return NULL;
}

json_t *bf_doc_object(struct bf_str text, enum bf_doc_flags flags, struct bf_err *e)
{
    return parse(text, JSON_OBJECT, flags, e);
}

json_t *bf_doc_array(struct bf_str text, struct bf_err *e)
{
    return parse(text, JSON_ARRAY, BF_DOC_PLAIN, e);
}

void bf_doc_free(json_t *doc)
{
    json_decref(doc);
}

json_t *bf_doc_get_object(const json_t *object, const char *name)
{
    json_t *v = json_object_get(object, name);
    return json_is_object(v) ? v : NULL;
}

json_t *bf_doc_get_array(const json_t *object, const char *name)
{
    json_t *v = json_object_get(object, name);
    return json_is_array(v) ? v : NULL;
}

struct bf_str bf_doc_get_text(const json_t *object, const char *name)
{
    const json_t *v = json_object_get(object, name);
    if (!json_is_string(v))
        return (struct bf_str){NULL, 0};
    return bf_str(json_string_value(v), json_string_length(v));
}

const char *bf_doc_get_word(const json_t *object, const char *name)
{
    struct bf_str s = bf_doc_get_text(object, name);
    return s.n && strlen(s.p) == s.n ? s.p : NULL;
}

bool bf_doc_copy_text(const json_t *object, const char *name, char *out, size_t size,
                      struct bf_err *e)
{
    struct bf_str s = bf_doc_get_text(object, name);
    out[0] = '\0';
    if (s.n >= size)
        return bf_err_set(e, BF_E_LIMIT, "%s is longer than %zu bytes", name, size - 1);
    if (s.n)
        memcpy(out, s.p, s.n);
    out[s.n] = '\0';
    return true;
}

bool bf_doc_get_u64(const json_t *object, const char *name, uint64_t *n, struct bf_err *e)
{
    const json_t *v = json_object_get(object, name);
    if (!v)
        return true;
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return bf_err_set(e, BF_E_INPUT, "%s is not a number of 0 and more", name);
    *n = (uint64_t)json_integer_value(v);
    return true;
}

bool bf_doc_is_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}
