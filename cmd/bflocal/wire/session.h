/*
 * Temporary credentials, as STS gives them out. Nothing is kept: the session
 * token says whose they are and until when, under a MAC of the access key with
 * the server's own secret key, and the session's secret key follows from both.
 * So they hold as long as the server's credentials do.
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

/* access_key, role and expires_s are given; makes the rest. */
void bl_session_make(const char *server_secret, struct bl_session *s);

/* What a client's access key and token stand for; *s is filled when they are good. */
enum bl_session_state bl_session_open(const char *server_secret, struct bf_str access_key,
                                      struct bf_str token, int64_t now_ms, struct bl_session *s);

#endif
