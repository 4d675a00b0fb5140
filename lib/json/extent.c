#include "lib/json/extent.h"

size_t bf_json_close(struct bf_str text, int64_t *depth)
{
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"' || c == '\n')
                in_string = false;
        } else if (c == '"')
            in_string = true;
        else if (c == '{' || c == '[')
            ++*depth;
        else if ((c == '}' || c == ']') && --*depth == 0)
            return i + 1;
    }
    return text.n;
}

size_t bf_json_extent(struct bf_str text)
{
    int64_t depth = 0;
    size_t n = text.n && text.p[0] == '{' ? bf_json_close(text, &depth) : 0;
    return depth == 0 ? n : 0;
}

size_t bf_json_extents(struct bf_str text)
{
    size_t whole = 0;
    for (size_t n; (n = bf_json_extent(bf_str(text.p + whole, text.n - whole)));) {
        size_t end = whole + n;
        while (end < text.n && (text.p[end] == ' ' || (text.p[end] >= '\t' && text.p[end] <= '\r')))
            end++;
        if (end == text.n || text.p[end] != '{')
            break;
        whole = end;
    }
    return whole;
}
