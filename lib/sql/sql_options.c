#include "lib/sql/sql_options.h"

const struct bf_opt bf_sql_filters[] = {
    BF_OPT_STR(0, "where", struct bf_sql_conf, where, "EXPR",
               "only changes for which this SQL expression is true"),
};

const struct bf_opt bf_sql_rows[] = {
    BF_OPT_STR(0, "select", struct bf_sql_conf, select, "LIST",
               "rows of these SQL expressions: EXPR [AS NAME], ..."),
    BF_OPT_STR(0, "sql", struct bf_sql_conf, query, "QUERY",
               "rows of a whole query: SELECT ... FROM cdc ..."),
};

const struct bf_opt bf_sql_enrichment[] = {
    BF_OPT_LIST(0, "lookup", struct bf_sql_conf, lookup, "NAME=FILE",
                "a table for joins, from FILE.csv or FILE.ndjson"),
    BF_OPT_LIST(0, "enrich", struct bf_sql_conf, enrich, "JOIN",
                "add its columns: 'NAME on KEY: COLUMN, COLUMN'"),
    BF_OPT_LIST(0, "set", struct bf_sql_conf, set, "NAME=EXPR",
                "an attribute computed by an SQL expression"),
};

_Static_assert(BF_COUNT(bf_sql_filters) == BF_SQL_FILTERS_N &&
                   BF_COUNT(bf_sql_rows) == BF_SQL_ROWS_N &&
                   BF_COUNT(bf_sql_enrichment) == BF_SQL_ENRICHMENT_N,
               "sql_options.h counts them");
