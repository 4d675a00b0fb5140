/* The files of --view, and what both databases make of a view. */
#include <stdio.h>

#include "cmd/cdcproj/mirror/mirror.h"
#include "cmd/cdcproj/view/view.h"
#include "cmd/cdcproj/view/view_text.h"
#include "lib/io/file.h"
#include "lib/sqlite/text.h"

enum { FILE_MAX = 4 * 1024 * 1024 };

bool views_read(struct view **list, const struct bf_opt_list *files, bool pg, struct bf_err *e)
{
    struct bf_buf text;
    bf_buf_init(&text, FILE_MAX);
    bool ok = true;
    for (size_t i = 0; i < files->n && ok; i++) {
        bf_buf_reset(&text);
        ok = (bf_file_read(files->item[i], &text, e) &&
              view_parse(list, bf_buf_view(&text), pg, e)) ||
             bf_err_ctx(e, "--view %s", files->item[i]);
    }
    bf_buf_free(&text);
    views_nested(*list);
    return ok;
}

void view_check_names(struct view *v, const struct mirror *t)
{
    for (size_t g = 0; g < v->ngroup && v->kept; g++)
        for (size_t i = 0; i < t->n && v->by_alias[g].n && v->kept; i++)
            if (bf_str_same(t->col[i].name, v->by_alias[g])) {
                v->kept = false;
                snprintf(v->why, sizeof v->why,
                         "%.*s in GROUP BY is the column, not the result of that name",
                         BF_SHOWN(v->by_alias[g]));
            }
}

void view_put_table(struct bf_buf *out, const struct view *v, const char *ending)
{
    struct bf_buf name;
    bf_buf_init(&name, 1 << 20);
    bf_buf_lit(&name, "_bfpipe_view_");
    bf_buf_adds(&name, v->name);
    bf_buf_adds(&name, bf_str_of(ending));
    bf_sqlite_put_name(out, bf_buf_view(&name));
    bf_buf_free(&name);
}

bool agg_is_extreme(const struct agg *a)
{
    return a->op == AGG_MIN || a->op == AGG_MAX;
}

size_t view_skip_table(const struct view *v, const struct tokens *t, size_t i)
{
    bool qualified = token_punct(t, i + 1, '.') &&
                     (token_is_name(t, i, v->alias) || token_is_name(t, i, v->from));
    return qualified ? i + 2 : i;
}

bool view_put_expr(struct bf_buf *sql, const struct view *v, struct bf_str text,
                   view_put_column *put, struct bf_err *e)
{
    struct tokens t;
    bool ok = tokens_cut(&t, text, v->pg, e);
    for (size_t i = 0; ok && i < t.n; i++) {
        size_t from = i;
        i = view_skip_table(v, &t, i);
        if (!put || !put(sql, v, &t, from, i))
            bf_buf_adds(sql, t.t[i].text);
        bool glued = i + 1 < t.n && t.t[i].text.p + t.t[i].text.n == t.t[i + 1].text.p;
        if (!glued)
            bf_buf_addc(sql, ' ');
    }
    tokens_free(&t);
    return ok;
}

bool view_put_filter(struct bf_buf *sql, const struct view *v, const struct agg *a,
                     view_put_column *put, struct bf_err *e)
{
    if (!a->filter.n)
        return true;
    bf_buf_lit(sql, "CASE WHEN(");
    if (!view_put_expr(sql, v, a->filter, put, e))
        return false;
    bf_buf_lit(sql, ")THEN ");
    return true;
}
