/* Roll-ups that cdcproj can keep for the default panels, and the panels' statements over them. A roll-up is used if it is in the
 * database, kept, and word for word this statement, so that what a panel shows does not depend on it. */
#ifndef BFTOP_PRESET_KEPT_H
#define BFTOP_PRESET_KEPT_H

enum kept { KEPT_STATUS, KEPT_CATEGORY, KEPT_PRODUCT, KEPT_MINUTE, KEPTS };

/* {words} as in preset.c. */
static const struct {
    const char *name, *select;
    unsigned needs; /* bits of roles */
} kept_views[KEPTS] = {
    {"bftop_status",
     "SELECT {status} AS status,count(*) AS orders,sum({amount}) AS revenue FROM {table} WHERE "
     "{there} GROUP BY {status}",
     1u << AMOUNT | 1u << STATUS},
    {"bftop_category",
     "SELECT {category} AS category,sum({amount}) AS revenue FROM {table} WHERE {sold} GROUP BY "
     "{category}",
     1u << AMOUNT | 1u << CATEGORY},
    {"bftop_product",
     "SELECT {product} AS product,count(*) AS orders,sum({amount}) AS revenue FROM {table} WHERE "
     "{sold} GROUP BY {product}",
     1u << AMOUNT | 1u << PRODUCT},
    {"bftop_minute", "{minute_view}", 1u << AMOUNT | 1u << TIME},
};

#define LOST "('CANCELLED','REFUNDED','RETURNED')"

/* By the title of the template. */
static const struct {
    const char *title, *sql;
    enum kept from;
} kept_panels[] = {
    {"Revenue",
     "SELECT {kept_sum} AS revenue FROM bftop_status WHERE coalesce(status,'') NOT IN " LOST,
     KEPT_STATUS},
    {"Orders",
     "SELECT coalesce(sum(orders),0) AS orders FROM bftop_status WHERE coalesce(status,'') NOT "
     "IN " LOST,
     KEPT_STATUS},
    {"Cancelled and refunded",
     "SELECT coalesce({kept_sum},0) AS refunds FROM bftop_status WHERE status IN " LOST,
     KEPT_STATUS},
    {"Orders that came so far",
     "SELECT step,(SELECT coalesce(sum(orders),0) FROM bftop_status WHERE CASE status WHEN "
     "'PLACED' "
     "THEN 1 WHEN 'PAID' THEN 2 WHEN 'SHIPPED' THEN 3 WHEN 'DELIVERED' THEN 3 END>=step.no) AS "
     "orders FROM (SELECT 1 AS no,'PLACED' AS step UNION ALL SELECT 2,'PAID' UNION ALL SELECT "
     "3,'SHIPPED') AS step ORDER BY step.no",
     KEPT_STATUS},
    {"Revenue by category",
     "SELECT coalesce(category,'none') AS category,{kept_sum} AS revenue FROM bftop_category "
     "GROUP BY 1 ORDER BY 2 {desc},1 LIMIT 10",
     KEPT_CATEGORY},
    {"Top products",
     "SELECT product,sum(orders) AS orders,{kept_sum} AS revenue FROM bftop_product GROUP BY 1 "
     "ORDER BY 3 {desc},1 LIMIT 8",
     KEPT_PRODUCT},
    /* steps below a minute are computed from the rows: a term that is always false is not begun */
    {"Revenue each {step}; dotted: {window} before", "{over_minutes}", KEPT_MINUTE},
};

#endif
