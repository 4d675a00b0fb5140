/*
 * Files of options: whatever stands in one is taken, or refused with its line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cli/opt_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct config {
    const char *text;
    bool flag;
    uint64_t size;
    struct bf_opt_list list;
};

static const struct bf_opt options[] = {
    BF_OPT_STR(0, "text", struct config, text, "TEXT", ""),
    BF_OPT_FLAG(0, "flag", struct config, flag, ""),
    BF_OPT_SIZE(0, "size", struct config, size, "SIZE", ""),
    BF_OPT_LIST(0, "list", struct config, list, "ITEM", ""),
};
static const struct bf_opt_group groups[] = {{NULL, options, BF_COUNT(options), 0}};
static const struct bf_tool tool = {.name = "fuzz", .groups = groups, .ngroups = 1};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char path[64];
    static struct bf_opt_files files;
    struct config config = {.flag = false};
    struct bf_err e = {0};
    if (!path[0])
        snprintf(path, sizeof path, "/tmp/bfpipe-fuzz-%ld.conf", (long)getpid());
    FILE *f = fopen(path, "w");
    if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
        abort();
    if (!bf_opt_file_read(&files, &tool, &config, path, &e) &&
        (e.code != BF_E_USAGE || !strstr(e.text, ": line ")))
        abort();
    if (config.text && strlen(config.text) > n) /* terminated, inside of the file */
        abort();
    bf_opt_files_free(&files);
    (void)unlink(path);
    return 0;
}
