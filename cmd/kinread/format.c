#include "cmd/kinread/format.h"

#include <inttypes.h>

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/json/write.h"

enum { TEXT_MAX = 64 * 1024 };

static bool hex_digit(char c, unsigned *v)
{
    *v = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                : 16;
    return *v < 16;
}

/* The escape behind the backslash at *s; steps over it. */
static bool escape(const char **s, char *out, struct bf_err *e)
{
    static const char letters[] = "nrt0\\", values[] = "\n\r\t\0\\";
    unsigned high, low;
    char c = **s;
    const char *at = c ? strchr(letters, c) : NULL;
    if (at) {
        *out = values[at - letters];
        *s += 1;
        return true;
    }
    if (c == 'x' && hex_digit((*s)[1], &high) && hex_digit((*s)[2], &low)) {
        *out = (char)(high << 4 | low);
        *s += 3;
        return true;
    }
    return bf_err_set(e, BF_E_USAGE, "--format: unknown escape '\\%.1s'", *s);
}

static bool add_part(struct format *f, char kind, size_t from, struct bf_err *e)
{
    size_t n = f->text.n - from;
    if (!kind && n == 0)
        return true;
    if (f->n == FORMAT_PARTS_MAX)
        return bf_err_set(e, BF_E_USAGE, "--format: more than %d parts", FORMAT_PARTS_MAX);
    f->parts[f->n++] = (struct format_part){kind, bf_str(f->text.p ? f->text.p + from : NULL, n)};
    return true;
}

bool format_compile(struct format *f, const char *source, struct bf_err *e)
{
    *f = (struct format){0};
    bf_buf_init(&f->text, TEXT_MAX);
    if (!bf_buf_room(&f->text, strlen(source) + 1)) /* so that the views into it stay */
        return bf_buf_check(&f->text, "--format", e);
    size_t from = 0;
    for (const char *s = source; *s;) {
        char c = *s++;
        if (c == '\\') {
            if (!escape(&s, &c, e))
                return false;
        } else if (c == '%') {
            c = *s ? *s++ : '\0';
            if (!c || !strchr("dDksStTlzoin%", c))
                return bf_err_set(e, BF_E_USAGE, "--format: unknown '%%%.1s'", c ? s - 1 : "");
            if (c != '%' && c != 'n') {
                if (!add_part(f, 0, from, e) || !add_part(f, c, f->text.n, e))
                    return false;
                from = f->text.n;
                continue;
            }
            c = c == 'n' ? '\n' : '%';
        }
        bf_buf_addc(&f->text, c);
    }
    return add_part(f, 0, from, e);
}

void format_free(struct format *f)
{
    bf_buf_free(&f->text);
}

static void put_part(char kind, struct bf_buf *out, const struct item *item)
{
    switch (kind) {
    case 'd':
        bf_buf_adds(out, item->data);
        break;
    case 'D':
        bf_base64_encode(out, item->data);
        break;
    case 'k':
        bf_buf_adds(out, item->key);
        break;
    case 's':
        bf_buf_adds(out, item->sequence);
        break;
    case 'S':
        bf_buf_adds(out, bf_str_of(item->shard));
        break;
    case 'o':
        bf_buf_adds(out, bf_str_of(item->stream));
        break;
    case 't':
        bf_clock_iso(out, item->time_ms);
        break;
    case 'T':
        bf_buf_u64(out, (uint64_t)item->time_ms);
        break;
    case 'l':
        bf_buf_u64(out, (uint64_t)item->lag_ms);
        break;
    case 'z':
        bf_buf_u64(out, item->data.n);
        break;
    case 'i':
        bf_buf_u64(out, item->index);
        break;
    default:
        break;
    }
}

void format_put(const struct format *f, struct bf_buf *out, const struct item *item)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->parts[i].kind)
            put_part(f->parts[i].kind, out, item);
        else
            bf_buf_adds(out, f->parts[i].text);
}

static void put_key(struct bf_buf *out, const struct item *item)
{
    bf_buf_lit(out, ",\"key\":");
    if (item->json)
        bf_buf_adds(out, item->key.n ? item->key : BF_STR("null"));
    else
        bf_json_put_string(out, item->key);
}

void envelope_put(struct bf_buf *out, const struct item *item)
{
    bf_buf_lit(out, "{\"stream\":");
    bf_json_put_string(out, bf_str_of(item->stream));
    bf_buf_lit(out, ",\"shard\":");
    bf_json_put_string(out, bf_str_of(item->shard));
    bf_buf_lit(out, ",\"sequence\":");
    bf_json_put_string(out, item->sequence);
    if (item->part) {
        bf_buf_lit(out, ",\"index\":");
        bf_buf_u64(out, item->index);
    }
    put_key(out, item);
    if (item->time_ms) {
        bf_buf_lit(out, ",\"time\":\"");
        bf_clock_iso(out, item->time_ms);
        bf_buf_addc(out, '"');
    }
    if (item->json) {
        bf_buf_lit(out, ",\"data\":");
        bf_buf_adds(out, item->data);
    } else if (bf_utf8_valid(item->data, NULL)) {
        bf_buf_lit(out, ",\"data\":");
        bf_json_put_string(out, item->data);
    } else {
        bf_buf_lit(out, ",\"data_base64\":\"");
        bf_base64_encode(out, item->data);
        bf_buf_addc(out, '"');
    }
    bf_buf_addc(out, '}');
}
