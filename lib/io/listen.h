/* The socket of a server. */
#ifndef BF_LISTEN_H
#define BF_LISTEN_H

#include "lib/base/err.h"

enum { BF_LISTEN_URL = 96 };

/* Binds the address (option --host) and the port (0: a free one), and listens; *port is the bound port. */
BF_API BF_MUST bool bf_listen(const char *host, uint16_t *port, int *fd, struct bf_err *e);

/* The URL at which clients of this machine reach it, without a slash at its end: brackets around an IPv6 address, the
 * loopback address for a wildcard. */
BF_API void bf_listen_url(const char *host, uint16_t port, char out[BF_LISTEN_URL]);

#endif
