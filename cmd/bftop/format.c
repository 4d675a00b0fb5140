#include "cmd/bftop/format.h"

#include <math.h>

enum { DECIMALS_MOST = 4 };

static bool plain_number(struct bf_str t, size_t *whole)
{
    size_t from = t.n && t.p[0] == '-', i = from, points = 0;
    *whole = t.n;
    for (; i < t.n; i++) {
        if (t.p[i] == '.' && !points++)
            *whole = i;
        else if (t.p[i] < '0' || t.p[i] > '9')
            return false;
    }
    return t.n > from;
}

static void put(const struct cell *c, int decimals, bool commas, struct bf_buf *out)
{
    size_t whole = 0;
    if (c->null) {
        bf_buf_addc(out, '-');
        return;
    }
    if (!c->number || !plain_number(c->text, &whole)) {
        bf_buf_adds(out, c->text);
        return;
    }
    for (size_t i = 0; i < c->text.n; i++) {
        bf_buf_addc(out, c->text.p[i]);
        if (commas && i + 1 < whole && (whole - i - 1) % 3 == 0 && c->text.p[i] != '-')
            bf_buf_addc(out, ',');
    }
    int have = whole < c->text.n ? (int)(c->text.n - whole) - 1 : 0;
    if (whole == c->text.n && decimals)
        bf_buf_addc(out, '.');
    for (; have < decimals; have++)
        bf_buf_addc(out, '0');
}

void format_value(const struct cell *c, int decimals, struct bf_buf *out)
{
    put(c, decimals, true, out);
}

void format_cell(const struct cell *c, int decimals, struct bf_buf *out)
{
    put(c, decimals, false, out);
}

int format_decimals(const struct result *r, size_t rows, size_t col)
{
    size_t most = 0;
    for (size_t row = 0; row < rows; row++) {
        const struct cell *c = cell_at(r, row, col);
        size_t whole = 0;
        if (c->null)
            continue;
        if (!c->number || !plain_number(c->text, &whole))
            return 0;
        if (whole < c->text.n && c->text.n - whole - 1 > most)
            most = c->text.n - whole - 1;
    }
    return most <= DECIMALS_MOST ? (int)most : 0;
}

bool format_numbers(const struct result *r, size_t rows, size_t col)
{
    for (size_t row = 0; row < rows; row++)
        if (!cell_at(r, row, col)->number && !cell_at(r, row, col)->null)
            return false;
    return true;
}

void format_short(double v, struct bf_buf *out)
{
    static const char units[] = " kMGTP";
    size_t u = 0;
    double a = fabs(v);
    for (; a >= 999.5 && u + 2 < sizeof units; u++)
        a /= 1000;
    bf_buf_addf(out, "%s%.*f", v < 0 ? "-" : "", a < 9.95 && a != floor(a) ? 1 : 0, a);
    if (u)
        bf_buf_addc(out, units[u]);
}

struct bf_str format_time(struct bf_str t, struct bf_str other)
{
    bool iso = t.n >= 16 && t.p[4] == '-' && (t.p[10] == 'T' || t.p[10] == ' ') && t.p[13] == ':';
    if (!iso || other.n < 16)
        return t;
    return memcmp(t.p, other.p, 10) == 0 ? bf_str(t.p + 11, 5) : bf_str(t.p + 5, 11);
}

static int sign(double v)
{
    return (v > 0) - (v < 0);
}

int format_trend(const struct panel *p, struct bf_buf *out)
{
    const struct result *r = &p->result;
    const struct trend *t = &p->trend;
    if (p->kind == PANEL_RATE && r->rows) {
        bf_buf_addf(out, "%s", rate_note(p));
        return 0;
    }
    if (r->rows && r->cols > 1) {
        const struct cell *now = cell_at(r, 0, 0), *before = cell_at(r, 0, 1);
        if (!now->number || !before->number || before->value == 0)
            return 0;
        double change = (now->value - before->value) / fabs(before->value) * 100;
        bf_buf_addf(out, "%+.1f %% to before", change);
        return sign(change);
    }
    if (t->n < 2 || t->at_ms[t->n - 1] - t->at_ms[0] < 1000)
        return 0;
    double rate =
        (t->value[t->n - 1] - t->value[0]) * 1000 / (double)(t->at_ms[t->n - 1] - t->at_ms[0]);
    bf_buf_addf(out, rate < 0 ? "-" : "+");
    format_short(fabs(rate), out);
    bf_buf_lit(out, "/s");
    return sign(rate);
}

const char *format_note(const struct panel *p)
{
    return p->result.error[0] ? ""
           : !p->result.rows  ? "no rows"
           : p->result.more   ? "and more rows"
                              : "";
}
