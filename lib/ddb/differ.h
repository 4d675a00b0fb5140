/* Do two attributes, two images, hold the same? Numbers are the same by value (1.0 and 1), sets and everything else when
 * they are written the same, white space apart. One object belongs to one thread. */
#ifndef BF_DDB_DIFFER_H
#define BF_DDB_DIFFER_H

#include "lib/base/map.h"
#include "lib/ddb/change.h"

struct bf_differ {
    struct bf_buf a, b;          /* two values in their compact form */
    struct bf_map names;         /* the attributes of an image, by their places */
    const struct bf_attr *noted; /* the image that names is about, by its first attribute */
    bool
        nomem; /* there was no memory to compare: what was answered since bf_differ_begin may be wrong */
};

void bf_differ_init(struct bf_differ *d);
void bf_differ_free(struct bf_differ *d);

/* A new change: nothing that was noted of images holds any longer. */
void bf_differ_begin(struct bf_differ *d);

bool bf_differ_same_value(struct bf_differ *d, const struct bf_attr *a, const struct bf_attr *b);

/* The attribute of image that is called as a is, which mostly stands at the place hint; NULL: there is none. */
const struct bf_attr *bf_differ_find(struct bf_differ *d, const struct bf_image *image, size_t hint,
                                     const struct bf_attr *a);

/* Every attribute of one is in the other with the same value, and there are as many. False: no memory. */
BF_MUST bool bf_differ_same_images(struct bf_differ *d, const struct bf_image *a,
                                   const struct bf_image *b, bool *same, struct bf_err *e);

#endif
