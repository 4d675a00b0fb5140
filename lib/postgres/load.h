/*
 * libpq, loaded only if a database of PostgreSQL is used: for cdcproj, and for states in a database
 * (lib/checkpoint/state_open.h). Its header is not needed to build: connections and results are opaque, and the
 * functions have been the same since libpq.so.5 (PostgreSQL 8.0, "libpq - C Library").
 */
#ifndef BF_POSTGRES_LOAD_H
#define BF_POSTGRES_LOAD_H

#include "lib/base/str.h"

struct pg_conn;
struct pg_result;

/* ConnStatusType, ExecStatusType, PGPing: what of them is asked for. */
enum { PG_CONNECTION_OK = 0, PG_CONNECTION_BAD = 1 };
enum { PG_COMMAND_OK = 1, PG_TUPLES_OK = 2, PG_COPY_IN = 4 };
enum { PG_PING_OK = 0 };
/* Fields of an error: PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY. */
enum { PG_FIELD_STATE = 'C', PG_FIELD_MESSAGE = 'M' };

#define PG_FUNCTIONS(X)                                                                            \
    X(struct pg_conn *, connectdbParams,                                                           \
      (const char *const *keywords, const char *const *values, int expand_dbname))                 \
    X(int, pingParams,                                                                             \
      (const char *const *keywords, const char *const *values, int expand_dbname))                 \
    X(void, finish, (struct pg_conn *))                                                            \
    X(int, status, (const struct pg_conn *))                                                       \
    X(char *, errorMessage, (const struct pg_conn *))                                              \
    X(int, connectionNeedsPassword, (const struct pg_conn *))                                      \
    X(int, backendPID, (const struct pg_conn *))                                                   \
    X(struct pg_result *, exec, (struct pg_conn *, const char *sql))                               \
    X(struct pg_result *, execParams,                                                              \
      (struct pg_conn *, const char *sql, int n, const unsigned *types, const char *const *values, \
       const int *lengths, const int *formats, int result_format))                                 \
    X(int, resultStatus, (const struct pg_result *))                                               \
    X(char *, resultErrorField, (const struct pg_result *, int field))                             \
    X(void, clear, (struct pg_result *))                                                           \
    X(int, ntuples, (const struct pg_result *))                                                    \
    X(int, nfields, (const struct pg_result *))                                                    \
    X(char *, getvalue, (const struct pg_result *, int row, int column))                           \
    X(int, getlength, (const struct pg_result *, int row, int column))                             \
    X(int, getisnull, (const struct pg_result *, int row, int column))                             \
    X(char *, cmdTuples, (struct pg_result *))                                                     \
    X(int, putCopyData, (struct pg_conn *, const char *data, int n))                               \
    X(int, putCopyEnd, (struct pg_conn *, const char *error))                                      \
    X(struct pg_result *, getResult, (struct pg_conn *))                                           \
    X(void *, setNoticeProcessor,                                                                  \
      (struct pg_conn *, void (*taker)(void *arg, const char *text), void *arg))

/* Members are called as libpq's functions are, without PQ. */
struct pg_api {
#define PG_MEMBER(type, name, arguments) type(*name) arguments;
    PG_FUNCTIONS(PG_MEMBER)
#undef PG_MEMBER
};

/* The library, loaded at the first call; NULL: *e says what is missing. */
const struct pg_api *bf_pg_load(struct bf_err *e);

#endif
