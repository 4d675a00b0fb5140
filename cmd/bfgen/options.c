#include "cmd/bfgen/options.h"

#include "lib/base/clock.h"
#include "lib/encoding/enc.h"
#include "lib/base/num.h"
#include "lib/row/columns.h"

/* 2026-11-27T00:00:00Z, a Black Friday. */
#define BLACK_FRIDAY_MS INT64_C(1795737600000)

static const struct bf_opt_word formats[] = {
    {"writes", FORMAT_WRITES}, {"items", FORMAT_ITEMS}, {"cdc", FORMAT_CDC}, {"csv", FORMAT_CSV}};
static const struct bf_opt_word schemas[] = {{"sales", SCHEMA_SALES}, {"order", SCHEMA_ORDER}};
static const struct bf_opt_word kinds[] = {
    {"insert", INSERT}, {"update", UPDATE}, {"delete", DELETE}};

static bool take_time(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_clock_parse(value, field, e);
}

/* "insert=70,update=25,delete=5"; what is not named has no share. */
static bool take_mix(void *field, struct bf_str value, struct bf_err *e)
{
    struct mix *mix = field;
    struct bf_str rest = value, item;
    *mix = (struct mix){0};
    while (bf_str_split(&rest, ',', &item)) {
        struct bf_str share = item, name;
        (void)bf_str_split(&share, '=', &name);
        int kind = 0;
        uint64_t n = 0;
        if (!bf_opt_choose(kinds, KINDS, name, &kind, e))
            return false;
        if (!share.p || !bf_num_u64(share, &n, e) || n > 1000000)
            return bf_err_set(e, BF_E_USAGE, "%s wants a share of 0 to 1000000, as in %s=25",
                              kinds[kind].name, kinds[kind].name);
        mix->share[kind] = n;
    }
    mix->sum = mix->share[INSERT] + mix->share[UPDATE] + mix->share[DELETE];
    return mix->sum ? true : bf_err_set(e, BF_E_USAGE, "all shares are 0");
}

static bool take_separator(void *field, struct bf_str value, struct bf_err *e)
{
    return bf_csv_parse_separator(value, field, e);
}

/* COUNT_UNSET is no number that can be given, and sums of two have to fit. 0 in duration_ms says that none was given. */
static const struct bf_opt bfgen_options[] = {
    BF_OPT_RANGE('n', "count", struct config, count, "N", "changes to make; 0: without end (1000)",
                 0, INT64_MAX),
    BF_OPT_MS(0, "duration", struct config, duration_ms, "DURATION",
              "how much of the sale they cover (1d)", .min = 1, .max = UINT64_MAX),
    BF_OPT_RATE(0, "rate", struct config, rate_micro, "N/s", "changes a second, paced"),
    BF_OPT_FN(0, "start", struct config, start_ms, "TIME", "when the sale begins (2026-11-27)",
              take_time),
    BF_OPT_U64(0, "seed", struct config, seed, "N", "the same seed gives the same bytes (1)"),
    BF_OPT_FN(0, "mix", struct config, mix, "SHARES", "insert=70,update=25,delete=5", take_mix),
    BF_OPT_CHOICE(0, "schema", struct config, schema, "SCHEMA", "sales or order (sales)", schemas),
    BF_OPT_CHOICE('o', "output", struct config, format, "FORMAT",
                  "writes, items, cdc or csv (writes)", formats, .old = "-f --format"),
    BF_OPT_STR(0, "csv", struct config, from, "FILE",
               "rows of a CSV file instead of invented orders", .old = "--from"),
    BF_OPT_STR('t', "types", struct config, types, "NAME:TYPE,...",
               "types of its columns: S, N (default: what their values are)"),
    BF_OPT_FN(0, "delimiter", struct config, separator, "CHAR",
              "what separates its fields (default: the header tells)", take_separator),
    BF_OPT_STR('k', "key", struct config, key, "NAME", "the key attribute"),
    BF_OPT_STR(0, "table", struct config, table, "NAME", "table named in change lines"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE", "bad rows of --csv go here"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first bad row of --csv"),
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
        return bf_err_set(e, BF_E_USAGE, "option '--table' is for -o cdc");
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
        return bf_err_set(e, BF_E_USAGE, "option '--%s' is for --csv",
                          cfg->rejects  ? "rejects"
                          : cfg->strict ? "strict"
                          : cfg->types  ? "types"
                                        : "delimiter");
    if (cfg->types && !bf_columns_types_ok(cfg->types, "S, N", e))
        return false;
    if (cfg->from && cfg->schema != SCHEMA_UNSET)
        return bf_err_set(e, BF_E_USAGE, "option '--schema' is not for --csv");
    if (cfg->schema == SCHEMA_UNSET)
        cfg->schema = SCHEMA_SALES;
    if (cfg->table && !check_table(cfg, e))
        return false;
    return cfg->from || !cfg->key || check_key(cfg, e);
}
