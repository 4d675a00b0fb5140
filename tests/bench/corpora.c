/*
 * corpora NAME BYTES: writes about BYTES bytes of change lines of one kind, the same for the same name. `corpora` alone
 * lists the names. A corpus is a set of properties (struct corpus): how many kinds of items there are, how many attributes
 * an item has, in which order, and which texts they hold. bfgen's own records are one more corpus, which bfgen makes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/rng.h"
#include "lib/base/str.h"

enum text { PLAIN, ESCAPED, WORLD, MIXED }; /* what half of the texts hold besides letters */

struct corpus {
    const char *name;
    unsigned kinds;    /* of items; the names of their attributes differ */
    unsigned min, max; /* attributes of an item */
    unsigned pool;     /* names that a kind chooses from; 0: it has max of them and takes all */
    unsigned name_min; /* bytes of a name at least */
    unsigned text_max; /* bytes of a text at most */
    enum text text;
    const char *
        types; /* one letter a type, drawn from: SNBOLMXT (T: a tree of maps and lists, X: a set) */
    const char *colon; /* after a name */
    const char *comma;
};

static const struct corpus corpora[] = {
    {"one-shape", 1, 12, 12, 0, 4, 24, PLAIN, "SSSSNNNOM", ":", ","},
    {"kinds-16", 16, 12, 12, 0, 4, 24, PLAIN, "SSSSNNNOM", ":", ","},
    {"kinds-40", 40, 4, 20, 0, 4, 40, PLAIN, "SSSSSNNNOMLX", ":", ","},
    {"shapes-300", 300, 5, 15, 0, 4, 24, PLAIN, "SSSSNNNO", ":", ","},
    {"long-names", 8, 12, 12, 0, 24, 24, PLAIN, "SSSSNNNO", ":", ","},
    {"random-order", 1, 3, 25, 60, 4, 30, PLAIN, "SSSSNNNO", ":", ","},
    {"irregular", 1, 3, 25, 60, 4, 40, MIXED, "SSSSNNNO", ":", ","},
    {"escaped", 4, 12, 12, 0, 4, 80, ESCAPED, "SSSSSSNO", ":", ","},
    {"non-ascii", 4, 12, 12, 0, 4, 80, WORLD, "SSSSSSNO", ":", ","},
    {"numbers", 4, 20, 20, 0, 3, 20, PLAIN, "NNNNNNNS", ":", ","},
    {"nested", 4, 6, 6, 0, 4, 24, PLAIN, "STTLM", ":", ","},
    {"binary", 2, 6, 6, 0, 4, 600, PLAIN, "BBS", ":", ","},
    {"spaced", 4, 12, 12, 0, 4, 24, PLAIN, "SSSSNNNOM", ": ", ", "},
    {"tiny", 1, 1, 1, 0, 1, 6, PLAIN, "N", ":", ","},
    {"large-text", 1, 2, 2, 0, 4, 380000, MIXED, "S", ":", ","},
    {"large-tree", 1, 40, 40, 0, 4, 24, PLAIN, "T", ":", ","},
    {"large-wide", 1, 5000, 5000, 8000, 4, 40, PLAIN, "SSSNNO", ":", ","},
};

enum { NAMES_MAX = 8000, TREE = 3 };

struct attr {
    unsigned name, type; /* places in the tables of the kind */
    size_t at, n;        /* its value in struct maker's values */
};

struct maker {
    const struct corpus *corpus;
    struct bf_rng rng;
    char name[NAMES_MAX][96]; /* of all kinds, those of one side by side */
    unsigned nnames, per_kind;
    struct attr attr[NAMES_MAX];
    unsigned n;
    struct bf_buf values, line;
    uint64_t sequence;
};

static uint64_t below(struct maker *m, uint64_t n)
{
    return bf_rng_below(&m->rng, n);
}

static void add(struct bf_buf *b, const char *text)
{
    bf_buf_adds(b, bf_str_of(text));
}

/* Names as people write them: words of a few letters, joined. */
static void make_names(struct maker *m)
{
    static const char *const words[] = {
        "order", "item",  "ship", "total", "user", "at",    "code",  "ref",  "price", "name",
        "zip",   "email", "note", "stock", "tax",  "count", "store", "type", "color", "state"};
    const struct corpus *c = m->corpus;
    m->per_kind = c->pool ? c->pool : c->max;
    m->nnames = c->kinds * m->per_kind;
    for (unsigned i = 0; i < m->nnames; i++) {
        char *o = m->name[i];
        size_t n = 0;
        do
            n += (size_t)snprintf(o + n, 96 - n, "%s%s", n ? "_" : "",
                                  words[below(m, BF_COUNT(words))]);
        while (n + 4 < c->name_min + below(m, 10) || n < c->name_min);
        snprintf(o + n, 96 - n, "%x", i); /* no name comes twice */
    }
}

static void put_text(struct maker *m, unsigned max)
{
    static const char *const escapes[] = {"\\n",     "\\\"",    "\\\\", "\\t",
                                          "\\u00e9", "\\u20ac", "\\/",  "\\ud83d\\ude00"};
    static const char *const world[] = {"é",  "ü",  "ß",  "ж", "и", "日",
                                        "本", "語", "한", "€", "😀", "ال"};
    const char letters[] = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,-0123456789 ";
    enum text what = m->corpus->text;
    bool rich = what != PLAIN && below(m, 2);
    struct bf_buf *b = &m->values;
    size_t end = b->n + max / 4 + below(m, max - max / 4 + 1);
    for (uint64_t run; b->n < end;) {
        for (run = 1 + below(m, rich ? 6 : 16); run && b->n < end; run--)
            bf_buf_addc(b, letters[below(m, sizeof letters - 1)]);
        if (rich && (what == ESCAPED || (what == MIXED && below(m, 2))))
            add(b, escapes[below(m, BF_COUNT(escapes))]);
        else if (rich)
            for (run = 1 + below(m, 8); run; run--)
                add(b, world[below(m, BF_COUNT(world))]);
    }
}

static void put_number(struct maker *m)
{
    static const unsigned sizes[] = {10, 100, 1000, 100000, 1000000000};
    unsigned kind = (unsigned)below(m, 8);
    bf_buf_addf(&m->values, "%s%u", kind == 0 ? "-" : "",
                (unsigned)below(m, sizes[below(m, BF_COUNT(sizes))]));
    if (kind < 4)
        bf_buf_addf(&m->values, ".%02u", (unsigned)below(m, 100));
    else if (kind == 4 && below(m, 4) == 0)
        bf_buf_addf(&m->values, "%019u", (unsigned)below(m, 1000000000));
}

static void put_base64(struct maker *m, unsigned max)
{
    const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (uint64_t n = 4 * (1 + below(m, max / 4)); n; n--)
        bf_buf_addc(&m->values, digits[below(m, 64)]);
    add(&m->values, below(m, 2) ? "" : "AA==");
}

static void put_value(struct maker *m, char type, unsigned depth);

static void put_members(struct maker *m, const char *types, bool list, unsigned depth)
{
    const struct corpus *c = m->corpus;
    static const char *const keys[] = {"street", "city",  "sku",    "quantity",
                                       "price",  "label", "method", "options"};
    uint64_t n = 1 + below(m, BF_COUNT(keys));
    bf_buf_addc(&m->values, list ? '[' : '{');
    for (uint64_t i = 0; i < n; i++) {
        if (i)
            add(&m->values, c->comma);
        if (!list)
            bf_buf_addf(&m->values, "\"%s\"%s", keys[i], c->colon);
        put_value(m, types[below(m, strlen(types))], depth + 1);
    }
    bf_buf_addc(&m->values, list ? ']' : '}');
}

/* {"S":"text"} */
static void put_value(struct maker *m, char type, unsigned depth)
{
    const struct corpus *c = m->corpus;
    struct bf_buf *b = &m->values;
    unsigned max = depth ? 20 : c->text_max;
    bool tree = type == 'T', list = type == 'L' || (tree && below(m, 2));
    bf_buf_addf(b, "{\"%s\"%s",
                tree          ? list ? "L" : "M"
                : type == 'O' ? "BOOL"
                : type == 'X' ? "SS"
                              : (char[2]){type, 0},
                c->colon);
    if (type == 'O')
        add(b, below(m, 2) ? "true" : "false");
    else if (type == 'X') {
        add(b, "[\"red\"");
        add(b, c->comma);
        add(b, "\"green\"]");
    } else if (tree)
        put_members(m, depth < TREE ? "TTSNNO" : "SNO", list, depth);
    else if (type == 'L' || type == 'M')
        put_members(m, "SNO", list, depth);
    else {
        bf_buf_addc(b, '"');
        if (type == 'N')
            put_number(m);
        else if (type == 'B')
            put_base64(m, max);
        else
            put_text(m, max);
        bf_buf_addc(b, '"');
    }
    bf_buf_addc(b, '}');
}

static void put_attr(struct maker *m, struct attr *a)
{
    const char *types = m->corpus->types;
    a->at = m->values.n;
    put_value(m, types[a->type % strlen(types)], 0);
    a->n = m->values.n - a->at;
}

static void make_item(struct maker *m)
{
    const struct corpus *c = m->corpus;
    unsigned kind = (unsigned)below(m, c->kinds), first = kind * m->per_kind;
    bf_buf_reset(&m->values);
    m->n = c->min + (unsigned)below(m, c->pool ? c->max - c->min + 1 : 1);
    if (!c->pool && c->max > c->min)
        m->n += kind % (c->max - c->min + 1);
    for (unsigned i = 0; i < m->per_kind; i++)
        m->attr[i].name = first + i;
    for (unsigned i = 0; i < m->n; i++) {
        if (c->pool) {
            unsigned k = i + (unsigned)below(m, m->per_kind - i), name = m->attr[k].name;
            m->attr[k].name = m->attr[i].name;
            m->attr[i].name = name;
        }
        m->attr[i].type = m->attr[i].name * 7 + m->attr[i].name / 5;
        put_attr(m, &m->attr[i]);
    }
}

static void put_image(struct maker *m, const char *name, unsigned n)
{
    struct bf_buf *b = &m->line;
    const struct corpus *c = m->corpus;
    bf_buf_addf(b, "\"%s\"%s{\"id\"%s{\"S\"%s\"k-%u\"}", name, c->colon, c->colon, c->colon,
                (unsigned)m->sequence);
    for (unsigned i = 0; i < n; i++) {
        const struct attr *a = &m->attr[i];
        bf_buf_addf(b, "%s\"%s\"%s", c->comma, m->name[a->name], c->colon);
        bf_buf_add(b, m->values.p + a->at, a->n);
    }
    bf_buf_addc(b, '}');
}

static void put_line(struct maker *m)
{
    static const char *const ops[] = {"INSERT", "MODIFY", "REMOVE"};
    const struct corpus *c = m->corpus;
    struct bf_buf *b = &m->line;
    uint64_t draw = below(m, 10);
    unsigned op = draw < 4 ? 0 : draw < 9 ? 1 : 2;
    char id[37];
    make_item(m);
    m->sequence++;
    bf_rng_uuid(&m->rng, id);
    bf_buf_reset(b);
    bf_buf_addf(b, "{\"awsRegion\"%s\"us-east-1\"%s\"eventID\"%s\"%s\"%s\"eventName\"%s\"%s\"%s",
                c->colon, c->comma, c->colon, id, c->comma, c->colon, ops[op], c->comma);
    bf_buf_addf(b,
                "\"userIdentity\"%snull%s\"recordFormat\"%s\"application/"
                "json\"%s\"tableName\"%s\"sales\"%s\"dynamodb\"%s{",
                c->colon, c->comma, c->colon, c->comma, c->colon, c->comma, c->colon);
    bf_buf_addf(b, "\"ApproximateCreationDateTime\"%s%llu%s", c->colon,
                1795761000000 + (unsigned long long)m->sequence, c->comma);
    put_image(m, "Keys", 0);
    if (op != 2) {
        add(b, c->comma);
        put_image(m, "NewImage", m->n);
    }
    if (op != 0) {
        add(b, c->comma);
        for (unsigned i = op == 1 ? 1 + (unsigned)below(m, 3) : 0; i; i--)
            put_attr(m, &m->attr[below(m, m->n)]);
        put_image(m, "OldImage", m->n);
    }
    bf_buf_addf(b, "%s\"SizeBytes\"%s%zu}%s\"eventSource\"%s\"aws:dynamodb\"}\n", c->comma,
                c->colon, b->n / 2, c->comma, c->colon);
}

static int list(void)
{
    for (size_t i = 0; i < BF_COUNT(corpora); i++)
        puts(corpora[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    static struct maker m;
    if (argc == 1)
        return list();
    if (argc != 3)
        return 2;
    for (size_t i = 0; i < BF_COUNT(corpora); i++)
        if (strcmp(corpora[i].name, argv[1]) == 0) {
            m.corpus = &corpora[i];
            bf_rng_seed(&m.rng, i + 1);
        }
    if (!m.corpus)
        return 2;
    size_t wanted = (size_t)strtoull(argv[2], NULL, 10), wrote = 0;
    bf_buf_init(&m.values, 1 << 26);
    bf_buf_init(&m.line, 1 << 26);
    make_names(&m);
    for (; wrote < wanted; wrote += m.line.n) {
        put_line(&m);
        if (!bf_buf_ok(&m.line) || !bf_buf_ok(&m.values) ||
            fwrite(m.line.p, 1, m.line.n, stdout) != m.line.n)
            return 1;
    }
    bf_buf_free(&m.values);
    bf_buf_free(&m.line);
    return fflush(stdout) == 0 ? 0 : 1;
}
