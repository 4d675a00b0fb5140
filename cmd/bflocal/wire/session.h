/*
 * Temporary credentials of STS. The server stores nothing: the session token holds
 * role and expiry, with a MAC by the server's secret key over them and the access key.
 * The session's secret key is derived from these. So temporary credentials are valid
 * as long as the server's own credentials.
 */
#ifndef BL_SESSION_H
#define BL_SESSION_H

#include "lib/base/str.h"

enum { BL_SESSION_ROLE = 160, BL_SESSION_TOKEN = 512 };

struct bl_session {
    char access_key[21], secret_key[64], token[BL_SESSION_TOKEN];
    char role[BL_SESSION_ROLE]; /* "ACCOUNT ROLE/SESSION" */
    int64_t expires_s;
};

enum bl_session_state { BL_SESSION_GOOD, BL_SESSION_BAD, BL_SESSION_EXPIRED };

/* The caller sets access_key, role and expires_s; this sets the rest. */
void bl_session_make(const char *server_secret, struct bl_session *s);

/* Checks a client's access key and token; fills *s if they are valid. */
enum bl_session_state bl_session_open(const char *server_secret, struct bf_str access_key,
                                      struct bf_str token, int64_t now_ms, struct bl_session *s);

#endif
