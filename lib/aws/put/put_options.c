#include "lib/aws/put/put_options.h"

#define SETTINGS struct bf_put_settings
const struct bf_opt bf_put_option_table[] = {
    BF_OPT_FLAG(0, "unordered", SETTINGS, unordered, "let lines of one key overtake each other"),
    BF_OPT_STR(0, "rejects", SETTINGS, rejects, "FILE", "lines that could not be put go here"),
    BF_OPT_FLAG(0, "strict", SETTINGS, strict, "stop at the first line that cannot be put"),
    BF_OPT_RANGE(0, "window", SETTINGS, window, "N", "requests under way at once (8)", 1,
                 BF_PUT_WINDOW_MAX),
    BF_OPT_MS(0, "linger", SETTINGS, linger_ms, "DURATION",
              "wait so long for a fuller request (50ms)"),
    BF_OPT_MS(0, "retry-for", SETTINGS, retry_for_ms, "DURATION",
              "how long lines are tried again without progress (5m)"),
};
_Static_assert(BF_COUNT(bf_put_option_table) == BF_PUT_OPTIONS_N, "the header counts them");
