#include "lib/ddb/order.h"

enum { STREAM_DIGITS = 40, KINESIS_DIGITS = 56, TIME_DIGITS = 16, PART_DIGITS = 10 };

/* Writes the digits with leading zeros; returns out itself if there are none, or more than
 * width. */
static char *pad(char *out, struct bf_str digits, size_t width)
{
    if (digits.n == 0 || digits.n > width)
        return out;
    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return out;
    memset(out, '0', width - digits.n);
    memcpy(out + width - digits.n, digits.p, digits.n);
    return out + width;
}

static char *put_time(char *out, int64_t us)
{
    for (int i = TIME_DIGITS - 1; i >= 0; i--, us /= 10)
        out[i] = (char)('0' + us % 10);
    return out + TIME_DIGITS;
}

size_t bf_order_write(const struct bf_change *c, char *out)
{
    int64_t us;
    unsigned decimals;
    if (c->seq.text.p)
        return (size_t)(pad(out, c->seq.text, STREAM_DIGITS) - out);
    if (!c->kinesis_seq.text.p || !bf_change_time(c, &us, &decimals) || us < 0)
        return 0;
    char *number = put_time(out, us);
    *number++ = '-';
    char *end = pad(number, c->kinesis_seq.text, KINESIS_DIGITS);
    if (end == number)
        return 0;
    if (c->kinesis_part.p) {
        *end = '-';
        char *part = pad(end + 1, c->kinesis_part, PART_DIGITS);
        end = part > end + 1 ? part : end;
    }
    return (size_t)(end - out);
}
