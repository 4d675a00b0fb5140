/*
 * A hash index of the attributes of an image by name, for bf_image_find. A struct
 * bf_change owns one for each image and forgets its contents at every parse; it is
 * built by the first look-ups that it is worth it for. Inside its room only.
 */
#ifndef BF_DDB_CHANGE_INDEX_H
#define BF_DDB_CHANGE_INDEX_H

#include "lib/ddb/change.h"

struct bf_image_index {
    const struct bf_attr *attr; /* of the indexed image; NULL: not built */
    size_t n;
    unsigned lookups; /* since the last reset */
    uint32_t *slot;   /* number of an attribute + 1; 0: free */
    size_t mask, cap; /* number of slots in use, less 1; allocated slots */
    struct bf_buf name;
};

/* A reset index is empty. */
void bf_image_index_init(struct bf_image_index *x);
void bf_image_index_free(struct bf_image_index *x);
void bf_image_index_reset(struct bf_image_index *x);

/* Builds the index of the image unless it is built. False: the image is small, this is one of the first look-ups, or
 * there is no memory; the caller searches the attributes one by one. */
bool bf_image_index_ready(struct bf_image_index *x, const struct bf_image *image);

/* The attribute with this (decoded) name in a built index; NULL: none. */
const struct bf_attr *bf_image_index_find(const struct bf_image_index *x, struct bf_str name);

#endif
