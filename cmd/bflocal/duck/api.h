/*
 * The part of DuckDB's C API that bflocal uses, declared by its documentation
 * (https://duckdb.org/docs/stable/clients/c/api). The library is opened at the
 * first query (engine.h); functions are reached through struct bl_duck_api.
 */
#ifndef BL_DUCK_API_H
#define BL_DUCK_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bl_duck_database_ *duckdb_database;
typedef struct bl_duck_connection_ *duckdb_connection;
typedef struct bl_duck_statement_ *duckdb_prepared_statement;
typedef struct bl_duck_statements_ *duckdb_extracted_statements;
typedef struct bl_duck_chunk_ *duckdb_data_chunk;
typedef struct bl_duck_vector_ *duckdb_vector;
typedef struct bl_duck_type_ *duckdb_logical_type;
typedef struct bl_duck_function_ *duckdb_scalar_function;
typedef struct bl_duck_function_info_ *duckdb_function_info;
typedef struct bl_duck_bind_info_ *duckdb_bind_info;
typedef struct bl_duck_expression_ *duckdb_expression;
typedef struct bl_duck_context_ *duckdb_client_context;
typedef struct bl_duck_value_ *duckdb_value;
typedef struct bl_duck_error_ *duckdb_error_data;

typedef struct {
    uint64_t reserved[3];
    void *columns;
    char *error;
    void *internal;
} duckdb_result;

/* A string of at most 12 bytes lies in the vector itself. */
typedef union {
    struct {
        uint32_t length;
        char prefix[4];
        char *pointer;
    } far;
    struct {
        uint32_t length;
        char bytes[12];
    } near;
} duckdb_string;

typedef struct {
    uint64_t offset, length;
} duckdb_list_entry;

typedef struct {
    uint64_t lower;
    int64_t upper;
} duckdb_hugeint;

typedef struct {
    int32_t months, days;
    int64_t micros;
} duckdb_interval;

enum duckdb_type {
    DUCKDB_INVALID = 0,
    DUCKDB_BOOLEAN = 1,
    DUCKDB_TINYINT = 2,
    DUCKDB_SMALLINT = 3,
    DUCKDB_INTEGER = 4,
    DUCKDB_BIGINT = 5,
    DUCKDB_UTINYINT = 6,
    DUCKDB_USMALLINT = 7,
    DUCKDB_UINTEGER = 8,
    DUCKDB_UBIGINT = 9,
    DUCKDB_FLOAT = 10,
    DUCKDB_DOUBLE = 11,
    DUCKDB_TIMESTAMP = 12,
    DUCKDB_DATE = 13,
    DUCKDB_TIME = 14,
    DUCKDB_INTERVAL = 15,
    DUCKDB_HUGEINT = 16,
    DUCKDB_VARCHAR = 17,
    DUCKDB_BLOB = 18,
    DUCKDB_DECIMAL = 19,
    DUCKDB_TIMESTAMP_S = 20,
    DUCKDB_TIMESTAMP_MS = 21,
    DUCKDB_TIMESTAMP_NS = 22,
    DUCKDB_LIST = 24,
    DUCKDB_STRUCT = 25,
    DUCKDB_MAP = 26,
    DUCKDB_UUID = 27,
    DUCKDB_TIMESTAMP_TZ = 31,
    DUCKDB_ANY = 34,
    DUCKDB_NULL = 36
};

typedef void (*bl_duck_run)(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out);
typedef void (*bl_duck_bind)(duckdb_bind_info info);

/* result, name, parameters; states are 0 for success. */
#define BL_DUCK_FUNCTIONS(X)                                                                       \
    X(const char *, library_version, (void))                                                       \
    X(int, open, (const char *path, duckdb_database *out))                                         \
    X(void, close, (duckdb_database *))                                                            \
    X(int, connect, (duckdb_database, duckdb_connection * out))                                    \
    X(void, disconnect, (duckdb_connection *))                                                     \
    X(void, interrupt, (duckdb_connection))                                                        \
    X(int, query, (duckdb_connection, const char *sql, duckdb_result *out))                        \
    X(void, destroy_result, (duckdb_result *))                                                     \
    X(const char *, result_error, (duckdb_result *))                                               \
    X(uint64_t, column_count, (duckdb_result *))                                                   \
    X(uint64_t, rows_changed, (duckdb_result *))                                                   \
    X(const char *, column_name, (duckdb_result *, uint64_t column))                               \
    X(duckdb_logical_type, column_logical_type, (duckdb_result *, uint64_t column))                \
    X(duckdb_data_chunk, fetch_chunk, (duckdb_result))                                             \
    X(uint64_t, extract_statements,                                                                \
      (duckdb_connection, const char *sql, duckdb_extracted_statements *out))                      \
    X(int, prepare_extracted_statement,                                                            \
      (duckdb_connection, duckdb_extracted_statements, uint64_t index,                             \
       duckdb_prepared_statement * out))                                                           \
    X(const char *, extract_statements_error, (duckdb_extracted_statements))                       \
    X(void, destroy_extracted, (duckdb_extracted_statements *))                                    \
    X(int, execute_prepared_streaming, (duckdb_prepared_statement, duckdb_result * out))           \
    X(const char *, prepare_error, (duckdb_prepared_statement))                                    \
    X(void, destroy_prepare, (duckdb_prepared_statement *))                                        \
    X(void, destroy_data_chunk, (duckdb_data_chunk *))                                             \
    X(uint64_t, data_chunk_get_size, (duckdb_data_chunk))                                          \
    X(duckdb_vector, data_chunk_get_vector, (duckdb_data_chunk, uint64_t column))                  \
    X(duckdb_logical_type, vector_get_column_type, (duckdb_vector))                                \
    X(void *, vector_get_data, (duckdb_vector))                                                    \
    X(uint64_t *, vector_get_validity, (duckdb_vector))                                            \
    X(void, vector_ensure_validity_writable, (duckdb_vector))                                      \
    X(void, vector_assign_string_element_len,                                                      \
      (duckdb_vector, uint64_t row, const char *text, uint64_t n))                                 \
    X(duckdb_vector, list_vector_get_child, (duckdb_vector))                                       \
    X(int, list_vector_reserve, (duckdb_vector, uint64_t n))                                       \
    X(int, list_vector_set_size, (duckdb_vector, uint64_t n))                                      \
    X(duckdb_vector, struct_vector_get_child, (duckdb_vector, uint64_t child))                     \
    X(duckdb_logical_type, create_logical_type, (enum duckdb_type))                                \
    X(duckdb_logical_type, create_list_type, (duckdb_logical_type))                                \
    X(void, destroy_logical_type, (duckdb_logical_type *))                                         \
    X(enum duckdb_type, get_type_id, (duckdb_logical_type))                                        \
    X(char *, logical_type_get_alias, (duckdb_logical_type))                                       \
    X(uint8_t, decimal_width, (duckdb_logical_type))                                               \
    X(uint8_t, decimal_scale, (duckdb_logical_type))                                               \
    X(duckdb_logical_type, list_type_child_type, (duckdb_logical_type))                            \
    X(duckdb_logical_type, map_type_key_type, (duckdb_logical_type))                               \
    X(duckdb_logical_type, map_type_value_type, (duckdb_logical_type))                             \
    X(uint64_t, struct_type_child_count, (duckdb_logical_type))                                    \
    X(char *, struct_type_child_name, (duckdb_logical_type, uint64_t child))                       \
    X(duckdb_logical_type, struct_type_child_type, (duckdb_logical_type, uint64_t child))          \
    X(void, free, (void *))                                                                        \
    X(duckdb_scalar_function, create_scalar_function, (void))                                      \
    X(void, destroy_scalar_function, (duckdb_scalar_function *))                                   \
    X(void, scalar_function_set_name, (duckdb_scalar_function, const char *name))                  \
    X(void, scalar_function_add_parameter, (duckdb_scalar_function, duckdb_logical_type))          \
    X(void, scalar_function_set_return_type, (duckdb_scalar_function, duckdb_logical_type))        \
    X(void, scalar_function_set_special_handling, (duckdb_scalar_function))                        \
    X(void, scalar_function_set_function, (duckdb_scalar_function, bl_duck_run))                   \
    X(void, scalar_function_set_bind, (duckdb_scalar_function, bl_duck_bind))                      \
    X(void, scalar_function_set_error, (duckdb_function_info, const char *text))                   \
    X(duckdb_expression, scalar_function_bind_get_argument, (duckdb_bind_info, uint64_t index))    \
    X(duckdb_logical_type, expression_return_type, (duckdb_expression))                            \
    X(void, destroy_expression, (duckdb_expression *))                                             \
    X(void, scalar_function_get_client_context, (duckdb_bind_info, duckdb_client_context * out))   \
    X(duckdb_error_data, expression_fold,                                                          \
      (duckdb_client_context, duckdb_expression, duckdb_value * out))                              \
    X(void, destroy_client_context, (duckdb_client_context *))                                     \
    X(int64_t, get_int64, (duckdb_value))                                                          \
    X(void, destroy_value, (duckdb_value *))                                                       \
    X(void, destroy_error_data, (duckdb_error_data *))                                             \
    X(int, register_scalar_function, (duckdb_connection, duckdb_scalar_function))

struct bl_duck_api {
#define BL_DUCK_MEMBER(result, name, parameters) result(*name) parameters;
    BL_DUCK_FUNCTIONS(BL_DUCK_MEMBER)
#undef BL_DUCK_MEMBER
};

/* The functions; NULL before bl_duck_start has succeeded. */
const struct bl_duck_api *bl_duck_api(void);

#endif
