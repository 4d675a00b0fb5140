/*
 * What change.c and the compiled variants of change_core.h know of each other.
 * Inside lib/cdc only.
 */
#ifndef BF_CDC_CHANGE_OPS_H
#define BF_CDC_CHANGE_OPS_H

#include "lib/cdc/change.h"
#include "lib/json/core.h"

/* One scan of one text. */
struct change_scan {
    struct core core;
    struct bf_change *change;
    struct bf_change_text op, arn;
    const char *attr; /* the quote in front of the name of the attribute that is wrong, or NULL */
    bool body;        /* there was a member "dynamodb" */
    bool wrap;        /* there was a member that captures have */
    char text[200];   /* a reason that is no literal */
    char decoded[64]; /* an envelope's name written with escapes */
};

struct change_ops {
    const char *(*record)(struct change_scan *s);
    const char *(*value)(struct change_scan *s, struct bf_attr *a);
    const char *(*item)(struct change_scan *s, struct bf_image *out);
};

extern const struct change_ops bf_change_portable;
#if defined(__x86_64__)
extern const struct change_ops bf_change_sse2;
extern const struct change_ops bf_change_avx2;
#endif

/* The rare parts, compiled once in change.c. */
bool bf_change_grow(struct bf_change *c);
bool bf_change_repeated(struct bf_change *c, size_t first);
bool bf_change_type(struct bf_str tag, bool escaped, enum bf_attr_type *type);
bool bf_change_is_base64(struct bf_str text, bool escaped);
struct bf_str bf_change_decode(struct change_scan *s, struct bf_str name);

#endif
