#include "lib/row/schema.h"

#include "lib/io/file.h"
#include "lib/base/num.h"

enum { SCHEMA_MAX = 4 * 1024 * 1024, ARENA_MAX = 64 * 1024 * 1024, SHOWN = 60, FIELDS_FIRST = 8 };

struct parse {
    struct bf_arena *arena;
    const char *p, *end;
    struct bf_str all;
    int depth;
};

static int shown(struct bf_str s)
{
    return (int)(s.n < SHOWN ? s.n : SHOWN);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void space(struct parse *p)
{
    while (p->p < p->end && (*p->p == ' ' || *p->p == '\t'))
        p->p++;
}

static bool accept(struct parse *p, char c)
{
    space(p);
    if (p->p == p->end || *p->p != c)
        return false;
    p->p++;
    return true;
}

static struct bf_str word(struct parse *p)
{
    space(p);
    const char *from = p->p;
    while (p->p < p->end && is_word(*p->p))
        p->p++;
    return bf_str(from, (size_t)(p->p - from));
}

/* Skips these words, which are in lower case, if they are next. */
static bool accept_words(struct parse *p, const char *words)
{
    const char *back = p->p;
    struct bf_str rest = bf_str_of(words), one;
    while (bf_str_split(&rest, ' ', &one))
        if (!bf_str_same(word(p), one)) {
            p->p = back;
            return false;
        }
    return true;
}

static bool number(struct parse *p, uint64_t *n)
{
    struct bf_err ignored;
    return bf_num_u64(word(p), n, &ignored);
}

static bool fail(const struct parse *p, struct bf_err *e, const char *what)
{
    return bf_err_set(e, BF_E_INPUT, "'%.*s': %s", shown(p->all), p->all.p, what);
}

static bool decimal(struct parse *p, struct bf_type *t, struct bf_err *e)
{
    uint64_t digits = 10, scale = 0;
    if (accept(p, '(') &&
        (!number(p, &digits) || (accept(p, ',') && !number(p, &scale)) || !accept(p, ')')))
        return fail(p, e, "decimal needs (DIGITS,SCALE)");
    if (digits < 1 || digits > BF_TYPE_DIGITS || scale > digits)
        return fail(p, e, "a decimal has 1 to 38 digits, and its scale is one of them at most");
    t->digits = (int)digits;
    t->scale = (int)scale;
    return true;
}

static bool timestamp(struct parse *p, struct bf_type *t, struct bf_err *e)
{
    uint64_t digits = 6;
    if (accept(p, '(') && (!number(p, &digits) || !accept(p, ')') || (digits != 3 && digits != 6)))
        return fail(p, e, "timestamp needs (3) or (6)");
    t->scale = (int)digits;
    if (accept_words(p, "with time zone"))
        t->utc = true;
    else
        (void)accept_words(p, "without time zone");
    return true;
}

static bool one_type(struct parse *p, struct bf_type *t, struct bf_err *e);

/* The end of a name in backticks; two backticks in it mean one. */
static const char *quoted_end(const char *p, const char *end)
{
    while (p < end && (*p != '`' || (p + 1 < end && p[1] == '`')))
        p += *p == '`' ? 2 : 1;
    return p;
}

/* The name in its copy, without the second one of two backticks. */
static void undouble(struct bf_str *name)
{
    char *to = (char *)(uintptr_t)name->p;
    for (size_t i = 0; i < name->n; i++) {
        *to++ = name->p[i];
        i += name->p[i] == '`';
    }
    name->n = (size_t)(to - name->p);
}

static bool add_field(struct parse *p, struct bf_type *t, struct bf_str name, bool quoted,
                      struct bf_err *e)
{
    if ((t->n & (t->n - 1)) == 0 && (t->n == 0 || t->n >= FIELDS_FIRST)) {
        struct bf_field *more =
            bf_arena_alloc(p->arena, (t->n ? t->n * 2 : (size_t)FIELDS_FIRST) * sizeof *more);
        if (!more)
            return bf_err_nomem(e);
        if (t->n)
            memcpy(more, t->field, t->n * sizeof *more);
        t->field = more;
    }
    struct bf_field *f = &t->field[t->n];
    *f = (struct bf_field){0};
    if (!bf_arena_copy(p->arena, name, &f->name))
        return bf_err_nomem(e);
    if (quoted)
        undouble(&f->name);
    t->n++;
    return true;
}

/* The name of a field of a struct: a word, or any text in backticks. */
static struct bf_str field_name(struct parse *p, bool *quoted)
{
    *quoted = accept(p, '`');
    if (!*quoted) {
        const char *from = p->p;
        while (p->p < p->end && *p->p != ':' && *p->p != ',' && *p->p != '>' && *p->p != ' ')
            p->p++;
        return bf_str(from, (size_t)(p->p - from));
    }
    const char *from = p->p;
    p->p = quoted_end(p->p, p->end);
    struct bf_str name = bf_str(from, (size_t)(p->p - from));
    p->p += p->p < p->end;
    return name;
}

static bool struct_type(struct parse *p, struct bf_type *t, struct bf_err *e)
{
    do {
        bool quoted;
        struct bf_str name = field_name(p, &quoted);
        if (!name.n || !accept(p, ':'))
            return fail(p, e, "struct needs name:type");
        for (size_t i = 0; i < t->n; i++)
            if (bf_str_same(t->field[i].name, name))
                return fail(p, e, "two fields of a struct have the same name");
        struct bf_type inner;
        if (!add_field(p, t, name, quoted, e) || !one_type(p, &inner, e))
            return false;
        t->field[t->n - 1].type = inner;
        if (t->n > BF_SCHEMA_COLUMNS)
            return fail(p, e, "too many fields");
    } while (accept(p, ','));
    return accept(p, '>') || fail(p, e, "'>' is missing");
}

static bool nested(struct parse *p, struct bf_type *t, struct bf_err *e)
{
    static const char *const names[] = {"element", "key", "value"};
    if (!accept(p, '<'))
        return fail(p, e, "array, map and struct need <...>");
    if (++p->depth > BF_TYPE_DEPTH)
        return fail(p, e, "nested too deep");
    bool ok = true;
    if (t->kind == BF_TYPE_STRUCT)
        ok = struct_type(p, t, e);
    else
        for (size_t i = 0; ok && i < (t->kind == BF_TYPE_MAP ? 2U : 1U); i++) {
            struct bf_type inner;
            ok = (i == 0 || accept(p, ',') || fail(p, e, "map needs <string,type>")) &&
                 add_field(p, t, bf_str_of(names[i + (t->kind == BF_TYPE_MAP)]), false, e) &&
                 one_type(p, &inner, e);
            if (ok)
                t->field[i].type = inner;
        }
    p->depth--;
    if (!ok || t->kind == BF_TYPE_STRUCT)
        return ok;
    if (!accept(p, '>'))
        return fail(p, e, "'>' is missing");
    if (t->kind == BF_TYPE_MAP && t->field[0].type.kind != BF_TYPE_STRING)
        return fail(p, e, "the keys of a map are strings, as JSON has no others");
    if (t->kind == BF_TYPE_MAP)
        t->field[0].type.required = true;
    return true;
}

static const struct {
    struct bf_str name;
    enum bf_type_kind kind;
    int bits;
} words[] = {
    {BF_STR("string"), BF_TYPE_STRING, 0},
    {BF_STR("varchar"), BF_TYPE_STRING, 0},
    {BF_STR("json"), BF_TYPE_JSON, 0},
    {BF_STR("binary"), BF_TYPE_BINARY, 0},
    {BF_STR("boolean"), BF_TYPE_BOOLEAN, 0},
    {BF_STR("integer"), BF_TYPE_INTEGER, 0},
    {BF_STR("tinyint"), BF_TYPE_INTEGER, 8},
    {BF_STR("smallint"), BF_TYPE_INTEGER, 16},
    {BF_STR("int"), BF_TYPE_INTEGER, 32},
    {BF_STR("bigint"), BF_TYPE_INTEGER, 64},
    {BF_STR("float"), BF_TYPE_FLOAT, 0},
    {BF_STR("real"), BF_TYPE_FLOAT, 0},
    {BF_STR("double"), BF_TYPE_DOUBLE, 0},
    {BF_STR("decimal"), BF_TYPE_DECIMAL, 0},
    {BF_STR("date"), BF_TYPE_DATE, 0},
    {BF_STR("timestamp"), BF_TYPE_TIMESTAMP, 0},
    {BF_STR("timestamptz"), BF_TYPE_TIMESTAMP, 1},
    {BF_STR("array"), BF_TYPE_ARRAY, 0},
    {BF_STR("map"), BF_TYPE_MAP, 0},
    {BF_STR("struct"), BF_TYPE_STRUCT, 0},
};

static bool one_type(struct parse *p, struct bf_type *t, struct bf_err *e)
{
    struct bf_str name = word(p);
    *t = (struct bf_type){0};
    size_t i = 0;
    while (i < BF_COUNT(words) && !bf_str_same(name, words[i].name))
        i++;
    if (i == BF_COUNT(words))
        return bf_err_set(
            e, BF_E_INPUT,
            "'%.*s' is not string, json, binary, boolean, tinyint, smallint, int, bigint, integer, "
            "float, double, decimal(P,S) with P up to 38, date, timestamp, timestamptz, array<T>, "
            "map<string,T> or struct<name:T,...>",
            shown(p->all), p->all.p);
    t->kind = words[i].kind;
    t->bits = t->kind == BF_TYPE_INTEGER ? words[i].bits : 0;
    t->utc = t->kind == BF_TYPE_TIMESTAMP && words[i].bits;
    return t->kind == BF_TYPE_DECIMAL     ? decimal(p, t, e)
           : t->kind == BF_TYPE_TIMESTAMP ? timestamp(p, t, e)
           : t->kind >= BF_TYPE_ARRAY     ? nested(p, t, e)
                                          : true;
}

bool bf_type_parse(struct bf_arena *a, struct bf_str text, struct bf_type *type, struct bf_err *e)
{
    struct parse p = {.arena = a, .p = text.p, .end = text.p + text.n, .all = text};
    if (!one_type(&p, type, e))
        return false;
    type->required = accept_words(&p, "not null");
    space(&p);
    return p.p == p.end || fail(&p, e, "there is more text after the type");
}

static void put_name(struct bf_buf *out, struct bf_str name)
{
    bool plain = name.n != 0;
    for (size_t i = 0; i < name.n; i++)
        plain &= is_word(name.p[i]) || (unsigned char)name.p[i] >= 0x80 || name.p[i] == '.' ||
                 name.p[i] == '-' || name.p[i] == '@';
    bf_buf_add(out, "`", !plain);
    for (size_t i = 0; i < name.n; i++)
        bf_buf_add(out, name.p[i] == '`' ? "``" : name.p + i, name.p[i] == '`' ? 2 : 1);
    bf_buf_add(out, "`", !plain);
}

static void put_fields(struct bf_buf *out, const struct bf_type *t)
{
    bf_buf_addc(out, '<');
    for (size_t i = 0; i < t->n; i++) {
        bf_buf_add(out, ",", i > 0);
        if (t->kind == BF_TYPE_STRUCT) {
            put_name(out, t->field[i].name);
            bf_buf_addc(out, ':');
        }
        bf_type_put(out, &t->field[i].type);
    }
    bf_buf_addc(out, '>');
}

void bf_type_put(struct bf_buf *out, const struct bf_type *t)
{
    size_t i = 0;
    while (words[i].kind != t->kind || words[i].bits != (t->utc ? 1 : t->bits))
        i++;
    bf_buf_adds(out, words[i].name);
    if (t->kind == BF_TYPE_DECIMAL)
        bf_buf_addf(out, "(%d,%d)", t->digits, t->scale);
    if (t->kind == BF_TYPE_TIMESTAMP && t->scale == 3)
        bf_buf_lit(out, "(3)");
    if (t->kind >= BF_TYPE_ARRAY)
        put_fields(out, t);
}

void bf_schema_init(struct bf_schema *s)
{
    *s = (struct bf_schema){0};
    bf_arena_init(&s->arena, ARENA_MAX);
}

void bf_schema_free(struct bf_schema *s)
{
    bf_arena_free(&s->arena);
    *s = (struct bf_schema){0};
}

bool bf_schema_add(struct bf_schema *s, struct bf_str name, const struct bf_type *type,
                   struct bf_err *e)
{
    if (!name.n)
        return bf_err_set(e, BF_E_INPUT, "a column without a name");
    for (size_t i = 0; i < s->n; i++)
        if (bf_str_same(s->field[i].name, name))
            return bf_str_eq(s->field[i].name, name)
                       ? bf_err_set(e, BF_E_INPUT, "%.*s appears twice", shown(name), name.p)
                       : bf_err_set(e, BF_E_INPUT,
                                    "%.*s and %.*s differ in case alone, which Athena does not see",
                                    shown(s->field[i].name), s->field[i].name.p, shown(name),
                                    name.p);
    if (s->n == BF_SCHEMA_COLUMNS)
        return bf_err_set(e, BF_E_LIMIT, "more than %d columns", BF_SCHEMA_COLUMNS);
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 32;
        struct bf_field *more = bf_arena_alloc(&s->arena, cap * sizeof *more);
        if (!more)
            return bf_err_nomem(e);
        if (s->n)
            memcpy(more, s->field, s->n * sizeof *more);
        s->field = more;
        s->cap = cap;
    }
    s->field[s->n++] = (struct bf_field){name, *type};
    return true;
}

bool bf_schema_line(struct bf_str line, struct bf_str *name, struct bf_str *type)
{
    size_t n = 0, quote = line.n && line.p[0] == '`';
    if (quote)
        n = (size_t)(quoted_end(line.p + 1, line.p + line.n) - line.p);
    else
        while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
            n++;
    *name = bf_str(line.p + quote, n - quote);
    n += quote && n < line.n;
    *type = bf_str_trim(bf_str(line.p + n, line.n - n));
    return name->n != 0;
}

bool bf_schema_parse(struct bf_schema *s, struct bf_str text, struct bf_err *e)
{
    struct bf_str rest, line, kept, name, words_of;
    struct bf_type type;
    if (!bf_arena_copy(&s->arena, text, &kept))
        return bf_err_nomem(e);
    rest = kept;
    for (unsigned n = 1; bf_str_split(&rest, '\n', &line); n++) {
        line = bf_str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        bool named = bf_schema_line(line, &name, &words_of);
        if (named && line.p[0] == '`')
            undouble(&name); /* in the copy */
        if (!named ? !bf_err_set(e, BF_E_INPUT, "a column without a name")
                   : !bf_type_parse(&s->arena, words_of, &type, e) ||
                         !bf_schema_add(s, name, &type, e))
            return bf_err_ctx(e, "line %u", n);
    }
    return s->n != 0 || bf_err_set(e, BF_E_INPUT, "no columns");
}

bool bf_schema_read(struct bf_schema *s, const char *path, struct bf_err *e)
{
    struct bf_buf file;
    bf_buf_init(&file, SCHEMA_MAX);
    bool ok = bf_file_read(path, &file, e) &&
              (bf_schema_parse(s, bf_buf_view(&file), e) || bf_err_ctx(e, "%s", path));
    bf_buf_free(&file);
    return ok;
}

void bf_schema_put(struct bf_buf *out, const struct bf_schema *s)
{
    for (size_t i = 0; i < s->n; i++) {
        put_name(out, s->field[i].name);
        bf_buf_addc(out, ' ');
        bf_type_put(out, &s->field[i].type);
        if (s->field[i].type.required)
            bf_buf_lit(out, " not null");
        bf_buf_addc(out, '\n');
    }
}
