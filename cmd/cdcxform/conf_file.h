/*
 * Files of options, for a transform that grows past one line:
 *
 *     # what the dashboard gets
 *     match = {"eventName":["INSERT"],
 *       "tableName":["sales"]}
 *     fields order_id,total
 *     strict
 *
 * The words are those of the long options, with or without "=" in front of the
 * value; a line that begins with white space goes on with the value above it;
 * "#" at the beginning of a line begins a comment. The lines count as if they
 * stood on the command line in the place of -f.
 */
#ifndef CDCXFORM_CONF_FILE_H
#define CDCXFORM_CONF_FILE_H

#include "lib/base/opt.h"

enum { CONF_FILES_MAX = 16 };

/* The texts live as long as the configuration: values are views into them. */
struct conf_files {
    struct bf_buf text[CONF_FILES_MAX];
    size_t n;
    bool reading;
};

/* Sets what the file says in config; errors as "FILE: line N: what". */
bool conf_file_read(struct conf_files *files, const struct bf_tool *tool, void *config,
                    const char *path, struct bf_err *e);
void conf_files_free(struct conf_files *files);

#endif
