#include "cmd/bflocal/rule/transform.h"

#include "cmd/bflocal/rule/json_path.h"
#include "lib/base/clock.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

static const struct bf_str prefix = BF_STR("aws.events.");

static struct bf_str text_of(const json_t *object, const char *name)
{
    return bf_str_of(json_string_value(json_object_get(object, name)));
}

/* The event without its detail. */
static void put_bare_event(struct bf_str event, struct bf_buf *out)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    struct bf_err e;
    bool first = true;
    bf_json_init(&j, event);
    bf_buf_addc(out, '{');
    if (bf_json_enter(&j, BF_JSON_OBJECT, &e))
        while (bf_json_member(&j, &key, &e) == BF_JSON_MORE && bf_json_value(&j, &v, &e)) {
            if (bf_json_key_is(&key, "detail"))
                continue;
            bf_json_put_key(out, &first, key.text);
            bf_buf_adds(out, v.raw);
        }
    bf_buf_addc(out, '}');
}

/* Appends the JSON of a reserved variable. False: there is none of this name. */
static bool put_reserved(struct bf_str name, const struct bl_transform_event *ev,
                         struct bf_buf *out)
{
    if (!bf_str_starts(name, prefix))
        return false;
    name = bf_str(name.p + prefix.n, name.n - prefix.n);
    if (bf_str_is(name, "rule-arn"))
        bf_json_put_string(out, bf_str_of(ev->rule_arn));
    else if (bf_str_is(name, "rule-name"))
        bf_json_put_string(out, bf_str_of(ev->rule_name));
    else if (bf_str_is(name, "event.ingestion-time")) {
        bf_buf_addc(out, '"');
        bf_clock_iso(out, ev->put_ms);
        bf_buf_addc(out, '"');
    } else if (bf_str_is(name, "event"))
        put_bare_event(ev->event, out);
    else if (bf_str_is(name, "event.json"))
        bf_buf_adds(out, ev->event);
    else
        return false;
    return true;
}

/* Appends the JSON of a variable. False: there is no such variable. */
static bool put_variable(const json_t *paths, struct bf_str name,
                         const struct bl_transform_event *ev, struct bf_buf *out)
{
    const char *key;
    json_t *path;
    if (put_reserved(name, ev, out))
        return true;
    json_object_foreach((json_t *)(uintptr_t)paths, key, path)
    {
        if (!bf_str_eq(name, bf_str_of(key)))
            continue;
        if (!bl_json_path_get(ev->event, bf_str_of(json_string_value(path)), out))
            bf_buf_lit(out, "\"\"");
        return true;
    }
    return false;
}

/* A variable inside a string. */
static void put_inside(struct bf_str json, struct bf_buf *out)
{
    bool string = json.n >= 2 && json.p[0] == '"';
    if (string)
        bf_buf_add(out, json.p + 1, json.n - 2);
    for (size_t i = 0; !string && i < json.n; i++)
        if (json.p[i] == '\\')
            i++;
        else if (json.p[i] != '"')
            bf_buf_addc(out, json.p[i]);
}

/* The variable that begins at s->p, which is `<`: NAME of <NAME>; p NULL: it is none. */
static struct bf_str variable_at(const char *p, const char *end)
{
    const char *close = memchr(p, '>', (size_t)(end - p));
    if (!close || close == p + 1)
        return bf_str(NULL, 0);
    for (const char *at = p + 1; at < close; at++)
        if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
              (*at >= '0' && *at <= '9') || *at == '_' || *at == '-' || *at == '.'))
            return bf_str(NULL, 0);
    return bf_str(p + 1, (size_t)(close - p - 1));
}

static bool is_whole_event(struct bf_str name)
{
    return bf_str_is(name, "aws.events.event") || bf_str_is(name, "aws.events.event.json");
}

/* Appends the template with its variables replaced. */
static bool fill(struct bf_str text, const json_t *paths, const struct bl_transform_event *ev,
                 struct bf_buf *out, struct bf_err *e)
{
    struct bf_buf value;
    const char *end = text.p + text.n;
    bool quoted = false, ok = true;
    bf_buf_init(&value, 4 * 1024 * 1024);
    for (const char *p = text.p; ok && p < end; p++) {
        struct bf_str name = *p == '<' ? variable_at(p, end) : bf_str(NULL, 0);
        bf_buf_reset(&value);
        if (!name.p) {
            quoted ^= *p == '"';
            bf_buf_addc(out, *p);
            if (*p == '\\' && p + 1 < end)
                bf_buf_addc(out, *++p);
            continue;
        }
        if (!put_variable(paths, name, ev, &value))
            ok = bf_err_set(e, BF_E_INPUT, "the variable <%.*s> is not defined", BF_SHOWN(name));
        else if (quoted && is_whole_event(name))
            ok = bf_err_set(e, BF_E_INPUT, "<%.*s> cannot stand inside a string", BF_SHOWN(name));
        else if (quoted)
            put_inside(bf_buf_view(&value), out);
        else
            bf_buf_adds(out, bf_buf_view(&value));
        ok = ok && bf_buf_check(&value, "a variable", e);
        p += name.n + 1;
    }
    bf_buf_free(&value);
    return ok && bf_buf_check(out, "the target's input", e);
}

/* A text of several lines: each is a JSON string, as the service wants it. */
static bool is_lines(struct bf_str text)
{
    struct bf_str line;
    struct bf_err e;
    bool any = false;
    while (text.p && bf_str_split(&text, '\n', &line)) {
        if (line.n && (line.p[0] != '"' || !bf_json_check(line, &e)))
            return false;
        any = any || line.n;
    }
    return any;
}

bool bl_transform(const json_t *transformer, const struct bl_transform_event *ev,
                  struct bf_buf *out, struct bf_err *e)
{
    return fill(text_of(transformer, "InputTemplate"),
                json_object_get(transformer, "InputPathsMap"), ev, out, e) &&
           (is_lines(bf_buf_view(out)) || bf_json_check(bf_buf_view(out), e) ||
            bf_err_ctx(e, "the input is neither JSON nor lines in quotes after its "
                          "transformation"));
}

static bool check_paths(const json_t *paths, struct bf_err *e)
{
    const char *key;
    json_t *path;
    if (json_object_size(paths) > BL_TRANSFORM_PATHS)
        return bf_err_set(e, BF_E_INPUT, "InputPathsMap has more than %d variables",
                          BL_TRANSFORM_PATHS);
    json_object_foreach((json_t *)(uintptr_t)paths, key, path)
    {
        struct bf_str name = bf_str_of(key);
        if (!name.n || name.n > 256 ||
            strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                        "tuvwxyz0123456789_-") != name.n)
            return bf_err_set(e, BF_E_INPUT, "'%.60s' is no name of a variable", key);
        if (name.n >= 3 && bf_str_same(bf_str(key, 3), BF_STR("aws")))
            return bf_err_set(e, BF_E_INPUT, "the name '%.60s' is reserved", key);
        if (!json_is_string(path) || !bl_json_path_check(bf_str_of(json_string_value(path))))
            return bf_err_set(e, BF_E_INPUT, "the path of '%.60s' is no JSON path that is taken",
                              key);
    }
    return true;
}

bool bl_transform_check(const json_t *transformer, struct bf_err *e)
{
    static const struct bl_transform_event none = {.event = BF_STR("{}")};
    const json_t *paths = json_object_get(transformer, "InputPathsMap");
    struct bf_str text = text_of(transformer, "InputTemplate");
    struct bf_buf out;
    if (!text.n || text.n > BL_TEMPLATE_MAX)
        return bf_err_set(e, BF_E_INPUT, "InputTemplate has 1 to %d characters", BL_TEMPLATE_MAX);
    bf_buf_init(&out, 1024 * 1024);
    bool ok = check_paths(paths, e) && bl_transform(transformer, &none, &out, e);
    bf_buf_free(&out);
    return ok;
}
