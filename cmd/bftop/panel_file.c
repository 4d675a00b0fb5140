/* The panel file. A statement is a view of the file's text, so that an error's place in it is a line of the file. */
#include <stdio.h>

#include "cmd/bftop/panel.h"
#include "lib/base/num.h"
#include "lib/cli/opt.h"
#include "lib/io/file.h"

enum { REFRESH_MS = 500, REFRESH_LEAST_MS = 100, REFRESH_MOST_MS = 86400000 };

static const struct bf_opt_word kinds[] = {{"number", PANEL_NUMBER}, {"line", PANEL_LINE},
                                           {"bars", PANEL_BARS},     {"table", PANEL_TABLE},
                                           {"funnel", PANEL_FUNNEL}, {"rate", PANEL_RATE}};

struct file {
    struct panels *panels;
    struct bf_str rest;
    size_t line; /* of what `rest` begins with */
};

static bool continues(struct bf_str rest)
{
    return rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

/* The next entry with the lines that go on with it; *line is that of its first. */
static bool next_entry(struct file *f, struct bf_str *entry, size_t *line)
{
    struct bf_str one;
    *line = f->line;
    const char *from = f->rest.p;
    if (!f->rest.p || !bf_str_split(&f->rest, '\n', &one))
        return false;
    f->line++;
    /* blank lines inside a statement belong to it */
    for (struct bf_str ahead = f->rest; ahead.p && one.n && one.p[0] != '#' && one.p[0] != '[';) {
        size_t n = 0;
        do
            n++;
        while (bf_str_split(&ahead, '\n', &one) && !bf_str_trim(one).n && ahead.p);
        if (!continues(one) || !bf_str_trim(one).n)
            break;
        f->rest = ahead;
        f->line += n;
    }
    const char *end = f->rest.p ? f->rest.p - 1 : f->panels->text.p + f->panels->text.n;
    *entry = bf_str(from, (size_t)(end - from));
    return true;
}

static bool add_panel(struct panels *p, struct bf_str entry, struct bf_err *e)
{
    struct bf_str t = bf_str_trim(entry);
    if (t.p[t.n - 1] != ']')
        return bf_err_set(e, BF_E_INPUT, "'%.*s' has no ] at its end", BF_SHOWN(t));
    if (p->n == PANELS_MAX)
        return bf_err_set(e, BF_E_LIMIT, "more than %d panels", PANELS_MAX);
    p->panel[p->n++] = (struct panel){.title = bf_str_trim(bf_str(t.p + 1, t.n - 2)),
                                      .kind = PANEL_TABLE,
                                      .refresh_ms = REFRESH_MS};
    return true;
}

static bool set(struct panels *p, struct bf_str name, struct bf_str value, size_t line,
                struct bf_err *e)
{
    struct panel *panel = &p->panel[p->n - 1];
    int kind = 0;
    if (bf_str_is(name, "sql")) {
        panel->sql = value;
        panel->line = line;
        return value.n || bf_err_set(e, BF_E_INPUT, "sql has no statement");
    }
    if (bf_str_is(name, "kind")) {
        if (!bf_opt_choose(kinds, BF_COUNT(kinds), value, &kind, e))
            return bf_err_ctx(e, "kind");
        panel->kind = (enum panel_kind)kind;
        return true;
    }
    if (bf_str_is(name, "refresh")) {
        if (!bf_num_duration(value, &panel->refresh_ms, e))
            return bf_err_ctx(e, "refresh");
        return (panel->refresh_ms >= REFRESH_LEAST_MS && panel->refresh_ms <= REFRESH_MOST_MS) ||
               bf_err_set(e, BF_E_INPUT, "refresh is 100ms to 1d");
    }
    return bf_err_set(e, BF_E_INPUT, "'%.*s' is not kind, refresh or sql", BF_SHOWN(name));
}

static bool take(struct panels *p, struct bf_str entry, size_t line, struct bf_err *e)
{
    if (!bf_str_trim(entry).n || entry.p[0] == '#')
        return true;
    if (entry.p[0] == '[')
        return add_panel(p, entry, e);
    if (!p->n)
        return bf_err_set(e, BF_E_INPUT, "a panel begins with its title: [Title]");
    size_t n = 0;
    while (n < entry.n && !strchr(" \t=\r\n", entry.p[n]))
        n++;
    struct bf_str value = bf_str(entry.p + n, entry.n - n);
    while (value.n && (value.p[0] == ' ' || value.p[0] == '\t'))
        value = bf_str(value.p + 1, value.n - 1);
    if (value.n && value.p[0] == '=')
        value = bf_str(value.p + 1, value.n - 1);
    struct bf_str trimmed = bf_str_trim(value);
    for (const char *at = value.p; at < trimmed.p; at++)
        line += *at == '\n';
    return set(p, bf_str(entry.p, n), trimmed, line, e);
}

bool panels_read(struct panels *p, const char *path, struct bf_err *e)
{
    struct file f = {.panels = p, .line = 1};
    struct bf_str entry;
    size_t line = 0;
    p->path = path;
    if (!bf_file_read(path, &p->text, e))
        return false;
    if (memchr(p->text.p ? p->text.p : "", 0, p->text.n))
        return bf_err_set(e, BF_E_INPUT, "%s: this is no text file", path);
    f.rest = bf_buf_view(&p->text);
    while (next_entry(&f, &entry, &line))
        if (!take(p, entry, line, e))
            return bf_err_ctx(e, "%s: line %zu", path, line);
    for (size_t i = 0; i < p->n; i++)
        if (!p->panel[i].sql.n)
            return bf_err_set(e, BF_E_INPUT, "%s: the panel '%.*s' has no sql", path,
                              BF_SHOWN(p->panel[i].title));
    return p->n ||
           bf_err_set(e, BF_E_INPUT, "%s: no panel is in it; one begins with [Title]", path);
}
