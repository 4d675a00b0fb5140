/* Calls: their arguments, and the table's templates filled in. */
#include <stdio.h>
#include <strings.h>

#include "cmd/bflocal/trino/trino_impl.h"

static void add(struct sql *s, const char *text)
{
    bf_buf_adds(s->out, bf_str_of(text));
}

/* x -> ..., (x, y) -> ... */
static bool lambda(struct sql *s, bool *done)
{
    const struct bl_token *t = s->at;
    size_t n = 1;
    bool bracket = bl_token_is(t, "(");
    if (bracket)
        for (n = 0; trino_is_name(&t[2 * n + 1]) &&
                    (bl_token_is(&t[2 * n + 2], ",") || bl_token_is(&t[2 * n + 2], ")"));)
            if (bl_token_is(&t[2 * ++n], ")"))
                break;
    const struct bl_token *arrow = bracket ? t + 2 * n + 1 : t + 1;
    *done =
        n && (bracket ? bl_token_is(arrow - 1, ")") : trino_is_name(t)) && bl_token_is(arrow, "->");
    if (!*done)
        return true;
    add(s, "lambda ");
    for (size_t i = 0; i < n; i++) {
        add(s, i ? ", " : "");
        trino_put_name(s, trino_fold(s, t[bracket ? 2 * i + 1 : 0].text));
    }
    add(s, ": ");
    s->at = arrow + 1;
    return trino_expr(s);
}

static bool argument(struct sql *s, struct trino_call *c)
{
    const struct bl_token *first = s->at;
    size_t from = s->out->n;
    bool done;
    if (c->n == TRINO_ARGS)
        return trino_fail(s, "a call with more than %d arguments", TRINO_ARGS);
    if (!lambda(s, &done) || (!done && !trino_expr(s)))
        return false;
    c->arg[c->n].literal =
        s->at == first + 1 && (first->kind == BL_TOKEN_STRING || first->kind == BL_TOKEN_NUMBER)
            ? first
            : NULL;
    c->arg[c->n++].text = trino_cut(s, from);
    return true;
}

static bool arguments(struct sql *s, struct trino_call *c)
{
    if (!trino_expect(s, "("))
        return false;
    if (trino_take(s, "*")) {
        c->star = true;
        return trino_expect(s, ")");
    }
    c->distinct = trino_word(s, "DISTINCT");
    if (!c->distinct)
        (void)trino_word(s, "ALL");
    while (!bl_token_is(s->at, ")") && !bl_token_word(s->at, "ORDER")) {
        if (!argument(s, c))
            return false;
        if (!trino_take(s, ","))
            break;
    }
    if (trino_word(s, "ORDER")) {
        size_t from = s->out->n;
        if (!trino_expect_word(s, "BY"))
            return false;
        add(s, " ORDER BY ");
        if (!trino_order(s))
            return false;
        c->order = trino_cut(s, from);
    }
    return trino_expect(s, ")");
}

/* WITHIN GROUP, FILTER, IGNORE NULLS, OVER */
static bool suffixes(struct sql *s, struct trino_call *c)
{
    size_t from = s->out->n;
    if (bl_token_word(s->at, "WITHIN") && bl_token_word(s->at + 1, "GROUP")) {
        s->at += 2;
        if (!trino_expect(s, "(") || !trino_expect_word(s, "ORDER") || !trino_expect_word(s, "BY"))
            return false;
        add(s, " ORDER BY ");
        if (!trino_order(s) || !trino_expect(s, ")"))
            return false;
        c->order = trino_cut(s, from);
    }
    if (bl_token_word(s->at, "FILTER") && bl_token_is(s->at + 1, "(")) {
        s->at += 2;
        add(s, " FILTER (WHERE ");
        if (!trino_expect_word(s, "WHERE") || !trino_expr(s) || !trino_expect(s, ")"))
            return false;
        add(s, ")");
    }
    if (bl_token_word(s->at + 1, "NULLS") &&
        (bl_token_word(s->at, "IGNORE") || bl_token_word(s->at, "RESPECT"))) {
        c->nulls = bl_token_word(s->at, "IGNORE") ? BF_STR(" IGNORE NULLS") : BF_STR("");
        s->at += 2;
    }
    if (trino_word(s, "OVER")) {
        add(s, " OVER ");
        if (!trino_window(s))
            return false;
    }
    c->suffix = trino_cut(s, from);
    return true;
}

void trino_put_call(struct sql *s, const struct trino_call *c, const char *name)
{
    add(s, name);
    add(s, c->distinct ? "(DISTINCT " : "(");
    if (c->star)
        add(s, "*");
    for (size_t i = 0; i < c->n; i++) {
        add(s, i ? ", " : "");
        bf_buf_adds(s->out, c->arg[i].text);
    }
    bf_buf_adds(s->out, c->nulls);
    bf_buf_adds(s->out, c->order);
    add(s, ")");
    bf_buf_adds(s->out, c->suffix);
}

/* The literal that a format must be. */
static const struct bl_token *literal(struct sql *s, const struct trino_call *c, size_t i)
{
    const struct bl_token *t = i < c->n ? c->arg[i].literal : NULL;
    if (!t || t->kind != BL_TOKEN_STRING)
        trino_fail(s, "bflocal wants the argument %zu of %.*s written out, as a string", i + 1,
                   (int)c->name.n, c->name.p);
    return t && t->kind == BL_TOKEN_STRING ? t : NULL;
}

/* Java's $1 in a replacement is \1 here. */
static void replacement(struct sql *s, struct bf_str text)
{
    size_t from = s->out->n;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\' && i + 1 < text.n)
            bf_buf_addc(s->out, text.p[++i]);
        else if (text.p[i] == '$')
            bf_buf_addc(s->out, '\\');
        else if (text.p[i] == '\\')
            add(s, "\\\\");
        else
            bf_buf_addc(s->out, text.p[i]);
    }
    struct bf_str plain = trino_cut(s, from);
    trino_put_string(s->out, plain);
}

static bool unit(struct sql *s, struct bf_str text)
{
    static const char *const units[] = {"millisecond", "second", "minute",  "hour", "day",
                                        "week",        "month",  "quarter", "year"};
    for (size_t i = 0; i < BF_COUNT(units); i++)
        if (text.n == strlen(units[i]) && strncasecmp(text.p, units[i], text.n) == 0) {
            trino_put_string(s->out, bf_str_of(units[i]));
            return true;
        }
    return trino_fail(s, "'%.*s' is not a valid unit of time", (int)(text.n > 40 ? 40 : text.n),
                      text.p);
}

/* One letter and number of a template. */
static bool piece(struct sql *s, const struct trino_call *c, char kind, size_t i)
{
    if (kind == 'e') {
        if (i < c->n)
            bf_buf_adds(s->out, c->arg[i].text);
        return true;
    }
    const struct bl_token *t = literal(s, c, i);
    if (!t)
        return false;
    switch (kind) {
    case 'm':
        return trino_format_mysql(s, t->text);
    case 'j':
        return trino_format_joda(s, t->text);
    case 'p':
        return trino_json_path(s, t->text);
    case 'r':
        replacement(s, t->text);
        return true;
    default:
        return unit(s, t->text);
    }
}

bool trino_expand(struct sql *s, const struct trino_call *c, const char *to)
{
    for (; *to; to++) {
        if (*to != '$' || !to[1]) {
            bf_buf_addc(s->out, *to);
            continue;
        }
        to++;
        if (*to == '$')
            bf_buf_addc(s->out, '$');
        else if (*to == 'S')
            bf_buf_adds(s->out, c->suffix);
        else if (*to == 'D')
            add(s, c->distinct ? "DISTINCT " : "");
        else if (*to == 'O')
            bf_buf_adds(s->out, c->order);
        else if (*to == '*')
            for (size_t i = 0; i < c->n; i++) {
                add(s, i ? ", " : "");
                bf_buf_adds(s->out, c->arg[i].text);
            }
        else {
            char kind = *to >= '1' && *to <= '9' ? 'e' : *to++;
            if (!piece(s, c, kind, (size_t)(*to - '1')))
                return false;
        }
    }
    return true;
}

/* Aggregates and functions of windows, which stand before the scalar ones in the table. */
static bool is_aggregate(const struct bl_trino_function *f)
{
    const struct bl_trino_function *first = bl_trino_functions;
    while (first->name && strcmp(first->name, "if") != 0)
        first++;
    return f < first;
}

/* May a call with FILTER, OVER, DISTINCT or ORDER BY take this way? Where the template has room for them. */
static bool has_room(const struct trino_call *c, const struct bl_trino_function *f)
{
    const char *to = f->to;
    if (is_aggregate(f) && (!to || *to == '!'))
        return true;
    if (!to || *to == '!')
        return !c->suffix.n && !c->distinct && !c->order.n && !c->nulls.n;
    return ((!c->suffix.n || strstr(to, "$S")) && (!c->distinct || strstr(to, "$D")) &&
            (!c->order.n || strstr(to, "$O")) && !c->nulls.n);
}

static const struct bl_trino_function *find(const struct trino_call *c, bool *known)
{
    *known = false;
    for (const struct bl_trino_function *f = bl_trino_functions; f->name; f++) {
        if (!bf_str_eq(c->name, bf_str_of(f->name)))
            continue;
        *known = true;
        if (c->star ? f->least == 0
                    : (int)c->n >= f->least && (f->most < 0 || (int)c->n <= f->most))
            return f;
    }
    return NULL;
}

bool trino_call(struct sql *s, struct bf_str name)
{
    struct trino_call c = {.name = name};
    const struct bl_token *at = s->at++;
    bool known;
    if (!arguments(s, &c) || !suffixes(s, &c))
        return false;
    const struct bl_trino_function *f = find(&c, &known);
    if (c.suffix.n)
        s->complex = true;
    if (!f || !has_room(&c, f)) {
        s->at = at;
        return known ? trino_fail(s,
                                  "Unexpected parameters for function %.*s: bflocal has it not "
                                  "so",
                                  (int)name.n, name.p)
                     : trino_fail(s,
                                  "Function '%.*s' not registered: bflocal's Athena has no such "
                                  "function",
                                  (int)(name.n > 80 ? 80 : name.n), name.p);
    }
    s->interval = false;
    if (!f->to) {
        trino_put_call(s, &c, f->name);
        return true;
    }
    if (*f->to == '!')
        return trino_handle(s, &c, f->to + 1);
    return trino_expand(s, &c, f->to);
}
