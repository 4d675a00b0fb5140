/*
 * The members of an image. These macros need `p`, `size` and a constant `form`
 * in scope; `write` is an expression that writes the value at p. They are
 * macros so that a name and its punctuation are one literal and the compiler
 * selects the form.
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

/* bytes: the size of the number in DynamoDB. */
#define ATTR_N(name, write, bytes)                                                                 \
    do {                                                                                           \
        p = form == TYPED ? PUT(p, ",\"" name "\":{\"N\":\"") : PUT(p, ",\"" name "\":");          \
        p = (write);                                                                               \
        if (form == TYPED) {                                                                       \
            size += sizeof(name) - 1 + (bytes);                                                    \
            p = PUT(p, "\"}");                                                                     \
        }                                                                                          \
    } while (0)

#define ATTR_CENTS(name, cents) ATTR_N(name, put_cents(p, cents), cents_size(cents))

#endif
