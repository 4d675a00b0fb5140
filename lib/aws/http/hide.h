/*
 * What a service says back may hold what was sent to it: "SignatureDoesNotMatch" quotes
 * the canonical request, session token and all. Such a message ends in front
 * of the secret.
 */
#ifndef BF_AWS_HTTP_HIDE_H
#define BF_AWS_HTTP_HIDE_H

/* Cuts text where the secret begins, also one that is cut off itself; NULL and what is too short to be one change
 * nothing. */
void bf_hide_secret(char *text, const char *secret);

#endif
