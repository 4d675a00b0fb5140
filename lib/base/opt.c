#include "lib/base/opt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/diag.h"
#include "lib/base/file.h"
#include "lib/base/num.h"
#include "lib/base/opt_help.h"

const struct bf_opt bf_opt_common[BF_OPT_COMMON_N] = {
    BF_OPT_COUNT('v', "verbose", struct bf_common, verbose,
                 "say more on standard error; -vv still more"),
    BF_OPT_FLAG('q', "quiet", struct bf_common, quiet, "only errors on standard error"),
    BF_OPT_FLAG(0, "progress", struct bf_common, progress, "show progress even without a terminal"),
    BF_OPT_FLAG(0, "no-progress", struct bf_common, no_progress, "show no progress"),
    {0, "completions", BF_OPT_KIND_COMPLETIONS, 0, NULL, "print a bash completion and exit", NULL},
    {'h', "help", BF_OPT_KIND_HELP, 0, NULL, "print this help and exit", NULL},
    {'V', "version", BF_OPT_KIND_VERSION, 0, NULL, "print version and libraries and exit", NULL},
};

/* An option and where its group lies in the config. */
struct found {
    const struct bf_opt *opt;
    size_t at;
};

struct parse {
    const struct bf_tool *tool;
    char *config;
    char **argv;
    int i, argc;
    const char **operands;
    size_t noperands;
    int exit;            /* BF_OPT_RUN, or the status to end with */
    struct found report; /* an option that is done in place of the tool's work; opt NULL: none */
};

static bool find(const struct bf_tool *tool, char letter, struct bf_str name, struct found *f)
{
    for (size_t g = 0; g < tool->ngroups; g++) {
        const struct bf_opt_group *group = &tool->groups[g];
        for (size_t i = 0; i < group->n; i++) {
            const struct bf_opt *o = &group->opts[i];
            if (letter ? o->letter == letter : bf_str_eq(name, bf_str_of(o->name))) {
                *f = (struct found){o, group->at + o->at};
                return true;
            }
        }
    }
    return false;
}

static bool append(struct bf_opt_list *list, const char *value, struct bf_err *e)
{
    if (list->n == BF_OPT_LIST_MAX)
        return bf_err_set(e, BF_E_USAGE, "given more than %d times", BF_OPT_LIST_MAX);
    list->item[list->n++] = value;
    return true;
}

static bool assign(const struct bf_opt *o, void *field, const char *value, struct bf_err *e)
{
    struct bf_str s = bf_str_of(value);
    switch (o->kind) {
    case BF_OPT_KIND_ON:
        *(bool *)field = true;
        return true;
    case BF_OPT_KIND_COUNT:
        ++*(unsigned *)field;
        return true;
    case BF_OPT_KIND_OFF:
        *(bool *)field = false;
        return true;
    case BF_OPT_KIND_STR:
        *(const char **)field = value;
        return true;
    case BF_OPT_KIND_LIST:
        return append(field, value, e);
    case BF_OPT_KIND_U64:
        return bf_num_u64(s, field, e);
    case BF_OPT_KIND_SIZE:
        return bf_num_size(s, field, e);
    case BF_OPT_KIND_MS:
        return bf_num_duration(s, field, e);
    case BF_OPT_KIND_RATE:
        return bf_num_rate(s, field, e);
    case BF_OPT_KIND_FN:
    case BF_OPT_KIND_MAYBE:
        return o->fn(field, s, e);
    case BF_OPT_KIND_HELP:
    case BF_OPT_KIND_VERSION:
    case BF_OPT_KIND_COMPLETIONS:
    case BF_OPT_KIND_REPORT:
        break;
    }
    return bf_err_set(e, BF_E_USAGE, "only on the command line");
}

/* Handles the options that print and end; true when o was one. */
static bool prints(struct parse *p, const struct bf_opt *o)
{
    if (o->kind == BF_OPT_KIND_HELP)
        p->exit = bf_opt_print_help(p->tool);
    else if (o->kind == BF_OPT_KIND_VERSION)
        p->exit = bf_opt_print_version(p->tool);
    else if (o->kind == BF_OPT_KIND_COMPLETIONS)
        p->exit = bf_opt_print_completions(p->tool);
    else
        return false;
    return true;
}

/* value NULL: take the next argument if the option wants one. */
static bool apply(struct parse *p, struct found f, const char *value, struct bf_err *e)
{
    if (prints(p, f.opt))
        return true;
    if (f.opt->arg && !value && f.opt->kind != BF_OPT_KIND_MAYBE) {
        if (p->i + 1 >= p->argc)
            return bf_err_set(e, BF_E_USAGE, "option '--%s' needs a value: %s", f.opt->name,
                              f.opt->arg);
        value = p->argv[++p->i];
    } else if (!f.opt->arg && value)
        return bf_err_set(e, BF_E_USAGE, "option '--%s' takes no value", f.opt->name);
    if (f.opt->kind == BF_OPT_KIND_REPORT)
        p->report = f;
    else if (!assign(f.opt, p->config + f.at, value, e))
        return bf_err_ctx(e, "option '--%s'", f.opt->name);
    return true;
}

static bool long_option(struct parse *p, const char *arg, struct bf_err *e)
{
    const char *eq = strchr(arg, '=');
    struct bf_str name = eq ? bf_str(arg, (size_t)(eq - arg)) : bf_str_of(arg);
    struct found f;
    if (find(p->tool, 0, name, &f))
        return apply(p, f, eq ? eq + 1 : NULL, e);
    const char *near = bf_opt_nearest(p->tool, name);
    if (near)
        return bf_err_set(e, BF_E_USAGE, "unknown option '--%.*s'; did you mean '--%s'?",
                          (int)(name.n > 60 ? 60 : name.n), name.p, near);
    return bf_err_set(e, BF_E_USAGE, "unknown option '--%.*s'", (int)(name.n > 60 ? 60 : name.n),
                      name.p);
}

static bool short_options(struct parse *p, const char *arg, struct bf_err *e)
{
    for (; *arg && p->exit == BF_OPT_RUN; arg++) {
        struct found f;
        if (!find(p->tool, *arg, (struct bf_str){NULL, 0}, &f))
            return bf_err_set(e, BF_E_USAGE, "unknown option '-%c'", *arg);
        bool takes_rest = f.opt->arg && arg[1];
        if (!apply(p, f, takes_rest ? arg + 1 : NULL, e))
            return false;
        if (f.opt->arg)
            return true;
    }
    return true;
}

static bool operand(struct parse *p, const char *arg, struct bf_err *e)
{
    if (p->noperands == p->tool->max_operands)
        return bf_err_set(e, BF_E_USAGE, "unexpected argument '%.60s'", arg);
    p->operands[p->noperands++] = arg;
    return true;
}

static bool parse_all(struct parse *p, struct bf_err *e)
{
    bool options = true;
    for (p->i = 1; p->i < p->argc && p->exit == BF_OPT_RUN; p->i++) {
        const char *arg = p->argv[p->i];
        bool ok;
        if (options && strcmp(arg, "--") == 0) {
            options = false;
            continue;
        }
        if (options && arg[0] == '-' && arg[1] == '-')
            ok = long_option(p, arg + 2, e);
        else if (options && arg[0] == '-' && arg[1])
            ok = short_options(p, arg + 1, e);
        else
            ok = operand(p, arg, e);
        if (!ok)
            return false;
    }
    if (p->exit == BF_OPT_RUN && !p->report.opt && p->noperands < p->tool->min_operands)
        return bf_err_set(e, BF_E_USAGE, "usage: %s %s", p->tool->name, p->tool->synopsis);
    return true;
}

/* The loudness that the common group asked for, wherever it lies. */
static void set_loudness(const struct bf_tool *tool, const char *config)
{
    for (size_t g = 0; g < tool->ngroups; g++) {
        if (tool->groups[g].opts != bf_opt_common)
            continue;
        const struct bf_common *c = (const void *)(config + tool->groups[g].at);
        bf_diag_loudness(c->verbose, c->quiet);
    }
}

int bf_opt_parse(const struct bf_tool *tool, int argc, char **argv, void *config,
                 const char **operands, size_t *noperands)
{
    struct parse p = {.tool = tool,
                      .config = config,
                      .argv = argv,
                      .argc = argc,
                      .operands = operands,
                      .exit = BF_OPT_RUN};
    struct bf_err e = {0};
    bf_file_hold_standard();
    bf_diag_tool(tool->name);
    if (!parse_all(&p, &e)) {
        bf_diag_error(&e);
        bf_diag_hint("try '%s --help'", tool->name);
        return 2;
    }
    set_loudness(tool, config);
    if (noperands)
        *noperands = p.noperands;
    if (p.exit == BF_OPT_RUN && p.report.opt)
        return bf_opt_print_report(p.report.opt, p.config + p.report.at);
    return p.exit;
}

bool bf_opt_set(const struct bf_tool *tool, void *config, struct bf_str name, const char *value,
                struct bf_err *e)
{
    struct found f;
    if (!find(tool, 0, name, &f))
        return bf_err_set(e, BF_E_USAGE, "unknown option '%.*s'", (int)(name.n > 60 ? 60 : name.n),
                          name.p);
    if ((f.opt->arg != NULL) != (value != NULL) && f.opt->kind != BF_OPT_KIND_MAYBE)
        return bf_err_set(e, BF_E_USAGE,
                          f.opt->arg ? "option '%s' needs a value" : "option '%s' takes no value",
                          f.opt->name);
    if (assign(f.opt, (char *)config + f.at, value, e))
        return true;
    return bf_err_ctx(e, "option '%s'", f.opt->name);
}

const struct bf_opt *bf_opt_find(const struct bf_tool *tool, struct bf_str name)
{
    struct found f;
    return find(tool, 0, name, &f) ? f.opt : NULL;
}

bool bf_opt_up_to(const char *option, uint64_t value, uint64_t max, struct bf_err *e)
{
    return (value >= 1 && value <= max) ||
           bf_err_set(e, BF_E_USAGE, "%s: %" PRIu64 " is not from 1 to %" PRIu64, option, value,
                      max);
}
