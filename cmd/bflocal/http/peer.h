/*
 * The address of the other side of a connection.
 */
#ifndef BL_PEER_H
#define BL_PEER_H

#include <stdbool.h>
#include <sys/socket.h>

/* The client is on this machine: 127.0.0.0/8 or ::1. */
bool bl_peer_is_loopback(const struct sockaddr *peer);

#endif
