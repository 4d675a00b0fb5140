#include "cmd/cdcxform/conf_file.h"

#include "lib/base/file.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static char *end_of_line(char *p)
{
    char *newline = strchr(p, '\n');
    return newline ? newline : p + strlen(p);
}

/* An entry: from p to the end of the last line that goes on with it. */
static char *end_of_entry(char *p, size_t *lines)
{
    char *end = end_of_line(p);
    for (*lines = 1; *end && is_space(end[1]); ++*lines)
        end = end_of_line(end + 1);
    return end;
}

/* "name = value", "name value" or "name"; terminated in place. */
static bool set_entry(const struct bf_tool *tool, void *config, char *p, struct bf_err *e)
{
    if (p[0] == '-' && p[1] == '-')
        p += 2;
    size_t n = strcspn(p, " \t\r\n=");
    struct bf_str name = bf_str(p, n);
    struct bf_str rest = bf_str_trim(bf_str_of(p + n));
    bool assigned = rest.n && rest.p[0] == '=';
    if (assigned)
        rest = bf_str_trim(bf_str(rest.p + 1, rest.n - 1));
    if (n == 0)
        return bf_err_set(e, BF_E_USAGE, "the name of an option was expected");
    size_t at = (size_t)(rest.p - p);
    p[at + rest.n] = '\0';
    return bf_opt_set(tool, config, name, rest.n || assigned ? p + at : NULL, e);
}

static bool set_all(const struct bf_tool *tool, void *config, char *p, struct bf_err *e)
{
    size_t lines = 0;
    for (size_t line = 1; *p; line += lines) {
        char *end = end_of_line(p);
        bool more = *end != '\0';
        struct bf_str text = bf_str_trim(bf_str(p, (size_t)(end - p)));
        lines = 1;
        if (text.n && *p != '#') {
            if (is_space(*p)) {
                bf_err_set(e, BF_E_USAGE, "there is no option above that this line goes on with");
                return bf_err_ctx(e, "line %zu", line);
            }
            end = end_of_entry(p, &lines);
            more = *end != '\0';
            *end = '\0';
            if (!set_entry(tool, config, p, e))
                return bf_err_ctx(e, "line %zu", line);
        }
        p = end + more;
    }
    return true;
}

bool conf_file_read(struct conf_files *files, const struct bf_tool *tool, void *config,
                    const char *path, struct bf_err *e)
{
    if (files->reading)
        return bf_err_set(e, BF_E_USAGE, "only on the command line");
    if (files->n == CONF_FILES_MAX)
        return bf_err_set(e, BF_E_USAGE, "given more than %d times", CONF_FILES_MAX);
    struct bf_buf *text = &files->text[files->n++];
    bf_buf_init(text, (size_t)TEXT_MAX + 1);
    if (!bf_file_read(path, text, e))
        return false;
    if (text->n && memchr(text->p, '\0', text->n))
        return bf_err_set(e, BF_E_USAGE, "%s: holds a NUL byte", path);
    if (!bf_buf_cstr(text)) /* terminates it */
        return bf_err_nomem(e);
    files->reading = true;
    bool ok = set_all(tool, config, text->p, e);
    files->reading = false;
    return ok || bf_err_ctx(e, "%s", path);
}

void conf_files_free(struct conf_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        bf_buf_free(&files->text[i]);
}
