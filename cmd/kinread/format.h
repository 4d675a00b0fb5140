/*
 * Format strings in the style of kcat, compiled once.
 *
 *     %d data    %D data in base64   %k key        %s sequence number  %S shard
 *     %t time    %T time in ms       %l lag in ms  %z size of the data %o stream
 *     %i index inside an aggregate   %n newline    %% percent
 *     \n \r \t \0 \\ \xHH
 */
#ifndef KINREAD_FORMAT_H
#define KINREAD_FORMAT_H

#include "lib/base/str.h"

/* A record with everything decoded. */
struct item {
    const char *stream, *shard;
    struct bf_str data, key, sequence;
    uint64_t index;  /* inside a KPL aggregate */
    bool part;       /* from an aggregate */
    bool json;       /* data is a JSON document of a DynamoDB stream */
    int64_t time_ms; /* 0: none */
    int64_t lag_ms;
};

enum { FORMAT_PARTS_MAX = 64 };

struct format {
    struct format_part {
        char kind;          /* the letter, 0 for text */
        struct bf_str text; /* view into format.text */
    } parts[FORMAT_PARTS_MAX];
    size_t n;
    struct bf_buf text;
};

/* BF_E_USAGE for an unknown letter or escape. format_free must be called in either case. */
bool format_compile(struct format *f, const char *source, struct bf_err *e);
void format_free(struct format *f);

/* Appends the item. */
void format_put(const struct format *f, struct bf_buf *out, const struct item *item);

/* Appends the item as a JSON envelope, without newline. */
void envelope_put(struct bf_buf *out, const struct item *item);

#endif
