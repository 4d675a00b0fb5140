#include "lib/cli/opt_file.h"

#include "lib/io/file.h"

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

/* The entry that begins at p, or a line that is none; *end is where it ends, *lines what it takes. */
static bool one_entry(const struct bf_tool *tool, void *config, char *p, char **end, size_t *lines,
                      struct bf_err *e)
{
    *end = end_of_line(p);
    *lines = 1;
    if (*p == '#' || bf_str_trim(bf_str(p, (size_t)(*end - p))).n == 0)
        return true;
    if (is_space(*p))
        return bf_err_set(e, BF_E_USAGE, "there is no option above that this line goes on with");
    *end = end_of_entry(p, lines);
    **end = '\0';
    return set_entry(tool, config, p, e);
}

static bool set_all(const struct bf_tool *tool, void *config, struct bf_buf *text, struct bf_err *e)
{
    char *p = text->p, *last = text->p + text->n;
    size_t lines;
    for (size_t line = 1; p < last; line += lines) {
        char *end;
        if (!one_entry(tool, config, p, &end, &lines, e))
            return bf_err_ctx(e, "line %zu", line);
        p = end + 1;
    }
    return true;
}

/* An option is text: where a NUL byte stands, its value would end unseen. */
static bool is_text(const struct bf_buf *text, struct bf_err *e)
{
    const char *nul = text->n ? memchr(text->p, '\0', text->n) : NULL;
    size_t line = 1;
    if (!nul)
        return true;
    for (const char *p = text->p; p < nul; p++)
        line += *p == '\n';
    return bf_err_set(e, BF_E_USAGE, "line %zu: holds a NUL byte", line);
}

/* The buffer has room for one more byte, so its own word for it would be wrong by one. */
static bool too_large(const char *path, struct bf_err *e)
{
    return bf_err_set(e, BF_E_LIMIT, "%s is larger than %d bytes", path, BF_OPT_FILE_BYTES);
}

bool bf_opt_file_read(struct bf_opt_files *files, const struct bf_tool *tool, void *config,
                      const char *path, struct bf_err *e)
{
    if (files->reading)
        return bf_err_set(e, BF_E_USAGE, "only on the command line");
    if (files->n == BF_OPT_FILES_MAX)
        return bf_err_set(e, BF_E_USAGE, "given more than %d times", BF_OPT_FILES_MAX);
    struct bf_buf *text = &files->text[files->n++];
    bf_buf_init(text, (size_t)BF_OPT_FILE_BYTES + 1);
    if (!bf_file_read(path, text, e))
        return e->code == BF_E_LIMIT ? too_large(path, e) : false;
    if (text->n > BF_OPT_FILE_BYTES)
        return too_large(path, e);
    if (!is_text(text, e))
        return bf_err_ctx(e, "%s", path);
    if (!bf_buf_cstr(text)) /* terminates it */
        return bf_buf_check(text, path, e);
    files->reading = true;
    bool ok = set_all(tool, config, text, e);
    files->reading = false;
    return ok || bf_err_ctx(e, "%s", path);
}

void bf_opt_files_free(struct bf_opt_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        bf_buf_free(&files->text[i]);
    files->n = 0;
}
