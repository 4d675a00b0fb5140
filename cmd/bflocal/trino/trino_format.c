/* Translates formats of dates, and JSON paths, to DuckDB's. A letter without a counterpart is
 * refused. */
#include <ctype.h>
#include <stdio.h>

#include "cmd/bflocal/trino/trino_impl.h"

/* The letters of date_parse and date_format, which are MySQL's. */
static const struct {
    char letter;
    const char *to;
} mysql[] = {
    {'a', "%a"}, {'b', "%b"},  {'c', "%-m"}, {'d', "%d"},          {'e', "%-d"},
    {'f', "%f"}, {'H', "%H"},  {'h', "%I"},  {'i', "%M"},          {'I', "%I"},
    {'j', "%j"}, {'k', "%-H"}, {'l', "%-I"}, {'M', "%B"},          {'m', "%m"},
    {'p', "%p"}, {'S', "%S"},  {'s', "%S"},  {'r', "%I:%M:%S %p"}, {'T', "%H:%M:%S"},
    {'v', "%V"}, {'W', "%A"},  {'Y', "%Y"},  {'y', "%y"},          {'%', "%%"},
};

bool trino_format_mysql(struct sql *s, struct bf_str format)
{
    size_t from = s->out->n;
    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] != '%') {
            bf_buf_addc(s->out, format.p[i]);
            continue;
        }
        char c = ++i < format.n ? format.p[i] : '\0';
        size_t k = 0;
        while (k < BF_COUNT(mysql) && mysql[k].letter != c)
            k++;
        if (k == BF_COUNT(mysql))
            return trino_fail(s, "bflocal has no %%%c in the format of a date", c ? c : ' ');
        bf_buf_adds(s->out, bf_str_of(mysql[k].to));
    }
    struct bf_str text = trino_cut(s, from);
    trino_put_string(s->out, text);
    return true;
}

/* Joda's letters, with the number of repetitions. */
static const struct {
    const char *letters, *to;
} joda[] = {
    {"yyyy", "%Y"},   {"y", "%Y"},  {"yy", "%y"}, {"YYYY", "%Y"}, {"MMMM", "%B"}, {"MMM", "%b"},
    {"MM", "%m"},     {"M", "%-m"}, {"dd", "%d"}, {"d", "%-d"},   {"DDD", "%j"},  {"EEEE", "%A"},
    {"EEE", "%a"},    {"E", "%a"},  {"e", "%u"},  {"HH", "%H"},   {"H", "%-H"},   {"hh", "%I"},
    {"h", "%-I"},     {"mm", "%M"}, {"m", "%-M"}, {"ss", "%S"},   {"s", "%-S"},   {"SSS", "%g"},
    {"SSSSSS", "%f"}, {"a", "%p"},  {"ww", "%V"},
};

static bool joda_letters(struct sql *s, struct bf_str run)
{
    for (size_t i = 0; i < BF_COUNT(joda); i++)
        if (bf_str_eq(run, bf_str_of(joda[i].letters))) {
            bf_buf_adds(s->out, bf_str_of(joda[i].to));
            return true;
        }
    return trino_fail(s, "bflocal has no '%.*s' in the format of a date",
                      (int)(run.n > 20 ? 20 : run.n), run.p);
}

bool trino_format_joda(struct sql *s, struct bf_str format)
{
    size_t from = s->out->n;
    for (size_t i = 0; i < format.n;) {
        char c = format.p[i];
        size_t n = 1;
        if (c == '\'') {
            const char *end = memchr(format.p + i + 1, '\'', format.n - i - 1);
            if (!end)
                return trino_fail(s, "a quote in the format of a date is not closed");
            size_t to = (size_t)(end - format.p);
            if (to == i + 1)
                bf_buf_addc(s->out, '\'');
            bf_buf_add(s->out, format.p + i + 1, to - i - 1);
            i = to + 1;
            continue;
        }
        while (isalpha((unsigned char)c) && i + n < format.n && format.p[i + n] == c)
            n++;
        if (isalpha((unsigned char)c) && !joda_letters(s, bf_str(format.p + i, n)))
            return false;
        if (!isalpha((unsigned char)c)) {
            if (c == '%')
                bf_buf_addc(s->out, '%');
            bf_buf_addc(s->out, c);
        }
        i += n;
    }
    struct bf_str text = trino_cut(s, from);
    trino_put_string(s->out, text);
    return true;
}

/* Reads one step of $.a.b[0]["c d"]. DuckDB needs double quotes around a name to use it
 * literally. */
static bool path_step(struct sql *s, struct bf_str path, size_t *i)
{
    bool bracket = path.p[*i] == '[';
    size_t at = *i + 1, n = 0;
    char quote =
        bracket && at < path.n && (path.p[at] == '"' || path.p[at] == '\'') ? path.p[at] : 0;
    if (quote)
        at++;
    while (at + n < path.n && (quote     ? path.p[at + n] != quote
                               : bracket ? path.p[at + n] != ']'
                                         : path.p[at + n] != '.' && path.p[at + n] != '['))
        n++;
    struct bf_str name = bf_str(path.p + at, n);
    *i = at + n + (quote != 0) + bracket;
    if (n == 0 || memchr(name.p, '*', n) || memchr(name.p, '"', n) || *i > path.n)
        return false;
    for (size_t k = 0; k < n && !quote;
         k++) /* letters, digits, _ and :, as Trino reads names without quotes */
        if ((unsigned char)name.p[k] < 0x80 && !isalnum((unsigned char)name.p[k]) &&
            !strchr("_:", name.p[k]))
            return false;
    if (bracket && !quote) {
        for (size_t k = 0; k < n; k++)
            if (!isdigit((unsigned char)name.p[k]))
                return false;
        bf_buf_addc(s->out, '[');
        bf_buf_adds(s->out, name);
        bf_buf_addc(s->out, ']');
        return true;
    }
    bf_buf_lit(s->out, ".\"");
    bf_buf_adds(s->out, name);
    bf_buf_addc(s->out, '"');
    return true;
}

bool trino_json_path(struct sql *s, struct bf_str path)
{
    size_t from = s->out->n, i = 1;
    bool ok = path.n && path.p[0] == '$';
    bf_buf_addc(s->out, '$');
    while (ok && i < path.n)
        ok = (path.p[i] == '.' || path.p[i] == '[') && path_step(s, path, &i);
    struct bf_str text = trino_cut(s, from);
    trino_put_string(s->out, text);
    return ok || trino_fail(s, "bflocal does not read the JSON path '%.*s'",
                            (int)(path.n > 80 ? 80 : path.n), path.p);
}
