/* S3's state in memory; one for the process (struct bl_local). */
#ifndef BL_S3_STATE_H
#define BL_S3_STATE_H

#include <pthread.h>

#include "cmd/bflocal/http/local.h"
#include "lib/base/rng.h"

enum { BL_S3_DELETES = 256 };

struct bl_s3 {
    struct bl_local *local;
    /* may be locked while the store is locked, never the other way round */
    pthread_mutex_t mutex;
    /* protects the creation of the folder and `dirty`; locked before all others */
    pthread_mutex_t first;
    int dir_fd;         /* of the files; -1: not created yet */
    char *dir;          /* its path */
    bool temporary;     /* removed at the end */
    bool dirty;         /* the store records that files are being written */
    uint64_t bytes;     /* the size of all files */
    uint64_t sequencer; /* of the last event; under the store's lock */
    struct bf_rng rng;  /* for file names and upload ids */
    /* the last deletes: a conditional write during one of them is a conflict */
    uint64_t deletes, deleted[BL_S3_DELETES];
};

#endif
