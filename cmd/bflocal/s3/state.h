/* S3's own state; one a process (struct bl_local). */
#ifndef BL_S3_STATE_H
#define BL_S3_STATE_H

#include <pthread.h>

#include "cmd/bflocal/http/local.h"
#include "lib/base/rng.h"

enum { BL_S3_DELETES = 256 };

struct bl_s3 {
    struct bl_local *local;
    /* may be taken under the store's lock, so the store's lock never under it */
    pthread_mutex_t mutex;
    /* of who makes a file: `dirty` and what comes with it; taken before all others */
    pthread_mutex_t first;
    int dir_fd;        /* the folder of the files; -1: none yet */
    char *dir;         /* its path */
    bool temporary;    /* in memory: removed at the end */
    bool dirty;        /* the store knows that files are being written */
    uint64_t bytes;    /* in all files */
    struct bf_rng rng; /* names of files, upload ids */
    /* the last deletes: a conditional write that one of them overtook is a conflict */
    uint64_t deletes, deleted[BL_S3_DELETES];
};

#endif
