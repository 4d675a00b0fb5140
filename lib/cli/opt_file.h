/*
 * Files of options, for command lines that have become too long:
 *
 *     # rows for the dashboard
 *     match = {"eventName":["INSERT"],
 *       "tableName":["sales"]}
 *     fields order_id,total
 *     strict
 *
 * An entry is the name of a long option (with or without "--") and its value, with or without "="
 * between them. A line that begins with white space continues the value above it. A "#" at the
 * beginning of a line begins a comment. White space around a value and a CR at the end of a line
 * are removed. The entries count as if they were on the command line. Documented in
 * bfpipe-formats(5).
 *
 * Parsing ends at the first error: "FILE: line N: reason", where N is the first line of the entry.
 */
#ifndef BF_OPT_FILE_H
#define BF_OPT_FILE_H

#include "lib/cli/opt.h"

enum { BF_OPT_FILES_MAX = 16, BF_OPT_FILE_BYTES = 4 * 1024 * 1024 };

/* The files' texts. They must live as long as the configuration, whose values are views into them.
 * Initialise with zeros. */
struct bf_opt_files {
    struct bf_buf text[BF_OPT_FILES_MAX];
    size_t n;
    bool reading; /* a file may not name another file */
};

/* Sets the options of the file in config. BF_E_NOTFOUND if it does not exist. */
BF_API BF_MUST bool bf_opt_file_read(struct bf_opt_files *files, const struct bf_tool *tool,
                                     void *config, const char *path, struct bf_err *e);
BF_API void bf_opt_files_free(struct bf_opt_files *files);

#endif
