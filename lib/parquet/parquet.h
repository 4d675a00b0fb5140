/*
 * A writer of Parquet files: rows in, as JSON objects, the file out, in pieces. Memory is bounded
 * by one row group, encoded and compressed, except for the footer, some hundred bytes for each
 * column of a row group. The same rows and configuration give the same bytes, with the same version
 * of the compression library.
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
 * The format is parquet-format 2.11, data pages of version 1 with a CRC, statistics, column and
 * offset indexes, field ids.
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
    uint64_t group_rows;  /* maximum rows of a row group; 0: 1,048,576 */
    uint64_t group_bytes; /* maximum encoded bytes of a row group; 0: 32 MiB */
    const struct bf_opt_list
        *bloom; /* columns with a bloom filter, may be NULL; names may be joined by commas */
    const struct bf_opt_list
        *sort; /* columns by which a row group is sorted: "a", or "-b" for descending order */
    const struct bf_str *pass; /* members that are ignored if they have no column; npass of them */
    size_t npass;
    bool only; /* ignore all members without a column; otherwise they are an error of their row */
};

struct bf_parquet;

/* NULL: see *e. */
BF_API BF_MUST struct bf_parquet *bf_parquet_new(const struct bf_parquet_conf *conf,
                                                 struct bf_err *e);
BF_API void bf_parquet_destroy(struct bf_parquet *w);

/* Begins a new file. A file that was not ended is dropped. */
BF_API void bf_parquet_begin(struct bf_parquet *w, bf_parquet_put *put, void *arg);

/* Adds a row, one JSON object. slack: the number of initialised bytes after it that can be read,
 * the first a newline or NUL; 0 if unknown. BF_E_INPUT: the row is rejected, nothing of it is in
 * the file, and writing can continue; any other error ends the file. */
BF_API BF_MUST bool bf_parquet_row(struct bf_parquet *w, struct bf_str row, size_t slack,
                                   struct bf_err *e);

/* Would bf_parquet_row accept the row? Changes nothing. */
BF_API BF_MUST bool bf_parquet_check(struct bf_parquet *w, struct bf_str row, struct bf_err *e);

/* Ends the file. */
BF_API BF_MUST bool bf_parquet_end(struct bf_parquet *w, struct bf_err *e);

/* After bf_parquet_end and before the next begin: rows, bytes, and the columns, *n of them. */
BF_API uint64_t bf_parquet_rows(const struct bf_parquet *w);
BF_API uint64_t bf_parquet_bytes(const struct bf_parquet *w);
BF_API const struct bf_parquet_sum *bf_parquet_sums(const struct bf_parquet *w, size_t *n);

/* The offset of the i-th row group; 0: there is none. */
BF_API uint64_t bf_parquet_split(const struct bf_parquet *w, size_t i);

/* conf.only: has a member been ignored? */
BF_API bool bf_parquet_passed(const struct bf_parquet *w);

#endif
