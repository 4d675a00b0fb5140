#include "cmd/bflocal/wire/request.h"

struct bf_str bl_request_header(const struct bl_request *r, const char *name)
{
    struct bf_str want = bf_str_of(name);
    for (size_t i = 0; i < r->nheaders; i++)
        if (bf_str_eq(r->headers[i].name, want))
            return r->headers[i].value;
    return bf_str(NULL, 0);
}
