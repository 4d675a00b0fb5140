/*
 * The options that fill a struct bf_sql_conf, for every command that has one:
 * groups of an option table (lib/cli/opt.h), of a command's config struct
 * `type` with the bf_sql_conf at `field`.
 */
#ifndef BF_SQL_SQL_OPTIONS_H
#define BF_SQL_SQL_OPTIONS_H

#include "lib/cli/opt.h"
#include "lib/sql/sql.h"

enum { BF_SQL_FILTERS_N = 1, BF_SQL_ROWS_N = 2, BF_SQL_ENRICHMENT_N = 3 };

BF_API extern const struct bf_opt bf_sql_filters[];
BF_API extern const struct bf_opt bf_sql_rows[];
BF_API extern const struct bf_opt bf_sql_enrichment[];

#define BF_SQL_FILTERS(type, field)                                                                \
    {                                                                                              \
        "Filters", bf_sql_filters, BF_SQL_FILTERS_N, offsetof(type, field)                         \
    }
#define BF_SQL_ROWS(type, field)                                                                   \
    {                                                                                              \
        "Rows by SQL", bf_sql_rows, BF_SQL_ROWS_N, offsetof(type, field)                           \
    }
#define BF_SQL_ENRICHMENT(type, field)                                                             \
    {                                                                                              \
        "Enrichment", bf_sql_enrichment, BF_SQL_ENRICHMENT_N, offsetof(type, field)                \
    }

#endif
