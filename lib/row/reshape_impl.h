/* A transform of rows in memory, for reshape.c and reshape_new.c, which reads its options. */
#ifndef BF_ROW_RESHAPE_IMPL_H
#define BF_ROW_RESHAPE_IMPL_H

#include "lib/base/arena.h"
#include "lib/base/map.h"
#include "lib/encoding/sha256.h"
#include "lib/row/reshape.h"
#include "lib/row/reshape_type.h"

enum {
    RULES_MAX = 1000,
    ATTRS_MAX = 1024 * 1024,
    PAD = 64 /* readable bytes after a text, for bf_change_parse */
};

/* The change of the attributes of one name. */
struct rule {
    struct bf_str name;   /* decoded */
    struct bf_str rename; /* "name" as JSON with its quotes; p NULL: do not rename */
    struct shape_type type;
    bool drop, hash, typed;
    bool seen;
};

struct bf_reshape {
    struct rule rule[RULES_MAX];
    size_t nrules;
    bool first[256]; /* first bytes of the rules' names */
    bool flatten, renames, counted;
    struct bf_hmac256 key;
    struct bf_arena names, values;
    struct bf_buf text, fitted;
    struct bf_attr *attr;
    size_t n, cap;
    struct bf_change inner; /* parses maps */
    struct bf_map seen;     /* the names of an image with many attributes */
};

#endif
