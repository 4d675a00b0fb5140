/* Shared files of a test, in a folder of its own, and a configuration that is read from them. */
#ifndef BF_TESTS_AWS_FILES_H
#define BF_TESTS_AWS_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/aws/config/config.h"
#include "lib/aws/config/settings.h"
#include "lib/io/file.h"

static char folder[40], config_path[64], credentials_path[80];

/* Pairs of name and value, NULL at the end; where they do not say so, the files are those of the test. */
static const char *get(void *arg, const char *name)
{
    for (const char *const *pair = arg; pair && *pair; pair += 2)
        if (strcmp(*pair, name) == 0)
            return pair[1];
    if (strcmp(name, "AWS_CONFIG_FILE") == 0)
        return config_path;
    if (strcmp(name, "AWS_SHARED_CREDENTIALS_FILE") == 0)
        return credentials_path;
    return NULL;
}

static void write_file(const char *path, const char *text)
{
    struct bf_err e = {0};
    assert_true(bf_file_replace(path, bf_str_of(text), &e));
}

static bool load(struct bf_aws_config *c, const char *const *env, const char *profile,
                 struct bf_err *e)
{
    struct bf_aws_options o = {.profile = profile};
    const char **arg = (const char **)(uintptr_t)env;
    return bf_aws_config_load(c, &o, (struct bf_aws_env){get, arg}, e);
}

/* Runs the tests of a program's array. */
#define run_with_files(tests)                                                                      \
    (files_make() ? files_remove(cmocka_run_group_tests((tests), NULL, NULL)) : 1)

static bool files_make(void)
{
    snprintf(folder, sizeof folder, "/tmp/bfpipe-test-shared.XXXXXX");
    if (!mkdtemp(folder))
        return false;
    snprintf(config_path, sizeof config_path, "%s/config", folder);
    snprintf(credentials_path, sizeof credentials_path, "%s/credentials", folder);
    return true;
}

static int files_remove(int failed)
{
    unlink(config_path);
    unlink(credentials_path);
    rmdir(folder);
    return failed;
}

#endif
