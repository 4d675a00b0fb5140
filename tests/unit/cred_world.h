/*
 * A world for the sources of credentials: its time stands still, its files are
 * in memory, its answers are scripted. What was asked is written down in
 * world.log, one request a line: "POST URL|name: value|...|body".
 */
#ifndef BF_TESTS_CRED_WORLD_H
#define BF_TESTS_CRED_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/aws/credentials/source.h"

enum { WORLD_FILES = 8, WORLD_ANSWERS = 16 };

/* 2026-11-28T07:00:00Z */
#define WORLD_NOW INT64_C(1795849200000)

struct world_file {
    char path[200], text[4096];
    bool written, locked;
};

struct world {
    struct bf_cred_world w;
    int64_t now_ms, slept_ms;
    struct world_file files[WORLD_FILES];
    struct {
        const char *url; /* part of it */
        int status;      /* 0: no answer */
        const char *body;
    } answers[WORLD_ANSWERS];
    size_t nfiles, nanswers, asked;
    const char *const *env; /* name, value, ..., NULL */
    const char *printed;    /* by credential_process; NULL: it fails */
    const char *typed;      /* at the terminal */
    char argv[512], prompt[200], told[8192];
    char log[32 << 10];
    bool lock_taken; /* another process has it */
    void (*on_lock)(struct world *w);
    struct bf_aws_config config;
};

static inline int64_t world_wall(void *arg)
{
    return ((struct world *)arg)->now_ms;
}

static inline void world_sleep(void *arg, uint64_t ms)
{
    ((struct world *)arg)->slept_ms += (int64_t)ms;
}

static inline void world_add(char *to, size_t size, const char *a, const char *b)
{
    size_t n = strlen(to);
    snprintf(to + n, size - n, "%s%s", a, b);
}

static inline bool world_exchange(void *arg, const struct bf_cred_request *q,
                                  struct bf_cred_reply *r, struct bf_err *e)
{
    struct world *w = arg;
    char body[4096];
    world_add(w->log, sizeof w->log, q->method, " ");
    world_add(w->log, sizeof w->log, q->url, q->direct ? "|direct" : "");
    for (size_t i = 0; i < q->nheaders; i++) {
        world_add(w->log, sizeof w->log, "|", q->headers[i].name);
        world_add(w->log, sizeof w->log, ": ", q->headers[i].value);
    }
    snprintf(body, sizeof body, "%.*s", (int)q->body.n, q->body.n ? q->body.p : "");
    world_add(w->log, sizeof w->log, "|", body);
    world_add(w->log, sizeof w->log, "\n", "");
    if (w->asked == w->nanswers)
        fail_msg("nothing is scripted for %s %s", q->method, q->url);
    size_t i = w->asked++;
    if (!strstr(q->url, w->answers[i].url))
        fail_msg("%s was asked, not %s", q->url, w->answers[i].url);
    if (!w->answers[i].status)
        return bf_err_set(e, BF_E_NETWORK, "no answer");
    r->status = w->answers[i].status;
    bf_buf_adds(&r->body, bf_str_of(w->answers[i].body));
    return true;
}

static inline struct world_file *world_find(struct world *w, const char *path)
{
    for (size_t i = 0; i < w->nfiles; i++)
        if (strcmp(w->files[i].path, path) == 0)
            return &w->files[i];
    return NULL;
}

static inline bool world_read(void *arg, const char *path, struct bf_buf *out, struct bf_err *e)
{
    const struct world_file *f = world_find(arg, path);
    if (!f)
        return bf_err_set(e, BF_E_NOTFOUND, "%s: No such file or directory", path);
    bf_buf_adds(out, bf_str_of(f->text));
    return true;
}

static inline bool world_replace(void *arg, const char *path, struct bf_str content,
                                 struct bf_err *e)
{
    struct world_file *f = world_find(arg, path);
    (void)e;
    assert_non_null(f);
    assert_true(f->locked);
    snprintf(f->text, sizeof f->text, "%.*s", (int)content.n, content.p);
    f->written = true;
    return true;
}

/* The lock's path is that of the file and ".lock"; its number is that of the file. */
static inline bool world_lock(void *arg, const char *path, int *fd, struct bf_err *e)
{
    struct world *w = arg;
    char name[200];
    snprintf(name, sizeof name, "%.*s", (int)(strlen(path) - strlen(".lock")), path);
    struct world_file *f = world_find(w, name);
    assert_non_null(f);
    if (w->lock_taken)
        return bf_err_set(e, BF_E_TEMPORARY, "%s: another process holds it", path);
    if (w->on_lock)
        w->on_lock(w);
    f->locked = true;
    *fd = (int)(f - w->files);
    return true;
}

static inline void world_unlock(void *arg, int fd)
{
    ((struct world *)arg)->files[fd].locked = false;
}

static inline bool world_run(void *arg, const char *const *argv, struct bf_buf *out,
                             struct bf_err *e)
{
    struct world *w = arg;
    for (; *argv; argv++)
        world_add(w->argv, sizeof w->argv, *argv, "|");
    if (!w->printed)
        return bf_err_set(e, BF_E_DENIED, "it ended with exit status 3: no card");
    bf_buf_adds(out, bf_str_of(w->printed));
    return true;
}

static inline bool world_ask(void *arg, const char *prompt, struct bf_buf *out, struct bf_err *e)
{
    struct world *w = arg;
    (void)e;
    snprintf(w->prompt, sizeof w->prompt, "%s", prompt);
    bf_buf_adds(out, bf_str_of(w->typed));
    return true;
}

static inline const char *world_env(void *arg, const char *name)
{
    const struct world *w = arg;
    for (const char *const *p = w->env; p && *p; p += 2)
        if (strcmp(*p, name) == 0)
            return p[1];
    return strcmp(name, "HOME") == 0 ? "/home/u" : NULL;
}

static inline void world_detail(void *arg, const char *text)
{
    struct world *w = arg;
    world_add(w->told, sizeof w->told, text, "\n");
}

/* config and credentials are the texts of the shared files; profile NULL: "default", not asked for by name. */
static inline struct world *world_new(const char *config, const char *credentials,
                                      const char *profile, const char *const *env)
{
    struct world *w = calloc(1, sizeof *w);
    struct bf_err e = {0};
    assert_non_null(w);
    w->now_ms = WORLD_NOW;
    w->env = env;
    w->w = (struct bf_cred_world){w,          world_wall,    world_sleep, world_exchange,
                                  world_read, world_replace, world_lock,  world_unlock,
                                  world_run,  NULL,          NULL};
    w->config = (struct bf_aws_config){.env = {world_env, w},
                                       .profile = profile ? profile : "default",
                                       .profile_explicit = profile != NULL,
                                       .region = "eu-west-1"};
    bf_profiles_init(&w->config.profiles);
    if (!bf_profiles_parse(&w->config.profiles, BF_PROFILE_CONFIG, bf_str_of(config), &e) ||
        !bf_profiles_parse(&w->config.profiles, BF_PROFILE_CREDENTIALS, bf_str_of(credentials), &e))
        fail_msg("%s", e.text);
    return w;
}

static inline void world_free(struct world *w)
{
    assert_int_equal(w->asked, w->nanswers); /* all that was scripted was asked */
    for (size_t i = 0; i < w->nfiles; i++)
        assert_false(w->files[i].locked);
    bf_aws_config_free(&w->config);
    free(w);
}

static inline void world_answer(struct world *w, const char *url, int status, const char *body)
{
    w->answers[w->nanswers].url = url;
    w->answers[w->nanswers].status = status;
    w->answers[w->nanswers++].body = body;
}

static inline void world_file(struct world *w, const char *path, const char *text)
{
    struct world_file *f = &w->files[w->nfiles++];
    snprintf(f->path, sizeof f->path, "%s", path);
    snprintf(f->text, sizeof f->text, "%s", text);
}

static inline bool world_seek(struct world *w, struct bf_credentials *out, struct bf_err *e)
{
    struct bf_cred_told told = {.detail = world_detail, .arg = w};
    bf_err_clear(e);
    return bf_credentials_seek(&w->config, &w->w, &told, out, e);
}

/* Takes these keys; token NULL: none. */
static inline void world_takes(struct world *w, const char *access, const char *token,
                               const char *source)
{
    struct bf_credentials c;
    struct bf_err e;
    if (!world_seek(w, &c, &e))
        fail_msg("%s", e.text);
    assert_string_equal(c.access_key, access);
    if (token)
        assert_string_equal(c.token, token);
    else
        assert_null(c.token);
    assert_string_equal(c.source, source);
    bf_credentials_free(&c);
}

/* Fails with a text that holds this, and no secret. */
static inline void world_fails(struct world *w, enum bf_err_code code, const char *text)
{
    struct bf_credentials c;
    struct bf_err e;
    assert_false(world_seek(w, &c, &e));
    if (!strstr(e.text, text))
        fail_msg("'%s' does not hold '%s'", e.text, text);
    assert_int_equal(e.code, code);
    assert_null(strstr(e.text, "hush"));
    assert_null(strstr(w->told, "hush"));
    bf_credentials_free(&c);
}

static inline void assert_logged(const struct world *w, const char *part)
{
    if (!strstr(w->log, part))
        fail_msg("'%s' is not in\n%s", part, w->log);
}

#endif
