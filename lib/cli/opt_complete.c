/* What the table tells: the words of an enumerated option; FILE and DIR are files and folders; a synopsis that ends with
 * FILE takes files, one with COMMAND a command. Everything else, such as the name of a table, is left to the user: a
 * service would have to be asked for it. */
#include "lib/cli/opt_complete.h"

enum takes { NOTHING, WORDS, LIST, FILES, FOLDERS, TEXT };

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static enum takes takes(const struct bf_opt *o)
{
    if (!o->arg)
        return NOTHING;
    if (o->nwords)
        return strcmp(o->arg, "LIST") == 0 ? LIST : WORDS;
    return strcmp(o->arg, "FILE") == 0 ? FILES : strcmp(o->arg, "DIR") == 0 ? FOLDERS : TEXT;
}

/* The value of such an option is given with "=" or not at all. */
static bool only_with_equals(const struct bf_opt *o)
{
    return o->kind == BF_OPT_KIND_MAYBE || o->kind == BF_OPT_KIND_COMPLETIONS;
}

static bool repeats(const struct bf_opt *o)
{
    return o->kind == BF_OPT_KIND_LIST || o->kind == BF_OPT_KIND_COUNT;
}

static void add_words(struct bf_buf *b, const struct bf_opt *o)
{
    for (size_t i = 0; i < o->nwords; i++)
        bf_buf_addf(b, "%s%s", i ? " " : "", o->words[i].name);
}

/* Text between single quotes, for a shell; `also` are characters that the completion system wants escaped. */
static void add_quoted(struct bf_buf *b, const char *text, const char *also)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\'') {
            bf_buf_lit(b, "'\\''");
            continue;
        }
        if (strchr(also, *p))
            bf_buf_addc(b, '\\');
        bf_buf_addc(b, *p);
    }
}

typedef void each_fn(struct bf_buf *b, const struct bf_tool *tool, const struct bf_opt *o);

static void each(struct bf_buf *b, const struct bf_tool *tool, each_fn *fn)
{
    for (size_t g = 0; g < tool->ngroups; g++)
        for (size_t i = 0; i < tool->groups[g].n; i++)
            fn(b, tool, &tool->groups[g].opts[i]);
}

static void bash_value(struct bf_buf *b, const struct bf_tool *tool, const struct bf_opt *o)
{
    (void)tool;
    if (!o->arg)
        return;
    bf_buf_lit(b, "    ");
    if (o->letter && !only_with_equals(o))
        bf_buf_addf(b, "-%c|", o->letter);
    bf_buf_addf(b, only_with_equals(o) ? "--%s=) " : "--%s|--%s=) ", o->name, o->name);
    switch (takes(o)) {
    case WORDS:
        bf_buf_lit(b, "mapfile -t COMPREPLY < <(compgen -W '");
        add_words(b, o);
        bf_buf_lit(b, "' -- \"$cur\"); ");
        break;
    case LIST:
        bf_buf_lit(b, "mapfile -t COMPREPLY < <(compgen -P \"${cur%\"${cur##*,}\"}\" -W '");
        add_words(b, o);
        bf_buf_lit(b, "' -- \"${cur##*,}\"); compopt -o nospace; ");
        break;
    case FILES:
    case FOLDERS:
        bf_buf_addf(b, "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -%c -- \"$cur\"); ",
                    takes(o) == FILES ? 'f' : 'd');
        break;
    default:
        break;
    }
    bf_buf_lit(b, "return ;;\n");
}

static void bash_name(struct bf_buf *b, const struct bf_tool *tool, const struct bf_opt *o)
{
    (void)tool;
    bf_buf_addf(b, "--%s ", o->name);
    if (o->letter)
        bf_buf_addf(b, "-%c ", o->letter);
}

/* bash takes "--name=value" for three words. */
static void bash(struct bf_buf *b, const struct bf_tool *tool)
{
    bf_buf_addf(b, "_bfpipe_%s() {\n", tool->name);
    bf_buf_lit(b, "    local cur=${COMP_WORDS[COMP_CWORD]} key=\n"
                  "    [ \"$COMP_CWORD\" -gt 1 ] && key=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    if [ \"$cur\" = = ]; then key=$key= cur=\n"
                  "    elif [ \"$key\" = = ]; then key=${COMP_WORDS[COMP_CWORD-2]}=; fi\n"
                  "    COMPREPLY=()\n"
                  "    case $key in\n");
    each(b, tool, bash_value);
    bf_buf_lit(b, "    esac\n"
                  "    case $cur in\n"
                  "    -*) mapfile -t COMPREPLY < <(compgen -W '");
    each(b, tool, bash_name);
    bf_buf_lit(b, "' -- \"$cur\") ;;\n");
    if (strstr(tool->synopsis, "COMMAND"))
        bf_buf_lit(b, "    *) mapfile -t COMPREPLY < <(compgen -c -f -- \"$cur\") ;;\n");
    else if (ends_with(tool->synopsis, "[FILE ...]"))
        bf_buf_lit(
            b,
            "    *) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n");
    bf_buf_addf(b, "    esac\n}\ncomplete -F _bfpipe_%s %s\n", tool->name, tool->name);
}

static void zsh_option(struct bf_buf *b, const struct bf_tool *tool, const struct bf_opt *o)
{
    static const char special[] = "[]:\\";
    const char *tail = !o->arg ? "" : only_with_equals(o) ? "=-" : "=";
    (void)tool;
    bf_buf_lit(b, " \\\n    ");
    if (repeats(o))
        bf_buf_lit(b, "'*'");
    else if (o->letter)
        bf_buf_addf(b, "'(-%c --%s)'", o->letter, o->name);
    if (o->letter)
        bf_buf_addf(b, "{-%c%s,--%s%s}", o->letter, o->arg ? "+" : "", o->name, tail);
    else
        bf_buf_addf(b, "--%s%s", o->name, tail);
    bf_buf_lit(b, "'[");
    add_quoted(b, o->help, special);
    bf_buf_addc(b, ']');
    if (o->arg) {
        bf_buf_adds(b, only_with_equals(o) ? BF_STR("::") : BF_STR(":"));
        add_quoted(b, o->arg, special);
        bf_buf_addc(b, ':');
    }
    switch (takes(o)) {
    case WORDS:
        bf_buf_addc(b, '(');
        add_words(b, o);
        bf_buf_addc(b, ')');
        break;
    case LIST:
        bf_buf_lit(b, "_sequence compadd - ");
        add_words(b, o);
        break;
    case FILES:
        bf_buf_lit(b, "_files");
        break;
    case FOLDERS:
        bf_buf_lit(b, "_files -/");
        break;
    case TEXT:
        bf_buf_addc(b, ' ');
        break;
    case NOTHING:
        break;
    }
    bf_buf_addc(b, '\'');
}

static void zsh(struct bf_buf *b, const struct bf_tool *tool)
{
    bf_buf_addf(b, "#compdef %s\n_arguments -s", tool->name);
    each(b, tool, zsh_option);
    if (strstr(tool->synopsis, "COMMAND"))
        bf_buf_lit(b, " \\\n    '*::command: _normal'\n");
    else if (ends_with(tool->synopsis, "[FILE ...]"))
        bf_buf_lit(b, " \\\n    '*:file:_files'\n");
    else
        bf_buf_addc(b, '\n');
}

static void fish_option(struct bf_buf *b, const struct bf_tool *tool, const struct bf_opt *o)
{
    bf_buf_addf(b, "complete -c %s -l %s", tool->name, o->name);
    if (o->letter)
        bf_buf_addf(b, " -s %c", o->letter);
    switch (takes(o)) {
    case WORDS:
    case LIST:
        bf_buf_adds(b, only_with_equals(o) ? BF_STR(" -f -a '") : BF_STR(" -x -a '"));
        add_words(b, o);
        bf_buf_addc(b, '\'');
        break;
    case FILES:
        bf_buf_lit(b, " -r -F");
        break;
    case FOLDERS:
        bf_buf_lit(b, " -x -a '(__fish_complete_directories)'");
        break;
    case TEXT:
        if (!only_with_equals(o))
            bf_buf_lit(b, " -x");
        break;
    case NOTHING:
        break;
    }
    bf_buf_lit(b, " -d '");
    add_quoted(b, o->help, "\\");
    bf_buf_lit(b, "'\n");
}

static void fish(struct bf_buf *b, const struct bf_tool *tool)
{
    if (strstr(tool->synopsis, "COMMAND"))
        bf_buf_addf(b, "complete -c %s -f -a '(__fish_complete_subcommand)'\n", tool->name);
    else if (!ends_with(tool->synopsis, "[FILE ...]"))
        bf_buf_addf(b, "complete -c %s -f\n", tool->name);
    each(b, tool, fish_option);
}

bool bf_opt_complete(struct bf_buf *b, const struct bf_tool *tool, struct bf_str shell)
{
    if (bf_str_is(shell, "bash"))
        bash(b, tool);
    else if (bf_str_is(shell, "zsh"))
        zsh(b, tool);
    else if (bf_str_is(shell, "fish"))
        fish(b, tool);
    else
        return false;
    return true;
}
