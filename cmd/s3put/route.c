#include "cmd/s3put/route.h"

#include <inttypes.h>

#include "lib/aws/s3/s3.h"
#include "lib/base/clock.h"
#include "lib/cli/diag.h"
#include "lib/base/num.h"
#include "lib/ddb/number.h"
#include "lib/json/write.h"

enum { ID_MAX = 8192, TEXT_MAX = 4096 };

/* Names that --hive takes from the time, unless written NAME=FIELD. */
static const struct {
    const char *name, *pattern;
} time_parts[] = {
    {"dt", "yyyy-MM-dd"}, {"year", "yyyy"}, {"month", "MM"}, {"day", "dd"}, {"hour", "HH"},
};

static struct bf_str without_dot(struct bf_str path)
{
    return path.n > 1 && path.p[0] == '.' ? bf_str(path.p + 1, path.n - 1) : path;
}

static struct route_field *find_field(struct route *r, struct bf_str name)
{
    for (size_t i = 0; i < r->nfields; i++)
        if (bf_str_eq(r->fields[i].name, name))
            return &r->fields[i];
    return NULL;
}

static bool add_field(struct route *r, struct bf_str name, struct bf_str path, struct bf_err *e)
{
    if (find_field(r, name))
        return true;
    if (r->nfields == ROUTE_FIELDS - 1)
        return bf_err_set(e, BF_E_USAGE, "more than %d partition fields", ROUTE_FIELDS - 1);
    struct route_field *f = &r->fields[r->nfields++];
    *f = (struct route_field){.name = name, .path = without_dot(path)};
    f->nested = f->path.n && memchr(f->path.p, '.', f->path.n) != NULL;
    return true;
}

/* "FIELD" or "NAME=FIELD"; *named says which. */
static bool split_spec(struct bf_str spec, struct bf_str *name, struct bf_str *path, bool *named,
                       struct bf_err *e)
{
    *path = spec;
    *named = bf_str_split(path, '=', name) && path->p;
    if (!*named)
        *path = *name;
    *name = without_dot(*name);
    if (name->n && path->n)
        return true;
    return bf_err_set(e, BF_E_USAGE, "'%.*s' is not FIELD or NAME=FIELD", BF_SHOWN(spec));
}

static bool add_partitions(struct route *r, const struct bf_opt_list *list, struct bf_err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        struct bf_str rest = bf_str_of(list->item[i]), spec, name, path;
        bool named;
        while (bf_str_split(&rest, ',', &spec))
            if (!split_spec(spec, &name, &path, &named, e) || !add_field(r, name, path, e))
                return bf_err_ctx(e, "option '--partition'");
    }
    return true;
}

static const char *time_pattern(struct bf_str name)
{
    for (size_t i = 0; i < BF_COUNT(time_parts); i++)
        if (bf_str_eq(name, bf_str_of(time_parts[i].name)))
            return time_parts[i].pattern;
    return NULL;
}

/* Appends NAME=value/ for each; the fields' expressions are named "hive:FIELD" so that their values
 * are written the way Hive escapes them. */
static bool add_hive(struct route *r, const char *hive, struct bf_err *e)
{
    struct bf_str rest = bf_str_of(hive), spec, name, path;
    bool named;
    if (r->text.n && r->text.p[r->text.n - 1] != '/')
        bf_buf_addc(&r->text, '/');
    while (bf_str_split(&rest, ',', &spec)) {
        if (!split_spec(spec, &name, &path, &named, e))
            return bf_err_ctx(e, "option '--hive'");
        const char *pattern = named ? NULL : time_pattern(name);
        bf_buf_adds(&r->text, name);
        if (pattern)
            bf_buf_addf(&r->text, "=!{timestamp:%s}/", pattern);
        else if (add_field(r, name, path, e)) {
            find_field(r, name)->hive = true;
            bf_buf_lit(&r->text, "=!{partitionKeyFromQuery:hive:");
            bf_buf_adds(&r->text, name);
            bf_buf_lit(&r->text, "}/");
        } else
            return false;
    }
    return true;
}

static struct bf_str plain_name(struct bf_str name)
{
    return bf_str_starts(name, BF_STR("hive:")) ? bf_str(name.p + 5, name.n - 5) : name;
}

/* What the prefix names is a field even without --partition; what --partition names must be used. */
static bool match_fields(struct route *r, struct bf_err *e)
{
    bool used[ROUTE_FIELDS] = {false};
    for (size_t i = 0; i < r->prefix.n; i++) {
        if (r->prefix.part[i].kind != BF_PREFIX_FIELD)
            continue;
        struct bf_str name = plain_name(r->prefix.part[i].text);
        if (!add_field(r, name, name, e))
            return false;
        for (size_t f = 0; f < r->nfields; f++)
            used[f] = used[f] || bf_str_eq(r->fields[f].name, name);
    }
    for (size_t f = 0; f < r->nfields; f++)
        if (!used[f])
            return bf_err_set(e, BF_E_USAGE,
                              "the prefix does not use partition key '%.*s': "
                              "write !{partitionKeyFromQuery:%.*s} into it, or use --hive",
                              (int)r->fields[f].name.n, r->fields[f].name.p,
                              (int)r->fields[f].name.n, r->fields[f].name.p);
    return true;
}

bool route_init(struct route *r, const struct config *c, struct bf_err *e)
{
    *r = (struct route){.config = c};
    bf_buf_init(&r->text, TEXT_MAX);
    bf_buf_init(&r->id, ID_MAX);
    bf_buf_init(&r->scratch, ID_MAX);
    bf_buf_adds(&r->text, c->prefix);
    if (!bf_s3_check_prefix(c->prefix, e) || !add_partitions(r, &c->partition, e) ||
        (c->hive && !add_hive(r, c->hive, e)) || !bf_buf_check(&r->text, "the prefix", e) ||
        !bf_prefix_parse(&r->prefix, bf_buf_view(&r->text), BF_PREFIX_OF_DATA, e) ||
        !match_fields(r, e))
        return false;
    r->timed = c->time_field != NULL;
    if (r->timed) {
        struct bf_str path = without_dot(bf_str_of(c->time_field));
        r->fields[r->nfields] = (struct route_field){
            .name = path, .path = path, .nested = path.n && memchr(path.p, '.', path.n)};
    }
    if (!config_json(c) && r->nfields)
        return bf_err_set(e, BF_E_USAGE, "partitions need JSON rows");
    return true;
}

void route_warn(const struct route *r)
{
    struct bf_str prefix = r->config->prefix;
    char doubt[200];
    if (bf_prefix_doubt(&r->prefix, doubt))
        bf_diag_warn("%s", doubt);
    if (!r->prefix.has_expression && prefix.n && prefix.p[prefix.n - 1] != '/')
        bf_diag_warn("the objects' names begin with '%.*sYYYY/MM/...': a prefix that is a folder "
                     "ends in '/'",
                     BF_SHOWN_TO(prefix, 200));
}

/* A wrong name would else put all rows into the default partition without a word. */
void route_tell(const struct route *r, uint64_t rows)
{
    for (size_t i = 0; rows && i < r->nfields; i++)
        if (r->fields[i].defaulted == rows)
            bf_diag_hint("no row had a value for the partition field '%.*s'; is its name right?",
                         (int)r->fields[i].name.n, r->fields[i].name.p);
        else if (r->fields[i].defaulted)
            bf_diag_note("%" PRIu64 " rows without partition field '%.*s'", r->fields[i].defaulted,
                         (int)r->fields[i].name.n, r->fields[i].name.p);
}

void route_free(struct route *r)
{
    bf_buf_free(&r->text);
    bf_buf_free(&r->id);
    bf_buf_free(&r->scratch);
}

/* Follows the rest of a dotted path into the value of its first key. */
static bool descend(struct route_field *f, struct bf_str rest, struct bf_err *e)
{
    struct bf_str key;
    while (f->found && bf_str_split(&rest, '.', &key)) {
        if (f->value.type != BF_JSON_OBJECT)
            f->found = false;
        else if (!bf_json_find(f->value.raw, key, &f->value, &f->found, e))
            return false;
    }
    return true;
}

/* One pass over the row: validates it and finds the fields. */
static bool scan(struct route *r, struct bf_str row, size_t n, struct bf_err *e)
{
    struct bf_json j;
    struct bf_json_key key;
    struct bf_json_val v;
    enum bf_json_more more;
    for (size_t i = 0; i < n; i++)
        r->fields[i].found = false;
    bf_json_init(&j, row);
    if (!bf_json_enter(&j, BF_JSON_OBJECT, e))
        return false;
    while ((more = bf_json_member(&j, &key, e)) == BF_JSON_MORE) {
        if (!bf_json_value(&j, &v, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            struct route_field *f = &r->fields[i];
            struct bf_str rest = f->path, first = f->path;
            if (f->nested)
                (void)bf_str_split(&rest, '.', &first);
            if (!bf_json_key_eq(&key, first))
                continue;
            f->value = v;
            f->found = true;
            if (f->nested && !descend(f, rest, e))
                return false;
        }
    }
    return more == BF_JSON_END && bf_json_end(&j, e);
}

static bool no_value(const struct route_field *f, const char *why, struct bf_err *e)
{
    return bf_err_set(e, BF_E_INPUT, "field '%.*s' %s", BF_SHOWN_TO(f->name, 80), why);
}

/* Appends a value of the id, its length in front. */
static bool put_text(struct route *r, const struct route_field *f, struct bf_str text,
                     struct bf_err *e)
{
    char length[2] = {(char)(text.n >> 8), (char)(text.n & 255)};
    bf_buf_add(&r->id, length, sizeof length);
    bf_buf_adds(&r->id, text);
    return bf_buf_ok(&r->id) || no_value(f, "is too long for a key", e);
}

/* Leaves the field's characters in r->scratch: a string decoded, a number in its plain form. */
static void read_value(struct route *r, const struct bf_json_val *v)
{
    struct bf_err ignored;
    bf_buf_reset(&r->scratch);
    if (v->type == BF_JSON_STRING && v->escaped)
        bf_json_unescape(&r->scratch, v->text);
    else if (v->type == BF_JSON_NUMBER && bf_number_check(v->text, &ignored))
        bf_number_put_plain(&r->scratch, v->text);
    else
        bf_buf_adds(&r->scratch, v->text);
}

static bool put_value(struct route *r, const struct route_field *f, struct bf_err *e)
{
    if (!f->found)
        return no_value(f, "is missing", e);
    if (f->value.type == BF_JSON_NULL)
        return no_value(f, "is null", e);
    if (f->value.type == BF_JSON_OBJECT || f->value.type == BF_JSON_ARRAY)
        return no_value(f, "is no single value", e);
    read_value(r, &f->value);
    if (!bf_buf_ok(&r->scratch))
        return no_value(f, "is too long for a key", e);
    if (r->scratch.n == 0)
        return no_value(f, "is empty", e);
    return put_text(r, f, bf_buf_view(&r->scratch), e);
}

/* The value of a row's field, or what stands for none. */
static bool put_field(struct route *r, struct route_field *f, struct bf_err *e)
{
    const char *none = r->config->partition_default;
    if (!none && f->hive)
        none = "__HIVE_DEFAULT_PARTITION__";
    bool has = f->found && f->value.type != BF_JSON_NULL &&
               (f->value.type != BF_JSON_STRING || f->value.text.n > 0);
    if (has || !none)
        return put_value(r, f, e);
    f->defaulted++;
    return put_text(r, f, bf_str_of(none), e);
}

/* Seconds, milliseconds or microseconds since 1970, told by their size, or text. */
static bool parse_time(struct route *r, const struct route_field *f, struct bf_err *e)
{
    struct bf_err ignored;
    uint64_t v;
    if (f->value.type == BF_JSON_STRING) {
        if (bf_clock_parse(f->value.text, &r->time_ms, &ignored))
            return true;
        return no_value(f, "is not a time such as 2026-11-27T06:30:00Z", e);
    }
    read_value(r, &f->value);
    struct bf_str s = bf_buf_view(&r->scratch);
    const char *point = s.n ? memchr(s.p, '.', s.n) : NULL;
    struct bf_str whole = bf_str(s.p, point ? (size_t)(point - s.p) : s.n);
    if (f->value.type != BF_JSON_NUMBER || !bf_num_u64(whole, &v, &ignored) || whole.n > 17)
        return no_value(f, "is not a time", e);
    uint64_t ms = whole.n > 14 ? v / 1000 : whole.n > 11 ? v : v * 1000;
    for (uint64_t unit = 100; whole.n <= 11 && point && ++point < s.p + s.n && unit; unit /= 10)
        ms += unit * (uint64_t)(*point - '0');
    if (ms > 253402300799999u) /* the end of 9999 */
        return no_value(f, "is not a time", e);
    r->time_ms = (int64_t)ms;
    return true;
}

static bool find_time(struct route *r, struct bf_err *e)
{
    const struct route_field *f = &r->fields[r->nfields];
    if (!f->found)
        return no_value(f, "is missing", e);
    if (!parse_time(r, f, e))
        return false;
    bf_prefix_put_times(&r->prefix, r->time_ms, r->config->zone_minutes, &r->id);
    return bf_buf_check(&r->id, "the prefix", e);
}

bool route_row(struct route *r, struct bf_str row, int64_t arrival_ms, struct bf_err *e)
{
    r->time_ms = arrival_ms;
    bf_buf_reset(&r->id);
    if (!config_json(r->config))
        return true;
    if (!scan(r, row, r->nfields + r->timed, e))
        return false;
    for (size_t i = 0; i < r->nfields; i++)
        if (!put_field(r, &r->fields[i], e))
            return false;
    return !r->timed || find_time(r, e);
}

/* The i-th value of an id. */
static struct bf_str value_of(struct bf_str id, size_t i)
{
    for (;; i--) {
        if (id.n < 2)
            return bf_str("", 0);
        size_t n = (size_t)(unsigned char)id.p[0] << 8 | (unsigned char)id.p[1];
        if (n > id.n - 2)
            return bf_str("", 0);
        if (i == 0)
            return bf_str(id.p + 2, n);
        id = bf_str(id.p + 2 + n, id.n - 2 - n);
    }
}

/* Hive writes %XX for what would break a path. */
static void hive_escape(struct bf_buf *out, struct bf_str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != 0x7F && !memchr("\"#%'*/:=?\\{[]^", c, 14)) {
            bf_buf_addc(out, (char)c);
            continue;
        }
        bf_buf_addc(out, '%');
        bf_buf_addc(out, hex[c >> 4]);
        bf_buf_addc(out, hex[c & 15]);
    }
}

struct lookup {
    const struct route *r;
    struct bf_str id;
    struct bf_buf escaped;
};

static bool lookup(void *arg, struct bf_str name, struct bf_str *value)
{
    struct lookup *l = arg;
    struct bf_str plain = plain_name(name);
    for (size_t i = 0; i < l->r->nfields; i++) {
        if (!bf_str_eq(l->r->fields[i].name, plain))
            continue;
        *value = value_of(l->id, i);
        if (plain.n != name.n) {
            bf_buf_reset(&l->escaped);
            hive_escape(&l->escaped, *value);
            *value = bf_buf_view(&l->escaped);
        }
        return true;
    }
    return false;
}

bool route_prefix(const struct route *r, struct bf_str id, int64_t time_ms, struct bf_rng *rng,
                  struct bf_buf *out, struct bf_err *e)
{
    struct lookup l = {.r = r, .id = id};
    bf_buf_init(&l.escaped, (size_t)3 * ID_MAX);
    struct bf_prefix_values v = {.wall_ms = time_ms,
                                 .zone_minutes = r->config->zone_minutes,
                                 .rng = rng,
                                 .field = lookup,
                                 .arg = &l};
    bool ok = bf_prefix_put(&r->prefix, &v, out, e);
    bf_buf_free(&l.escaped);
    return ok;
}

void route_partition(const struct route *r, struct bf_str id, struct bf_buf *out)
{
    bool first = true;
    bf_buf_addc(out, '{');
    for (size_t i = 0; i < r->nfields; i++) {
        bf_json_put_key(out, &first, r->fields[i].name);
        bf_json_put_string(out, value_of(id, i));
    }
    bf_buf_addc(out, '}');
}

bool route_id(struct route *r, struct bf_str partition, int64_t time_ms, struct bf_err *e)
{
    bf_buf_reset(&r->id);
    for (size_t i = 0; i < r->nfields; i++) {
        struct route_field *f = &r->fields[i];
        if (!bf_json_find(partition, f->name, &f->value, &f->found, e) || !put_value(r, f, e))
            return false;
    }
    if (r->timed)
        bf_prefix_put_times(&r->prefix, time_ms, r->config->zone_minutes, &r->id);
    return bf_buf_check(&r->id, "the partition", e);
}
