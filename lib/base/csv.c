#include "lib/base/csv.h"

#include <stdlib.h>

void bf_csv_init(struct bf_csv *c, struct bf_reader *in, char separator, size_t max_record)
{
    *c = (struct bf_csv){.in = in,
                         .separator = separator,
                         .max_record = max_record ? max_record : in->max_line,
                         .next_line = 1};
    bf_buf_init(&c->text, c->max_record + in->max_line + 2);
    bf_buf_init(&c->held, c->max_record + in->max_line + 2);
}

void bf_csv_free(struct bf_csv *c)
{
    free(c->field);
    bf_buf_free(&c->text);
    bf_buf_free(&c->held);
    *c = (struct bf_csv){.in = c->in};
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

static bool plain(struct bf_csv *c, const char **p, const char *end, struct bf_err *e)
{
    const char *from = *p, *stop = memchr(from, c->separator, (size_t)(end - from));
    *p = stop ? stop : end;
    size_t n = (size_t)(*p - from);
    if (n && memchr(from, '"', n))
        return bf_err_set(e, BF_E_INPUT, "field %zu: a quote inside a field without quotes",
                          c->n + 1);
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
    if (end > p && end[-1] == '\r')
        end--;
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
    const char *newline = memchr(p, '\n', c->held.n - c->start);
    c->raw = bf_str(p, (size_t)(newline - p));
    c->scan = c->start + c->raw.n + 1;
    c->next_line = c->line + 1;
    c->open = false;
    return BF_CSV_BAD;
}

void bf_csv_give_up(struct bf_csv *c)
{
    if (c->raw.n && memchr(c->raw.p, '\n', c->raw.n))
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
    if (c->start > 0) {
        memmove(c->held.p, c->held.p + c->start, c->held.n - c->start);
        c->held.n -= c->start;
        c->scan -= c->start;
        c->start = 0;
    }
    bf_buf_adds(&c->held, line);
    bf_buf_addc(&c->held, '\n');
    return bf_buf_check(&c->held, "a CSV record", e);
}

/* The next line: one given back, or one of the reader's. */
static enum bf_csv_got take_line(struct bf_csv *c, int timeout_ms, struct bf_str *line, bool *held,
                                 struct bf_err *e)
{
    *held = c->scan < c->held.n;
    if (*held) {
        const char *p = c->held.p + c->scan;
        *line = bf_str(p, (size_t)((const char *)memchr(p, '\n', c->held.n - c->scan) - p));
        c->scan += line->n + 1;
        return BF_CSV_RECORD;
    }
    if (!c->long_line) {
        switch (bf_reader_next_within(c->in, timeout_ms, line, e)) {
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
    c->long_line = false;
    c->line = c->next_line++;
    return BF_CSV_LONG;
}

void bf_csv_rest(const struct bf_csv *c, struct bf_buf *out)
{
    if (c->open)
        bf_buf_add(out, c->held.p + c->start, c->held.n - c->start);
    bf_buf_adds(out, bf_reader_rest(c->in));
}

static struct bf_str without_mark(struct bf_str record, uint64_t line)
{
    if (line == 1 && bf_str_starts(record, BF_STR("\xEF\xBB\xBF")))
        return bf_str(record.p + 3, record.n - 3);
    return record;
}

enum bf_csv_got bf_csv_next(struct bf_csv *c, int timeout_ms, struct bf_err *e)
{
    if (!c->open && c->scan == c->held.n) {
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
        if (!held && (c->open || !first)) {
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
        if (bf_csv_split(c, without_mark(c->raw, c->line), e))
            return BF_CSV_RECORD;
        if (e->code == BF_E_MEMORY)
            return BF_CSV_ERROR;
        return first ? BF_CSV_BAD : give_up(c);
    }
}
