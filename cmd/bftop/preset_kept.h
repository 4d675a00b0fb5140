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
    {"bftop_minute",
     "SELECT strftime('%s',{time})/60*60 AS at,sum({amount}) FILTER(WHERE {sold}) AS revenue FROM "
     "{table} WHERE {there} GROUP BY strftime('%s',{time})/60*60",
     1u << AMOUNT | 1u << TIME},
};

#define LOST "('CANCELLED','REFUNDED','RETURNED')"

/* By the title of the template. */
static const struct {
    const char *title, *sql;
    enum kept from;
} kept_panels[] = {
    {"Revenue",
     "SELECT sum(revenue) AS revenue FROM bftop_status WHERE coalesce(status,'') NOT IN " LOST,
     KEPT_STATUS},
    {"Orders",
     "SELECT coalesce(sum(orders),0) AS orders FROM bftop_status WHERE coalesce(status,'') NOT "
     "IN " LOST,
     KEPT_STATUS},
    {"Cancelled and refunded",
     "SELECT coalesce(sum(revenue),0) AS refunds FROM bftop_status WHERE status IN " LOST,
     KEPT_STATUS},
    {"Orders that came so far",
     "SELECT step,(SELECT coalesce(sum(orders),0) FROM bftop_status WHERE "
     "instr(later,','||status||',')) AS orders FROM (SELECT 'PLACED' AS step,"
     "',PLACED,PAID,SHIPPED,DELIVERED,' AS later UNION ALL SELECT 'PAID',"
     "',PAID,SHIPPED,DELIVERED,' UNION ALL SELECT 'SHIPPED',',SHIPPED,DELIVERED,')",
     KEPT_STATUS},
    {"Revenue by category",
     "SELECT coalesce(category,'none') AS category,sum(revenue) AS revenue FROM bftop_category "
     "GROUP BY 1 ORDER BY 2 DESC,1 LIMIT 10",
     KEPT_CATEGORY},
    {"Top products",
     "SELECT product,sum(orders) AS orders,sum(revenue) AS revenue FROM bftop_product GROUP BY 1 "
     "ORDER BY 3 DESC,1 LIMIT 8",
     KEPT_PRODUCT},
    /* steps below a minute are computed from the rows: a term that is always false is not begun */
    {"Revenue each {step}; dotted: {window} before",
     "WITH RECURSIVE edge(last) AS (SELECT CASE WHEN :step>=60 THEN (SELECT max(at)/:step*:step "
     "FROM bftop_minute) ELSE (SELECT CAST(strftime('%s',max({time})) AS INTEGER)/:step*:step FROM "
     "{table} WHERE {there}) END), step(at) AS (SELECT last-:window/:step*:step+:step FROM edge "
     "WHERE last IS NOT NULL UNION ALL SELECT at+:step FROM step,edge WHERE at<last), "
     "sums(at,revenue) AS MATERIALIZED (SELECT at/:step*:step,sum(revenue) FROM bftop_minute WHERE "
     ":step>=60 AND at>=(SELECT last-2*:window-:step FROM edge) GROUP BY 1 UNION ALL SELECT "
     "CAST(strftime('%s',{time}) AS INTEGER)/:step*:step,sum({amount}) FROM {table} WHERE "
     ":step<60 AND {sold} AND {time}>=strftime('%Y-%m-%dT%H:%M:%SZ',(SELECT "
     "last-2*:window-172800 FROM edge),'unixepoch') GROUP BY 1) SELECT "
     "strftime('%Y-%m-%dT%H:%MZ',step.at,'unixepoch') AS time,coalesce(now.revenue,0) AS revenue,"
     "coalesce(before.revenue,0) AS before FROM step LEFT JOIN sums now ON now.at=step.at LEFT "
     "JOIN sums before ON before.at=step.at-:window/:step*:step ORDER BY step.at",
     KEPT_MINUTE},
};

#endif
