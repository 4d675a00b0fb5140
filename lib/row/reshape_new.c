/* The rules of a struct bf_reshape, from its options and files. */
#include <stdlib.h>

#include "lib/row/reshape_impl.h"
#include "lib/io/file.h"
#include "lib/json/scan.h"
#include "lib/json/write.h"
#include "lib/row/reshape_options.h"
#include "lib/row/row_impl.h"

enum { NAMES_MAX = 4 * 1024 * 1024, VALUES_MAX = 512 * 1024 * 1024 };

bool bf_reshape_wanted(const struct bf_reshape_conf *conf)
{
    return conf->rename.n || conf->drop.n || conf->hash.n || conf->types || conf->flatten ||
           conf->hash_key;
}

/* The rule for that name; created if it is new. */
static struct rule *rule_of(struct bf_reshape *r, struct bf_str name, struct bf_err *e)
{
    for (size_t i = 0; i < r->nrules; i++)
        if (bf_str_eq(r->rule[i].name, name))
            return &r->rule[i];
    if (!name.n || memchr(name.p, '.', name.n)) {
        bf_err_set(e, BF_E_USAGE,
                   "'%.*s' is not the name of an attribute; --flatten makes a_b of a.b",
                   (int)(name.n < 60 ? name.n : 60), name.p);
        return NULL;
    }
    if (r->nrules == RULES_MAX) {
        bf_err_set(e, BF_E_LIMIT, "more than %d names", RULES_MAX);
        return NULL;
    }
    struct rule *rule = &r->rule[r->nrules];
    *rule = (struct rule){0};
    if (!bf_arena_copy(&r->names, name, &rule->name)) {
        bf_err_nomem(e);
        return NULL;
    }
    r->first[(unsigned char)name.p[0]] = true;
    r->nrules++;
    return rule;
}

static bool add_rename(struct bf_reshape *r, struct bf_str item, struct bf_err *e)
{
    struct bf_str from, rest = item;
    (void)bf_str_split(&rest, '=', &from);
    if (!from.n || !rest.p || !rest.n)
        return bf_err_set(e, BF_E_USAGE, "wants OLD=NEW, not '%.*s'",
                          (int)(item.n < 60 ? item.n : 60), item.p);
    struct rule *rule = rule_of(r, bf_str_trim(from), e);
    if (!rule)
        return false;
    if (rule->rename.p)
        return bf_err_set(e, BF_E_USAGE, "%.*s gets two names", (int)rule->name.n, rule->name.p);
    bf_buf_reset(&r->text);
    bf_json_put_string(&r->text, bf_str_trim(rest));
    size_t n = r->text.n;
    for (int i = 0; i < PAD; i++)
        bf_buf_addc(&r->text, '\0');
    if (!bf_buf_ok(&r->text) || !bf_arena_copy(&r->names, bf_buf_view(&r->text), &rule->rename))
        return bf_err_nomem(e);
    rule->rename.n = n;
    r->renames = true;
    return true;
}

static bool add_list(struct bf_reshape *r, const struct bf_opt_list *list, char what,
                     struct bf_err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        struct bf_str rest = bf_str_of(list->item[i]), item;
        while (bf_str_split(&rest, ',', &item)) {
            if (what == 'r') {
                if (!add_rename(r, item, e))
                    return false;
                continue;
            }
            struct rule *rule = rule_of(r, bf_str_trim(item), e);
            if (!rule)
                return false;
            rule->drop |= what == 'd';
            rule->hash |= what == 'h';
        }
    }
    return true;
}

static bool read_types(struct bf_reshape *r, const char *path, struct bf_err *e)
{
    struct bf_buf file;
    struct bf_str rest, line, kept;
    bool ok;
    bf_buf_init(&file, NAMES_MAX);
    ok = bf_file_read(path, &file, e) &&
         (bf_arena_copy(&r->names, bf_buf_view(&file), &kept) || bf_err_nomem(e));
    bf_buf_free(&file);
    if (!ok)
        return false;
    rest = kept;
    for (unsigned number = 1; ok && bf_str_split(&rest, '\n', &line); number++) {
        struct bf_str name, words;
        line = bf_str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        struct rule *rule = bf_schema_line(line, &name, &words) ? rule_of(r, name, e) : NULL;
        ok = rule && !rule->typed;
        if (!name.n)
            bf_err_set(e, BF_E_INPUT, "a column without a name");
        if (rule && rule->typed)
            bf_err_set(e, BF_E_INPUT, "%.*s appears twice", (int)name.n, name.p);
        ok = ok && bf_shape_type_parse(&r->names, words, &rule->type, e);
        if (ok) {
            rule->typed = true;
            rule->type.counted = r->counted;
        } else
            bf_err_ctx(e, "%s: line %u", path, number);
    }
    return ok;
}

static bool read_key(struct bf_reshape *r, const char *path, struct bf_err *e)
{
    struct bf_buf file;
    bf_buf_init(&file, 64 * 1024);
    bool ok = bf_file_read(path, &file, e);
    struct bf_str key = bf_buf_view(&file);
    while (key.n && (key.p[key.n - 1] == '\n' || key.p[key.n - 1] == '\r'))
        key.n--;
    if (ok && key.n < 16)
        ok = bf_err_set(e, BF_E_USAGE, "%s: a key of less than 16 bytes hides nothing", path);
    if (ok)
        bf_hmac256_init(&r->key, key);
    bf_buf_free(&file);
    return ok;
}

static bool setup(struct bf_reshape *r, const struct bf_reshape_conf *conf, struct bf_err *e)
{
    if (conf->hash.n && !conf->hash_key)
        return bf_err_set(e, BF_E_USAGE, "--hash needs --hash-key FILE");
    if (conf->hash_key && !conf->hash.n)
        return bf_err_set(e, BF_E_USAGE, "--hash-key without --hash");
    if (conf->hash_key && !read_key(r, conf->hash_key, e))
        return bf_err_ctx(e, "--hash-key");
    if (!add_list(r, &conf->rename, 'r', e))
        return bf_err_ctx(e, "--rename");
    if (!add_list(r, &conf->drop, 'd', e))
        return bf_err_ctx(e, "--drop");
    if (!add_list(r, &conf->hash, 'h', e))
        return bf_err_ctx(e, "--hash");
    if (conf->types && !read_types(r, conf->types, e))
        return bf_err_ctx(e, "--types");
    for (size_t i = 0; i < r->nrules; i++)
        if (r->rule[i].hash && r->rule[i].typed)
            return bf_err_set(e, BF_E_USAGE, "--hash and --types both name %.*s",
                              (int)r->rule[i].name.n, r->rule[i].name.p);
    r->first['\\'] = r->nrules > 0; /* a name that begins with an escape may be any name */
    r->first['o'] |= r->nrules > 0; /* and so may one after "old." */
    return true;
}

struct bf_reshape *bf_reshape_new(const struct bf_reshape_conf *conf, struct bf_err *e)
{
    struct bf_reshape *r = calloc(1, sizeof *r);
    if (!r) {
        bf_err_nomem(e);
        return NULL;
    }
    r->flatten = conf->flatten;
    r->counted = conf->counted;
    bf_arena_init(&r->names, NAMES_MAX);
    bf_arena_init(&r->values, VALUES_MAX);
    bf_buf_init(&r->text, VALUES_MAX);
    bf_buf_init(&r->fitted, VALUES_MAX);
    bf_change_init(&r->inner);
    bf_map_init(&r->seen, ATTRS_MAX);
    if (setup(r, conf, e))
        return r;
    bf_reshape_destroy(r);
    return NULL;
}

void bf_reshape_destroy(struct bf_reshape *r)
{
    if (!r)
        return;
    bf_arena_free(&r->names);
    bf_arena_free(&r->values);
    bf_buf_free(&r->text);
    bf_buf_free(&r->fitted);
    bf_change_free(&r->inner);
    bf_map_free(&r->seen);
    free(r->attr);
    free(r);
}
