/*
 * Objects that bflocal itself reads and writes: Athena's tables and results.
 * They are like a client's own, and no call is needed for them.
 */
#ifndef BL_S3_OWN_H
#define BL_S3_OWN_H

#include <openssl/evp.h>

#include "cmd/bflocal/http/local.h"

/* An object: where its bytes are. */
struct bl_s3_own {
    uint64_t file; /* 0: none, it is empty */
    uint64_t size;
};

/* Every object of the bucket whose key begins with prefix, in order; each: false ends the list. key is a view for the
 * time of the call, which must not use the store. False: *e. */
bool bl_s3_own_list(struct bl_local *l, struct bf_str bucket, struct bf_str prefix,
                    bool (*each)(void *arg, struct bf_str key, const struct bl_s3_own *o),
                    void *arg, struct bf_err *e) BF_MUST;

/* *found: is it there? */
bool bl_s3_own_find(struct bl_local *l, struct bf_str bucket, struct bf_str key,
                    struct bl_s3_own *o, bool *found, struct bf_err *e) BF_MUST;
bool bl_s3_own_bucket(struct bl_local *l, struct bf_str bucket);

/* The folder that all files are below; it is made when there is none yet. NULL: *e. */
const char *bl_s3_own_folder(struct bl_local *l, struct bf_err *e);

/* Appends the path of an object's bytes: of /dev/null when it is empty. */
void bl_s3_own_path(struct bl_local *l, const struct bl_s3_own *o, struct bf_buf *out);

/* Opened for reading; -1 with errno. */
int bl_s3_own_open(struct bl_local *l, const struct bl_s3_own *o);

/* An object that is being written; it comes to be at its end. */
struct bl_s3_writer {
    struct bl_local *local;
    uint64_t file, size;
    int fd;
    EVP_MD_CTX *md5;
};

bool bl_s3_write_begin(struct bl_local *l, struct bl_s3_writer *w, struct bf_err *e) BF_MUST;
bool bl_s3_write(struct bl_s3_writer *w, struct bf_str data, struct bf_err *e) BF_MUST;
bool bl_s3_write_end(struct bl_s3_writer *w, struct bf_str bucket, struct bf_str key,
                     const char *content_type, struct bf_err *e) BF_MUST;
/* What somebody else has written into its file (its path) is the object's content. */
void bl_s3_write_path(const struct bl_s3_writer *w, struct bf_buf *out);
bool bl_s3_write_adopt(struct bl_s3_writer *w, struct bf_err *e) BF_MUST;
/* Right after begin, whatever has come of it. */
void bl_s3_write_free(struct bl_s3_writer *w);

bool bl_s3_own_put(struct bl_local *l, struct bf_str bucket, struct bf_str key, struct bf_str data,
                   const char *content_type, struct bf_err *e) BF_MUST;

/* "s3://bucket/prefix": false for anything else. The prefix may be empty. */
bool bl_s3_own_uri(struct bf_str uri, struct bf_str *bucket, struct bf_str *key);

#endif
