/* The values of an option that may be given more than once: views that somebody else owns. */
#ifndef BF_OPT_LIST_H
#define BF_OPT_LIST_H

#include "lib/base/base.h"

enum { BF_OPT_LIST_MAX = 64 };

struct bf_opt_list {
    const char *item[BF_OPT_LIST_MAX];
    size_t n;
};

#endif
