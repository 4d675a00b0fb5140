#include <strings.h>

#include "cmd/bftop/db/pg.h"

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static const char *find(const char *p, const char *end, struct bf_str what)
{
    for (; (size_t)(end - p) >= what.n; p++)
        if (memcmp(p, what.p, what.n) == 0)
            return p + what.n;
    return end;
}

/* The end of a string or name that begins at p; a quote that is doubled belongs to it. */
static const char *quoted(const char *p, const char *end, bool backslash)
{
    char quote = *p;
    for (p++; p < end; p++) {
        if (*p == '\\' && backslash)
            p++;
        else if (*p == quote && p + 1 < end && p[1] == quote)
            p++;
        else if (*p == quote)
            return p + 1;
    }
    return end;
}

/* A string in dollars; p: this is none. */
static const char *dollars(const char *p, const char *end)
{
    const char *q = p + 1;
    while (q < end && is_word(*q) && *q != '$')
        q++;
    if (q == end || *q != '$' || (p[1] >= '0' && p[1] <= '9'))
        return p;
    return find(q + 1, end, bf_str(p, (size_t)(q + 1 - p)));
}

static const char *comment(const char *p, const char *end)
{
    int depth = 0;
    do {
        if (end - p >= 2 && memcmp(p, "/*", 2) == 0) {
            depth++;
            p++;
        } else if (end - p >= 2 && memcmp(p, "*/", 2) == 0) {
            depth--;
            p++;
        }
        p++;
    } while (depth && p < end);
    return p < end ? p : end;
}

/* The end of what is not looked into: a string, a name, a comment, a word, a cast; p: it is one character. */
static const char *skip(const char *p, const char *end)
{
    size_t left = (size_t)(end - p);
    if (*p == '\'' || *p == '"')
        return quoted(p, end, false);
    if ((*p | 32) == 'e' && left > 1 && p[1] == '\'')
        return quoted(p + 1, end, true);
    if (*p == '$')
        return dollars(p, end);
    if (left > 1 && memcmp(p, "--", 2) == 0)
        return find(p, end, BF_STR("\n"));
    if (left > 1 && memcmp(p, "/*", 2) == 0)
        return comment(p, end);
    if (left > 1 && memcmp(p, "::", 2) == 0)
        return p + 2;
    while (p < end && is_word(*p))
        p++;
    return p;
}

/* A parameter at p, which is a colon, as a number. */
static const char *parameter(struct bf_buf *out, const char *p, const char *end,
                             const struct query *q)
{
    const struct {
        struct bf_str name;
        int64_t value;
    } all[] = {{BF_STR("window"), q->window}, {BF_STR("step"), q->step}, {BF_STR("now"), q->now}};
    const char *to = p + 1;
    while (to < end && is_word(*to))
        to++;
    for (size_t i = 0; i < BF_COUNT(all); i++)
        if (bf_str_eq(bf_str(p + 1, (size_t)(to - p - 1)), all[i].name)) {
            bf_buf_addf(out, "%lld", (long long)all[i].value);
            return to;
        }
    return p;
}

static const char *skip_blank(const char *p, const char *end)
{
    for (;;) {
        const char *from = p;
        while (p < end && strchr(" \t\r\n\f", *p))
            p++;
        if (end - p >= 2 && (memcmp(p, "--", 2) == 0 || memcmp(p, "/*", 2) == 0))
            p = skip(p, end);
        if (p == from)
            return p;
    }
}

static bool begins(struct bf_str sql)
{
    static const char *const all[] = {"select", "with", "values", "table"};
    const char *end = sql.p + sql.n, *p = skip_blank(sql.p, end);
    const char *to = p < end ? skip(p, end) : p;
    bool found = p < end && *p == '(';
    for (size_t i = 0; i < BF_COUNT(all); i++)
        found |=
            strlen(all[i]) == (size_t)(to - p) && strncasecmp(p, all[i], (size_t)(to - p)) == 0;
    return found;
}

const char *server_declare(struct bf_buf *out, const struct query *q)
{
    const char *p = q->sql.p, *end = p + q->sql.n;
    if (!begins(q->sql))
        return "a panel is one SELECT";
    bf_buf_adds(out, BF_STR(SERVER_DECLARE));
    while (p < end) {
        const char *to = *p == ':' ? parameter(out, p, end, q) : p;
        if (to > p) {
            p = to;
            continue;
        }
        to = skip(p, end);
        if (to == p && *p == ';')
            return skip_blank(p + 1, end) == end
                       ? NULL
                       : "a panel is one SELECT, without another statement after it";
        to += to == p;
        bf_buf_add(out, p, (size_t)(to - p));
        p = to;
    }
    return NULL;
}
