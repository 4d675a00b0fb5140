/*
 * libpq, loaded only if a database of PostgreSQL is used: for cdcproj, bftop, and states in a database
 * (lib/checkpoint/state_open.h). Its header is not needed to build: connections and results are opaque, and the
 * functions have been the same since PostgreSQL 9.2 ("libpq - C Library").
 */
#ifndef BF_POSTGRES_LOAD_H
#define BF_POSTGRES_LOAD_H

#include "lib/base/str.h"

struct pg_conn;
struct pg_result;
struct pg_cancel;

/* PQconninfoOption: one of a list, which an entry without a keyword ends. */
struct pg_option {
    char *keyword, *environment, *compiled, *value, *label, *display;
    int size;
};

/* ConnStatusType, ExecStatusType, PGPing: what of them is asked for. */
enum { PG_CONNECTION_OK = 0, PG_CONNECTION_BAD = 1 };
enum { PG_COMMAND_OK = 1, PG_TUPLES_OK = 2, PG_COPY_IN = 4, PG_SINGLE_TUPLE = 9 };
enum { PG_PING_OK = 0 };
/* Fields of an error: PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_STATEMENT_POSITION. */
enum { PG_FIELD_STATE = 'C', PG_FIELD_MESSAGE = 'M', PG_FIELD_POSITION = 'P' };

#define PG_FUNCTIONS(X)                                                                            \
    X(struct pg_conn *, connectdbParams,                                                           \
      (const char *const *keywords, const char *const *values, int expand_dbname))                 \
    X(int, pingParams,                                                                             \
      (const char *const *keywords, const char *const *values, int expand_dbname))                 \
    X(struct pg_option *, conninfoParse, (const char *conninfo, char **error))                     \
    X(void, conninfoFree, (struct pg_option *))                                                    \
    X(void, freemem, (void *))                                                                     \
    X(void, finish, (struct pg_conn *))                                                            \
    X(int, status, (const struct pg_conn *))                                                       \
    X(char *, errorMessage, (const struct pg_conn *))                                              \
    X(int, connectionNeedsPassword, (const struct pg_conn *))                                      \
    X(int, backendPID, (const struct pg_conn *))                                                   \
    X(struct pg_result *, exec, (struct pg_conn *, const char *sql))                               \
    X(struct pg_result *, execParams,                                                              \
      (struct pg_conn *, const char *sql, int n, const unsigned *types, const char *const *values, \
       const int *lengths, const int *formats, int result_format))                                 \
    X(int, sendQueryParams,                                                                        \
      (struct pg_conn *, const char *sql, int n, const unsigned *types, const char *const *values, \
       const int *lengths, const int *formats, int result_format))                                 \
    X(int, setSingleRowMode, (struct pg_conn *))                                                   \
    X(int, socket, (const struct pg_conn *))                                                       \
    X(int, consumeInput, (struct pg_conn *))                                                       \
    X(int, isBusy, (struct pg_conn *))                                                             \
    X(struct pg_cancel *, getCancel, (struct pg_conn *))                                           \
    X(int, cancel, (struct pg_cancel *, char *error, int size))                                    \
    X(void, freeCancel, (struct pg_cancel *))                                                      \
    X(int, resultStatus, (const struct pg_result *))                                               \
    X(char *, resultErrorField, (const struct pg_result *, int field))                             \
    X(void, clear, (struct pg_result *))                                                           \
    X(int, ntuples, (const struct pg_result *))                                                    \
    X(int, nfields, (const struct pg_result *))                                                    \
    X(char *, fname, (const struct pg_result *, int column))                                       \
    X(unsigned, ftype, (const struct pg_result *, int column))                                     \
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
