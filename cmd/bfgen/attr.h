/*
 * The members of an image. These macros want `p`, `size` and a constant `form`
 * in scope; `write` is an expression that writes the value at p. They are
 * macros so that a name is one literal with its punctuation and the form is
 * decided by the compiler.
 */
#ifndef BFGEN_ATTR_H
#define BFGEN_ATTR_H

#include "cmd/bfgen/put.h"

#define ATTR_S(name, write)                                                                        \
    do {                                                                                           \
        p = form == TYPED ? PUT(p, ",\"" name "\":{\"S\":\"") : PUT(p, ",\"" name "\":\"");        \
        const char *from_ = p;                                                                     \
        p = (write);                                                                               \
        size += sizeof(name) - 1 + (size_t)(p - from_);                                            \
        p = form == TYPED ? PUT(p, "\"}") : PUT(p, "\"");                                          \
    } while (0)

#define ATTR_N(name, write)                                                                        \
    do {                                                                                           \
        p = form == TYPED ? PUT(p, ",\"" name "\":{\"N\":\"") : PUT(p, ",\"" name "\":");          \
        const char *from_ = p;                                                                     \
        p = (write);                                                                               \
        if (form == TYPED) {                                                                       \
            size += sizeof(name) - 1 + number_size(from_, (size_t)(p - from_));                    \
            p = PUT(p, "\"}");                                                                     \
        }                                                                                          \
    } while (0)

#endif
