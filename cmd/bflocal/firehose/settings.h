/*
 * The settings in an ExtendedS3DestinationConfiguration. To read one is also to check it: a member that bflocal does not
 * support is refused by name.
 */
#ifndef BL_FIREHOSE_SETTINGS_H
#define BL_FIREHOSE_SETTINGS_H

#include <jansson.h>

#include "cmd/bflocal/firehose/columns.h"
#include "cmd/bflocal/firehose/process.h"
#include "lib/objectkey/prefix.h"
#include "lib/objectkey/timezone.h"

struct bl_fh_settings {
    json_t *doc;       /* texts are views into it */
    struct bf_buf own; /* and into this: the error prefix as the service completes it */
    struct bf_str bucket;
    struct bf_prefix prefix, errors;
    struct bf_str extension; /* of the objects; p NULL: that of their format */
    struct bf_timezone zone;
    uint64_t size; /* bytes */
    int64_t interval_ms;
    bool gzip;
    bool dynamic; /* the partition keys of records are in the prefix */
    struct bl_process process;
    struct bl_columns columns;
    struct bf_str backup_bucket; /* of the records as they came; n 0: they are not kept */
    struct bf_prefix backup_prefix;
    bool backup_gzip;
};

/* BF_E_INPUT: what InvalidArgumentException says. Call bl_fh_settings_free after a failure too. */
bool bl_fh_settings_read(struct bl_fh_settings *s, const struct bl_local *l, json_t *destination,
                         struct bf_err *e) BF_MUST;
void bl_fh_settings_free(struct bl_fh_settings *s);

#endif
