#include "cmd/bflocal/http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

bool bl_peer_is_loopback(const struct sockaddr *peer)
{
    if (peer->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, peer, sizeof(in));
        return (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    }
    struct sockaddr_in6 in6;
    if (peer->sa_family != AF_INET6)
        return false;
    memcpy(&in6, peer, sizeof(in6));
    const unsigned char *bytes = in6.sin6_addr.s6_addr;
    return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) && bytes[12] == 127);
}
