#include "lib/aws/http/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

void bf_wipe_free(void *p)
{
    if (p)
        OPENSSL_cleanse(p, malloc_usable_size(p));
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
