/*
 * The files of objects and parts: DIR/objects/xx/xxxxxxxxxxxxxxxx, named by a
 * random 64-bit number (0 is no file: an empty object). Without --data the
 * folder is a temporary one, made with the first file and removed at the end.
 *
 * A file that no row names is garbage: it was being written when the process
 * was killed. The store notes when files begin to be written and when the
 * process ends in order; when it did not, bl_s3_file_open_dir sweeps.
 */
#ifndef BL_S3_FILE_H
#define BL_S3_FILE_H

#include "lib/base/err.h"
#include "lib/base/str.h"

struct bl_s3;

bool bl_s3_file_open_dir(struct bl_s3 *s, struct bf_err *e) BF_MUST;
void bl_s3_file_close_dir(struct bl_s3 *s);

/* A new, empty file, open for reading and writing. */
bool bl_s3_file_create(struct bl_s3 *s, uint64_t *file, int *fd, struct bf_err *e) BF_MUST;

/* Makes sure that the folder is there. */
bool bl_s3_file_ready(struct bl_s3 *s, struct bf_err *e) BF_MUST;

/* Appends the path of a file. */
void bl_s3_file_path(const struct bl_s3 *s, uint64_t file, struct bf_buf *out);

/* All of data; the fault `disk` counts here too. */
bool bl_s3_file_write(struct bl_s3 *s, int fd, struct bf_str data, struct bf_err *e) BF_MUST;

/* For reading; -1 with errno. */
int bl_s3_file_open(struct bl_s3 *s, uint64_t file);

/* file may be 0. Whoever still reads it reads on. */
void bl_s3_file_remove(struct bl_s3 *s, uint64_t file, uint64_t size);

#endif
