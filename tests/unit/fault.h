/*
 * The fault server (tests/fault/server.py) for unit tests: started once per
 * program on a free port of loopback, told what to do by a script, stopped by
 * its process id.
 */
#ifndef BF_TESTS_FAULT_H
#define BF_TESTS_FAULT_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/io/file.h"
#include "tests/unit/unit.h"

struct fault {
    char dir[64];
    char url[64];
    pid_t pid;
};

static inline void fault_path(const struct fault *f, const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", f->dir, name);
}

static inline void fault_sleep_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* A new script; what was logged before is forgotten. */
static inline void fault_rules(const struct fault *f, const char *script)
{
    char path[128], fresh[128];
    static const char *const old[] = {"log", "accepted"};
    for (size_t i = 0; i < BF_COUNT(old); i++) {
        fault_path(f, old[i], path);
        unlink(path);
    }
    fault_path(f, "script", path);
    fault_path(f, "script.new", fresh);
    FILE *file = fopen(fresh, "w");
    assert_non_null(file);
    fputs(script, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(fresh, path), 0);
}

static inline void fault_start(struct fault *f)
{
    snprintf(f->dir, sizeof f->dir, "/tmp/bfpipe-fault.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    fault_rules(f, "");
    const char *python = access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
    f->pid = fork();
    assert_true(f->pid >= 0);
    if (f->pid == 0) {
        execlp(python, python, "tests/fault/server.py", f->dir, (char *)NULL);
        _exit(127);
    }
    char path[128];
    struct bf_buf port;
    struct bf_err e;
    bf_buf_init(&port, 64);
    fault_path(f, "port", path);
    for (int tries = 0; !bf_file_read(path, &port, &e); tries++) {
        if (tries > 2400 || waitpid(f->pid, NULL, WNOHANG) != 0)
            fail_msg("the fault server does not start");
        fault_sleep_ms(50);
    }
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d", atoi(bf_buf_cstr(&port)));
    bf_buf_free(&port);
}

static inline void fault_stop(struct fault *f)
{
    char command[128];
    kill(f->pid, SIGTERM);
    waitpid(f->pid, NULL, 0);
    snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
}

/* What the server has written ("log", "accepted"), terminated; the caller frees it. */
static inline char *fault_text(const struct fault *f, const char *name)
{
    char path[128];
    struct bf_buf text;
    struct bf_err e;
    bf_buf_init(&text, 64 << 20);
    fault_path(f, name, path);
    if (!bf_file_read(path, &text, &e))
        bf_buf_reset(&text);
    assert_non_null(bf_buf_cstr(&text));
    return text.p;
}

/* Waits until a request of this operation has arrived, two minutes at most. */
static inline void fault_await(const struct fault *f, const char *op)
{
    char want[80];
    snprintf(want, sizeof want, "{\"op\":\"%s\"", op);
    for (int tries = 0; tries < 12000; tries++) {
        char *log = fault_text(f, "log");
        bool there = strstr(log, want) != NULL;
        free(log);
        if (there)
            return;
        fault_sleep_ms(10);
    }
    fail_msg("no %s", op);
}

/* How often piece stands in what the server has written. */
static inline size_t fault_count(const struct fault *f, const char *name, const char *piece)
{
    char *text = fault_text(f, name);
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, piece)); p += strlen(piece))
        n++;
    free(text);
    return n;
}

#endif
