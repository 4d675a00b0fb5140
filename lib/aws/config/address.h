/* Whom a URL speaks to, as far as that is a matter of safety. */
#ifndef BF_AWS_CONFIG_ADDRESS_H
#define BF_AWS_CONFIG_ADDRESS_H

#include "lib/base/str.h"

/* The host of a URL with a scheme, without port and brackets; empty where there is none. */
BF_API struct bf_str bf_url_host(const char *url);

/* localhost, ::1, or 127.0.0.0/8 as four numbers ("127.evil.example" is a name): what goes there stays on this
 * machine. */
BF_API bool bf_host_is_loopback(struct bf_str host);

/* Does what goes to this URL pass a network that others may listen to? "http://", and not to this machine. */
BF_API bool bf_url_is_plain(const char *url);

/* What to say then, of the host. */
#define BF_PLAIN_WARNING                                                                           \
    "http://%.300s: what goes there can be read on its way, https:// protects it"

#endif
