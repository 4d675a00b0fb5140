/*
 * s3put: buffers rows from standard input and delivers them to S3, as Firehose
 * does. The parts: config (options), route (where a row goes), batch (open
 * objects), sealed (finished ones), deliver (uploads), durable (--state), run
 * (the loop), one (--one).
 */
#include "cmd/s3put/one.h"
#include "cmd/s3put/run.h"
#include "lib/cli/diag.h"
#include "lib/base/stop.h"

int main(int argc, char **argv)
{
    struct bf_err e = {0};
    struct config config;
    const char *url;
    config_init(&config);
    int status = bf_opt_parse(&s3put_tool, argc, argv, &config, &url, NULL);
    if (status == BF_OPT_RUN) {
        bool ok = bf_stop_install(&e) && config_finish(&config, url, &e) &&
                  (config.one ? run_one(&config, &e) : run_rows(&config, &e));
        status = ok ? 0 : bf_diag_exit(&e);
    }
    config_free(&config);
    return status;
}
