#define _DEFAULT_SOURCE /* explicit_bzero */
#include "lib/aws/http/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void bf_wipe_free(void *p)
{
    if (p) /* libcurl's buffers are large: OPENSSL_cleanse, eight bytes at a time, was 13 % of a request */
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

void *bf_wipe_realloc(void *p, size_t n)
{
    size_t old = p ? malloc_usable_size(p) : 0;
    if (n <= old && p)
        return p;
    void *fresh = malloc(n ? n : 1);
    if (!fresh || !p)
        return fresh;
    memcpy(fresh, p, old);
    bf_wipe_free(p);
    return fresh;
}
