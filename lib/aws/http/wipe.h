/*
 * Memory that is wiped when it is given back, for libraries that handle secrets
 * and take an allocator: libcurl keeps header lines with session tokens,
 * jansson the texts of token caches.
 */
#ifndef BF_AWS_HTTP_WIPE_H
#define BF_AWS_HTTP_WIPE_H

#include <stddef.h>

/* As free(3) and realloc(3), for memory of malloc(3) and its kin. */
void bf_wipe_free(void *p);
void *bf_wipe_realloc(void *p, size_t n);

#endif
