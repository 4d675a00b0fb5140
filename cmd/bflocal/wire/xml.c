#include "cmd/bflocal/wire/xml.h"

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"

void bl_xml_put(struct bf_buf *out, struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        switch (ch) {
        case '&':
            bf_buf_lit(out, "&amp;");
            break;
        case '<':
            bf_buf_lit(out, "&lt;");
            break;
        case '>':
            bf_buf_lit(out, "&gt;");
            break;
        case '"':
            bf_buf_lit(out, "&quot;");
            break;
        default:
            if ((unsigned char)ch < 0x20 && ch != '\n' && ch != '\t')
                bf_buf_addf(out, "&#x%X;", (unsigned char)ch);
            else
                bf_buf_addc(out, ch);
        }
    }
}

void bl_xml_element(struct bf_buf *out, const char *name, struct bf_str s)
{
    bf_buf_addf(out, "<%s>", name);
    bl_xml_put(out, s);
    bf_buf_addf(out, "</%s>", name);
}

void bl_xml_time(struct bf_buf *out, const char *name, int64_t wall_ms)
{
    struct bf_date d = bf_clock_date(wall_ms);
    bf_buf_addf(out, "<%s>%04d-%02d-%02dT%02d:%02d:%02d.000Z</%s>", name, d.year, d.month, d.day,
                d.hour, d.minute, d.second, name);
}
