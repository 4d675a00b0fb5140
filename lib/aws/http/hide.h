/*
 * An error message of a service may quote the request: "SignatureDoesNotMatch" contains the
 * canonical request with the session token. Such a message is cut before the secret.
 */
#ifndef BF_AWS_HTTP_HIDE_H
#define BF_AWS_HTTP_HIDE_H

/* Cuts text where the secret begins, also if the secret itself is incomplete there. NULL, and a
 * secret that is too short, change nothing. */
void bf_hide_secret(char *text, const char *secret);

#endif
