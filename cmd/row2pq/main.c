/* row2pq: rows in, a Parquet file out. */
#include "cmd/row2pq/run.h"

#include "lib/cli/diag.h"
#include "lib/io/reader.h"
#include "lib/base/stop.h"

enum {
    FILES_MAX = 1024,
    INFER_DEFAULT = 1000,
    INFER_MOST = 1000000,
    LEVEL_MOST = 19,
    LINE_MOST = 1024 * 1024 * 1024
};

static const struct bf_opt_word codecs[] = {{"zstd", BF_PARQUET_ZSTD},
                                            {"snappy", BF_PARQUET_SNAPPY},
                                            {"gzip", BF_PARQUET_GZIP},
                                            {"none", BF_PARQUET_NONE}};

static const struct bf_opt options[] = {
    BF_OPT_STR('s', "schema", struct config, schema, "FILE",
               "the columns and their types (default: found in the first rows)"),
    BF_OPT_RANGE(0, "infer", struct config, infer, "N",
                 "find them in the first N rows (default 1000)", 1, INFER_MOST),
    BF_OPT_FLAG(0, "show-schema", struct config, show_schema,
                "print the schema, as --schema reads it, and no Parquet"),
    BF_OPT_FLAG(0, "only", struct config, only, "take the columns of the schema, pass over others"),
    BF_OPT_STR(0, "to", struct config, to, "FILE",
               "write the file there (default: standard output)"),
    BF_OPT_CHOICE(0, "compress", struct config, codec, "KIND",
                  "zstd (default), snappy, gzip or none", codecs),
    BF_OPT_RANGE(0, "level", struct config, level, "N",
                 "compression level (zstd 1 to 19, gzip 1 to 9)", 1, LEVEL_MOST),
    BF_OPT_SIZE(0, "row-group-size", struct config, group_bytes, "SIZE",
                "compressed bytes of a row group (default 32MiB)"),
    BF_OPT_U64(0, "row-group-rows", struct config, group_rows, "N",
               "rows of a row group (default 1048576)"),
    BF_OPT_LIST(0, "sort-by", struct config, sort, "LIST",
                "sort the rows of a row group by these columns; -NAME: falling"),
    BF_OPT_LIST(0, "bloom", struct config, bloom, "LIST", "write bloom filters for these columns"),
    BF_OPT_STR(0, "rejects", struct config, rejects, "FILE", "append refused rows to FILE"),
    BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first refused row"),
    BF_OPT_SIZE(0, "max-line", struct config, max_line, "SIZE", "longest row (default 16MiB)",
                .min = 1, .max = LINE_MOST),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_OPT_COMMON(struct config, common),
};

static const struct bf_tool tool = {
    .name = "row2pq",
    .synopsis = "[options] [FILE ...]",
    .about = "turn rows into a Parquet file",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .max_operands = FILES_MAX,
};

int main(int argc, char **argv)
{
    static const char *files[FILES_MAX];
    static struct config config = {
        .infer = INFER_DEFAULT, .codec = BF_PARQUET_ZSTD, .max_line = BF_LINE_MAX_DEFAULT};
    struct bf_err e = {0};
    size_t nfiles = 0;
    int status = bf_opt_parse(&tool, argc, argv, &config, files, &nfiles);
    if (status == BF_OPT_RUN)
        status = bf_stop_install(&e) && run(&config, files, nfiles, &e) ? 0 : bf_diag_exit(&e);
    return status;
}
