/*
 * A DPoP proof (RFC 9449): a signed statement that the sender of a request holds the key to which
 * its token was issued. ES256 with a P-256 key in PEM, PKCS#8 or SEC1, over OpenSSL.
 */
#ifndef BF_CRED_DPOP_H
#define BF_CRED_DPOP_H

#include "lib/base/str.h"

/* Appends the proof for one POST to url. jti is a fresh UUID. BF_E_DENIED for an invalid key. */
bool bf_cred_dpop(struct bf_buf *out, const char *pem, const char *url, int64_t now_s,
                  const char *jti, struct bf_err *e);

/* Appends base64url without padding (RFC 4648, section 5). */
void bf_cred_base64url(struct bf_buf *out, struct bf_str data);

#endif
