/*
 * Objects that bflocal itself reads and writes: Athena's tables and results. They are
 * like a client's objects, but no call is needed.
 */
#ifndef BL_S3_OWN_H
#define BL_S3_OWN_H

#include <openssl/evp.h>

#include "cmd/bflocal/http/local.h"

/* The location of an object's bytes. */
struct bl_s3_own {
    uint64_t file; /* 0: the object is empty */
    uint64_t size;
};

/* Calls `each` for every object of the bucket with this key prefix, in order, until it returns
 * false. key is a view that is valid during the call. `each` must not use the store. False: *e. */
bool bl_s3_own_list(struct bl_local *l, struct bf_str bucket, struct bf_str prefix,
                    bool (*each)(void *arg, struct bf_str key, const struct bl_s3_own *o),
                    void *arg, struct bf_err *e) BF_MUST;

/* *found: the object exists. */
bool bl_s3_own_find(struct bl_local *l, struct bf_str bucket, struct bf_str key,
                    struct bl_s3_own *o, bool *found, struct bf_err *e) BF_MUST;
bool bl_s3_own_bucket(struct bl_local *l, struct bf_str bucket);

/* The folder with all files; created if necessary. NULL: *e. */
const char *bl_s3_own_folder(struct bl_local *l, struct bf_err *e);

/* Appends the path of an object's bytes; of /dev/null if it is empty. */
void bl_s3_own_path(struct bl_local *l, const struct bl_s3_own *o, struct bf_buf *out);

/* Opens an object for reading; -1 with errno. */
int bl_s3_own_open(struct bl_local *l, const struct bl_s3_own *o);

/* Writes a new object, which exists after bl_s3_write_end. */
struct bl_s3_writer {
    struct bl_local *local;
    uint64_t file, size;
    int fd;
    EVP_MD_CTX *md5;
    bool unheard; /* no event tells of it */
};

bool bl_s3_write_begin(struct bl_local *l, struct bl_s3_writer *w, struct bf_err *e) BF_MUST;
bool bl_s3_write(struct bl_s3_writer *w, struct bf_str data, struct bf_err *e) BF_MUST;
bool bl_s3_write_end(struct bl_s3_writer *w, struct bf_str bucket, struct bf_str key,
                     const char *content_type, struct bf_err *e) BF_MUST;
/* Appends the path of the writer's file. Another program may write the object's content there. */
void bl_s3_write_path(const struct bl_s3_writer *w, struct bf_buf *out);
bool bl_s3_write_adopt(struct bl_s3_writer *w, struct bf_err *e) BF_MUST;
/* Call it after begin in every case. */
void bl_s3_write_free(struct bl_s3_writer *w);

bool bl_s3_own_put(struct bl_local *l, struct bf_str bucket, struct bf_str key, struct bf_str data,
                   const char *content_type, struct bf_err *e) BF_MUST;

/* The same without an event "Object Created": an event that was not delivered must not make another one. */
bool bl_s3_own_put_unheard(struct bl_local *l, struct bf_str bucket, struct bf_str key,
                           struct bf_str data, const char *content_type, struct bf_err *e) BF_MUST;

/* Splits "s3://bucket/prefix"; false for anything else. The prefix may be empty. */
bool bl_s3_own_uri(struct bf_str uri, struct bf_str *bucket, struct bf_str *key);

#endif
