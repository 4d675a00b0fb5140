/*
 * Random event patterns and events over small alphabets, so that matches are frequent.
 * Patterns are JSON text, events are trees (pattern_plain.h).
 */
#ifndef BF_PATTERN_DRAW_H
#define BF_PATTERN_DRAW_H

#include "lib/base/rng.h"
#include "tests/unit/pattern_plain.h"
#include "tests/unit/unit.h"

static struct bf_rng rng;

static size_t below(size_t n)
{
    return bf_rng_below(&rng, n);
}

static void draw_text(struct bf_buf *out)
{
    static const char *const piece[] = {"a",
                                        "A",
                                        "b",
                                        "B",
                                        "ab",
                                        "aa",
                                        "é",
                                        "É",
                                        "ß",
                                        "ẞ",
                                        "σ",
                                        "ς",
                                        "Σ",
                                        "0",
                                        "9",
                                        "-",
                                        "\xF0\x9F\x98\x80",
                                        "x",
                                        "*",
                                        "\\",
                                        "\"",
                                        "я",
                                        "Я",
                                        "\n",
                                        "abcabcabd"};
    for (size_t n = below(7); n; n--)
        bf_buf_adds(out, bf_str_of(piece[below(below(2) ? 6 : BF_COUNT(piece))]));
    if (below(20) == 0)
        bf_buf_addc(out, '\0');
}

static void draw_number(struct bf_buf *out)
{
    static const char *const digit[] = {"0", "1", "5", "9", "10", "99"};
    static const int far[] = {-90, -61, -60, -51, -50, -49, 49, 50, 51, 69};
    bf_buf_adds(out, bf_str_of(below(3) ? "" : "-"));
    bf_buf_adds(out, bf_str_of(digit[1 + below(5)]));
    if (below(10) == 0)
        bf_buf_lit(out, "23456789012345678901234567");
    if (below(2)) {
        bf_buf_addc(out, '.');
        for (size_t n = 1 + below(3); n; n--)
            bf_buf_adds(out, bf_str_of(digit[below(4)]));
    }
    size_t exponent = below(8);
    if (exponent < 2)
        bf_buf_addf(out, "e%d", (int)below(7) - 3);
    else if (exponent == 2)
        bf_buf_addf(out, "E%d", far[below(BF_COUNT(far))]);
}

static void draw_address(struct bf_buf *out)
{
    static const char *const prefix[] = {":", "2001:DB8:", "::ffff:a00"};
    if (below(3))
        bf_buf_addf(out, "%d.%d.%d.%d", below(2) ? 10 : 192, (int)below(2), (int)below(2) * 255,
                    (int)below(4));
    else
        bf_buf_addf(out, "%s:%x", prefix[below(3)], (unsigned)below(5));
}

/* Writes a quoted string, with some characters as \u escapes. */
static void put_string(struct bf_buf *out, struct bf_str text, bool escape)
{
    bf_buf_addc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < 0x20 || c == '"' || c == '\\' || (escape && c < 0x80 && below(8) == 0))
            bf_buf_addf(out, "\\u%04X", (unsigned)c);
        else
            bf_buf_addc(out, (char)c);
    }
    bf_buf_addc(out, '"');
}

static void draw_string(struct bf_buf *out, void (*draw)(struct bf_buf *))
{
    struct bf_buf text;
    bf_buf_init(&text, 1000);
    draw(&text);
    put_string(out, bf_buf_view(&text), true);
    bf_buf_free(&text);
}

static void draw_wildcard(struct bf_buf *out)
{
    static const char *const piece[] = {"a", "b", "ab", "A", "abcabd", "é", "x", "\\*", "\\\\"};
    bool star = false;
    for (size_t n = 1 + below(6); n; n--) {
        bool again = !star && below(2);
        bf_buf_adds(out, bf_str_of(again ? "*" : piece[below(below(4) ? 3 : BF_COUNT(piece))]));
        star = again;
    }
}

static void draw_list(struct bf_buf *out, void (*draw)(struct bf_buf *), bool some)
{
    size_t n = 1 + below(3);
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < n; i++) {
        bf_buf_adds(out, bf_str_of(i ? "," : ""));
        size_t from = out->n;
        draw_string(out, draw);
        if (some && out->n == from + 2) { /* "" is refused */
            out->n--;
            bf_buf_lit(out, "q\"");
        }
    }
    bf_buf_addc(out, ']');
}

static void draw_but(struct bf_buf *out)
{
    bf_buf_lit(out, "{\"anything-but\":");
    switch (below(6)) {
    case 0:
        draw_list(out, draw_text, false);
        break;
    case 1:
        bf_buf_addc(out, '[');
        draw_number(out);
        bf_buf_addc(out, ',');
        draw_number(out);
        bf_buf_addc(out, ']');
        break;
    case 2:
        bf_buf_lit(out, "{\"wildcard\":");
        draw_list(out, draw_wildcard, false);
        bf_buf_addc(out, '}');
        break;
    case 3:
        bf_buf_lit(out, "{\"equals-ignore-case\":");
        draw_list(out, draw_text, false);
        bf_buf_addc(out, '}');
        break;
    default:
        bf_buf_adds(out, bf_str_of(below(2) ? "{\"prefix\":" : "{\"suffix\":"));
        draw_list(out, draw_text, true);
        bf_buf_addc(out, '}');
    }
    bf_buf_addc(out, '}');
}

static void draw_numeric(struct bf_buf *out)
{
    static const char *const op[] = {"<", "<=", ">", ">=", "="};
    bf_buf_lit(out, "{\"numeric\":[");
    if (below(2)) {
        bf_buf_addf(out, "\"%s\",", op[below(5)]);
        draw_number(out);
    } else
        bf_buf_addf(out, "\"%s\",%d.%d,\"%s\",%d.5e1", op[2 + below(2)], (int)below(20) - 10,
                    (int)below(3), op[below(2)], (int)(1 + below(9)));
    bf_buf_lit(out, "]}");
}

enum { OPERATORS = 12 };

static void draw_value(struct bf_buf *out, size_t operator)
{
    static const char *const word[] = {"null", "true", "false", "{\"exists\":true}",
                                       "{\"exists\":false}"};
    static const char *const text[] = {"prefix", "suffix", "equals-ignore-case"};
    static const char *const affix[] = {"prefix", "suffix"};
    switch (operator) {
    case 0:
        draw_string(out, draw_text);
        break;
    case 1:
        draw_number(out);
        break;
    case 2:
        bf_buf_adds(out, bf_str_of(word[below(5)]));
        break;
    case 3:
    case 4:
        bf_buf_addf(out, "{\"%s\":", text[below(3)]);
        draw_string(out, draw_text);
        bf_buf_addc(out, '}');
        break;
    case 5:
        bf_buf_addf(out, "{\"%s\":{\"equals-ignore-case\":", affix[below(2)]);
        draw_string(out, draw_text);
        bf_buf_lit(out, "}}");
        break;
    case 6:
    case 7:
        bf_buf_lit(out, "{\"wildcard\":");
        draw_string(out, draw_wildcard);
        bf_buf_addc(out, '}');
        break;
    case 8:
        draw_numeric(out);
        break;
    case 9:
        bf_buf_addf(out, "{\"cidr\":\"%s/%d\"}", below(2) ? "10.1.255.2" : "2001:db8::3",
                    (int)below(32));
        break;
    case 10:
        draw_string(out, draw_address);
        break;
    default:
        draw_but(out);
    }
}

/* Draws values for this operator; OPERATORS: any operator. */
static void draw_values(struct bf_buf *out, size_t operator)
{
    size_t n = 1 + below(3) * below(2);
    bf_buf_addc(out, '[');
    for (size_t i = 0; i < n; i++) {
        bf_buf_adds(out, bf_str_of(i ? "," : ""));
        draw_value(out, operator<OPERATORS ? operator : below(OPERATORS));
    }
    bf_buf_addc(out, ']');
}

static void draw_pattern(struct bf_buf *out, size_t depth)
{
    static const char *const name[] = {"a", "b", "c"};
    size_t skip = below(4);
    const char *comma = "";
    bf_buf_addc(out, '{');
    for (size_t i = 0; i < 3; i++) {
        if (i == skip || below(3) == 0)
            continue;
        bf_buf_addf(out, "%s\"%s\":", comma, name[i]);
        comma = ",";
        if (depth && below(2))
            draw_pattern(out, depth - 1);
        else
            draw_values(out, OPERATORS);
    }
    if (!*comma || below(8) == 0) {
        bf_buf_addf(out, "%s\"$or\":[{\"d\":", comma);
        draw_values(out, OPERATORS);
        bf_buf_lit(out, "},{\"e\":");
        draw_values(out, OPERATORS);
        bf_buf_lit(out, "}]");
    }
    bf_buf_addc(out, '}');
}

/* Events. */
static struct plain *scalar(struct bf_arena *a, char first, struct bf_str text)
{
    struct plain *v = bf_arena_alloc(a, sizeof *v);
    assert_true(v && text.n <= sizeof v->text);
    *v = (struct plain){.kind = PLAIN_SCALAR};
    memcpy(v->text, text.n ? text.p : "", text.n);
    v->scalar = (struct pat_scalar){first, bf_str(v->text, text.n)};
    return v;
}

static struct plain *draw_scalar(struct bf_arena *a)
{
    static const char *const word[] = {"null", "true", "false"};
    struct bf_buf text;
    char first = '"';
    bf_buf_init(&text, PLAIN_TEXT);
    switch (below(8)) {
    case 0:
        bf_buf_adds(&text, bf_str_of(word[below(3)]));
        first = text.p[0];
        break;
    case 1:
    case 2:
        draw_number(&text);
        first = text.p[0];
        break;
    case 3:
        draw_address(&text);
        break;
    default:
        draw_text(&text);
    }
    struct plain *v = scalar(a, first, bf_buf_view(&text));
    bf_buf_free(&text);
    return v;
}

static void put(struct plain *to, const char *name, struct plain *v)
{
    to->name[to->n] = name;
    to->kid[to->n++] = v;
}

static struct plain *branch(struct bf_arena *a, bool array)
{
    struct plain *v = bf_arena_alloc(a, sizeof *v);
    assert_non_null(v);
    *v = (struct plain){.kind = array ? PLAIN_ARRAY : PLAIN_OBJECT};
    return v;
}

static struct plain *draw_event(struct bf_arena *a, size_t depth)
{
    static const char *const name[] = {"a", "b", "c", "d", "e"};
    size_t kind = depth < 5 ? below(4) : 1;
    if (depth == 0 || kind == 3)
        return draw_scalar(a);
    struct plain *v = branch(a, kind == 0);
    for (size_t i = 0; i < BF_COUNT(name) && v->n < PLAIN_KIDS; i++)
        if (below(2))
            put(v, name[i], draw_event(a, depth - 1));
    return v;
}

static void write_event(struct bf_buf *out, const struct plain *v, bool escape)
{
    if (v->kind == PLAIN_SCALAR && v->scalar.first == '"')
        put_string(out, v->scalar.text, escape);
    else if (v->kind == PLAIN_SCALAR)
        bf_buf_adds(out, v->scalar.text);
    else {
        bool array = v->kind == PLAIN_ARRAY;
        bf_buf_addc(out, array ? '[' : '{');
        for (size_t i = 0; i < v->n; i++) {
            bf_buf_adds(out, bf_str_of(i ? "," : ""));
            if (!array)
                bf_buf_addf(out, "\"%s\":", v->name[i]);
            write_event(out, v->kid[i], escape);
        }
        bf_buf_addc(out, array ? ']' : '}');
    }
}

#endif
