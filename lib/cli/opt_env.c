#include "lib/cli/opt_env.h"

#include <ctype.h>

extern char **environ;

enum { NAME_MAX_BYTES = 64 };

/* "max-line" for BF_MAX_LINE, in room; an empty view for what no option is called. */
static struct bf_str option_name(struct bf_str variable, char room[NAME_MAX_BYTES])
{
    size_t n = variable.n - 3;
    if (n > NAME_MAX_BYTES)
        return (struct bf_str){NULL, 0};
    for (size_t i = 0; i < n; i++) {
        char c = variable.p[3 + i];
        if (!isupper((unsigned char)c) && !isdigit((unsigned char)c) && c != '_')
            return (struct bf_str){NULL, 0};
        room[i] = (char)(c == '_' ? '-' : tolower((unsigned char)c));
    }
    return bf_str(room, n);
}

/* "BF_NAME=value" */
static bool set_variable(const struct bf_tool *tool, void *config, const char *assignment,
                         bool strict, struct bf_err *e)
{
    char room[NAME_MAX_BYTES];
    struct bf_str variable = bf_str(assignment, strcspn(assignment, "="));
    const char *value = assignment + variable.n + (assignment[variable.n] == '=');
    struct bf_str name = option_name(variable, room), v = bf_str_of(value);
    enum bf_opt_takes takes = bf_opt_takes(tool, name);
    if (takes == BF_OPT_UNKNOWN)
        return !strict ||
               bf_err_set(e, BF_E_USAGE, "%.*s: there is no such option", BF_SHOWN(variable));
    if (v.n == 0)
        return true;
    if (takes == BF_OPT_NOTHING) {
        if (bf_str_is(v, "0") || bf_str_is(v, "false"))
            return true;
        if (!bf_str_is(v, "1") && !bf_str_is(v, "true"))
            return bf_err_set(e, BF_E_USAGE, "%.*s: '%.60s' is not 1, true, 0 or false",
                              BF_SHOWN(variable), value);
        value = NULL;
    }
    return bf_opt_set(tool, config, name, value, e) || bf_err_ctx(e, "%.*s", BF_SHOWN(variable));
}

bool bf_opt_env(const struct bf_tool *tool, void *config, bool strict, struct bf_err *e)
{
    for (char **v = environ; *v; v++)
        if (strncmp(*v, "BF_", 3) == 0 && !set_variable(tool, config, *v, strict, e))
            return false;
    return true;
}
