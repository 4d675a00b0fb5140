#include "lib/json/write.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "lib/encoding/enc.h"
#include "lib/json/cpu.h"

static void control(struct bf_buf *out, unsigned char c)
{
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    if (letters[c]) {
        bf_buf_addc(out, '\\');
        bf_buf_addc(out, letters[c]);
    } else
        bf_buf_addf(out, "\\u%04x", c);
}

static bool is_special(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void special(struct bf_buf *out, unsigned char c)
{
    if (c < 0x20) {
        control(out, c);
        return;
    }
    bf_buf_addc(out, '\\');
    bf_buf_addc(out, (char)c);
}

/* Appends the beginning of s up to where fewer than 16 bytes of it, or of room, are left; returns its length. Text with
 * many quotes, such as a JSON document, is written at twice the speed. */
static size_t escaped_blocks(struct bf_buf *out, struct bf_str s)
{
    size_t i = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'),
                  control_max = _mm_set1_epi8(0x1F);
    bool blocks = bf_cpu_level() != BF_CPU_PORTABLE;
    while (blocks && s.n - i >= 16 && out->max - out->n >= 16) {
        char *to = bf_buf_room(out, 16);
        if (!to)
            return s.n;
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        __m128i found =
            _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(v, control_max), v),
                         _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)));
        unsigned bits = (unsigned)_mm_movemask_epi8(found);
        size_t n = bits ? (size_t)__builtin_ctz(bits) : 16;
        _mm_storeu_si128((__m128i *)(void *)to, v);
        out->n += n;
        i += n;
        if (bits)
            special(out, (unsigned char)s.p[i++]);
    }
#else
    (void)out;
    (void)s;
#endif
    return i;
}

/* s must be valid UTF-8. */
static void escaped(struct bf_buf *out, struct bf_str s)
{
    size_t from = escaped_blocks(out, s);
    for (size_t i = from; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!is_special(c))
            continue;
        bf_buf_add(out, s.p + from, i - from);
        from = i + 1;
        special(out, c);
    }
    bf_buf_add(out, s.p + from, s.n - from);
}

void bf_json_put_escaped(struct bf_buf *out, struct bf_str s)
{
    size_t bad;
    while (s.n && !bf_utf8_valid(s, &bad)) {
        escaped(out, bf_str(s.p, bad));
        bf_buf_lit(out, "\xEF\xBF\xBD");
        s.p += bad + 1;
        s.n -= bad + 1;
    }
    if (s.n)
        escaped(out, s);
}

void bf_json_put_string(struct bf_buf *out, struct bf_str s)
{
    bf_buf_addc(out, '"');
    bf_json_put_escaped(out, s);
    bf_buf_addc(out, '"');
}

void bf_json_put_key(struct bf_buf *out, bool *first, struct bf_str key)
{
    if (!*first)
        bf_buf_addc(out, ',');
    *first = false;
    bf_json_put_string(out, key);
    bf_buf_addc(out, ':');
}
