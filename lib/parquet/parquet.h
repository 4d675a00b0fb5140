/*
 * A writer of Parquet files: rows in, as JSON objects, the file out, piece by piece. Memory is that of one row group,
 * encoded and compressed; what is not bounded is the footer, some hundred bytes for a column of a row group. The same rows
 * and configuration give the same bytes, with the same version of the compressing library.
 *
 *     struct bf_parquet *w = bf_parquet_new(&conf, e);
 *     if (!w)
 *         return false;
 *     bf_parquet_begin(w, put, arg);
 *     while (next line)
 *         if (!bf_parquet_row(w, line, slack, &why) && why.code == BF_E_INPUT)
 *             reject it;
 *     ok = bf_parquet_end(w, e);
 *     bf_parquet_destroy(w);
 *
 * The format is parquet-format 2.11, data pages of version 1 with a CRC, statistics, column and offset indexes, field ids.
 */
#ifndef BF_PARQUET_PARQUET_H
#define BF_PARQUET_PARQUET_H

#include "lib/cli/opt.h"
#include "lib/parquet/codec.h"
#include "lib/parquet/sums.h"
#include "lib/row/schema.h"

struct bf_parquet_conf {
    const struct bf_schema *schema; /* must outlive the writer */
    enum bf_parquet_codec codec;
    int level;            /* 0: the default */
    uint64_t group_rows;  /* rows of a row group; 0: 1,048,576 */
    uint64_t group_bytes; /* its encoded bytes; 0: 32 MiB */
    const struct bf_opt_list
        *bloom; /* columns with a bloom filter, may be NULL; names may be joined by commas */
    const struct bf_opt_list
        *sort; /* columns by which a row group is sorted: "a", "-b" the other way round */
    const struct bf_str *pass; /* members that need no column, npass of them: passed over */
    size_t npass;
    bool
        only; /* other members that the schema has not are passed over, else their row is refused */
};

struct bf_parquet;

/* NULL: *e says why. */
BF_API BF_MUST struct bf_parquet *bf_parquet_new(const struct bf_parquet_conf *conf,
                                                 struct bf_err *e);
BF_API void bf_parquet_destroy(struct bf_parquet *w);

/* A new file. What was begun and not ended is forgotten. */
BF_API void bf_parquet_begin(struct bf_parquet *w, bf_parquet_put *put, void *arg);

/* Takes a row, one JSON object. slack: how many bytes after it can be read and are initialised, the first a newline or
 * NUL; 0 where that is not known. BF_E_INPUT: the row is refused, nothing of it is in the file, and writing goes on; any
 * other error ends the file. */
BF_API BF_MUST bool bf_parquet_row(struct bf_parquet *w, struct bf_str row, size_t slack,
                                   struct bf_err *e);

/* Would the row be taken? Leaves nothing behind. */
BF_API BF_MUST bool bf_parquet_check(struct bf_parquet *w, struct bf_str row, struct bf_err *e);

/* Ends the file. */
BF_API BF_MUST bool bf_parquet_end(struct bf_parquet *w, struct bf_err *e);

/* After the end and until the next begin: rows, bytes, and the columns, *n of them. */
BF_API uint64_t bf_parquet_rows(const struct bf_parquet *w);
BF_API uint64_t bf_parquet_bytes(const struct bf_parquet *w);
BF_API const struct bf_parquet_sum *bf_parquet_sums(const struct bf_parquet *w, size_t *n);

/* Where the i-th row group begins; 0: there is none. */
BF_API uint64_t bf_parquet_split(const struct bf_parquet *w, size_t i);

/* conf.only: has a member been passed over? */
BF_API bool bf_parquet_passed(const struct bf_parquet *w);

#endif
