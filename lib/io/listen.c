#include "lib/io/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool bf_listen(const char *host, uint16_t *port, int *fd, struct bf_err *e)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    char service[8];
    snprintf(service, sizeof(service), "%u", (unsigned)*port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return bf_err_set(e, BF_E_USAGE, "--host: '%s' is not an IP address", host);
    int s = socket(found->ai_family, SOCK_STREAM, 0), one = 1;
    bool ok = s >= 0 && fcntl(s, F_SETFD, FD_CLOEXEC) == 0 &&
              setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
              bind(s, found->ai_addr, found->ai_addrlen) == 0 && listen(s, 512) == 0;
    int error = errno;
    freeaddrinfo(found);
    struct sockaddr_storage got;
    socklen_t len = sizeof(got);
    if (!ok || getsockname(s, (struct sockaddr *)&got, &len) != 0) {
        if (s >= 0)
            close(s);
        return bf_err_sys(e, error, "%s port %u", host, (unsigned)*port);
    }
    char name[8];
    getnameinfo((struct sockaddr *)&got, len, NULL, 0, name, sizeof(name), NI_NUMERICSERV);
    *port = (uint16_t)strtoul(name, NULL, 10);
    *fd = s;
    return true;
}

void bf_listen_url(const char *host, uint16_t port, char out[BF_LISTEN_URL])
{
    const char *shown = strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1"
                        : strcmp(host, "::") == 0    ? "::1"
                                                     : host;
    snprintf(out, BF_LISTEN_URL, strchr(shown, ':') ? "http://[%s]:%u" : "http://%s:%u", shown,
             (unsigned)port);
}
