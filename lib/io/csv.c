#include "lib/io/csv.h"

#include <stdlib.h>

void bf_csv_init(struct bf_csv *c, struct bf_reader *in, char separator, size_t max_record)
{
    *c = (struct bf_csv){.in = in,
                         .separator = separator,
                         .max_record = max_record ? max_record : in->max_line,
                         .next_line = 1};
    bf_buf_init(&c->text, c->max_record + in->max_line + 2);
    bf_buf_init(&c->held, c->max_record + in->max_line + 2 + BF_CSV_KEEP);
}

void bf_csv_free(struct bf_csv *c)
{
    free(c->field);
    bf_buf_free(&c->text);
    bf_buf_free(&c->held);
    *c = (struct bf_csv){.in = c->in};
}

struct bf_csv_form bf_csv_form(struct bf_str text)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    struct bf_csv_form form = {'\n', ',', text.n};
    size_t count[sizeof candidates] = {0}, best = 0;
    bool inside = false;
    for (size_t i = 0; i < text.n; i++) {
        char ch = text.p[i];
        inside ^= ch == '"';
        if (!inside && ch == '\r' && i + 1 < text.n && text.p[i + 1] != '\n' &&
            text.p[i + 1] != '\r') {
            form.newline = '\r';
            form.n = i;
            break;
        }
        for (size_t k = 0; k < sizeof candidates; k++)
            count[k] += !inside && ch == candidates[k];
    }
    for (size_t k = 1; k < sizeof candidates; k++)
        if (count[k] > count[best])
            best = k;
    form.separator = candidates[best];
    return form;
}

bool bf_csv_parse_separator(struct bf_str name, char *separator, struct bf_err *e)
{
    bool tab = bf_str_is(name, "tab") || bf_str_is(name, "\\t");
    if (!tab && (name.n != 1 || strchr("\"\r\n", name.p[0]) || (unsigned char)name.p[0] > 126))
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is not one character such as ';', nor 'tab'",
                          BF_SHOWN_TO(name, 20));
    *separator = tab ? '\t' : name.p[0];
    return true;
}

static bool odd_quotes(struct bf_str s)
{
    bool odd = false;
    const char *p = s.p, *end = s.p + s.n;
    while (p < end && (p = memchr(p, '"', (size_t)(end - p)))) {
        odd = !odd;
        p++;
    }
    return odd;
}

static bool add_field(struct bf_csv *c, struct bf_str s, struct bf_err *e)
{
    if (c->n == c->cap) {
        if (c->n == BF_CSV_FIELDS_MAX)
            return bf_err_set(e, BF_E_LIMIT, "more than %d fields", BF_CSV_FIELDS_MAX);
        size_t cap = c->cap ? c->cap * 2 : 32;
        struct bf_str *field = realloc(c->field, cap * sizeof *field);
        if (!field)
            return bf_err_nomem(e);
        c->field = field;
        c->cap = cap;
    }
    c->field[c->n++] = s;
    return true;
}

/* The quoted field that begins at *p (on its quote); *p is left behind it. */
static bool quoted(struct bf_csv *c, const char **p, const char *end, struct bf_err *e)
{
    const char *from = *p + 1, *close = memchr(from, '"', (size_t)(end - from));
    size_t at = c->text.n;
    while (close && close + 1 < end && close[1] == '"') {
        bf_buf_add(&c->text, from, (size_t)(close + 1 - from));
        from = close + 2;
        close = memchr(from, '"', (size_t)(end - from));
    }
    if (!close)
        return bf_err_set(e, BF_E_INPUT, "field %zu: its quote is never closed", c->n + 1);
    *p = close + 1;
    if (*p < end && **p != c->separator)
        return bf_err_set(e, BF_E_INPUT, "field %zu: text behind the closing quote", c->n + 1);
    if (c->text.n == at)
        return add_field(c, bf_str(from, (size_t)(close - from)), e);
    bf_buf_add(&c->text, from, (size_t)(close - from));
    return add_field(c, bf_str(c->text.p + at, c->text.n - at), e);
}

/* What may only stand in quotes. */
static bool special(const char *p, size_t n)
{
    return n && (memchr(p, '"', n) || memchr(p, '\r', n) || memchr(p, '\n', n));
}

static bool plain(struct bf_csv *c, const char **p, const char *end, struct bf_err *e)
{
    const char *from = *p, *stop = memchr(from, c->separator, (size_t)(end - from));
    *p = stop ? stop : end;
    size_t n = (size_t)(*p - from);
    if (c->special && special(from, n))
        return bf_err_set(e, BF_E_INPUT, "field %zu: %s inside a field without quotes", c->n + 1,
                          memchr(from, '"', n) ? "a quote" : "a carriage return or newline");
    return add_field(c, bf_str(from, n), e);
}

bool bf_csv_split(struct bf_csv *c, struct bf_str record, struct bf_err *e)
{
    const char *p = record.p, *end = p + record.n;
    c->n = 0;
    bf_buf_reset(&c->text);
    /* reserved at once, because the fields are views into it */
    if (!bf_buf_room(&c->text, record.n + 1))
        return bf_err_nomem(e);
    while (end > p && (end[-1] == '\r' || end[-1] == '\n'))
        end--;
    c->special = special(p, (size_t)(end - p));
    for (;; p++) {
        bool ok = p < end && *p == '"' ? quoted(c, &p, end, e) : plain(c, &p, end, e);
        if (!ok)
            return false;
        if (p == end)
            return true;
    }
}

/* Gives up the first line of the record in held; what follows is looked at again. */
static enum bf_csv_got give_up(struct bf_csv *c)
{
    const char *p = c->held.p + c->start;
    const char *newline = memchr(p, c->in->newline, c->held.n - c->start);
    c->raw = bf_str(p, (size_t)(newline - p));
    c->scan = c->start + c->raw.n + 1;
    c->next_line = c->line + 1;
    c->open = false;
    return BF_CSV_BAD;
}

void bf_csv_give_up(struct bf_csv *c)
{
    if (c->raw.n && memchr(c->raw.p, c->in->newline, c->raw.n))
        (void)give_up(c); /* a record of several lines lies in held */
}

static enum bf_csv_got unclosed(struct bf_csv *c, struct bf_err *e)
{
    enum bf_csv_got got = give_up(c);
    if (bf_csv_split(c, c->raw,
                     e)) /* says which field it is; with an odd quote it does not succeed */
        bf_err_set(e, BF_E_INPUT, "a quote is opened and never closed");
    return got;
}

/* Puts a line behind the held ones. */
static bool hold(struct bf_csv *c, struct bf_str line, struct bf_err *e)
{
    if (c->start > 0 && !c->keep) {
        memmove(c->held.p, c->held.p + c->start, c->held.n - c->start);
        c->held.n -= c->start;
        c->scan -= c->start;
        c->start = 0;
    }
    bf_buf_adds(&c->held, line);
    bf_buf_addc(&c->held, c->in->newline);
    return bf_buf_check(&c->held, "a CSV record", e);
}

/* The first line that is not blank tells how lines end. True when it has to be read again. */
static bool learn(struct bf_csv *c, struct bf_str line)
{
    if (c->known || bf_str_trim(line).n == 0)
        return false;
    struct bf_csv_form form = bf_csv_form(line);
    c->known = true;
    if (!c->separator)
        c->separator = form.separator;
    if (form.newline == c->in->newline)
        return false;
    c->in->newline = form.newline;
    bf_reader_unread(c->in, line);
    return true;
}

static enum bf_line read_line(struct bf_csv *c, int timeout_ms, struct bf_str *line,
                              struct bf_err *e)
{
    enum bf_line got = bf_reader_next_within(c->in, timeout_ms, line, e);
    bool text = got == BF_LINE || got == BF_LINE_PARTIAL || got == BF_LINE_LONG;
    return text && learn(c, *line) ? bf_reader_next_within(c->in, timeout_ms, line, e) : got;
}

/* The next line: one given back, or one of the reader's. */
static enum bf_csv_got take_line(struct bf_csv *c, int timeout_ms, struct bf_str *line, bool *held,
                                 struct bf_err *e)
{
    *held = c->scan < c->held.n;
    if (*held) {
        const char *p = c->held.p + c->scan;
        *line =
            bf_str(p, (size_t)((const char *)memchr(p, c->in->newline, c->held.n - c->scan) - p));
        c->scan += line->n + 1;
        return BF_CSV_RECORD;
    }
    if (!c->long_line) {
        switch (read_line(c, timeout_ms, line, e)) {
        case BF_LINE:
        case BF_LINE_PARTIAL:
            return BF_CSV_RECORD;
        case BF_LINE_LONG:
            c->long_line = true;
            break;
        case BF_LINE_END:
            return c->open ? unclosed(c, e) : BF_CSV_END;
        case BF_LINE_STOP:
            return BF_CSV_STOP;
        case BF_LINE_WAIT:
            return BF_CSV_WAIT;
        case BF_LINE_ERROR:
            return BF_CSV_ERROR;
        }
    }
    if (c->open)
        return unclosed(c, e);
    c->line = c->next_line;
    if (!c->keep) { /* else it comes again */
        c->long_line = false;
        c->next_line++;
    }
    return BF_CSV_LONG;
}

void bf_csv_rest(const struct bf_csv *c, struct bf_buf *out)
{
    if (c->open)
        bf_buf_add(out, c->held.p + c->start, c->held.n - c->start);
    bf_buf_adds(out, bf_reader_rest(c->in));
}

void bf_csv_keep(struct bf_csv *c)
{
    if (c->held.n > 0) {
        memmove(c->held.p, c->held.p + c->scan, c->held.n - c->scan);
        c->held.n -= c->scan;
        c->start = c->scan = 0;
    }
    c->keep = true;
    c->kept_line = c->next_line;
}

size_t bf_csv_kept(const struct bf_csv *c)
{
    return c->held.n;
}

bool bf_csv_pending(const struct bf_csv *c)
{
    return c->keep ? c->held.n > 0 : c->open || c->scan < c->held.n;
}

void bf_csv_rewind(struct bf_csv *c)
{
    c->keep = c->open = false;
    c->start = c->scan = 0;
    c->next_line = c->kept_line;
}

enum bf_csv_got bf_csv_next(struct bf_csv *c, int timeout_ms, struct bf_err *e)
{
    if (!c->keep && !c->open && c->scan == c->held.n) {
        bf_buf_reset(&c->held);
        c->start = c->scan = 0;
    }
    for (;;) {
        struct bf_str line;
        bool held;
        enum bf_csv_got got = take_line(c, timeout_ms, &line, &held, e);
        if (got != BF_CSV_RECORD)
            return got;
        bool first = !c->open;
        if (first) {
            c->line = c->next_line;
            c->start = held ? c->scan - line.n - 1 : c->held.n;
        }
        c->next_line++;
        c->open ^= odd_quotes(line);
        if (!held && (c->keep || c->open || !first)) {
            if (!hold(c, line, e))
                return BF_CSV_ERROR;
            c->scan = c->held.n;
            held = true;
        }
        if (c->open) {
            if (c->scan - c->start > c->max_record)
                return unclosed(c, e);
            continue;
        }
        c->raw = held ? bf_str(c->held.p + c->start, c->scan - c->start - 1) : line;
        if (bf_csv_split(c, c->line == 1 ? bf_str_no_bom(c->raw) : c->raw, e))
            return BF_CSV_RECORD;
        if (e->code == BF_E_MEMORY)
            return BF_CSV_ERROR;
        return first ? BF_CSV_BAD : give_up(c);
    }
}
