#include "lib/cli/opt.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/cli/diag.h"
#include "lib/io/file.h"
#include "lib/base/near.h"
#include "lib/cli/opt_env.h"
#include "lib/cli/opt_help.h"

static const struct bf_opt_word shells[] = {{"bash", 0}, {"zsh", 0}, {"fish", 0}};

const struct bf_opt bf_opt_common[BF_OPT_COMMON_N] = {
    BF_OPT_COUNT('v', "verbose", struct bf_common, verbose,
                 "say more on standard error; -vv still more"),
    BF_OPT_FLAG('q', "quiet", struct bf_common, quiet, "only errors on standard error"),
    BF_OPT_FLAG(0, "progress", struct bf_common, progress, "show progress even without a terminal"),
    BF_OPT_FLAG(0, "no-progress", struct bf_common, no_progress, "show no progress"),
    BF_OPT_ROW(0, "completions", BF_OPT_KIND_COMPLETIONS, 0, "SHELL",
               "print a completion for bash, zsh or fish and exit", NULL, .words = shells,
               .nwords = BF_COUNT(shells)),
    BF_OPT_ROW('h', "help", BF_OPT_KIND_HELP, 0, NULL, "print this help and exit", NULL),
    BF_OPT_ROW('V', "version", BF_OPT_KIND_VERSION, 0, NULL, "print version and libraries and exit",
               NULL),
};

/* An option and where its group lies in the config. */
struct found {
    const struct bf_opt *opt;
    size_t at;
    struct bf_str old;   /* p NULL: it goes by its name; else the old spelling, "-c" */
    struct bf_str value; /* p not NULL: what that old spelling stands for */
};

enum { OLD_MAX = 16 };

struct parse {
    const struct bf_tool *tool;
    char *config;
    char **argv;
    int i, argc;
    const char **operands;
    size_t noperands;
    int exit;                  /* BF_OPT_RUN, or the status to end with */
    struct found old[OLD_MAX]; /* old spellings met, to be told once the loudness is known */
    size_t nold;
    struct found report; /* an option that is done in place of the tool's work; opt NULL: none */
};

/* Is "-c" or "--cnt" one of the old spellings of o? */
static bool is_old(const struct bf_opt *o, char letter, struct bf_str name, struct found *f)
{
    struct bf_str rest = bf_str_of(o->old), value;
    while (rest.p && bf_str_split(&rest, ' ', &value)) {
        struct bf_str word = {0};
        (void)bf_str_split(&value, '=', &word);
        bool is_letter = word.n == 2;
        if (letter ? is_letter && word.p[1] == letter
                   : !is_letter && bf_str_eq(name, bf_str(word.p + 2, word.n - 2))) {
            f->old = word;
            f->value = value;
            return true;
        }
    }
    return false;
}

static bool find_as(const struct bf_tool *tool, char letter, struct bf_str name, bool old,
                    struct found *f)
{
    *f = (struct found){0};
    for (size_t g = 0; g < tool->ngroups; g++) {
        const struct bf_opt_group *group = &tool->groups[g];
        for (size_t i = 0; i < group->n; i++) {
            const struct bf_opt *o = &group->opts[i];
            f->opt = o;
            f->at = group->at + o->at;
            if (old      ? is_old(o, letter, name, f)
                : letter ? o->letter == letter
                         : bf_str_eq(name, bf_str_of(o->name)))
                return true;
        }
    }
    return false;
}

/* Today's spellings go first. */
static bool find(const struct bf_tool *tool, char letter, struct bf_str name, struct found *f)
{
    return find_as(tool, letter, name, false, f) || find_as(tool, letter, name, true, f);
}

static void warn_old(const struct found *f)
{
    if (!f->old.p)
        return;
    if (f->old.n == 2 && f->opt->letter)
        bf_diag_warn("%.*s is now -%c", (int)f->old.n, f->old.p, f->opt->letter);
    else
        bf_diag_warn("%.*s is now --%s%s%s", (int)f->old.n, f->old.p, f->opt->name,
                     f->value.p ? " " : "", f->value.p ? f->value.p : "");
}

static bool append(struct bf_opt_list *list, const char *value, struct bf_err *e)
{
    if (list->n == BF_OPT_LIST_MAX)
        return bf_err_set(e, BF_E_USAGE, "given more than %d times", BF_OPT_LIST_MAX);
    list->item[list->n++] = value;
    return true;
}

bool bf_opt_choose(const struct bf_opt_word *words, size_t n, struct bf_str value, int *out,
                   struct bf_err *e)
{
    struct bf_buf all;
    struct bf_near near;
    bf_near_init(&near, value);
    for (size_t i = 0; i < n; i++) {
        if (bf_str_eq(value, bf_str_of(words[i].name))) {
            *out = words[i].value;
            return true;
        }
        bf_near_offer(&near, bf_str_of(words[i].name));
    }
    bf_buf_init(&all, sizeof e->text);
    for (size_t i = 0; i < n; i++)
        bf_buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", words[i].name);
    if (near.best.p)
        bf_buf_addf(&all, "; did you mean '%s'?", near.best.p);
    const char *list = bf_buf_cstr(&all);
    bf_err_set(e, BF_E_USAGE, "'%.*s' is not %s", BF_SHOWN(value), list ? list : "known");
    bf_buf_free(&all);
    return false;
}

/* A number in the option's own unit. */
static void add_number(struct bf_buf *b, const struct bf_opt *o, uint64_t v)
{
    if (o->kind == BF_OPT_KIND_SIZE)
        bf_num_add_size(b, v);
    else if (o->kind == BF_OPT_KIND_MS)
        bf_num_add_duration(b, v);
    else
        bf_buf_u64(b, v);
}

/* "0 is not from 1 to 64", "0 is less than 1", where it is so. */
static bool in_range(const struct bf_opt *o, uint64_t v, struct bf_str value, struct bf_err *e)
{
    struct bf_buf range;
    if (o->max == 0 || (v >= o->min && v <= o->max))
        return true;
    bf_buf_init(&range, 100);
    bf_buf_adds(&range, o->max == UINT64_MAX ? BF_STR("less than ") : BF_STR("not from "));
    add_number(&range, o, o->min);
    if (o->max != UINT64_MAX) {
        bf_buf_lit(&range, " to ");
        add_number(&range, o, o->max);
    }
    const char *text = bf_buf_cstr(&range);
    bf_err_set(e, BF_E_USAGE, "%.*s is %s", BF_SHOWN(value), text ? text : "out of its range");
    bf_buf_free(&range);
    return false;
}

static bool assign_number(const struct bf_opt *o, uint64_t *field, struct bf_str value,
                          struct bf_err *e)
{
    uint64_t v = 0;
    bool ok = o->kind == BF_OPT_KIND_SIZE ? bf_num_size(value, &v, e)
              : o->kind == BF_OPT_KIND_MS ? bf_num_duration(value, &v, e)
                                          : bf_num_u64(value, &v, e);
    ok = ok && in_range(o, v, value, e);
    if (ok)
        *field = v;
    return ok;
}

bool bf_opt_range(struct bf_str value, uint64_t min, uint64_t max, uint64_t *out, struct bf_err *e)
{
    const struct bf_opt o = {.kind = BF_OPT_KIND_U64, .min = min, .max = max};
    return assign_number(&o, out, value, e);
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
    case BF_OPT_KIND_SIZE:
    case BF_OPT_KIND_MS:
        return assign_number(o, field, s, e);
    case BF_OPT_KIND_CHOICE:
        return bf_opt_choose(o->words, o->nwords, s, field, e);
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
static bool prints(struct parse *p, const struct bf_opt *o, const char *value)
{
    if (o->kind == BF_OPT_KIND_HELP)
        p->exit = bf_opt_print_help(p->tool);
    else if (o->kind == BF_OPT_KIND_VERSION)
        p->exit = bf_opt_print_version(p->tool);
    else if (o->kind == BF_OPT_KIND_COMPLETIONS)
        p->exit = bf_opt_print_completions(p->tool, bf_str_of(value));
    else
        return false;
    return true;
}

static void note_old(struct parse *p, const struct found *f)
{
    bool known = !f->old.p || p->nold == OLD_MAX;
    for (size_t i = 0; i < p->nold; i++)
        known = known || p->old[i].old.p == f->old.p;
    if (!known)
        p->old[p->nold++] = *f;
}

/* value NULL: take the next argument if the option wants one. */
static bool apply(struct parse *p, struct found f, const char *value, struct bf_err *e)
{
    if (prints(p, f.opt, value))
        return true;
    if (f.value.p && value)
        return bf_err_set(e, BF_E_USAGE, "option '%.*s' takes no value", (int)f.old.n, f.old.p);
    if (f.value.p)
        value = f.value.p;
    if (f.opt->arg && !value && f.opt->kind != BF_OPT_KIND_MAYBE) {
        if (p->i + 1 >= p->argc)
            return bf_err_set(e, BF_E_USAGE, "option '--%s' needs a value: %s", f.opt->name,
                              f.opt->arg);
        value = p->argv[++p->i];
    } else if (!f.opt->arg && value)
        return bf_err_set(e, BF_E_USAGE, "option '--%s' takes no value", f.opt->name);
    note_old(p, &f);
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
                          BF_SHOWN(name), near);
    return bf_err_set(e, BF_E_USAGE, "unknown option '--%.*s'", BF_SHOWN(name));
}

static bool short_options(struct parse *p, const char *arg, struct bf_err *e)
{
    for (; *arg && p->exit == BF_OPT_RUN; arg++) {
        struct found f;
        if (!find(p->tool, *arg, (struct bf_str){NULL, 0}, &f))
            return bf_err_set(e, BF_E_USAGE, "unknown option '-%c'", *arg);
        bool takes_rest = f.opt->arg && !f.value.p && arg[1];
        if (!apply(p, f, takes_rest ? arg + 1 : NULL, e))
            return false;
        if (f.opt->arg && !f.value.p)
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
    bool ok = (tool->own_environment || bf_opt_env(tool, config, false, &e)) && parse_all(&p, &e);
    set_loudness(tool, config);
    for (size_t i = 0; i < p.nold; i++)
        warn_old(&p.old[i]);
    if (!ok) {
        bf_diag_error(&e);
        bf_diag_hint("try '%s --help'", tool->name);
        return 2;
    }
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
        return bf_err_set(e, BF_E_USAGE, "unknown option '%.*s'", BF_SHOWN(name));
    if (f.value.p && value)
        return bf_err_set(e, BF_E_USAGE, "option '%.*s' takes no value", (int)f.old.n, f.old.p);
    if (f.value.p)
        value = f.value.p;
    if ((f.opt->arg != NULL) != (value != NULL) && f.opt->kind != BF_OPT_KIND_MAYBE)
        return bf_err_set(e, BF_E_USAGE,
                          f.opt->arg ? "option '%s' needs a value" : "option '%s' takes no value",
                          f.opt->name);
    warn_old(&f);
    if (assign(f.opt, (char *)config + f.at, value, e))
        return true;
    return bf_err_ctx(e, "option '%s'", f.opt->name);
}

enum bf_opt_takes bf_opt_takes(const struct bf_tool *tool, struct bf_str name)
{
    struct found f;
    if (!name.n || !find(tool, 0, name, &f) || f.opt->kind == BF_OPT_KIND_HELP ||
        f.opt->kind == BF_OPT_KIND_VERSION || f.opt->kind == BF_OPT_KIND_COMPLETIONS)
        return BF_OPT_UNKNOWN;
    return f.opt->arg && !f.value.p ? BF_OPT_VALUE : BF_OPT_NOTHING;
}
