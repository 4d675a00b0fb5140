/* Times of HTTP headers and of token files: what is taken for a time is one between the years 1 and 9999, and says the same
 * when it is written down and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/clock.h"

static void check(int64_t ms)
{
    struct bf_date d = bf_clock_date(ms);
    struct bf_err e;
    struct bf_buf b;
    int64_t again;
    if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 ||
        d.hour > 23 || d.minute > 59 || d.second > 59)
        abort();
    bf_buf_init(&b, 64);
    bf_clock_iso(&b, ms);
    if (!bf_clock_parse(bf_buf_view(&b), &again, &e) || again != ms)
        abort();
    bf_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bf_str text = bf_str((const char *)data, n);
    struct bf_err e;
    int64_t ms;
    if (bf_clock_parse_http(text, &ms))
        check(ms);
    if (bf_clock_parse(text, &ms, &e))
        check(ms);
    return 0;
}
