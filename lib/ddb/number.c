#include "lib/ddb/number.h"

/* A number taken apart. */
struct parts {
    bool negative;
    struct bf_str whole, fraction; /* digits in front of and behind the point */
    int exponent;                  /* as written, within +-EXP_CAP */
};

enum { EXP_CAP = 1000000 };

static size_t skip_digits(struct bf_str s, size_t i)
{
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i;
}

/* The exponent behind its E, from i to the end. */
static bool exponent(struct bf_str s, size_t i, int *out)
{
    bool negative = i < s.n && s.p[i] == '-';
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    if (i == s.n || skip_digits(s, i) != s.n)
        return false;
    int v = 0;
    for (; i < s.n; i++)
        if (v < EXP_CAP)
            v = v * 10 + (s.p[i] - '0');
    *out = negative ? -v : v;
    return true;
}

static bool parse(struct bf_str s, struct parts *n)
{
    size_t i = 0;
    *n = (struct parts){.negative = s.n && s.p[0] == '-'};
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        i++;
    size_t end = skip_digits(s, i);
    n->whole = bf_str(s.p + i, end - i);
    n->fraction = bf_str(s.p + end, 0);
    if (end < s.n && s.p[end] == '.') {
        i = end + 1;
        end = skip_digits(s, i);
        n->fraction = bf_str(s.p + i, end - i);
    }
    if (n->whole.n + n->fraction.n == 0)
        return false;
    if (end == s.n)
        return true;
    return (s.p[end] == 'e' || s.p[end] == 'E') && exponent(s, end + 1, &n->exponent);
}

static char digit_at(const struct parts *n, size_t i)
{
    return i < n->whole.n ? n->whole.p[i] : n->fraction.p[i - n->whole.n];
}

/* The significant digits are those from *first to before *last of whole and fraction together; none
 * for zero. */
static void significant(const struct parts *n, size_t *first, size_t *last)
{
    *first = 0;
    *last = n->whole.n + n->fraction.n;
    while (*first < *last && digit_at(n, *first) == '0')
        ++*first;
    while (*last > *first && digit_at(n, *last - 1) == '0')
        --*last;
}

/* The power of ten of the first significant digit. A text is far shorter than SIZE_MAX / 2. */
static int64_t magnitude(const struct parts *n, size_t first)
{
    return (int64_t)n->whole.n - (int64_t)first - 1 + n->exponent;
}

/* *digits: how many significant digits a number has. */
static enum bf_number_verdict judge(struct bf_str text, size_t *digits)
{
    struct parts n;
    size_t first, last;
    if (!parse(text, &n))
        return BF_NUMBER_NONE;
    significant(&n, &first, &last);
    *digits = last - first;
    if (*digits > BF_NUMBER_DIGITS)
        return BF_NUMBER_LONG;
    if (*digits && magnitude(&n, first) > BF_NUMBER_EXP_MAX)
        return BF_NUMBER_LARGE;
    if (*digits && magnitude(&n, first) < BF_NUMBER_EXP_MIN)
        return BF_NUMBER_SMALL;
    return BF_NUMBER_FITS;
}

enum bf_number_verdict bf_number_judge(struct bf_str text)
{
    size_t digits;
    return judge(text, &digits);
}

bool bf_number_check(struct bf_str text, struct bf_err *e)
{
    size_t digits = 0;
    switch (judge(text, &digits)) {
    case BF_NUMBER_NONE:
        return bf_err_set(e, BF_E_INPUT, "'%.*s' is not a number", BF_SHOWN(text));
    case BF_NUMBER_LONG:
        return bf_err_set(e, BF_E_LIMIT, "a number of %zu significant digits, DynamoDB holds %d",
                          digits, BF_NUMBER_DIGITS);
    case BF_NUMBER_LARGE:
        return bf_err_set(e, BF_E_LIMIT, "a number above 9.99E+%d, DynamoDB's largest",
                          BF_NUMBER_EXP_MAX);
    case BF_NUMBER_SMALL:
        return bf_err_set(e, BF_E_LIMIT, "a number below 1E%d, DynamoDB's smallest",
                          BF_NUMBER_EXP_MIN);
    case BF_NUMBER_FITS:
        break;
    }
    return true;
}

bool bf_number_is_json(struct bf_str s)
{
    size_t i = s.n && s.p[0] == '-';
    size_t end = skip_digits(s, i);
    if (end == i || (s.p[i] == '0' && end - i > 1))
        return false;
    return end == s.n || s.p[end] != '.' || skip_digits(s, end + 1) > end + 1;
}

void bf_number_put_json(struct bf_buf *out, struct bf_str text)
{
    struct parts n;
    if (bf_number_is_json(text)) {
        bf_buf_adds(out, text);
        return;
    }
    if (!parse(text, &n))
        return;
    if (n.negative)
        bf_buf_addc(out, '-');
    while (n.whole.n > 1 && n.whole.p[0] == '0')
        n.whole.p++, n.whole.n--;
    if (n.whole.n)
        bf_buf_adds(out, n.whole);
    else
        bf_buf_addc(out, '0');
    if (n.fraction.n) {
        bf_buf_addc(out, '.');
        bf_buf_adds(out, n.fraction);
    }
    const char *behind = n.fraction.p + n.fraction.n;
    const char *end = text.p + text.n;
    if (behind < end && *behind == '.') /* "5." and "5.E2" */
        behind++;
    bf_buf_add(out, behind, (size_t)(end - behind));
}

static void zeros(struct bf_buf *out, int64_t n)
{
    for (; n > 0; n--)
        bf_buf_addc(out, '0');
}

void bf_number_put_plain(struct bf_buf *out, struct bf_str text)
{
    struct parts n;
    size_t first, last;
    if (!parse(text, &n))
        return;
    significant(&n, &first, &last);
    if (first == last) {
        bf_buf_addc(out, '0');
        return;
    }
    if (n.negative)
        bf_buf_addc(out, '-');
    int64_t power = magnitude(&n, first);
    if (power < 0) {
        bf_buf_lit(out, "0.");
        zeros(out, -power - 1);
    }
    for (size_t i = first; i < last; i++, power--) {
        bf_buf_addc(out, digit_at(&n, i));
        if (power == 0 && i + 1 < last)
            bf_buf_addc(out, '.');
    }
    zeros(out, power + 1);
}
