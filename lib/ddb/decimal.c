#include "lib/ddb/decimal.h"

#include "lib/ddb/number.h"

enum { PLAIN_MAX = 1024, ADD_WIDTH = 2 * BF_DECIMAL_DIGITS };

static bool overflow(struct bf_err *e)
{
    return bf_err_set(e, BF_E_LIMIT, "a number of more than %d significant digits",
                      BF_DECIMAL_DIGITS);
}

static bool out_of_range(struct bf_err *e)
{
    return bf_err_set(e, BF_E_LIMIT, "a number above 1E+%d or below 1E-%d", BF_DECIMAL_POWER,
                      BF_DECIMAL_POWER);
}

/* The power of ten of the first digit. */
static int magnitude(const struct bf_decimal *d)
{
    return d->exponent + d->n - 1;
}

/* Removes zeros from both ends of the n digits and stores the rest. */
static bool store(const unsigned char *digits, int n, int exponent, bool negative,
                  struct bf_decimal *out, struct bf_err *e)
{
    while (n > 0 && digits[n - 1] == 0)
        n--, exponent++;
    while (n > 0 && digits[0] == 0)
        digits++, n--;
    if (n > BF_DECIMAL_DIGITS)
        return overflow(e);
    *out = (struct bf_decimal){.negative = negative && n, .exponent = n ? exponent : 0, .n = n};
    memcpy(out->digits, digits, (size_t)n);
    return !n || (magnitude(out) <= BF_DECIMAL_POWER && magnitude(out) >= -BF_DECIMAL_POWER) ||
           out_of_range(e);
}

bool bf_decimal_parse_long(struct bf_str text, struct bf_decimal *out, struct bf_err *e)
{
    char room[PLAIN_MAX];
    unsigned char digits[PLAIN_MAX];
    struct bf_buf plain = {.p = room, .cap = sizeof room, .max = sizeof room};
    if (!bf_number_check(text, e) && e->code != BF_E_LIMIT)
        return false;
    bf_number_put_plain(&plain, text);
    if (!bf_buf_ok(&plain))
        return out_of_range(e);
    int n = 0, behind = 0;
    bool point = false;
    for (size_t i = 0; i < plain.n; i++) {
        /* cppcheck-suppress uninitvar ; written through plain */
        if (room[i] == '.')
            point = true;
        if (room[i] < '0' || room[i] > '9')
            continue;
        digits[n++] = (unsigned char)(room[i] - '0');
        behind += point;
    }
    return store(digits, n, -behind, plain.n && room[0] == '-', out, e);
}

bool bf_decimal_parse(struct bf_str text, struct bf_decimal *out, struct bf_err *e)
{
    return bf_number_check(text, e) && bf_decimal_parse_long(text, out, e);
}

static int cmp_absolute(const struct bf_decimal *a, const struct bf_decimal *b)
{
    if (!a->n || !b->n)
        return (a->n > 0) - (b->n > 0);
    if (magnitude(a) != magnitude(b))
        return magnitude(a) < magnitude(b) ? -1 : 1;
    for (int i = 0; i < a->n || i < b->n; i++) {
        int x = i < a->n ? a->digits[i] : 0, y = i < b->n ? b->digits[i] : 0;
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

int bf_decimal_cmp(const struct bf_decimal *a, const struct bf_decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int c = cmp_absolute(a, b);
    return a->negative ? -c : c;
}

/* The digit of d at a power of ten. */
static int digit_at(const struct bf_decimal *d, int power)
{
    int i = magnitude(d) - power;
    return i >= 0 && i < d->n ? d->digits[i] : 0;
}

/* a| + sign * |b|, if the result is not negative; `negative` is the sign of the result. */
static bool combine(const struct bf_decimal *a, const struct bf_decimal *b, int sign, bool negative,
                    struct bf_decimal *out, struct bf_err *e)
{
    int low = a->exponent < b->exponent ? a->exponent : b->exponent;
    int high = magnitude(a) > magnitude(b) ? magnitude(a) : magnitude(b);
    int n = high - low + 2; /* one more digit for the carry */
    unsigned char digits[ADD_WIDTH];
    if (n > ADD_WIDTH)
        return overflow(e);
    int carry = 0;
    for (int i = n - 1, power = low; i >= 0; i--, power++) {
        int v = digit_at(a, power) + sign * digit_at(b, power) + carry;
        carry = v < 0 ? -1 : v > 9 ? 1 : 0;
        digits[i] = (unsigned char)(v - 10 * carry);
    }
    return store(digits, n, low, negative, out, e);
}

bool bf_decimal_add(const struct bf_decimal *a, const struct bf_decimal *b, struct bf_decimal *out,
                    struct bf_err *e)
{
    if (!a->n || !b->n) {
        *out = a->n ? *a : *b;
        return true;
    }
    if (a->negative == b->negative)
        return combine(a, b, 1, a->negative, out, e);
    return cmp_absolute(a, b) >= 0 ? combine(a, b, -1, a->negative, out, e)
                                   : combine(b, a, -1, b->negative, out, e);
}

bool bf_decimal_sub(const struct bf_decimal *a, const struct bf_decimal *b, struct bf_decimal *out,
                    struct bf_err *e)
{
    struct bf_decimal minus = *b;
    minus.negative = b->n && !b->negative;
    return bf_decimal_add(a, &minus, out, e);
}

bool bf_decimal_mul(const struct bf_decimal *a, const struct bf_decimal *b, struct bf_decimal *out,
                    struct bf_err *e)
{
    unsigned sums[2 * BF_DECIMAL_DIGITS] = {0};
    unsigned char digits[2 * BF_DECIMAL_DIGITS];
    int n = a->n + b->n;
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            sums[i + j + 1] += (unsigned)a->digits[i] * b->digits[j];
    for (int i = n - 1; i > 0; i--) {
        sums[i - 1] += sums[i] / 10;
        sums[i] %= 10;
    }
    for (int i = 0; i < n; i++)
        digits[i] = (unsigned char)sums[i];
    return store(digits, n, a->exponent + b->exponent, a->negative != b->negative, out, e);
}

void bf_decimal_put(struct bf_buf *out, const struct bf_decimal *d)
{
    if (!d->n) {
        bf_buf_addc(out, '0');
        return;
    }
    if (d->negative)
        bf_buf_addc(out, '-');
    int high = magnitude(d) > 0 ? magnitude(d) : 0;
    int low = d->exponent < 0 ? d->exponent : 0;
    for (int power = high; power >= low; power--) {
        if (power == -1)
            bf_buf_addc(out, '.');
        bf_buf_addc(out, (char)('0' + digit_at(d, power)));
    }
}
