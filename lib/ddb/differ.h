/* Are two attributes, or two images, equal? Numbers are compared by value (1.0 equals 1); sets and
 * everything else by their text without white space. An object must not be used by two threads. */
#ifndef BF_DDB_DIFFER_H
#define BF_DDB_DIFFER_H

#include "lib/base/map.h"
#include "lib/ddb/change.h"

struct bf_differ {
    struct bf_buf a, b;          /* two values in compact form */
    struct bf_map names;         /* the attributes of an image: name to index */
    const struct bf_attr *noted; /* the first attribute of the image in `names` */
    bool nomem;                  /* out of memory: the results since bf_differ_begin may be wrong */
};

void bf_differ_init(struct bf_differ *d);
void bf_differ_free(struct bf_differ *d);

/* Begins a new change; forgets the images of the last one. */
void bf_differ_begin(struct bf_differ *d);

bool bf_differ_same_value(struct bf_differ *d, const struct bf_attr *a, const struct bf_attr *b);

/* The attribute of image with the name of a; it is usually at index hint. NULL: there is none. */
const struct bf_attr *bf_differ_find(struct bf_differ *d, const struct bf_image *image, size_t hint,
                                     const struct bf_attr *a);

/* *same: both have equally many attributes, with equal names and values. False: out of memory. */
BF_MUST bool bf_differ_same_images(struct bf_differ *d, const struct bf_image *a,
                                   const struct bf_image *b, bool *same, struct bf_err *e);

#endif
