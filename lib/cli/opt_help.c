#include "lib/cli/opt_help.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/cli/diag.h"
#include "lib/base/near.h"
#include "lib/cli/opt_complete.h"
#include "lib/io/out.h"

enum { HELP_MAX = 64 * 1024, COLUMN = 30, WIDTH = 80 };

static int print(struct bf_buf *b)
{
    struct bf_err e = {0};
    struct bf_out out;
    bool ok = bf_buf_check(b, "help text", &e) &&
              bf_out_init(&out, STDOUT_FILENO, "standard output", 0, &e);
    if (ok) {
        bf_out_write(&out, b->p, b->n);
        ok = bf_out_close(&out, &e);
    }
    bf_buf_free(b);
    if (!ok)
        bf_diag_error(&e);
    return ok ? 0 : 1;
}

/* Appends text, which begins in column `at` of its line, and goes on in column `indent` of the next where
 * a word would pass the width. */
static void wrap(struct bf_buf *b, const char *text, size_t at, size_t indent)
{
    struct bf_str rest = bf_str_of(text), word;
    for (bool first = true; bf_str_split(&rest, ' ', &word); first = false) {
        if (!first && at + 1 + word.n > WIDTH) {
            bf_buf_addf(b, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            bf_buf_addc(b, ' ');
            at++;
        }
        bf_buf_adds(b, word);
        at += word.n;
    }
    bf_buf_addc(b, '\n');
}

static void describe(struct bf_buf *b, const struct bf_opt *o)
{
    size_t start = b->n;
    if (o->letter)
        bf_buf_addf(b, "  -%c, --%s", o->letter, o->name);
    else
        bf_buf_addf(b, "      --%s", o->name);
    if (o->arg)
        bf_buf_addf(
            b, o->kind == BF_OPT_KIND_MAYBE || o->kind == BF_OPT_KIND_COMPLETIONS ? "[=%s]" : " %s",
            o->arg);
    size_t width = b->n - start;
    if (width >= COLUMN)
        bf_buf_addf(b, "\n%*s", COLUMN, "");
    else
        bf_buf_addf(b, "%*s", (int)(COLUMN - width), "");
    wrap(b, o->help, COLUMN, COLUMN);
}

int bf_opt_print_help(const struct bf_tool *tool)
{
    struct bf_buf b;
    const char *above = "";
    bf_buf_init(&b, HELP_MAX);
    bf_buf_addf(&b, "usage: %s %s\n", tool->name, tool->synopsis);
    wrap(&b, tool->about, 0, 0);
    for (size_t g = 0; g < tool->ngroups; g++) {
        const struct bf_opt_group *group = &tool->groups[g];
        const char *title = group->title ? group->title : "Options";
        if (strcmp(title, above) != 0)
            bf_buf_addf(&b, "\n%s:\n", title);
        above = title;
        for (size_t i = 0; i < group->n; i++)
            describe(&b, &group->opts[i]);
    }
    bf_buf_addf(&b, "\nSee %s(1), bfpipe(7).\n", tool->name);
    return print(&b);
}

int bf_opt_print_version(const struct bf_tool *tool)
{
    struct bf_buf b;
    bf_buf_init(&b, HELP_MAX);
    bf_buf_addf(&b, "%s (bfpipe) %s\n", tool->name, BF_VERSION);
    const char *libraries = tool->libraries ? tool->libraries() : "";
    if (*libraries)
        bf_buf_addf(&b, "%s\n", libraries);
    return print(&b);
}

int bf_opt_print_completions(const struct bf_tool *tool, struct bf_str shell)
{
    struct bf_buf b;
    bf_buf_init(&b, HELP_MAX);
    if (bf_opt_complete(&b, tool, shell.p ? shell : BF_STR("bash")))
        return print(&b);
    struct bf_err e = {0};
    bf_err_set(&e, BF_E_USAGE, "option '--completions': '%.*s' is not bash, zsh or fish",
               BF_SHOWN(shell));
    bf_diag_error(&e);
    return 2;
}

int bf_opt_print_report(const struct bf_opt *o, const void *group)
{
    struct bf_opt_report r = {
        .group = group, .detail = bf_diag_take_detail, .warn = bf_diag_take_warning};
    struct bf_err e = {0};
    bf_buf_init(&r.out, HELP_MAX);
    bool ok = o->fn(&r, bf_str(NULL, 0), &e);
    int status = print(&r.out);
    return ok ? status : bf_diag_exit(&e);
}

const char *bf_opt_nearest(const struct bf_tool *tool, struct bf_str name)
{
    struct bf_near near;
    bf_near_init(&near, name);
    for (size_t g = 0; g < tool->ngroups; g++)
        for (size_t i = 0; i < tool->groups[g].n; i++)
            bf_near_offer(&near, bf_str_of(tool->groups[g].opts[i].name));
    return near.best.p;
}
