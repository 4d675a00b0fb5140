#include "cmd/bfgen/csv.h"

#include <inttypes.h>

#include "lib/base/enc.h"

bool csv_open(struct csv *c, const char *path, struct bf_out *tie, struct bf_err *e)
{
    memset(c, 0, sizeof *c);
    bf_buf_init(&c->joined, 2 * CSV_RECORD + 2);
    bf_buf_init(&c->again, 4 * CSV_RECORD);
    bf_buf_init(&c->scratch, 2 * CSV_RECORD + 2);
    return bf_reader_open(&c->reader, path, CSV_RECORD, tie, e);
}

void csv_close(struct csv *c)
{
    bf_reader_close(&c->reader);
    bf_buf_free(&c->joined);
    bf_buf_free(&c->again);
    bf_buf_free(&c->scratch);
}

/* The quoted field at *p (behind its opening quote); *p ends behind the closing one. */
static bool quoted(struct csv *c, const char **p, const char *end, struct bf_str *field)
{
    const char *from = *p, *quote = memchr(from, '"', (size_t)(end - from));
    if (quote && (quote + 1 == end || quote[1] != '"')) {
        *field = bf_str(from, (size_t)(quote - from));
        *p = quote + 1;
        return true;
    }
    size_t at = c->scratch.n;
    for (; quote; quote = from < end ? memchr(from, '"', (size_t)(end - from)) : NULL) {
        bf_buf_add(&c->scratch, from, (size_t)(quote - from));
        if (quote + 1 == end || quote[1] != '"') {
            *field = bf_str(c->scratch.p + at, c->scratch.n - at);
            *p = quote + 1;
            return true;
        }
        bf_buf_addc(&c->scratch, '"');
        from = quote + 2;
    }
    return false;
}

static bool plain(const char **p, const char *end, struct bf_str *field)
{
    const char *from = *p;
    while (*p < end && **p != ',' && **p != '"')
        (*p)++;
    *field = bf_str(from, (size_t)(*p - from));
    return *p == end || **p == ',';
}

enum csv_got csv_parse(struct csv *c, struct bf_str record, struct bf_err *e)
{
    const char *p = record.p, *end = record.p + record.n;
    if (record.n && end[-1] == '\r')
        end--;
    bf_buf_reset(&c->scratch);
    /* room for all of it, so that fields in it do not move */
    if (!bf_buf_room(&c->scratch, record.n + 1) && !bf_buf_check(&c->scratch, "a row", e))
        return CSV_ERROR;
    for (c->fields = 0;; p++) {
        if (c->fields == CSV_COLUMNS) {
            bf_err_set(e, BF_E_LIMIT, "more than %d columns", CSV_COLUMNS);
            return CSV_BAD;
        }
        struct bf_str *field = &c->field[c->fields++];
        if (p < end && *p == '"') {
            p++;
            if (!quoted(c, &p, end, field))
                return CSV_STOP;
            if (p < end && *p != ',') {
                bf_err_set(e, BF_E_INPUT, "column %zu: text behind the closing quote", c->fields);
                return CSV_BAD;
            }
        } else if (!plain(&p, end, field)) {
            bf_err_set(e, BF_E_INPUT, "column %zu: a quote inside a field without quotes",
                       c->fields);
            return CSV_BAD;
        }
        if (p == end)
            return CSV_ROW;
    }
}

/* The next line, from what is to be read again or from the file. */
static enum bf_line next_line(struct csv *c, struct bf_str *text, struct bf_err *e)
{
    if (c->again_at < c->again.n) {
        const char *p = c->again.p + c->again_at;
        const char *newline = memchr(p, '\n', c->again.n - c->again_at);
        *text = bf_str(p, (size_t)(newline - p));
        c->again_at += text->n + 1;
        c->line++;
        return BF_LINE;
    }
    if (c->long_ahead)
        return BF_LINE_LONG;
    enum bf_line got = bf_reader_next(&c->reader, text, e);
    if (got == BF_LINE || got == BF_LINE_PARTIAL)
        c->line++;
    c->long_ahead = got == BF_LINE_LONG;
    return got;
}

static bool odd_quotes(struct bf_str s)
{
    bool odd = false;
    for (size_t i = 0; i < s.n; i++)
        odd ^= s.p[i] == '"';
    return odd;
}

/* Lines until the open quote is closed. Inside a quoted field only a line with an odd number of
 * quotes can close it, so each line is looked at once. */
static enum csv_got join(struct csv *c, struct bf_str first, struct bf_err *e)
{
    struct bf_str text = first;
    bf_buf_reset(&c->joined);
    do {
        bf_buf_adds(&c->joined, text);
        bf_buf_addc(&c->joined, '\n');
        if (!bf_buf_check(&c->joined, "a row", e))
            return CSV_ERROR;
        c->record = bf_str(c->joined.p, c->joined.n - 1);
        enum bf_line got = c->joined.n > CSV_RECORD ? BF_LINE_END : next_line(c, &text, e);
        if (got == BF_LINE_STOP)
            return CSV_STOP;
        if (got == BF_LINE_ERROR)
            return CSV_ERROR;
        if (got != BF_LINE && got != BF_LINE_PARTIAL) {
            bf_err_set(e, BF_E_INPUT, "column %zu: the quote is never closed", c->fields);
            return CSV_BAD;
        }
    } while (!odd_quotes(text));
    bf_buf_adds(&c->joined, text);
    c->record = bf_buf_view(&c->joined);
    if (!bf_buf_check(&c->joined, "a row", e))
        return CSV_ERROR;
    return csv_parse(c, c->record, e);
}

enum csv_got csv_next(struct csv *c, struct bf_err *e)
{
    struct bf_str text = {0};
    size_t bad;
    do {
        switch (next_line(c, &text, e)) {
        case BF_LINE:
        case BF_LINE_PARTIAL:
            break;
        case BF_LINE_LONG:
            c->at_long = true;
            return CSV_LONG;
        case BF_LINE_STOP:
            return CSV_STOP;
        case BF_LINE_ERROR:
            return CSV_ERROR;
        default:
            return CSV_END;
        }
    } while (text.n == 0 || bf_str_is(text, "\r"));
    if (c->line == 1 && bf_str_starts(text, BF_STR("\xEF\xBB\xBF"))) /* a byte order mark */
        text = bf_str(text.p + 3, text.n - 3);
    c->first_line = c->line;
    c->record = text;
    enum csv_got got = csv_parse(c, text, e);
    if (got == CSV_STOP)
        got = join(c, text, e);
    if (got == CSV_ROW && !bf_utf8_valid(c->record, &bad)) {
        bf_err_set(e, BF_E_INPUT, "byte %zu: invalid UTF-8", bad + 1);
        return CSV_BAD;
    }
    return got;
}

bool csv_reject(struct csv *c, const struct bf_err *why, struct bf_rejects *rejects,
                struct bf_err *e)
{
    if (c->at_long) {
        c->at_long = c->long_ahead = false;
        c->line++;
        return bf_rejects_add_long(rejects, &c->reader, e);
    }
    const char *newline = memchr(c->record.p, '\n', c->record.n);
    struct bf_str line = c->record;
    if (newline) {
        line.n = (size_t)(newline - line.p);
        struct bf_buf again;
        bf_buf_init(&again, c->again.max);
        bf_buf_add(&again, newline + 1, c->record.n - line.n - 1);
        bf_buf_addc(&again, '\n');
        bf_buf_add(&again, c->again.p + c->again_at, c->again.n - c->again_at);
        bf_buf_free(&c->again);
        c->again = again;
        c->again_at = 0;
        c->line = c->first_line;
        if (!bf_buf_check(&c->again, "lines behind an open quote", e))
            return false;
    }
    return bf_rejects_add(rejects, line, c->first_line, why, e);
}
