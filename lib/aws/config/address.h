/* The safety of a URL: does it lead over a network, and without TLS? */
#ifndef BF_AWS_CONFIG_ADDRESS_H
#define BF_AWS_CONFIG_ADDRESS_H

#include "lib/base/str.h"

/* The text after "http://" or "https://" (in any case), and which of the two it is; NULL for any other scheme. */
BF_API const char *bf_url_scheme(const char *url, bool *https);

/* The host of a URL with a scheme, without port and brackets; empty if there is none. */
BF_API struct bf_str bf_url_host(const char *url);

/* A URL for a message: without user and password, and without the query, which may be a token. */
struct bf_url_shown {
    char text[160];
};
BF_API struct bf_url_shown bf_url_show(const char *url);

/* localhost, ::1, or 127.0.0.0/8 as four numbers ("127.evil.example" is a name): such traffic does
 * not leave this machine. */
BF_API bool bf_host_is_loopback(struct bf_str host);

/* Can others on the network read what is sent to this URL? True for "http://", except to this
 * machine. */
BF_API bool bf_url_is_plain(const char *url);

/* The warning for that case; its argument is the host. */
#define BF_PLAIN_WARNING                                                                           \
    "http://%.300s: data sent there can be read on the way; https:// protects it"

#endif
