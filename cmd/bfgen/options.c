#include "cmd/bfgen/options.h"

#include <inttypes.h>

#include "lib/base/clock.h"
#include "lib/base/enc.h"
#include "lib/base/num.h"
#include "lib/row/columns.h"

/* 2026-11-27T00:00:00Z, a Black Friday. */
#define BLACK_FRIDAY_MS INT64_C(1795737600000)

static bool choose(void *field, struct bf_str value, const char *const *names, size_t n,
                   const char *list, struct bf_err *e)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(value, bf_str_of(names[i]))) {
            *(unsigned *)field = (unsigned)i;
            return true;
        }
    return bf_err_set(e, BF_E_USAGE, "'%.*s' is not one of %s", (int)(value.n > 60 ? 60 : value.n),
                      value.p, list);
}

_Static_assert(sizeof(enum format) == sizeof(unsigned) && sizeof(enum schema) == sizeof(unsigned),
               "choose writes an enum as unsigned");

static bool take_format(void *field, struct bf_str value, struct bf_err *e)
{
    static const char *const names[] = {"writes", "items", "cdc", "csv"};
    return choose(field, value, names, BF_COUNT(names), "writes, items, cdc, csv", e);
}

/* COUNT_UNSET is none that can be given, and sums of two have to fit. */
static bool take_count(void *field, struct bf_str value, struct bf_err *e)
{
    uint64_t n;
    if (!bf_num_u64(value, &n, e))
        return false;
    if (n > INT64_MAX)
        return bf_err_set(e, BF_E_USAGE, "'%.*s' is more than %" PRId64,
                          (int)(value.n > 60 ? 60 : value.n), value.p, INT64_MAX);
    *(uint64_t *)field = n;
    return true;
}

/* 0 in the config says that none was given. */
static bool take_duration(void *field, struct bf_str value, struct bf_err *e)
{
    if (!bf_num_duration(value, field, e))
        return false;
    return *(uint64_t *)field > 0 || bf_err_set(e, BF_E_USAGE, "'%.*s' has no room for a change",
                                                (int)(value.n > 60 ? 60 : value.n), value.p);
}

static bool take_schema(void *field, struct bf_str value, struct bf_err *e)
{
    static const char *const names[] = {"sales", "order"};
    return choose(field, value, names, BF_COUNT(names), "sales, order", e);
}

static bool take_time(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_clock_parse(value, field, e);
}

/* "insert=70,update=25,delete=5"; what is not named has no share. */
static bool take_mix(void *field, struct bf_str value, struct bf_err *e)
{
    static const char *const names[KINDS] = {"insert", "update", "delete"};
    struct mix *mix = field;
    struct bf_str rest = value, item;
    *mix = (struct mix){0};
    while (bf_str_split(&rest, ',', &item)) {
        struct bf_str share = item, name;
        (void)bf_str_split(&share, '=', &name);
        unsigned kind = 0;
        uint64_t n = 0;
        if (!choose(&kind, name, names, KINDS, "insert, update, delete", e))
            return false;
        if (!share.p || !bf_num_u64(share, &n, e) || n > 1000000)
            return bf_err_set(e, BF_E_USAGE, "%s wants a share of 0 to 1000000, as in %s=25",
                              names[kind], names[kind]);
        mix->share[kind] = n;
    }
    mix->sum = mix->share[INSERT] + mix->share[UPDATE] + mix->share[DELETE];
    return mix->sum ? true : bf_err_set(e, BF_E_USAGE, "all shares are 0");
}

static bool take_separator(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_csv_parse_separator(value, field, e);
}

#define FN(letter, name, field, arg, help, fn)                                                     \
    {                                                                                              \
        letter, name, BF_OPT_KIND_FN, offsetof(struct config, field), arg, help, fn                \
    }

static const struct bf_opt bfgen_options[] = {
    FN('n', "count", count, "COUNT", "changes to make; 0: without end (1000)", take_count),
    FN(0, "duration", duration_ms, "TIME", "how much of the sale they cover (1d)", take_duration),
    BF_OPT_RATE(0, "rate", struct config, rate_micro, "N/s", "changes a second, paced"),
    FN(0, "start", start_ms, "TIME", "when the sale begins (2026-11-27)", take_time),
    BF_OPT_U64(0, "seed", struct config, seed, "N", "the same seed gives the same bytes (1)"),
    FN(0, "mix", mix, "SHARES", "insert=70,update=25,delete=5", take_mix),
    FN(0, "schema", schema, "SCHEMA", "sales or order (sales)", take_schema),
    FN('f', "format", format, "FORMAT", "writes, items, cdc or csv (writes)", take_format),
    BF_OPT_STR(0, "from", struct config, from, "FILE",
               "rows of a CSV file instead of invented orders"),
    BF_OPT_STR('t', "types", struct config, types, "NAME:TYPE,...",
               "types of its columns: S, N (default: what their values are)"),
    FN(0, "delimiter", separator, "CHAR", "what separates its fields (default: the header tells)",
       take_separator),
    BF_OPT_STR('k', "key", struct config, key, "NAME", "the key attribute"),
    BF_OPT_STR(0, "table", struct config, table, "NAME", "table named in change lines"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE", "bad rows of --from go here"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first bad row of --from"),
};

static const struct bf_opt_group groups[] = {
    {NULL, bfgen_options, BF_COUNT(bfgen_options), 0},
    BF_OPT_COMMON(struct config, common),
};

const struct bf_tool bfgen_tool = {
    .name = "bfgen",
    .synopsis = "[options]",
    .about = "mock Black Friday sales: inserts, updates and deletes, the same for the same seed",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
};

void options_default(struct config *cfg)
{
    *cfg = (struct config){
        .count = COUNT_UNSET, .seed = 1, .start_ms = BLACK_FRIDAY_MS, .schema = SCHEMA_UNSET};
}

/* For invented orders the key is renamed: it must be a plain name that no other attribute has. */
static bool check_key(const struct config *cfg, struct bf_err *e)
{
    static const char *const sales[] = {"customer_id", "product_id", "product_name", "category",
                                        "quantity",    "unit_price", "discount",     "total",
                                        "status",      "payment",    "tags",         "coupon",
                                        "ordered_at",  "cart_id"};
    static const char *const order[] = {"product_name", "quantity", "price"};
    struct bf_str key = bf_str_of(cfg->key);
    bool is_sales = cfg->schema == SCHEMA_SALES;
    for (size_t i = 0; i < (is_sales ? BF_COUNT(sales) : BF_COUNT(order)); i++)
        if (bf_str_eq(key, bf_str_of(is_sales ? sales[i] : order[i])))
            return bf_err_set(e, BF_E_USAGE, "option '--key': '%s' is another attribute", cfg->key);
    if (cfg->format == FORMAT_ITEMS && bf_str_is(key, "bfpipe.mark"))
        return bf_err_set(e, BF_E_USAGE, "option '--key': it would make items look like marks");
    bool plain = key.n > 0 && key.n <= 255 && bf_utf8_valid(key, NULL);
    for (size_t i = 0; i < key.n; i++)
        plain = plain && (unsigned char)key.p[i] >= 0x20 && !strchr("\",\\", key.p[i]);
    return plain ? true
                 : bf_err_set(e, BF_E_USAGE, "option '--key': not a plain name of 1 to 255 bytes");
}

/* A name that DynamoDB could give to a table, but for the shortest, which are handy in tests. */
static bool check_table(const struct config *cfg, struct bf_err *e)
{
    size_t n = strlen(cfg->table);
    if (cfg->format != FORMAT_CDC)
        return bf_err_set(e, BF_E_USAGE, "option '--table' is for -f cdc");
    return (n > 0 && n <= 255 &&
            n == strspn(cfg->table, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789-_.")) ||
           bf_err_set(e, BF_E_USAGE, "option '--table': 1 to 255 of A-Z a-z 0-9 - _ . only");
}

bool options_check(struct config *cfg, struct bf_err *e)
{
    bool items = cfg->format == FORMAT_ITEMS || cfg->format == FORMAT_CSV;
    if (cfg->mix.sum == 0)
        cfg->mix = items ? (struct mix){{100, 0, 0}, 100} : (struct mix){{70, 25, 5}, 100};
    if (items && cfg->mix.share[DELETE])
        return bf_err_set(e, BF_E_USAGE,
                          "option '--mix': items and CSV cannot say that an order was deleted");
    if (cfg->start_ms < 0)
        return bf_err_set(e, BF_E_USAGE, "option '--start': before 1970");
    if (!cfg->from && (cfg->rejects || cfg->strict || cfg->types || cfg->separator))
        return bf_err_set(e, BF_E_USAGE, "option '--%s' is for --from",
                          cfg->rejects  ? "rejects"
                          : cfg->strict ? "strict"
                          : cfg->types  ? "types"
                                        : "delimiter");
    if (cfg->types && !bf_columns_types_ok(cfg->types, "S, N", e))
        return false;
    if (cfg->from && cfg->schema != SCHEMA_UNSET)
        return bf_err_set(e, BF_E_USAGE, "option '--schema' is not for --from");
    if (cfg->schema == SCHEMA_UNSET)
        cfg->schema = SCHEMA_SALES;
    if (cfg->table && !check_table(cfg, e))
        return false;
    return cfg->from || !cfg->key || check_key(cfg, e);
}
