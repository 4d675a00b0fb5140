/* athena_row: splits a line by its SerDe. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/hive/hive_row.h"
#include "cmd/bflocal/duck/value.h"
#include "lib/base/num.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

static bool flag(struct bf_str flags, char c)
{
    return flags.n && memchr(flags.p, c, flags.n) != NULL;
}

static bool read_spec(struct hive_spec *s, struct bf_str text)
{
    struct bf_str format, flags, marks, line, kind, size;
    memset(s, 0, offsetof(struct hive_spec, column));
    s->n = 0;
    if (!bf_str_split(&text, '\n', &format) || !bf_str_split(&text, '\n', &flags) ||
        !bf_str_split(&text, '\n', &marks) || marks.n < 3)
        return false;
    s->format = format.p[0] == 'j' ? BL_HIVE_JSON : format.p[0] == 'c' ? BL_HIVE_CSV : BL_HIVE_LAZY;
    s->fold = flag(flags, 'f');
    s->dots = flag(flags, 'd');
    s->malformed = flag(flags, 'm');
    s->openx = flag(flags, 'o');
    s->iso = flag(flags, 'i');
    s->separator = marks.p[0];
    s->quote = marks.p[1];
    s->escape = marks.p[2];
    s->has_escape = flag(flags, 'e');
    s->null = bf_str(marks.p + 3, marks.n - 3);
    while (text.n && s->n < HIVE_COLUMNS) {
        struct hive_column *c = &s->column[s->n++];
        uint64_t n;
        struct bf_err unread;
        if (!bf_str_split(&text, '\t', &kind) || kind.n != 1 || !bf_str_split(&text, '\t', &size) ||
            !bf_num_u64(size, &n, &unread) || n >= text.n)
            return false;
        c->key = bf_str(text.p, (size_t)n); /* it may have tabs and line ends */
        text = bf_str(text.p + n + 1, text.n - (size_t)n - 1);
        if (!bf_str_split(&text, '\n', &line))
            return false;
        c->kind = kind.p[0];
        c->type = line.p ? line : BF_STR("");
    }
    return true;
}

static bool digits(const char **p, const char *end, int least, int most)
{
    int n = 0;
    while (*p < end && isdigit((unsigned char)**p) && n < most) {
        (*p)++;
        n++;
    }
    return n >= least;
}

static bool accept(const char **p, const char *end, char c)
{
    if (*p == end || **p != c)
        return false;
    (*p)++;
    return true;
}

/* Is it yyyy-MM-dd or, for a timestamp, yyyy-MM-dd HH:mm:ss[.fraction]? iso: T may replace the
 * space, and Z may follow. */
static bool is_time(struct bf_str s, bool date, bool iso)
{
    const char *p = s.p, *end = s.p + s.n;
    if (!digits(&p, end, 4, 4) || !accept(&p, end, '-') || !digits(&p, end, 1, 2) ||
        !accept(&p, end, '-') || !digits(&p, end, 1, 2))
        return false;
    if (date)
        return p == end;
    if (!accept(&p, end, ' ') && !(iso && accept(&p, end, 'T')))
        return false;
    if (!digits(&p, end, 1, 2) || !accept(&p, end, ':') || !digits(&p, end, 2, 2) ||
        !accept(&p, end, ':') || !digits(&p, end, 2, 2))
        return false;
    if (accept(&p, end, '.') && !digits(&p, end, 1, 9))
        return false;
    if (iso)
        (void)accept(&p, end, 'Z');
    return p == end;
}

static bool is_integer(struct bf_str s)
{
    const char *p = s.p, *end = s.p + s.n;
    if (!accept(&p, end, '-'))
        (void)accept(&p, end, '+');
    return digits(&p, end, 1, 20) && p == end;
}

static bool is_number(struct bf_str s, bool exponent)
{
    const char *p = s.p, *end = s.p + s.n;
    if (!accept(&p, end, '-'))
        (void)accept(&p, end, '+');
    bool some = digits(&p, end, 1, 400);
    if (accept(&p, end, '.'))
        some = digits(&p, end, some ? 0 : 1, 400) || some;
    if (some && exponent && p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (!accept(&p, end, '-'))
            (void)accept(&p, end, '+');
        some = digits(&p, end, 1, 4);
    }
    return some && p == end;
}

static bool is_boolean(struct bf_str s)
{
    return (s.n == 4 && strncasecmp(s.p, "true", 4) == 0) ||
           (s.n == 5 && strncasecmp(s.p, "false", 5) == 0);
}

/* Is the text valid for a value of this kind? */
bool hive_fits(const struct hive_spec *s, char kind, struct bf_str text)
{
    switch (kind) {
    case 'i':
        return is_integer(text);
    case 'd':
        return is_number(text, true);
    case 'f':
        return is_number(text, true) || bf_str_is(text, "NaN") || bf_str_is(text, "Infinity") ||
               bf_str_is(text, "-Infinity");
    case 'b':
        return is_boolean(text);
    case 't':
        return is_time(text, false, s->iso);
    case 'D':
        return is_time(text, true, false);
    default:
        return true;
    }
}

void hive_set_cell(struct hive_row *r, size_t i, size_t from)
{
    r->cell[i].at = from;
    r->cell[i].n = r->text.n - from;
    r->cell[i].null = false;
}

bool hive_bad(struct hive_row *r, const struct hive_spec *s, size_t i, struct bf_str text)
{
    static const char hint[] = ": Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]";
    snprintf(r->error, sizeof r->error,
             "HIVE_BAD_DATA: Error parsing field value '%.*s' for field %zu%s",
             (int)(text.n > 100 ? 100 : text.n), text.n ? text.p : "", i,
             s->column[i].kind == 't' ? hint : "");
    return false;
}

/* Converts a cell of text to the type of its column; raw is LazySimple's text with its escapes. */
static bool text_cell(const struct hive_spec *s, struct hive_row *r, size_t i, size_t from,
                      struct bf_str raw)
{
    struct bf_str text = bf_str(r->text.p + from, r->text.n - from);
    char kind = s->column[i].kind;
    if (s->format == BL_HIVE_LAZY) {
        if (bf_str_eq(raw, s->null) || (kind != 's' && !hive_fits(s, kind, text)))
            return true;
        hive_set_cell(r, i, from);
        return true;
    }
    hive_set_cell(r, i, from);
    if (kind == 't' || kind == 'D') /* milliseconds and days; the scan converts them */
        kind = 'i';
    return hive_fits(s, kind, text) || hive_bad(r, s, i, text);
}

/* OpenCSVSerDe: quotes anywhere; the escape character before a quote or before itself. */
static bool csv_row(const struct hive_spec *s, struct hive_row *r, struct bf_str line)
{
    size_t column = 0, from = r->text.n;
    bool quoted = false;
    for (size_t i = 0; i <= line.n; i++) {
        char c = i < line.n ? line.p[i] : '\0';
        if (i == line.n || (c == s->separator && !quoted)) {
            if (column < s->n && !text_cell(s, r, column, from, BF_STR("")))
                return false;
            column++;
            from = r->text.n;
        } else if (c == s->escape && s->escape && i + 1 < line.n &&
                   (line.p[i + 1] == s->quote || line.p[i + 1] == s->escape)) {
            bf_buf_addc(&r->text, line.p[++i]);
        } else if (c == s->quote && s->quote) {
            if (quoted && i + 1 < line.n && line.p[i + 1] == s->quote)
                bf_buf_addc(&r->text, line.p[++i]);
            else
                quoted = !quoted;
        } else
            bf_buf_addc(&r->text, c);
    }
    return true;
}

/* LazySimpleSerDe: \n and \r are a line end and a carriage return, and any other byte after an escape is itself. */
static bool lazy_row(const struct hive_spec *s, struct hive_row *r, struct bf_str line)
{
    size_t column = 0, from = r->text.n, begin = 0;
    for (size_t i = 0; i <= line.n; i++) {
        char c = i < line.n ? line.p[i] : '\0';
        if (i == line.n || c == s->separator) {
            if (column < s->n && !text_cell(s, r, column, from, bf_str(line.p + begin, i - begin)))
                return false;
            column++;
            from = r->text.n;
            begin = i + 1;
        } else if (s->has_escape && c == s->escape && i + 1 < line.n) {
            c = line.p[++i];
            bf_buf_addc(&r->text, c == 'n' ? '\n' : c == 'r' ? '\r' : c);
        } else
            bf_buf_addc(&r->text, c);
    }
    return true;
}

static bool read_row(const struct hive_spec *s, struct hive_row *r, struct bf_str line)
{
    bf_buf_reset(&r->text);
    r->error[0] = '\0';
    for (size_t i = 0; i < s->n; i++) {
        r->cell[i].null = true;
        r->cell[i].set = false;
    }
    bool ok = s->format == BL_HIVE_JSON  ? hive_json_row(s, r, line)
              : s->format == BL_HIVE_CSV ? csv_row(s, r, line)
                                         : lazy_row(s, r, line);
    return ok && bf_buf_ok(&r->text);
}

static void run(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    const struct bl_duck_api *duck = bl_duck_api();
    duckdb_vector specs = duck->data_chunk_get_vector(in, 0),
                  lines = duck->data_chunk_get_vector(in, 1);
    uint64_t n = duck->data_chunk_get_size(in);
    struct hive_spec *s = malloc(sizeof *s);
    struct hive_row *r = malloc(sizeof *r);
    if (n == 0 || !s || !r || !read_spec(s, bl_duck_text(specs, 0))) {
        if (n)
            duck->scalar_function_set_error(info, "a specification of rows that cannot be read");
        free(s);
        free(r);
        return;
    }
    bf_buf_init(&r->text, 256 * 1024 * 1024);
    duckdb_list_entry *entries = duck->vector_get_data(out);
    duck->list_vector_reserve(out, n * s->n);
    duck->list_vector_set_size(out, n * s->n);
    duckdb_vector cells = duck->list_vector_get_child(out);
    for (uint64_t i = 0; i < n; i++) {
        entries[i] = (duckdb_list_entry){i * s->n, s->n};
        struct bf_str line = bl_duck_null(lines, i) ? BF_STR("") : bl_duck_text(lines, i);
        if (!read_row(s, r, line)) {
            duck->scalar_function_set_error(info, r->error[0] ? r->error : "a row is too large");
            break;
        }
        for (size_t k = 0; k < s->n; k++)
            if (r->cell[k].null)
                bl_duck_set_null(cells, i * s->n + k);
            else
                duck->vector_assign_string_element_len(
                    cells, i * s->n + k, r->text.p ? r->text.p + r->cell[k].at : "", r->cell[k].n);
    }
    bf_buf_free(&r->text);
    free(s);
    free(r);
}

const struct bl_duck_function bl_hive_functions[] = {
    {"athena_row", DUCKDB_LIST, {DUCKDB_VARCHAR, DUCKDB_VARCHAR}, run, NULL, true},
};
const size_t bl_hive_nfunctions = BF_COUNT(bl_hive_functions);
