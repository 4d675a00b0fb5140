#include "lib/sql/sql_refusal.h"

/* If s begins with prefix, removes it. */
static bool drop_prefix(struct bf_str *s, struct bf_str prefix)
{
    if (!bf_str_starts(*s, prefix))
        return false;
    *s = bf_str(s->p + prefix.n, s->n - prefix.n);
    return true;
}

/* s up to the first occurrence of end; all of s if there is none. s ends with a NUL. */
static struct bf_str until(struct bf_str s, const char *end)
{
    const char *p = strstr(s.p, end);
    return p ? bf_str(s.p, (size_t)(p - s.p)) : s;
}

struct sql_refusal bf_sql_refusal(const char *message)
{
    struct sql_refusal other = {SQL_REFUSED_OTHER, {NULL, 0}};
    struct bf_str m = bf_str_of(message);
    if (drop_prefix(&m, BF_STR("no such column: "))) {
        if (m.n > 2 && m.p[0] == '"') { /* "name" - should this be a string literal ...? */
            struct bf_str quoted = until(m, "\" - ");
            m = bf_str(quoted.p + 1, (quoted.n < m.n ? quoted.n : m.n - 1) - 1);
        }
        return (struct sql_refusal){SQL_REFUSED_COLUMN, m};
    }
    if (drop_prefix(&m, BF_STR("cannot join using column ")))
        return (struct sql_refusal){SQL_REFUSED_JOIN, until(m, " - ")};
    if (drop_prefix(&m, BF_STR("near \""))) {
        struct bf_str word = until(m, "\"");
        struct bf_str rest = bf_str(m.p + word.n, m.n - word.n);
        if (bf_str_is(rest, "\": syntax error"))
            return (struct sql_refusal){SQL_REFUSED_SYNTAX, word};
    }
    return other;
}
