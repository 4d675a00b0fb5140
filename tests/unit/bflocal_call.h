/*
 * Whole calls to bflocal without the network and without signatures, for tests that are linked with
 * --wrap=bl_auth_check (LDFLAGS_test_x in the Makefile): what lies behind the check, as a client sees it.
 */
#ifndef BF_UNIT_BFLOCAL_CALL_H
#define BF_UNIT_BFLOCAL_CALL_H

#include <stdio.h>

#include "cmd/bflocal/http/reply.h"
#include "cmd/bflocal/http/router.h"
#include "cmd/bflocal/services.h"

void __wrap_bl_auth_check(const struct bl_auth_server *s, const struct bl_request *r,
                          struct bf_arena *arena, struct bl_auth *out);

void __wrap_bl_auth_check(const struct bl_auth_server *s, const struct bl_request *r,
                          struct bf_arena *arena, struct bl_auth *out)
{
    (void)s;
    (void)r;
    (void)arena;
    *out = (struct bl_auth){.code = BL_AUTH_OK, .payload = BL_PAYLOAD_UNSIGNED};
}

/* request: "METHOD PATH?QUERY" and lines "name: value"; the body of the answer is appended. The status. */
static int call(struct bl_local *l, const char *request, struct bf_str body, struct bf_buf *answer)
{
    static struct bl_call call;
    struct bl_call *c = &call;
    struct bf_str rest = bf_str_of(request), line, name;
    size_t max = 0;
    memset(c, 0, sizeof *c);
    c->local = l;
    c->store = &l->store;
    c->ans.fd = -1;
    c->ans.status = 200;
    c->req.loopback = true;
    bf_arena_init(&c->arena, 64 << 20);
    bf_buf_init(&c->body, 1);
    bf_buf_init(&c->ans.body, 48 << 20);
    bf_str_split(&rest, '\n', &line);
    bf_str_split(&line, ' ', &c->req.method);
    bf_str_split(&line, '?', &c->req.path);
    c->req.query = line;
    while (rest.p && bf_str_split(&rest, '\n', &line) && line.n) {
        bf_str_split(&line, ':', &name);
        c->req.headers[c->req.nheaders++] = (struct bf_sigv4_header){name, bf_str_trim(line)};
    }
    char length[24];
    snprintf(length, sizeof length, "%zu", body.n);
    c->req.headers[c->req.nheaders++] =
        (struct bf_sigv4_header){BF_STR("content-length"), bf_str_of(length)};
    if (bl_router_begin(c, &max)) {
        c->body.max = max ? max : 1;
        c->req.body = body;
        if (c->sink && !c->failed && !c->sink(c, body))
            c->failed = true;
        bl_router_finish(c);
    }
    int status = c->ans.status;
    if (answer)
        bf_buf_adds(answer, bf_buf_view(&c->ans.body));
    if (c->cleanup)
        c->cleanup(c);
    bl_answer_drop_file(c);
    bf_buf_free(&c->ans.body);
    bf_buf_free(&c->body);
    bf_arena_free(&c->arena);
    return status;
}

#endif
