#include "cmd/bflocal/http/control.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/json/write.h"

static const struct bf_str prefix = BF_STR("/_bflocal/");

/* S3 would refuse it in any case, for want of a signature. */
static bool is_plain_health(const struct bl_call *c)
{
    return bf_str_is(c->req.path, "/health") &&
           (bf_str_is(c->req.method, "GET") || bf_str_is(c->req.method, "HEAD")) &&
           !c->req.query.n && !bl_header(c, "authorization").p;
}

bool bl_control_is(const struct bl_call *c)
{
    return bf_str_starts(c->req.path, prefix) || is_plain_health(c);
}

void bl_control_answer(struct bl_call *c, int status)
{
    c->ans.status = status;
    c->ans.content_type = "application/json";
}

void bl_control_fail(struct bl_call *c, int status, const char *text)
{
    bl_control_answer(c, status);
    bf_buf_reset(&c->ans.body);
    bf_buf_lit(&c->ans.body, "{\"message\":");
    bf_json_put_string(&c->ans.body, bf_str_of(text));
    bf_buf_lit(&c->ans.body, "}\n");
}

static void show_status(struct bl_call *c, int status, const char *text)
{
    bl_control_answer(c, status);
    bf_buf_addf(&c->ans.body, "{\"status\":\"%s\",\"pid\":%ld,\"version\":\"%s\"}\n", text,
                (long)getpid(), BF_VERSION);
}

static void show_health(struct bl_call *c)
{
    bool ready = atomic_load(&c->local->ready);
    show_status(c, ready ? 200 : 503, ready ? "ready" : "starting");
}

static void show_fault(struct bl_call *c)
{
    bl_control_answer(c, 200);
    bl_fault_print(&c->local->faults, &c->ans.body);
    bf_buf_addc(&c->ans.body, '\n');
}

static void set_fault(struct bl_call *c)
{
    struct bf_err e = {0};
    if (!bl_fault_set(&c->local->faults, c->req.body, &e)) {
        bl_control_fail(c, 400, e.text);
        return;
    }
    bl_store_limit(c->store, bl_fault_disk_max(&c->local->faults));
    show_fault(c);
}

static void run_stop(struct bl_call *c)
{
    show_status(c, 200, "stopping");
    kill(getpid(), SIGTERM);
}

static const struct bl_control own[] = {
    {"GET", "health", show_health},
    {"GET", "fault", show_fault},
    {"POST", "fault", set_fault},
    {"POST", "stop", run_stop},
};

static const struct bl_control *find_control(const struct bl_control *list, size_t n,
                                             const struct bl_call *c, struct bf_str name)
{
    for (size_t i = 0; i < n; i++)
        if (bf_str_eq(name, bf_str_of(list[i].name)) &&
            bf_str_eq(c->req.method, bf_str_of(list[i].method)))
            return &list[i];
    return NULL;
}

void bl_control_run(struct bl_call *c)
{
    if (is_plain_health(c)) {
        show_health(c);
        return;
    }
    struct bf_str name = bf_str(c->req.path.p + prefix.n, c->req.path.n - prefix.n);
    if (!c->req.loopback || bl_header(c, "origin").p) {
        bl_control_fail(c, 403, "control calls are accepted only from programs on this machine");
        return;
    }
    const struct bl_control *found = find_control(own, BF_COUNT(own), c, name);
    for (const struct bl_service *const *l = c->local->services; !found && *l; l++)
        found = find_control((*l)->controls, (*l)->ncontrols, c, name);
    if (found)
        found->run(c);
    else
        bl_control_fail(c, 404, "no such control call");
}
