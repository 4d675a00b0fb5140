/*
 * GetPartitions' Expression, evaluated for one partition: comparisons, IN,
 * BETWEEN, LIKE, IS NULL, AND, OR, NOT and parentheses over partition keys and
 * literals. Numbers compare as numbers where the key's type is one, all else
 * as text.
 */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/glue/glue.h"

struct reader {
    const struct bl_glue_filter *f;
    const char *p;
    unsigned depth;
    struct bf_err *e;
};

static bool wrong(struct reader *r)
{
    if (r->e->code == BF_OK)
        bf_err_set(r->e, BF_E_INPUT, "Unsupported expression '%.200s' near '%.40s'", r->f->text,
                   r->p);
    return false;
}

static void blank(struct reader *r)
{
    while (isspace((unsigned char)*r->p))
        r->p++;
}

static bool word(struct reader *r, const char *name)
{
    size_t n = strlen(name);
    blank(r);
    bool letters = isalpha((unsigned char)*name);
    if (strncasecmp(r->p, name, n) != 0 ||
        (letters && (isalnum((unsigned char)r->p[n]) || r->p[n] == '_')))
        return false;
    r->p += n;
    return true;
}

/* A value: of the key, or a literal. */
struct side {
    char text[1024];
    bool number; /* the key's type is one */
    bool key;
};

static bool is_number(const char *type)
{
    static const char *const types[] = {"tinyint", "smallint", "int",   "integer",
                                        "bigint",  "float",    "double"};
    for (size_t i = 0; i < BF_COUNT(types); i++)
        if (strcasecmp(type, types[i]) == 0)
            return true;
    return strncasecmp(type, "decimal", 7) == 0;
}

static bool read_key(struct reader *r, const char *name, struct side *s)
{
    size_t i;
    json_t *key;
    json_array_foreach((json_t *)(uintptr_t)r->f->keys, i, key)
    {
        if (strcasecmp(bl_document_text(key, "Name"), name) != 0)
            continue;
        const char *text = json_string_value(json_array_get(r->f->values, i));
        s->key = true;
        s->number = is_number(bl_document_text(key, "Type"));
        snprintf(s->text, sizeof s->text, "%s", text ? text : "");
        return true;
    }
    return wrong(r);
}

static bool read_quoted(struct reader *r, char quote, char *out, size_t cap)
{
    size_t n = 0;
    for (r->p++; *r->p; r->p++) {
        if (*r->p == quote && r->p[1] != quote) {
            r->p++;
            out[n] = '\0';
            return true;
        }
        if (*r->p == quote)
            r->p++;
        if (n + 1 < cap)
            out[n++] = *r->p;
    }
    return wrong(r);
}

static bool read_side(struct reader *r, struct side *s)
{
    char name[256];
    size_t n = 0;
    memset(s, 0, sizeof *s);
    blank(r);
    if (*r->p == '\'')
        return read_quoted(r, '\'', s->text, sizeof s->text);
    if (*r->p == '"' || *r->p == '`')
        return read_quoted(r, *r->p, name, sizeof name) && read_key(r, name, s);
    bool digits = isdigit((unsigned char)*r->p) || *r->p == '-' || *r->p == '+';
    while (isalnum((unsigned char)*r->p) || *r->p == '_' || *r->p == '.' ||
           (digits && n == 0 && (*r->p == '-' || *r->p == '+'))) {
        if (n + 1 < sizeof name)
            name[n++] = *r->p;
        r->p++;
    }
    name[n] = '\0';
    if (n == 0)
        return wrong(r);
    if (digits) {
        snprintf(s->text, sizeof s->text, "%s", name);
        return true;
    }
    /* date '2026-11-27' */
    blank(r);
    if (*r->p == '\'' && (strcasecmp(name, "date") == 0 || strcasecmp(name, "timestamp") == 0))
        return read_quoted(r, '\'', s->text, sizeof s->text);
    return read_key(r, name, s);
}

static int compare(const struct side *a, const struct side *b)
{
    char *end[2];
    if (a->number || b->number) {
        long double x = strtold(a->text, &end[0]), y = strtold(b->text, &end[1]);
        if (!*end[0] && !*end[1])
            return x < y ? -1 : x > y;
    }
    int d = strcmp(a->text, b->text);
    return d < 0 ? -1 : d > 0;
}

/* % is any text, _ one byte. */
static bool like(const char *text, const char *pattern)
{
    for (; *pattern; pattern++, text++) {
        if (*pattern == '%') {
            for (;; text++) {
                if (like(text, pattern + 1))
                    return true;
                if (!*text)
                    return false;
            }
        }
        if (!*text || (*pattern != '_' && *pattern != *text))
            return false;
    }
    return !*text;
}

static bool in_list(struct reader *r, const struct side *s, bool *yes)
{
    struct side other;
    *yes = false;
    if (!word(r, "("))
        return wrong(r);
    do {
        if (!read_side(r, &other))
            return false;
        *yes = *yes || compare(s, &other) == 0;
    } while (word(r, ","));
    return word(r, ")") || wrong(r);
}

static bool operator(struct reader *r, const struct side *s, bool *yes)
{
    static const struct {
        const char *name;
        bool less, equal, more;
    } ops[] = {{"<>", true, false, true}, {"!=", true, false, true}, {"<=", true, true, false},
               {">=", false, true, true}, {"=", false, true, false}, {"<", true, false, false},
               {">", false, false, true}};
    struct side other;
    for (size_t i = 0; i < BF_COUNT(ops); i++)
        if (word(r, ops[i].name)) {
            if (!read_side(r, &other))
                return false;
            int d = compare(s, &other);
            *yes = d < 0 ? ops[i].less : d > 0 ? ops[i].more : ops[i].equal;
            return true;
        }
    return wrong(r);
}

static bool test(struct reader *r, bool *yes)
{
    struct side s, low, high;
    if (!read_side(r, &s))
        return false;
    if (word(r, "is")) {
        bool negated = word(r, "not");
        *yes = (strcmp(s.text, "__HIVE_DEFAULT_PARTITION__") == 0) != negated;
        return word(r, "null") || wrong(r);
    }
    bool negated = word(r, "not"), ok;
    if (word(r, "in"))
        ok = in_list(r, &s, yes);
    else if (word(r, "between")) {
        ok = read_side(r, &low) && (word(r, "and") || wrong(r)) && read_side(r, &high);
        *yes = ok && compare(&s, &low) >= 0 && compare(&s, &high) <= 0;
    } else if (word(r, "like")) {
        ok = read_side(r, &low);
        *yes = ok && like(s.text, low.text);
    } else
        return negated ? wrong(r) : operator(r, &s, yes);
    *yes = *yes != negated;
    return ok;
}

static bool any(struct reader *r, bool *yes);

static bool factor(struct reader *r, bool *yes)
{
    if (++r->depth > 64)
        return wrong(r);
    bool ok;
    if (word(r, "not")) {
        ok = factor(r, yes);
        *yes = ok && !*yes;
    } else if (word(r, "("))
        ok = any(r, yes) && (word(r, ")") || wrong(r));
    else
        ok = test(r, yes);
    r->depth--;
    return ok;
}

static bool all(struct reader *r, bool *yes)
{
    bool other;
    if (!factor(r, yes))
        return false;
    while (word(r, "and")) {
        if (!factor(r, &other))
            return false;
        *yes = *yes && other;
    }
    return true;
}

static bool any(struct reader *r, bool *yes)
{
    bool other;
    if (!all(r, yes))
        return false;
    while (word(r, "or")) {
        if (!all(r, &other))
            return false;
        *yes = *yes || other;
    }
    return true;
}

bool bl_glue_matches(const struct bl_glue_filter *f, bool *yes, struct bf_err *e)
{
    struct reader r = {.f = f, .p = f->text, .e = e};
    bf_err_clear(e);
    *yes = true;
    if (!*f->text)
        return true;
    if (!any(&r, yes))
        return false;
    blank(&r);
    return !*r.p || wrong(&r);
}
