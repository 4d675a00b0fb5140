/* The reason why there is no answer, as a message. */
#include "lib/aws/http/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509_vfy.h>

/* Can it succeed a little later? An untrusted certificate cannot. */
static bool transient(const struct bf_http_exchange *x)
{
    switch (x->result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* libcurl's code for an answer without a status line */
    case CURLE_AGAIN:
        return true;
    default:
        return false;
    }
}

/* libcurl names the host in "Failed to connect to NAME port N after 0 ms: ...". If it is not the
 * endpoint, it is a proxy. Only for the message. */
static bool names_proxy(const struct bf_http_exchange *x, const char *host, char name[300])
{
    static const char begin[] = "Failed to connect to ";
    struct bf_str rest = bf_str_of(x->error), at;
    if (!bf_str_starts(rest, bf_str_of(begin)))
        return false;
    rest = bf_str(rest.p + strlen(begin), rest.n - strlen(begin));
    if (!bf_str_split(&rest, ' ', &at) || !bf_str_starts(rest, BF_STR("port ")))
        return false;
    long port = strtol(rest.p + strlen("port "), NULL, 10);
    bool v6 = memchr(at.p, ':', at.n) != NULL;
    snprintf(name, 300, v6 ? "[%.*s]:%ld" : "%.*s:%ld", (int)at.n, at.p, port);
    size_t n = strlen(host);
    return strncmp(name, host, n) != 0 || (name[n] != '\0' && name[n] != ':');
}

static void explain_connect(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    char proxy[300];
    long sys = 0;
    curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &sys);
    const char *why = sys ? strerror((int)sys) : curl_easy_strerror(x->result);
    if (names_proxy(x, host, proxy))
        bf_err_set(e, BF_E_NETWORK, "cannot connect to the proxy %s: %s", proxy, why);
    else
        bf_err_set(e, BF_E_NETWORK, "cannot connect to %s: %s", host, why);
}

/* The connection ended early, or the proxy refused the tunnel (CONNECT). */
static void explain_broken(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    long status = 0;
    curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (status && status / 100 != 2)
        bf_err_set(e, status >= 500 ? BF_E_NETWORK : BF_E_SERVICE,
                   "the proxy opens no tunnel to %s: HTTP %ld%s", host, status,
                   status == 407 ? ", it needs a user and a password in its URL" : "");
    else
        bf_err_set(e, BF_E_NETWORK, "the connection to %s broke", host);
}

/* Why the certificate is not accepted and what to do about it, by OpenSSL's verdict. */
static void explain_certificate(const struct bf_http_exchange *x, const char *host,
                                struct bf_err *e)
{
    long verdict = X509_V_OK;
    struct bf_str why = bf_str_trim(bf_str_of(x->error));
    curl_easy_getinfo(x->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    switch (verdict) {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED: /* libcurl's own, without a verdict: it has compared the names */
        bf_err_set(e, BF_E_SERVICE, "the certificate of %s is for another host", host);
        return;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        bf_err_set(e, BF_E_SERVICE, "the certificate of %s has expired", host);
        return;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        bf_err_set(e, BF_E_SERVICE,
                   "the certificate of %s is not valid yet; is the clock here right?", host);
        return;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        bf_err_set(e, BF_E_SERVICE, "the certificate of %s is self-signed (see --ca-bundle)", host);
        return;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        bf_err_set(e, BF_E_SERVICE,
                   "the certificate of %s is not signed by a trusted authority "
                   "(see --ca-bundle)",
                   host);
        return;
    default:
        bf_err_set(e, BF_E_SERVICE, "%s: %.*s (see --ca-bundle)", host, (int)why.n, why.p);
    }
}

/* The advice for a failed TLS handshake. The reason is only in libcurl's text, and only the
 * message depends on it. */
static void explain_tls(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    enum bf_err_code code = transient(x) ? BF_E_NETWORK : BF_E_SERVICE;
    struct bf_str why =
        bf_str_trim(bf_str_of(x->error[0] ? x->error : curl_easy_strerror(x->result)));
    if (x->result == CURLE_PEER_FAILED_VERIFICATION)
        explain_certificate(x, host, e);
    else if (strstr(x->error, "wrong version number") || strstr(x->error, "packet length too long"))
        bf_err_set(e, code, "%s does not speak TLS; is it http:// instead of https://?", host);
    else if (strstr(x->error, "SSL_ERROR_SYSCALL"))
        bf_err_set(e, code, "%s closed the connection in the TLS handshake", host);
    else
        bf_err_set(e, code, "%s: %.*s", host, (int)why.n, why.p);
}

void bf_http_explain(const struct bf_http_exchange *x, const char *host, struct bf_err *e)
{
    if (x->cancelled) {
        bf_err_set(e, BF_E_STOPPED, "cancelled");
        return;
    }
    switch (x->result) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        bf_err_set(e, BF_E_NETWORK, "cannot resolve the proxy's name: see https_proxy, http_proxy");
        return;
    case CURLE_COULDNT_RESOLVE_HOST:
        bf_err_set(e, BF_E_NETWORK, "cannot resolve %s", host);
        return;
    case CURLE_COULDNT_CONNECT:
        explain_connect(x, host, e);
        return;
    case CURLE_OPERATION_TIMEDOUT:
        bf_err_set(e, BF_E_NETWORK, "%s %s in time", host,
                   x->status ? "did not end its answer" : "did not answer");
        return;
    case CURLE_GOT_NOTHING:
        bf_err_set(e, BF_E_NETWORK, "%s closed the connection without an answer", host);
        return;
    case CURLE_PARTIAL_FILE:
        bf_err_set(e, BF_E_NETWORK, "the answer of %s was cut off", host);
        return;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        bf_err_set(e, BF_E_NETWORK, "what %s answered is not HTTP", host);
        return;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        explain_broken(x, host, e);
        return;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        explain_tls(x, host, e);
        return;
    case CURLE_READ_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
        bf_err_set(e, BF_E_IO, "the body's file is shorter than %llu bytes",
                   (unsigned long long)(x->body_offset + x->body_length));
        return;
    case CURLE_WRITE_ERROR:
        if (x->late) {
            bf_err_set(e, BF_E_NETWORK, "%s did not end its answer in time", host);
            return;
        }
        if (!bf_buf_ok(&x->head) || !bf_buf_ok(&x->body_in)) {
            bf_err_set(e, x->body_in.nomem ? BF_E_MEMORY : BF_E_LIMIT,
                       "the answer of %s is larger than %llu bytes", host,
                       (unsigned long long)x->max_answer);
            return;
        }
        break;
    default:
        break;
    }
    struct bf_str why =
        bf_str_trim(bf_str_of(x->error[0] ? x->error : curl_easy_strerror(x->result)));
    bf_err_set(e, transient(x) ? BF_E_NETWORK : BF_E_SERVICE, "%s: %.*s", host, (int)why.n, why.p);
}
