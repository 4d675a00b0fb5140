#include "lib/aws/config/profile.h"

#include <openssl/crypto.h>

enum { TEXT_MAX = 32 * 1024 * 1024, PROPERTIES_MAX = 262144, KEY_MAX = 1024 };

/* The state of the parser. */
struct parser {
    struct bf_profiles *p;
    enum bf_profile_file file;
    bool bare_default; /* use [default], because this file has no [profile default] */
    bool in_section;   /* a section has begun, valid or not */
    bool ignored;      /* its properties are not kept */
    bool continuable;  /* the last line was a property or its continuation */
    size_t indent;     /* indentation of that property: a continuation has more */
    bool nested;       /* that property was empty: its continuations are sub-properties */
    enum bf_profile_kind kind;
    struct bf_str section;
    uint64_t *value; /* the property that can be continued; NULL if it is ignored */
};

void bf_profiles_init(struct bf_profiles *p)
{
    bf_map_init(&p->properties, PROPERTIES_MAX);
    bf_map_init(&p->sections, PROPERTIES_MAX);
    for (size_t i = 0; i < BF_COUNT(p->own); i++)
        bf_map_init(&p->own[i], PROPERTIES_MAX);
    bf_arena_init(&p->text, TEXT_MAX);
}

void bf_profiles_free(struct bf_profiles *p)
{
    bf_map_free(&p->properties);
    bf_map_free(&p->sections);
    for (size_t i = 0; i < BF_COUNT(p->own); i++)
        bf_map_free(&p->own[i]);
    bf_arena_wipe(&p->text);
    bf_arena_free(&p->text);
}

/* Is the last part of the key the name of a secret? */
static bool names_secret(struct bf_str key)
{
    static const char *const secrets[] = {"aws_secret_access_key", "aws_session_token",
                                          "aws_security_token"};
    for (size_t i = 0; i < BF_COUNT(secrets); i++) {
        size_t n = strlen(secrets[i]);
        if (key.n > n && key.p[key.n - n - 1] == '\0' &&
            memcmp(key.p + key.n - n, secrets[i], n) == 0)
            return true;
    }
    return false;
}

static void wipe(uint64_t value)
{
    char *text = (char *)(uintptr_t)value;
    if (text)
        OPENSSL_cleanse(text, strlen(text));
}

static void forget_in(struct bf_map *m)
{
    struct bf_map_entry *entry;
    for (size_t i = 0; (entry = bf_map_next(m, &i));)
        if (names_secret(entry->key))
            wipe(entry->value);
}

void bf_profiles_forget_keys(struct bf_profiles *p)
{
    forget_in(&p->properties);
    for (size_t i = 0; i < BF_COUNT(p->own); i++)
        forget_in(&p->own[i]);
}

/* kind, section and property as one map key; property may be empty. */
static bool make_key(char room[KEY_MAX], enum bf_profile_kind kind, struct bf_str section,
                     struct bf_str property, struct bf_str *key)
{
    if (section.n + property.n + 2 > KEY_MAX)
        return false;
    struct bf_buf b = {.p = room, .cap = KEY_MAX, .max = KEY_MAX};
    bf_buf_addc(&b, (char)('0' + kind));
    bf_buf_adds(&b, section);
    bf_buf_addc(&b, '\0');
    bf_buf_adds(&b, property);
    *key = bf_buf_view(&b);
    return true;
}

/* Letters of other alphabets too (UTF-8): the AWS command line writes and reads them. */
static bool name_char(char c)
{
    return (unsigned char)c >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c >= '0' && c <= '9') || (c && strchr("-_/.%@:+", c));
}

static bool valid_name(struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!name_char(s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Splits "profile foo" into its word and name; false without white space between them. */
static bool split_word(struct bf_str inner, struct bf_str *word, struct bf_str *name)
{
    size_t i = 0;
    while (i < inner.n && !is_space(inner.p[i]))
        i++;
    *word = bf_str(inner.p, i);
    *name = bf_str_trim(bf_str(inner.p + i, inner.n - i));
    return name->n > 0;
}

/* 'my dev' or "my dev": a name with blanks, as `aws configure` writes it. */
static bool unquote(struct bf_str *name)
{
    if (name->n < 3 || (name->p[0] != '\'' && name->p[0] != '"') ||
        name->p[name->n - 1] != name->p[0])
        return false;
    struct bf_str inner = bf_str(name->p + 1, name->n - 2);
    if (memchr(inner.p, name->p[0], inner.n))
        return false;
    for (size_t i = 0; i < inner.n; i++)
        if ((unsigned char)inner.p[i] < ' ')
            return false;
    *name = inner;
    return true;
}

/* The kind and name of a section header in the config file; false: ignore it. */
static bool config_section(const struct parser *ps, struct bf_str inner, enum bf_profile_kind *kind,
                           struct bf_str *name)
{
    static const struct {
        const char *word;
        enum bf_profile_kind kind;
    } kinds[] = {{"profile", BF_PROFILE},
                 {"services", BF_PROFILE_SERVICES},
                 {"sso-session", BF_PROFILE_SSO}};
    struct bf_str word;
    if (bf_str_is(inner, "default")) {
        *kind = BF_PROFILE;
        *name = inner;
        return ps->bare_default;
    }
    if (!split_word(inner, &word, name))
        return false;
    for (size_t i = 0; i < BF_COUNT(kinds); i++)
        if (bf_str_eq(word, bf_str_of(kinds[i].word))) {
            *kind = kinds[i].kind;
            return unquote(name) || valid_name(*name);
        }
    return false;
}

/* [NAME] of the credentials file. A name with blanks is used if the config file has that profile:
 * the SDKs' parsers ignore such a section, the AWS command line writes it. */
static bool credentials_section(struct bf_profiles *p, struct bf_str name)
{
    char room[KEY_MAX];
    struct bf_str key;
    return valid_name(name) || (make_key(room, BF_PROFILE, name, BF_STR(""), &key) &&
                                bf_map_get(&p->sections, key) != NULL);
}

static bool begin_section(struct parser *ps, struct bf_str line, struct bf_err *e)
{
    const char *close = memchr(line.p, ']', line.n);
    if (!close)
        return bf_err_set(e, BF_E_INPUT, "Profile definition must end with ']'");
    struct bf_str inner = bf_str_trim(bf_str(line.p + 1, (size_t)(close - line.p) - 1));
    ps->in_section = true;
    ps->continuable = false;
    ps->kind = BF_PROFILE;
    ps->section = inner;
    ps->ignored = ps->file == BF_PROFILE_CREDENTIALS
                      ? !credentials_section(ps->p, inner)
                      : !config_section(ps, inner, &ps->kind, &ps->section);
    if (ps->ignored)
        return true;
    char room[KEY_MAX];
    struct bf_str key;
    if (!make_key(room, ps->kind, ps->section, BF_STR(""), &key))
        return bf_err_set(e, BF_E_LIMIT, "section name is too long");
    return bf_map_put(&ps->p->sections, key, NULL) ? true : bf_err_nomem(e);
}

/* Replaces the value at ps->value by a copy of s with a NUL. */
static bool keep(struct parser *ps, struct bf_str s, struct bf_err *e)
{
    struct bf_str copy;
    if (!bf_arena_copy(&ps->p->text, s, &copy))
        return bf_err_set(e, BF_E_LIMIT, "more than %d bytes of properties", TEXT_MAX);
    *ps->value = (uint64_t)(uintptr_t)copy.p;
    return true;
}

/* The line without its comment: '#' or ';' after white space. In a command that may stand in
 * quotes: credential_process = sh -c "a ; b". */
static struct bf_str without_comment(struct bf_str line)
{
    static const char command[] = "credential_process";
    bool quotes = bf_str_starts(line, bf_str_of(command));
    char open = '\0';
    for (size_t i = 1; i < line.n; i++) {
        char c = line.p[i];
        if (quotes && (open ? c == open : c == '\'' || c == '"') && line.p[i - 1] != '\\')
            open = open ? '\0' : c;
        if (!open && (c == '#' || c == ';') && is_space(line.p[i - 1]))
            return bf_str_trim(bf_str(line.p, i));
    }
    return bf_str_trim(line);
}

/* Text that was copied from a page often has no-break spaces (U+00A0) around it. */
static struct bf_str trim_value(struct bf_str s)
{
    for (bool more = true; more;) {
        s = bf_str_trim(s);
        more = false;
        if (s.n >= 2 && memcmp(s.p, "\xC2\xA0", 2) == 0) {
            s = bf_str(s.p + 2, s.n - 2);
            more = true;
        }
        if (s.n >= 2 && memcmp(s.p + s.n - 2, "\xC2\xA0", 2) == 0) {
            s.n -= 2;
            more = true;
        }
    }
    return s;
}

static bool property(struct parser *ps, struct bf_str line, struct bf_err *e)
{
    if (!ps->in_section)
        return bf_err_set(e, BF_E_INPUT, "Expected a profile definition");
    line = without_comment(line);
    const char *eq = memchr(line.p, '=', line.n);
    if (!eq)
        return bf_err_set(e, BF_E_INPUT, "Expected an '=' sign defining a property");
    struct bf_str name = bf_str_trim(bf_str(line.p, (size_t)(eq - line.p)));
    struct bf_str value = trim_value(bf_str(eq + 1, line.n - (size_t)(eq - line.p) - 1));
    if (name.n == 0)
        return bf_err_set(e, BF_E_INPUT, "Property did not have a name");
    ps->continuable = true;
    ps->nested = value.n == 0;
    ps->value = NULL;
    if (ps->ignored || !valid_name(name))
        return true;
    char room[KEY_MAX], lower[KEY_MAX];
    struct bf_str key;
    if (name.n > sizeof lower)
        return bf_err_set(e, BF_E_LIMIT, "property name is too long");
    for (size_t i = 0; i < name.n; i++)
        lower[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
    if (!make_key(room, ps->kind, ps->section, bf_str(lower, name.n), &key))
        return bf_err_set(e, BF_E_LIMIT, "property name is too long");
    ps->value = bf_map_put(&ps->p->properties, key, NULL);
    if (!ps->value)
        return bf_err_set(e, BF_E_LIMIT, "more than %d properties", PROPERTIES_MAX);
    if (!keep(ps, value, e))
        return false;
    if (!bf_str_starts(bf_str(lower, name.n), BF_STR("aws_")))
        return true;
    uint64_t *own = bf_map_put(&ps->p->own[ps->file], key, NULL);
    if (!own)
        return bf_err_nomem(e);
    if (names_secret(key))
        wipe(*own);    /* it appears twice in this file */
    *own = *ps->value; /* a key is never continued on the next line */
    return true;
}

static bool continuation(struct parser *ps, struct bf_str line, struct bf_err *e)
{
    if (!ps->in_section)
        return bf_err_set(e, BF_E_INPUT, "Expected a profile definition");
    if (!ps->continuable)
        return bf_err_set(e, BF_E_INPUT, "Expected a property definition, found continuation");
    line = bf_str_trim(line);
    if (ps->nested) {
        const char *eq = memchr(line.p, '=', line.n);
        if (!eq)
            return bf_err_set(e, BF_E_INPUT, "Expected an '=' sign defining a sub-property");
        if (bf_str_trim(bf_str(line.p, (size_t)(eq - line.p))).n == 0)
            return bf_err_set(e, BF_E_INPUT, "Sub-property did not have a name");
    }
    if (!ps->value)
        return true;
    struct bf_buf joined;
    bf_buf_init(&joined, TEXT_MAX);
    bf_buf_adds(&joined, bf_str_of((const char *)(uintptr_t)*ps->value));
    bf_buf_addc(&joined, '\n');
    bf_buf_adds(&joined, line);
    bool ok = bf_buf_check(&joined, "property", e) && keep(ps, bf_buf_view(&joined), e);
    bf_buf_free(&joined);
    return ok;
}

/* A line is a continuation if it is indented more than its property. So all properties of a profile
 * may be indented, including the first one, as in Python's configparser, which the AWS command line
 * uses. */
static bool parse_line(struct parser *ps, struct bf_str line, struct bf_err *e)
{
    size_t indent = 0;
    struct bf_str text = bf_str_trim(line);
    while (indent < line.n && is_space(line.p[indent]))
        indent++;
    if (text.n == 0 || text.p[0] == '#' || text.p[0] == ';')
        return true;
    bool begins = text.p[0] == '[' || memchr(text.p, '=', text.n);
    if (indent && (ps->continuable ? indent > ps->indent : !begins))
        return continuation(ps, line, e);
    if (text.p[0] == '[')
        return begin_section(ps, text, e);
    ps->indent = indent;
    return property(ps, text, e);
}

/* Does the config file have [profile default]? Then [default] is ignored. */
static bool has_prefixed_default(struct bf_str text)
{
    struct bf_str line, word, name;
    while (bf_str_split(&text, '\n', &line)) {
        line = bf_str_trim(line);
        const char *close = line.n && line.p[0] == '[' ? memchr(line.p, ']', line.n) : NULL;
        if (!close || !split_word(bf_str_trim(bf_str(line.p + 1, (size_t)(close - line.p) - 1)),
                                  &word, &name))
            continue;
        (void)unquote(&name);
        if (bf_str_is(word, "profile") && bf_str_is(name, "default"))
            return true;
    }
    return false;
}

bool bf_profiles_parse(struct bf_profiles *p, enum bf_profile_file file, struct bf_str text,
                       struct bf_err *e)
{
    struct parser ps = {.p = p, .file = file};
    ps.bare_default = file == BF_PROFILE_CREDENTIALS || !has_prefixed_default(text);
    struct bf_str line;
    unsigned long number = 0;
    while (bf_str_split(&text, '\n', &line)) {
        number++;
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (!parse_line(&ps, line, e))
            return bf_err_ctx(e, "line %lu", number);
    }
    return true;
}

bool bf_profile_name_is_plain(const char *name)
{
    return valid_name(bf_str_of(name));
}

bool bf_profiles_has(struct bf_profiles *p, enum bf_profile_kind kind, const char *section)
{
    char room[KEY_MAX];
    struct bf_str key;
    return make_key(room, kind, bf_str_of(section), BF_STR(""), &key) &&
           bf_map_get(&p->sections, key) != NULL;
}

const char *bf_profiles_own(struct bf_profiles *p, enum bf_profile_file file, const char *profile,
                            const char *property_name)
{
    char room[KEY_MAX];
    struct bf_str key;
    if (!make_key(room, BF_PROFILE, bf_str_of(profile), bf_str_of(property_name), &key))
        return NULL;
    const uint64_t *found = bf_map_get(&p->own[file], key);
    const char *value = found ? (const char *)(uintptr_t)*found : "";
    return *value ? value : NULL;
}

/* A copy of the value of a sub-property in "\nname = value\nname2 = value2"; NULL if it is
 * missing. */
static const char *sub_property(struct bf_profiles *p, const char *value, const char *nested)
{
    struct bf_str rest = bf_str_of(value), line, copy;
    while (bf_str_split(&rest, '\n', &line)) {
        const char *eq = line.n ? memchr(line.p, '=', line.n) : NULL;
        if (!eq)
            continue;
        struct bf_str name = bf_str_trim(bf_str(line.p, (size_t)(eq - line.p)));
        if (!bf_str_eq(name, bf_str_of(nested)))
            continue;
        struct bf_str v = bf_str_trim(bf_str(eq + 1, line.n - (size_t)(eq - line.p) - 1));
        return bf_arena_copy(&p->text, v, &copy) ? copy.p : NULL;
    }
    return NULL;
}

const char *bf_profiles_get(struct bf_profiles *p, enum bf_profile_kind kind, const char *section,
                            const char *property_name, const char *nested)
{
    char room[KEY_MAX];
    struct bf_str key;
    if (!make_key(room, kind, bf_str_of(section), bf_str_of(property_name), &key))
        return NULL;
    const uint64_t *found = bf_map_get(&p->properties, key);
    if (!found)
        return NULL;
    const char *value = (const char *)(uintptr_t)*found;
    return nested ? sub_property(p, value, nested) : value;
}
