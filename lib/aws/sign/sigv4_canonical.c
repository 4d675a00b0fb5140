/* Stage 1 of Signature Version 4: the canonical request. */
#include <stdlib.h>

#include "lib/aws/sign/sigv4.h"
#include "lib/encoding/enc.h"

/* Appends path without empty, "." and ".." segments (RFC 3986, 5.2.4, and runs of slashes). */
static void put_normalized(struct bf_buf *out, struct bf_str path)
{
    size_t base = out->n;
    struct bf_str rest = path, segment;
    while (bf_str_split(&rest, '/', &segment)) {
        if (segment.n == 0 || bf_str_is(segment, "."))
            continue;
        if (bf_str_is(segment, "..")) {
            while (out->n > base && out->p[--out->n] != '/')
                ;
            continue;
        }
        bf_buf_addc(out, '/');
        bf_buf_adds(out, segment);
    }
    bool folder = path.n && path.p[path.n - 1] == '/';
    if (out->n == base || folder)
        bf_buf_addc(out, '/');
}

static bool put_path(const struct bf_sigv4_request *r, struct bf_buf *out, struct bf_err *e)
{
    struct bf_buf normal;
    struct bf_str path = r->path.n ? r->path : BF_STR("/");
    bf_buf_init(&normal, r->path.n + 2);
    if (r->normalize_path) {
        put_normalized(&normal, path);
        path = bf_buf_view(&normal);
    }
    bool ok = bf_buf_check(&normal, "path", e);
    if (ok && r->encode_path)
        bf_uri_encode(out, path, true);
    else if (ok)
        bf_buf_adds(out, path);
    bf_buf_free(&normal);
    return ok;
}

struct pair {
    struct bf_str name, value;
};

static int by_name_then_value(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int c = bf_str_cmp(x->name, y->name);
    return c ? c : bf_str_cmp(x->value, y->value);
}

/* Appends s decoded and encoded again; returns its view in text. */
static struct bf_str recode(struct bf_buf *text, struct bf_buf *scratch, struct bf_str s)
{
    bf_buf_reset(scratch);
    bf_uri_decode(scratch, s);
    size_t from = text->n;
    bf_uri_encode(text, bf_buf_view(scratch), false);
    return bf_str(text->p + from, text->n - from);
}

static size_t split_query(struct bf_str query, struct bf_buf *text, struct bf_buf *scratch,
                          struct pair *pairs, size_t max)
{
    struct bf_str item, value;
    size_t n = 0;
    while (bf_str_split(&query, '&', &item)) {
        if (item.n == 0)
            continue;
        if (n == max)
            return max + 1;
        struct bf_str name = item;
        value = (struct bf_str){NULL, 0};
        const char *eq = memchr(item.p, '=', item.n);
        if (eq) {
            name.n = (size_t)(eq - item.p);
            value = bf_str(eq + 1, item.n - name.n - 1);
        }
        pairs[n].name = recode(text, scratch, name);
        pairs[n++].value = recode(text, scratch, value);
    }
    return n;
}

static bool put_query(struct bf_str query, struct bf_buf *out, struct bf_err *e)
{
    struct pair pairs[BF_SIGV4_QUERY];
    struct bf_buf text, scratch;
    if (query.n == 0)
        return true;
    bf_buf_init(&text, query.n * 3 + 1);
    bf_buf_init(&scratch, query.n + 1);
    /* reserved at once, because the pairs point into it */
    bool ok = bf_buf_room(&text, query.n * 3 + 1) != NULL;
    size_t n = ok ? split_query(query, &text, &scratch, pairs, BF_SIGV4_QUERY) : 0;
    if (!ok)
        bf_err_nomem(e);
    else if (n > BF_SIGV4_QUERY)
        ok = bf_err_set(e, BF_E_LIMIT, "more than %d query parameters", BF_SIGV4_QUERY);
    else {
        qsort(pairs, n, sizeof *pairs, by_name_then_value);
        for (size_t i = 0; i < n; i++) {
            if (i)
                bf_buf_addc(out, '&');
            bf_buf_adds(out, pairs[i].name);
            bf_buf_addc(out, '=');
            bf_buf_adds(out, pairs[i].value);
        }
        ok = bf_buf_check(&scratch, "query", e);
    }
    bf_buf_free(&text);
    bf_buf_free(&scratch);
    return ok;
}

static int compare_names(struct bf_str a, struct bf_str b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        int d = (unsigned char)bf_ascii_lower(a.p[i]) - (unsigned char)bf_ascii_lower(b.p[i]);
        if (d)
            return d;
    }
    return (a.n > b.n) - (a.n < b.n);
}

static void put_lower(struct bf_buf *out, struct bf_str s)
{
    for (size_t i = 0; i < s.n; i++)
        bf_buf_addc(out, bf_ascii_lower(s.p[i]));
}

/* Trimmed, with runs of white space folded to one space. */
static void put_value(struct bf_buf *out, struct bf_str s)
{
    s = bf_str_trim(s);
    bool space = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            space = true;
            continue;
        }
        if (space)
            bf_buf_addc(out, ' ');
        space = false;
        bf_buf_addc(out, c);
    }
}

/* Sorts indices by header name; equal names keep their order. */
static void sort_headers(const struct bf_sigv4_request *r, size_t *order)
{
    for (size_t i = 0; i < r->nheaders; i++) {
        size_t j = i;
        for (; j > 0 && compare_names(r->headers[order[j - 1]].name, r->headers[i].name) > 0; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
}

static void put_headers(const struct bf_sigv4_request *r, struct bf_buf *out, struct bf_buf *names)
{
    size_t order[BF_SIGV4_HEADERS];
    sort_headers(r, order);
    for (size_t i = 0; i < r->nheaders; i++) {
        const struct bf_sigv4_header *h = &r->headers[order[i]];
        bool again = i && compare_names(r->headers[order[i - 1]].name, h->name) == 0;
        if (again)
            bf_buf_addc(out, ',');
        else {
            if (i) {
                bf_buf_addc(out, '\n');
                bf_buf_addc(names, ';');
            }
            put_lower(names, h->name);
            put_lower(out, h->name);
            bf_buf_addc(out, ':');
        }
        put_value(out, h->value);
    }
    bf_buf_addc(out, '\n');
}

bool bf_sigv4_canonical(const struct bf_sigv4_request *r, struct bf_buf *out,
                        struct bf_buf *signed_headers, struct bf_err *e)
{
    if (r->nheaders > BF_SIGV4_HEADERS)
        return bf_err_set(e, BF_E_LIMIT, "more than %d headers to sign", BF_SIGV4_HEADERS);
    bf_buf_adds(out, r->method);
    bf_buf_addc(out, '\n');
    if (!put_path(r, out, e))
        return false;
    bf_buf_addc(out, '\n');
    if (!put_query(r->query, out, e))
        return false;
    bf_buf_addc(out, '\n');
    put_headers(r, out, signed_headers);
    bf_buf_addc(out, '\n');
    bf_buf_adds(out, bf_buf_view(signed_headers));
    bf_buf_addc(out, '\n');
    bf_buf_adds(out, r->payload_hash);
    return bf_buf_check(out, "canonical request", e) &&
           bf_buf_check(signed_headers, "signed headers", e);
}
