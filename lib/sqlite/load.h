/*
 * SQLite, loaded only if it is used: linking it would cost every start of every pure filter its
 * relocations (about 0.6 ms, twice as much as everything else). For lib/sql, for states in a database
 * (lib/checkpoint/state_open.h), and for cdcproj.
 */
#ifndef BF_SQLITE_LOAD_H
#define BF_SQLITE_LOAD_H

#include <sqlite3.h>

#include "lib/base/str.h"

/* SQLite 3.45 and later accept a subtype only from functions registered with this flag; earlier
 * versions ignore it and do not define it. */
#ifndef SQLITE_RESULT_SUBTYPE
#define SQLITE_RESULT_SUBTYPE 0x001000000
#endif

/* The flags of every SQL function of the toolkit: it reads subtypes and returns them. */
enum {
    SQL_FUNCTION = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS | SQLITE_SUBTYPE |
                   SQLITE_RESULT_SUBTYPE
};

#define SQL_FUNCTIONS(X)                                                                           \
    X(open_v2)                                                                                     \
    X(close_v2)                                                                                    \
    X(db_config)                                                                                   \
    X(errcode)                                                                                     \
    X(errmsg)                                                                                      \
    X(exec)                                                                                        \
    X(free)                                                                                        \
    X(mprintf)                                                                                     \
    X(libversion)                                                                                  \
    X(prepare_v2)                                                                                  \
    X(finalize)                                                                                    \
    X(step)                                                                                        \
    X(reset)                                                                                       \
    X(stmt_readonly)                                                                               \
    X(bind_text)                                                                                   \
    X(bind_null)                                                                                   \
    X(bind_int64)                                                                                  \
    X(bind_double)                                                                                 \
    X(bind_parameter_count)                                                                        \
    X(column_count)                                                                                \
    X(column_name)                                                                                 \
    X(column_value)                                                                                \
    X(column_text)                                                                                 \
    X(column_int64)                                                                                \
    X(create_module_v2)                                                                            \
    X(declare_vtab)                                                                                \
    X(create_function_v2)                                                                          \
    X(create_window_function)                                                                      \
    X(progress_handler)                                                                            \
    X(limit)                                                                                       \
    X(bind_parameter_index)                                                                        \
    X(busy_timeout)                                                                                \
    X(extended_errcode)                                                                            \
    X(clear_bindings)                                                                              \
    X(bind_blob)                                                                                   \
    X(column_type)                                                                                 \
    X(column_bytes)                                                                                \
    X(column_blob)                                                                                 \
    X(column_double)                                                                               \
    X(system_errno)                                                                                \
    X(changes)                                                                                     \
    X(aggregate_context)                                                                           \
    X(user_data)                                                                                   \
    X(value_type)                                                                                  \
    X(value_subtype)                                                                               \
    X(value_int64)                                                                                 \
    X(value_double)                                                                                \
    X(value_text)                                                                                  \
    X(value_blob)                                                                                  \
    X(value_bytes)                                                                                 \
    X(result_text)                                                                                 \
    X(result_int64)                                                                                \
    X(result_double)                                                                               \
    X(result_value)                                                                                \
    X(result_null)                                                                                 \
    X(result_subtype)                                                                              \
    X(result_error)                                                                                \
    X(result_error_nomem)

struct sql_api {
#define SQL_MEMBER(name) __typeof__(&sqlite3_##name) name;
    SQL_FUNCTIONS(SQL_MEMBER)
#undef SQL_MEMBER
    /* only in builds with column metadata, as in distributions; else NULL */
    __typeof__(&sqlite3_column_table_name) column_table_name;
    __typeof__(&sqlite3_column_origin_name) column_origin_name;
    /* of SQLite 3.38 and later; else NULL */
    int (*error_offset)(sqlite3 *);
};

/* The library, loaded at the first call; NULL: *e says what is missing. */
const struct sql_api *bf_sql_load(struct bf_err *e);

/* The same after it has been loaded, for SQLite's callbacks. */
const struct sql_api *bf_sql_api(void);

#endif
