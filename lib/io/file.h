/* Small files: reading and replacing a whole file, and the lock of a state directory. */
#ifndef BF_FILE_H
#define BF_FILE_H

#include "lib/base/str.h"

/* Appends the whole file, a text, without the byte order mark that it may begin with. BF_E_NOTFOUND
 * if it does not exist, BF_E_LIMIT past the buffer's maximum. */
BF_API BF_MUST bool bf_file_read(const char *path, struct bf_buf *out, struct bf_err *e);

/* The same for a file that the toolkit has written: a symbolic link is an error. */
BF_API BF_MUST bool bf_file_read_own(const char *path, struct bf_buf *out, struct bf_err *e);

/* Replaces path by content so that a crash leaves the old or the new file, never a mixture: writes
 * a temporary file in the same directory, then fsync, rename, and fsync of the directory. The mode
 * is 0600. Symbolic links are not followed. */
BF_API BF_MUST bool bf_file_replace(const char *path, struct bf_str content, struct bf_err *e);

/* The same for a file that the user has named as output: a device, a pipe or the target of a symbolic link is not
 * replaced but written to. */
BF_API BF_MUST bool bf_file_write(const char *path, struct bf_str content, struct bf_err *e);

/* Can users other than its owner read this regular file? False also if it does not exist. */
BF_API bool bf_file_is_exposed(const char *path);

/* fsync of a directory, which makes a rename or a new name in it durable. */
BF_API BF_MUST bool bf_file_sync_dir(const char *path, struct bf_err *e);

/* Creates path and its parents (mode 0700); directories may exist already. */
BF_API BF_MUST bool bf_file_make_dirs(const char *path, struct bf_err *e);

/* Takes an exclusive advisory lock on path (created with mode 0600 if missing), held until *fd is
 * closed. BF_E_TEMPORARY if another process holds it. A symbolic link is not followed. */
BF_API BF_MUST bool bf_file_lock(const char *path, int *fd, struct bf_err *e);

/* Opens descriptors 0, 1 and 2 if they are closed; for the start of a program. Otherwise the next
 * file or socket would get such a number, and messages for standard error would be written to it.
 * Using a descriptor that was closed still fails with EBADF. */
BF_API void bf_file_hold_standard(void);

#endif
