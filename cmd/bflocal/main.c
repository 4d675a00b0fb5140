/* bflocal: local AWS in one small process. See bflocal(1). */
#include <microhttpd.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/bflocal/run.h"
#include "cmd/bflocal/services.h"
#include "lib/aws/config/address.h"
#include "lib/cli/diag.h"
#include "lib/cli/opt.h"
#include "lib/base/rng.h"

struct config {
    struct bf_common common;
    const char *host, *data, *region, *credentials, *init;
    struct bf_opt_list fault;
    struct bl_prepare prepare;
    uint64_t port, ddb_shards;
    bool daemon, stop, any_credentials;
};

static const struct bf_opt options[] = {
    BF_OPT_U64('p', "port", struct config, port, "PORT",
               "listen here and stay in the foreground (0: a free port)"),
    BF_OPT_STR('d', "data", struct config, data, "DIR",
               "keep all data in this folder, not in memory"),
    BF_OPT_FLAG(0, "daemon", struct config, daemon,
                "run in the background, print the environment for eval"),
    BF_OPT_FLAG(0, "stop", struct config, stop,
                "stop the server at AWS_ENDPOINT_URL, or at --port"),
    BF_OPT_STR(0, "host", struct config, host, "ADDRESS", "listen at this IP address (127.0.0.1)"),
    BF_OPT_STR(0, "region", struct config, region, "REGION",
               "the region that signatures must name (AWS_REGION, us-east-1)"),
    BF_OPT_STR(0, "credentials", struct config, credentials, "ID:SECRET",
               "the only valid credentials (random by default)"),
    BF_OPT_FLAG(0, "any-credentials", struct config, any_credentials,
                "accept every access key, and do not verify signatures"),
    BF_OPT_LIST(0, "fault", struct config, fault, "SPEC",
                "cause faults, for example throttle:p=10%"),
    BF_OPT_LIST(0, "stream", struct config, prepare.streams, "NAME[:N]",
                "make this Kinesis stream, with N shards (1)"),
    BF_OPT_LIST(0, "bucket", struct config, prepare.buckets, "NAME", "make this S3 bucket"),
    BF_OPT_LIST(0, "lambda", struct config, prepare.functions, "NAME=PROGRAM",
                "make this Lambda function of a program that speaks the runtime API"),
    BF_OPT_STR(0, "init", struct config, init, "FILE",
               "run this script when the services answer, before COMMAND"),
    BF_OPT_U64(0, "ddb-shards", struct config, ddb_shards, "N",
               "shards of a new DynamoDB stream (1)"),
};

static const struct bf_opt_group groups[] = {
    {NULL, options, BF_COUNT(options), 0},
    BF_OPT_COMMON(struct config, common),
};

static const char *libraries(void)
{
    static char text[96];
    snprintf(text, sizeof(text), "libmicrohttpd/%s nghttp2/%s SQLite/%s", MHD_get_version(),
             nghttp2_version(0)->version_str, sqlite3_libversion());
    return text;
}

static const struct bf_tool tool = {
    .name = "bflocal",
    .synopsis = "[options] [COMMAND [ARGUMENT...]]",
    .about = "DynamoDB, Streams, Kinesis, S3, Glue, Athena, Lambda, EventBridge and Firehose in "
             "one small local process",
    .groups = groups,
    .ngroups = BF_COUNT(groups),
    .max_operands = 0,
    .libraries = libraries,
};

/* Does a group of letters like "vp" end with an option that takes a value? An option before the
 * end has the rest of the group as its value. */
static bool letters_take_next(const char *letters)
{
    for (; *letters; letters++)
        for (size_t g = 0; g < BF_COUNT(groups); g++)
            for (size_t i = 0; i < groups[g].n; i++)
                if (groups[g].opts[i].letter == *letters && groups[g].opts[i].arg)
                    return letters[1] == '\0';
    return false;
}

/* Is the word after argv[i] the value of its option? */
static bool takes_next(const char *arg)
{
    if (arg[1] != '-')
        return letters_take_next(arg + 1);
    if (strchr(arg, '='))
        return false;
    for (size_t g = 0; g < BF_COUNT(groups); g++)
        for (size_t i = 0; i < groups[g].n; i++)
            if (groups[g].opts[i].arg && strcmp(groups[g].opts[i].name, arg + 2) == 0)
                return groups[g].opts[i].kind !=
                       BF_OPT_KIND_COMPLETIONS; /* its value is optional and is written with "=" */
    return false;
}

/* The index of COMMAND: the first word that is not an option. The options after it belong to the
 * command. */
static int find_command(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        if (takes_next(argv[i]))
            i++;
    }
    return i < argc ? i : argc;
}

static bool plain(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
              (s[i] >= '0' && s[i] <= '9') || memchr("-_.+/=", s[i], 6)))
            return false;
    return n > 0;
}

/* Random credentials in the shape of real ones, because some clients check the shape. */
static void draw_credentials(char key[21], char secret[41])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcdefghijklmnopqrstuvwxyz0189";
    uint64_t bits;
    memcpy(key, "AKIABFLOCAL", 11);
    for (int i = 11; i < 20; i++) {
        bits = bf_rng_entropy();
        key[i] = digits[bits % 32];
    }
    for (int i = 0; i < 40; i++) {
        bits = bf_rng_entropy();
        secret[i] = digits[bits % 62];
    }
    key[20] = secret[40] = '\0';
}

static bool choose_credentials(const struct config *c, struct bl_local *l, struct bf_err *e)
{
    static char key[129], secret[129];
    l->access_key = key;
    l->secret_key = secret;
    if (!c->credentials) {
        draw_credentials(key, secret);
        return true;
    }
    const char *colon = strchr(c->credentials, ':');
    size_t n = colon ? (size_t)(colon - c->credentials) : 0;
    if (!colon || n >= sizeof(key) || strlen(colon + 1) >= sizeof(secret) ||
        !plain(c->credentials, n) || !plain(colon + 1, strlen(colon + 1)))
        return bf_err_set(e, BF_E_USAGE,
                          "--credentials: want ID:SECRET of letters, digits and -_.+/=");
    memcpy(key, c->credentials, n);
    memcpy(secret, colon + 1, strlen(colon + 1) + 1);
    return true;
}

/* Whoever can call it can also run programs, as Lambda functions. */
static bool check_any(const struct config *c, struct bl_local *l, struct bf_err *e)
{
    l->any_credentials = c->any_credentials;
    return !c->any_credentials || bf_host_is_loopback(bf_str_of(c->host)) ||
           bf_err_set(e, BF_E_USAGE,
                      "--any-credentials needs a --host that only this machine reaches, not %s; "
                      "--credentials test:test is for all who know it",
                      c->host);
}

static bool choose_region(const struct config *c, struct bl_local *l, struct bf_err *e)
{
    l->region = c->region ? c->region : getenv("AWS_REGION");
    if (!l->region || !*l->region)
        l->region = getenv("AWS_DEFAULT_REGION");
    if (!l->region || !*l->region)
        l->region = "us-east-1";
    size_t n = strlen(l->region);
    return (plain(l->region, n) && n <= 64 && !(c->region && !*c->region)) ||
           bf_err_set(e, BF_E_USAGE, "--region: '%.80s' is not a region",
                      c->region ? c->region : l->region);
}

static bool set_faults(const struct config *c, struct bl_local *l, struct bf_err *e)
{
    struct bf_buf spec;
    bf_buf_init(&spec, 64 * 1024);
    for (size_t i = 0; i < c->fault.n; i++)
        bf_buf_addf(&spec, "%s;", c->fault.item[i]);
    bl_fault_init(&l->faults, bl_services);
    bool ok = bf_buf_check(&spec, "--fault", e) && bl_fault_set(&l->faults, bf_buf_view(&spec), e);
    bf_buf_free(&spec);
    return ok;
}

static bool stop(const struct config *c, bool command, struct bf_err *e)
{
    char url[96];
    if (command || c->daemon || c->data || c->init || c->any_credentials)
        return bf_err_set(e, BF_E_USAGE, "--stop takes only --port and --host");
    snprintf(url, sizeof(url), strchr(c->host, ':') ? "http://[%s]:%u" : "http://%s:%u", c->host,
             (unsigned)c->port);
    return bl_run_stop(c->port != UINT64_MAX ? url : getenv("AWS_ENDPOINT_URL"), e);
}

static bool run(const struct config *c, char **command, int *status, struct bf_err *e)
{
    static struct bl_local local;
    struct bl_run r = {
        c->host, c->port != UINT64_MAX ? c->port : 0, c->data, c->daemon, command, &c->prepare,
        c->init};
    if (r.port > 65535 || (c->stop && c->port == 0))
        return bf_err_set(e, BF_E_USAGE, "--port: %llu is not a port number",
                          (unsigned long long)r.port);
    if (c->stop)
        return stop(c, command != NULL, e);
    if (c->data && !*c->data)
        return bf_err_set(e, BF_E_USAGE, "--data: want the name of a folder");
    if (c->ddb_shards < 1 || c->ddb_shards > 64)
        return bf_err_set(e, BF_E_USAGE, "--ddb-shards: want 1 to 64");
    local.services = bl_services;
    local.ddb_shards = c->ddb_shards;
    if (!choose_region(c, &local, e) || !choose_credentials(c, &local, e) ||
        !check_any(c, &local, e) || !set_faults(c, &local, e))
        return false;
    if (c->daemon)
        return command ? bf_err_set(e, BF_E_USAGE, "--daemon takes no command")
                       : bl_run_daemon(&local, &r, status, e);
    if (command)
        return bl_run_command(&local, &r, status, e);
    if (c->port == UINT64_MAX && !c->data)
        return bf_err_set(e, BF_E_USAGE, "want a COMMAND, --port, --data or --daemon");
    return bl_run_foreground(&local, &r, status, e);
}

/* Does the caller evaluate the output, even if the options are wrong? */
static bool is_daemon(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--daemon") == 0)
            return true;
    return false;
}

static int bflocal(int argc, char **argv)
{
    struct config config = {.host = "127.0.0.1", .port = UINT64_MAX, .ddb_shards = 1};
    struct bf_err e = {0};
    int status = 0, at = find_command(argc, argv);
    const char *operands[1];
    size_t n = 0;
    int early = bf_opt_parse(&tool, at, argv, &config, operands, &n);
    if (early != BF_OPT_RUN)
        return early;
    if (run(&config, at < argc ? argv + at : NULL, &status, &e))
        return status;
    early = bf_diag_exit(&e);
    return status > 1 ? status : early;
}

int main(int argc, char **argv)
{
    int status = bflocal(argc, argv);
    if (status != 0 && is_daemon(find_command(argc, argv), argv))
        bl_run_print_nowhere(bl_services);
    return status;
}
