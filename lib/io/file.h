/*
 * Small files: whole in, whole out, and the lock of a state directory.
 */
#ifndef BF_FILE_H
#define BF_FILE_H

#include "lib/base/str.h"

/* Appends the whole file, which is a text: without the byte order mark that it may begin with. BF_E_NOTFOUND when it is not there, BF_E_LIMIT past the buffer's maximum. */
BF_API BF_MUST bool bf_file_read(const char *path, struct bf_buf *out, struct bf_err *e);

/* The same for a file that the toolkit has made: a symbolic link in its place is an error. */
BF_API BF_MUST bool bf_file_read_own(const char *path, struct bf_buf *out, struct bf_err *e);

/* Replaces path by content so that a crash leaves the old or the new file, never a mixture: a
 * temporary file in the same folder, fsync, rename, fsync of the folder. Mode 0600; no symbolic link is followed. */
BF_API BF_MUST bool bf_file_replace(const char *path, struct bf_str content, struct bf_err *e);

/* Can others than its owner read this regular file? False too when it is not there. */
BF_API bool bf_file_is_exposed(const char *path);

/* fsync of a folder, so that a rename or a new name in it is durable. */
BF_API BF_MUST bool bf_file_sync_dir(const char *path, struct bf_err *e);

/* Creates path and its parents (mode 0700); existing folders are fine. */
BF_API BF_MUST bool bf_file_make_dirs(const char *path, struct bf_err *e);

/* An exclusive advisory lock on path (created if missing, with mode 0600), held until *fd is closed. Somebody else
 * holds it: BF_E_TEMPORARY. A symbolic link is not followed. */
BF_API BF_MUST bool bf_file_lock(const char *path, int *fd, struct bf_err *e);

/* Holds 0, 1 and 2 open, for the start of a program: where one of them was closed, its number would go to the
 * next file or socket, and what is meant for standard error would end up there. Using it stays the error that
 * it was (EBADF). */
BF_API void bf_file_hold_standard(void);

#endif
