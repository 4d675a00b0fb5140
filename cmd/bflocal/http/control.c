/*
 * Control calls, for tests and for people with curl:
 *
 *     GET  /_bflocal/health     {"status":"ready","pid":...}
 *     GET  /_bflocal/fault      the rules and how often each struck
 *     POST /_bflocal/fault      the body is the new specification; empty: no faults
 *     POST /_bflocal/stop       as SIGTERM does
 *     POST /_bflocal/streams/split?table=T&shard=S
 *                               splits an open shard of a table's stream (without
 *                               shard: the widest); {"shard":...,"children":[...]}
 *     POST /_bflocal/ttl?table=T
 *                               deletes the items that have expired (without table: of all); {"expired":...}
 *
 * They carry no signature, so they are taken from this machine only, and never
 * from a web page (a browser says Origin).
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/bflocal/http/router.h"
#include "cmd/bflocal/dynamodb/dynamodb.h"
#include "cmd/bflocal/streams/streams.h"
#include "lib/json/write.h"

static void answer(struct bl_call *c, int status)
{
    c->ans.status = status;
    c->ans.content_type = "application/json";
}

static void refuse(struct bl_call *c, int status, const char *text)
{
    answer(c, status);
    bf_buf_reset(&c->ans.body);
    bf_buf_lit(&c->ans.body, "{\"message\":");
    bf_json_put_string(&c->ans.body, bf_str_of(text));
    bf_buf_lit(&c->ans.body, "}\n");
}

static void health(struct bl_call *c)
{
    answer(c, 200);
    bf_buf_addf(&c->ans.body, "{\"status\":\"ready\",\"pid\":%ld,\"version\":\"%s\"}\n",
                (long)getpid(), BF_VERSION);
}

static void show_fault(struct bl_call *c)
{
    answer(c, 200);
    bl_fault_print(&c->local->faults, &c->ans.body);
    bf_buf_addc(&c->ans.body, '\n');
}

static void set_fault(struct bl_call *c)
{
    struct bf_err e = {0};
    if (!bl_fault_set(&c->local->faults, c->req.body, &e)) {
        refuse(c, 400, e.text);
        return;
    }
    bl_store_limit(c->store, bl_fault_disk_max(&c->local->faults));
    show_fault(c);
}

static void split_shard(struct bl_call *c)
{
    struct bf_err e = {0};
    if (bl_streams_split(c, bl_query(c, "table"), bl_query(c, "shard"), &e))
        answer(c, 200);
    else
        refuse(c, e.code == BF_E_INPUT ? 400 : 500, e.text);
}

static void expire(struct bl_call *c)
{
    struct bf_err e = {0};
    uint64_t n;
    if (!bl_ddb_expire(c, bl_query(c, "table"), &n, &e)) {
        refuse(c, e.code == BF_E_INPUT ? 400 : 500, e.text);
        return;
    }
    answer(c, 200);
    bf_buf_addf(&c->ans.body, "{\"expired\":%llu}\n", (unsigned long long)n);
}

static void stop(struct bl_call *c)
{
    health(c);
    kill(getpid(), SIGTERM);
}

static const struct {
    const char *method, *name;
    void (*run)(struct bl_call *c);
} calls[] = {
    {"GET", "health", health}, {"GET", "fault", show_fault},           {"POST", "fault", set_fault},
    {"POST", "stop", stop},    {"POST", "streams/split", split_shard}, {"POST", "ttl", expire},
};

void bl_control_run(struct bl_call *c)
{
    struct bf_str name = bf_str(c->req.path.p + 10, c->req.path.n - 10);
    if (!c->req.loopback || bl_header(c, "origin").p) {
        refuse(c, 403, "control calls are taken from programs on this machine only");
        return;
    }
    for (size_t i = 0; i < BF_COUNT(calls); i++)
        if (bf_str_eq(name, bf_str_of(calls[i].name)) &&
            bf_str_eq(c->req.method, bf_str_of(calls[i].method))) {
            calls[i].run(c);
            return;
        }
    refuse(c, 404, "no such control call");
}
