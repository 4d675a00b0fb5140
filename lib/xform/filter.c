#include "lib/xform/filter.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/xform/dedupe.h"
#include "lib/ddb/differ.h"
#include "lib/pattern/pattern.h"
#include "lib/ddb/value.h"

enum { EXPLAINED_MAX = 64 * 1024 };

struct bf_filter {
    struct bf_pattern *patterns; /* NULL: no patterns */
    struct bf_dedupe *dedupe;
    bool no_match, changed_only;
    char *fields;
    char *names[BF_OPT_LIST_MAX]; /* of the patterns */
    bf_filter_tell_fn *tell;      /* NULL: do not explain */
    void *tell_ctx;
    struct bf_differ differ;
};

bool bf_filter_wanted(const struct bf_filter_conf *conf)
{
    return conf->match.n || conf->no_match || conf->explain || conf->dedupe || conf->changed_only;
}

static bool add_pattern(struct bf_filter *f, const struct bf_filter_conf *conf, size_t i,
                        struct bf_err *e)
{
    const char *name;
    char literal[32];
    snprintf(literal, sizeof literal, conf->match.n > 1 ? "--match %zu" : "--match", i + 1);
    return bf_pattern_add_arg(f->patterns, conf->match.item[i], literal, &name, e) &&
           ((f->names[i] = bf_str_dup(bf_str_of(name))) || bf_err_nomem(e));
}

static bool add_patterns(struct bf_filter *f, const struct bf_filter_conf *conf, struct bf_err *e)
{
    f->patterns = bf_pattern_new(e);
    if (!f->patterns)
        return false;
    for (size_t i = 0; i < conf->match.n; i++)
        if (!add_pattern(f, conf, i, e))
            return false;
    return bf_pattern_ready(f->patterns, e);
}

struct bf_filter *bf_filter_new(const struct bf_filter_conf *conf, struct bf_err *e)
{
    struct bf_filter *f = calloc(1, sizeof *f);
    bool ok = true;
    if (!f) {
        bf_err_nomem(e);
        return NULL;
    }
    f->no_match = conf->no_match;
    f->changed_only = conf->changed_only;
    f->tell = conf->explain ? conf->tell : NULL;
    f->tell_ctx = conf->tell_ctx;
    bf_differ_init(&f->differ);
    if (conf->fields && !(f->fields = bf_str_dup(bf_str_of(conf->fields))))
        ok = bf_err_nomem(e);
    if (ok && !conf->match.n && (conf->explain || conf->no_match))
        ok = bf_err_set(e, BF_E_USAGE, "%s wants --match",
                        conf->explain ? "--explain" : "--no-match");
    ok = ok && (!conf->match.n || add_patterns(f, conf, e));
    if (ok && conf->dedupe)
        ok = (f->dedupe = bf_dedupe_new(conf->dedupe, e)) != NULL;
    if (ok)
        return f;
    bf_filter_destroy(f);
    return NULL;
}

void bf_filter_destroy(struct bf_filter *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < BF_COUNT(f->names); i++)
        free(f->names[i]);
    bf_pattern_destroy(f->patterns);
    bf_dedupe_destroy(f->dedupe);
    bf_differ_free(&f->differ);
    free(f->fields);
    free(f);
}

static bool same_fields(struct bf_filter *f, const struct bf_change *c)
{
    struct bf_str rest = bf_str_of(f->fields), name;
    while (bf_str_split(&rest, ',', &name)) {
        struct bf_attr a, b;
        name = bf_str_trim(name);
        if (bf_str_starts(name, BF_STR("old.")) && !bf_image_find(&c->new_image, name))
            name = bf_str(name.p + 4, name.n - 4);
        bool in_new = bf_value_path(&c->new_image, name, &a);
        bool in_old = bf_value_path(&c->old_image, name, &b);
        if (in_new != in_old || (in_new && !bf_differ_same_value(&f->differ, &a, &b)))
            return false;
    }
    return true;
}

static bool changed(struct bf_filter *f, const struct bf_change *c, bool *pass, struct bf_err *e)
{
    if (c->op != BF_OP_MODIFY)
        return true;
    if (!c->new_image.present || !c->old_image.present)
        return bf_err_set(e, BF_E_INPUT, "no %s, which --changed-only compares",
                          c->new_image.present ? "OldImage" : "NewImage");
    bf_differ_begin(&f->differ);
    bool same = f->fields && same_fields(f, c);
    if (f->differ.nomem)
        return bf_err_nomem(e);
    if (!f->fields && !bf_differ_same_images(&f->differ, &c->new_image, &c->old_image, &same, e))
        return false;
    *pass = !same;
    return true;
}

/* Prints one line for each pattern that fails; if one matches, only one line for that. */
static void explain(struct bf_filter *f, const struct bf_change *c)
{
    size_t n = bf_pattern_count(f->patterns);
    struct bf_buf line, why;
    bf_buf_init(&line, EXPLAINED_MAX);
    bf_buf_init(&why, EXPLAINED_MAX);
    for (size_t i = 0; i < n; i++) {
        bf_buf_reset(&line);
        bf_buf_reset(&why);
        bool fails = bf_pattern_explain(f->patterns, i, c, &why);
        bf_buf_addf(&line, "%s: %s: ", fails ? "no match" : "match", f->names[i]);
        bf_buf_adds(&line, fails ? bf_buf_view(&why) : BF_STR("all fields"));
        const char *text = bf_buf_cstr(&line);
        f->tell(f->tell_ctx, text ? text : "too much to explain");
    }
    bf_buf_free(&line);
    bf_buf_free(&why);
}

bool bf_filter_takes(struct bf_filter *f, const struct bf_change *c, bool *pass, struct bf_err *e)
{
    *pass = true;
    if (f->patterns) {
        if (f->tell)
            explain(f, c);
        *pass = bf_pattern_match(f->patterns, c) != f->no_match;
    }
    if (*pass && f->changed_only && !changed(f, c, pass, e))
        return false;
    if (*pass && f->dedupe)
        *pass = !bf_dedupe_seen(f->dedupe, c);
    return true;
}

bool bf_filter_unseen(const struct bf_filter *f, size_t i, struct bf_buf *out, struct bf_str *name)
{
    return f->patterns && bf_pattern_unseen(f->patterns, i, out, name);
}

void bf_filter_merge(struct bf_filter *f, const struct bf_filter *other)
{
    if (f->patterns)
        bf_pattern_merge(f->patterns, other->patterns);
}
