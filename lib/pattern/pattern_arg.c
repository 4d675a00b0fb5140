/* A pattern as an option has it. */
#include "lib/io/file.h"
#include "lib/pattern/pattern.h"

bool bf_pattern_add_arg(struct bf_pattern *p, const char *arg, const char *literal,
                        const char **name, struct bf_err *e)
{
    struct bf_str text = bf_str_of(arg), trimmed = bf_str_trim(text);
    struct bf_buf file;
    bool ok = true;
    *name = arg;
    bf_buf_init(&file, BF_PATTERN_TEXT + 1);
    if (trimmed.n == 0 || trimmed.p[0] == '{' || trimmed.p[0] == '[')
        *name = literal;
    else if ((ok = bf_file_read(arg, &file, e)))
        text = bf_buf_view(&file);
    if (ok && !bf_pattern_add(p, text, e))
        ok = bf_err_ctx(e, "%s", *name);
    else if (!ok)
        bf_err_ctx(e, "%s", literal);
    bf_buf_free(&file);
    return ok;
}
