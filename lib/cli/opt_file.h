/*
 * Files of options, for what grows past one command line:
 *
 *     # what the dashboard gets
 *     match = {"eventName":["INSERT"],
 *       "tableName":["sales"]}
 *     fields order_id,total
 *     strict
 *
 * An entry is the name of a long option (with or without "--"), then its value, with or without "=" in
 * between. A line that begins with white space goes on with the value above it; "#" at the beginning of a line
 * begins a comment; white space around a value, and CR at the end of a line, do not count. The entries count
 * as if they stood on the command line. Told to users in bfpipe-formats(5).
 *
 * The first error ends it: "FILE: line N: what", N the line in which the entry begins.
 */
#ifndef BF_OPT_FILE_H
#define BF_OPT_FILE_H

#include "lib/cli/opt.h"

enum { BF_OPT_FILES_MAX = 16, BF_OPT_FILE_BYTES = 4 * 1024 * 1024 };

/* The texts live as long as the configuration: its values are views into them. Born as zeros. */
struct bf_opt_files {
    struct bf_buf text[BF_OPT_FILES_MAX];
    size_t n;
    bool reading; /* a file that names a file is refused */
};

/* Sets in config what the file says. BF_E_NOTFOUND when it is not there. */
BF_API BF_MUST bool bf_opt_file_read(struct bf_opt_files *files, const struct bf_tool *tool,
                                     void *config, const char *path, struct bf_err *e);
BF_API void bf_opt_files_free(struct bf_opt_files *files);

#endif
