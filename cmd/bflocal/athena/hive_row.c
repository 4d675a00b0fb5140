/* athena_row: a line by its SerDe. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cmd/bflocal/athena/hive.h"
#include "cmd/bflocal/duck/value.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"

enum { COLUMNS = 1600 };

struct column {
    char
        kind; /* of its type: s text, i integer, d decimal, f floating, b boolean, t timestamp, D date, n nested */
    struct bf_str key;  /* the JSON key, folded where case does not count */
    struct bf_str type; /* Hive's, of what is nested */
};

/* A specification, read: three lines (format, flags, separators in hex), then a line a column: kind, key, type. */
struct spec {
    enum bl_hive_format format;
    bool fold, dots, malformed, openx, iso;
    char separator, quote, escape;
    bool has_escape;
    struct bf_str null; /* of LazySimple */
    struct column column[COLUMNS];
    size_t n;
};

static bool flag(struct bf_str flags, char c)
{
    return flags.n && memchr(flags.p, c, flags.n) != NULL;
}

static bool read_spec(struct spec *s, struct bf_str text)
{
    struct bf_str format, flags, marks, line, kind;
    memset(s, 0, offsetof(struct spec, column));
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
    while (text.n && s->n < COLUMNS && bf_str_split(&text, '\n', &line) && line.n) {
        struct column *c = &s->column[s->n++];
        if (!bf_str_split(&line, '\t', &kind) || kind.n != 1 || !bf_str_split(&line, '\t', &c->key))
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

static bool take(const char **p, const char *end, char c)
{
    if (*p == end || **p != c)
        return false;
    (*p)++;
    return true;
}

/* yyyy-MM-dd, and for a timestamp HH:mm:ss[.fraction] behind a blank (iso: or a T, and Z at the end). */
static bool is_time(struct bf_str s, bool date, bool iso)
{
    const char *p = s.p, *end = s.p + s.n;
    if (!digits(&p, end, 4, 4) || !take(&p, end, '-') || !digits(&p, end, 1, 2) ||
        !take(&p, end, '-') || !digits(&p, end, 1, 2))
        return false;
    if (date)
        return p == end;
    if (!take(&p, end, ' ') && !(iso && take(&p, end, 'T')))
        return false;
    if (!digits(&p, end, 1, 2) || !take(&p, end, ':') || !digits(&p, end, 2, 2) ||
        !take(&p, end, ':') || !digits(&p, end, 2, 2))
        return false;
    if (take(&p, end, '.') && !digits(&p, end, 1, 9))
        return false;
    if (iso)
        (void)take(&p, end, 'Z');
    return p == end;
}

static bool is_integer(struct bf_str s)
{
    const char *p = s.p, *end = s.p + s.n;
    if (!take(&p, end, '-'))
        (void)take(&p, end, '+');
    return digits(&p, end, 1, 20) && p == end;
}

static bool is_number(struct bf_str s, bool exponent)
{
    const char *p = s.p, *end = s.p + s.n;
    if (!take(&p, end, '-'))
        (void)take(&p, end, '+');
    bool some = digits(&p, end, 1, 400);
    if (take(&p, end, '.'))
        some = digits(&p, end, some ? 0 : 1, 400) || some;
    if (some && exponent && p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (!take(&p, end, '-'))
            (void)take(&p, end, '+');
        some = digits(&p, end, 1, 4);
    }
    return some && p == end;
}

static bool is_boolean(struct bf_str s)
{
    return (s.n == 4 && strncasecmp(s.p, "true", 4) == 0) ||
           (s.n == 5 && strncasecmp(s.p, "false", 5) == 0);
}

/* Can the text become a value of that kind? */
static bool fits(const struct spec *s, char kind, struct bf_str text)
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

/* The texts of one row. */
struct row {
    struct bf_buf text;
    struct {
        size_t at, n;
        bool null, set;
    } cell[COLUMNS];
    char error[400];
};

static void set_cell(struct row *r, size_t i, size_t from)
{
    r->cell[i].at = from;
    r->cell[i].n = r->text.n - from;
    r->cell[i].null = false;
}

static bool bad(struct row *r, const struct spec *s, size_t i, struct bf_str text)
{
    static const char hint[] = ": Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]";
    snprintf(r->error, sizeof r->error,
             "HIVE_BAD_DATA: Error parsing field value '%.*s' for field %zu%s",
             (int)(text.n > 100 ? 100 : text.n), text.n ? text.p : "", i,
             s->column[i].kind == 't' ? hint : "");
    return false;
}

/* Over one type in Hive's text, to what follows it. */
static const char *skip_type(const char *p, const char *end)
{
    int depth = 0;
    for (; p < end; p++) {
        if (*p == '<' || *p == '(')
            depth++;
        else if (depth == 0 && (*p == ',' || *p == '>'))
            break;
        else if (*p == '>' || *p == ')')
            depth--;
    }
    return p;
}

static bool type_is(struct bf_str type, const char *name)
{
    size_t n = strlen(name);
    return type.n > n && strncasecmp(type.p, name, n) == 0;
}

/* A nested value with the names of its structs folded; the keys of maps stay. */
static bool nested(struct bf_str type, struct bf_json *j, struct bf_buf *out, struct bf_err *e)
{
    struct bf_json_val v;
    struct bf_json_key key;
    enum bf_json_more more;
    enum bf_json_type is;
    bool map = type_is(type, "map<"), list = type_is(type, "array<"),
         row = type_is(type, "struct<"), first = true;
    const char *end = type.p + type.n;
    if (!bf_json_peek(j, &is, e))
        return false;
    if ((!map && !list && !row) || is == BF_JSON_NULL) {
        if (!bf_json_value(j, &v, e))
            return false;
        bf_buf_adds(out, v.raw);
        return true;
    }
    const char *inside = memchr(type.p, '<', type.n);
    struct bf_str of = bf_str(inside + 1, (size_t)(end - inside - 2));
    if (list) {
        if (!bf_json_enter(j, BF_JSON_ARRAY, e))
            return false;
        bf_buf_addc(out, '[');
        while ((more = bf_json_element(j, e)) == BF_JSON_MORE) {
            if (!first)
                bf_buf_addc(out, ',');
            first = false;
            if (!nested(of, j, out, e))
                return false;
        }
        bf_buf_addc(out, ']');
        return more == BF_JSON_END;
    }
    if (!bf_json_enter(j, BF_JSON_OBJECT, e))
        return false;
    bf_buf_addc(out, '{');
    while ((more = bf_json_member(j, &key, e)) == BF_JSON_MORE) {
        struct bf_str value = bf_str(NULL, 0);
        if (map) {
            const char *comma = skip_type(of.p, of.p + of.n);
            value = bf_str_trim(bf_str(comma + 1, (size_t)(of.p + of.n - comma - 1)));
        } else
            for (const char *p = of.p; p < of.p + of.n;) {
                const char *colon = memchr(p, ':', (size_t)(of.p + of.n - p));
                if (!colon)
                    break;
                const char *next = skip_type(colon + 1, of.p + of.n);
                struct bf_str name = bf_str_trim(bf_str(p, (size_t)(colon - p)));
                if (name.n == key.text.n && strncasecmp(name.p, key.text.p, name.n) == 0)
                    value = bf_str_trim(bf_str(colon + 1, (size_t)(next - colon - 1)));
                p = next + 1;
            }
        if (!value.p) {
            if (!bf_json_skip(j, e))
                return false;
            continue;
        }
        bf_buf_adds(out, first ? BF_STR("\"") : BF_STR(",\""));
        first = false;
        for (size_t i = 0; i < key.text.n; i++)
            bf_buf_addc(out, map ? key.text.p[i] : (char)tolower((unsigned char)key.text.p[i]));
        bf_buf_lit(out, "\":");
        if (!nested(value, j, out, e))
            return false;
    }
    bf_buf_addc(out, '}');
    return more == BF_JSON_END;
}

static bool same_key(const struct spec *s, struct bf_str key, struct bf_str wanted)
{
    if (key.n != wanted.n)
        return false;
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];
        if (s->dots && c == '.')
            c = '_';
        if (s->fold && c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if (c != wanted.p[i])
            return false;
    }
    return true;
}

/* The column of a key, looked for from the one behind the last; n: none. */
static size_t find(const struct spec *s, struct bf_str key, size_t from)
{
    for (size_t k = 0; k < s->n; k++) {
        size_t i = (from + k) % s->n;
        if (same_key(s, key, s->column[i].key))
            return i;
    }
    return s->n;
}

static bool json_cell(const struct spec *s, struct row *r, size_t i, struct bf_json *j,
                      struct bf_err *e)
{
    struct bf_json_val v;
    size_t from = r->text.n;
    const struct column *c = &s->column[i];
    if (c->kind == 'n') {
        if (!nested(c->type, j, &r->text, e))
            return false;
        struct bf_str text = bf_str(r->text.p + from, r->text.n - from);
        if (!bf_str_is(text, "null"))
            set_cell(r, i, from);
        return true;
    }
    if (!bf_json_value(j, &v, e))
        return false;
    if (v.type == BF_JSON_NULL)
        return true;
    if (v.type == BF_JSON_STRING && v.escaped)
        bf_json_unescape(&r->text, v.text);
    else
        bf_buf_adds(&r->text, v.text);
    set_cell(r, i, from);
    struct bf_str text = bf_str(r->text.p + from, r->text.n - from);
    return fits(s, c->kind, text) || bad(r, s, i, text);
}

static bool json_row(const struct spec *s, struct row *r, struct bf_str line)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_err e = {0};
    enum bf_json_more more = BF_JSON_ERROR;
    size_t at = 0;
    bf_json_init(&j, line);
    if (bf_json_enter(&j, BF_JSON_OBJECT, &e))
        while ((more = bf_json_member(&j, &key, &e)) == BF_JSON_MORE) {
            size_t i = find(s, key.text, at);
            if (i == s->n) {
                if (!bf_json_skip(&j, &e))
                    break;
                continue;
            }
            if (r->cell[i].set && s->openx) {
                bf_err_set(&e, BF_E_INPUT, "Duplicate key \"%.*s\"",
                           (int)(key.text.n > 80 ? 80 : key.text.n), key.text.p);
                break;
            }
            r->cell[i].set = true;
            at = i + 1;
            if (!json_cell(s, r, i, &j, &e))
                break;
        }
    if (more == BF_JSON_END && bf_json_end(&j, &e))
        return true;
    if (r->error[0])
        return false;
    if (s->malformed) {
        for (size_t i = 0; i < s->n; i++)
            r->cell[i].null = true;
        return true;
    }
    snprintf(r->error, sizeof r->error,
             "HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: %.300s", e.text);
    return false;
}

/* What a cell of text means to its column. */
static bool text_cell(const struct spec *s, struct row *r, size_t i, size_t from)
{
    struct bf_str text = bf_str(r->text.p + from, r->text.n - from);
    char kind = s->column[i].kind;
    if (s->format == BL_HIVE_LAZY) {
        if (bf_str_eq(text, s->null) || (kind != 's' && !fits(s, kind, text)))
            return true;
        set_cell(r, i, from);
        return true;
    }
    set_cell(r, i, from);
    if (kind == 't' || kind == 'D') /* milliseconds, days: the scan makes times of them */
        kind = 'i';
    return fits(s, kind, text) || bad(r, s, i, text);
}

/* OpenCSVSerDe: quotes anywhere, an escape in front of a quote or of itself. */
static bool csv_row(const struct spec *s, struct row *r, struct bf_str line)
{
    size_t column = 0, from = r->text.n;
    bool quoted = false;
    for (size_t i = 0; i <= line.n; i++) {
        char c = i < line.n ? line.p[i] : '\0';
        if (i == line.n || (c == s->separator && !quoted)) {
            if (column < s->n && !text_cell(s, r, column, from))
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

static bool lazy_row(const struct spec *s, struct row *r, struct bf_str line)
{
    size_t column = 0, from = r->text.n;
    for (size_t i = 0; i <= line.n; i++) {
        char c = i < line.n ? line.p[i] : '\0';
        if (i == line.n || c == s->separator) {
            if (column < s->n && !text_cell(s, r, column, from))
                return false;
            column++;
            from = r->text.n;
        } else if (s->has_escape && c == s->escape && i + 1 < line.n)
            bf_buf_addc(&r->text, line.p[++i]);
        else
            bf_buf_addc(&r->text, c);
    }
    return true;
}

static bool read_row(const struct spec *s, struct row *r, struct bf_str line)
{
    bf_buf_reset(&r->text);
    r->error[0] = '\0';
    for (size_t i = 0; i < s->n; i++) {
        r->cell[i].null = true;
        r->cell[i].set = false;
    }
    bool ok = s->format == BL_HIVE_JSON  ? json_row(s, r, line)
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
    struct spec *s = malloc(sizeof *s);
    struct row *r = malloc(sizeof *r);
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
