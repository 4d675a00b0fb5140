/* The options that send nothing: --dry-run prints the entries, --test the lines whose events match a rule. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/evput/evput.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/cli/diag.h"
#include "lib/pattern/pattern.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

struct look {
    struct events *events;
    struct bf_pattern *pattern; /* NULL: --dry-run */
    struct bf_reader reader;
    struct bf_out out;
    struct bf_rejects rejects;
    struct bf_buf text;
    const char *region;
    uint64_t lines, taken;
    bool marks;
};

static bool show_entry(struct look *l, struct bf_str line, struct bf_err *why)
{
    struct bf_put_line put = {.data = line};
    if (!events_make(l->events, line, &put, why))
        return false;
    bf_buf_reset(&l->text);
    bf_events_put.entry(&l->text, line, put.head);
    if (!bf_buf_check(&l->text, "the entry", why))
        return false;
    bf_out_line(&l->out, bf_buf_view(&l->text));
    return true;
}

static bool explain(struct look *l, struct bf_err *why)
{
    bf_buf_reset(&l->text);
    if (!bf_pattern_explain_json(l->pattern, 0, &l->text))
        bf_buf_lit(&l->text, "all fields");
    if (!bf_buf_check(&l->text, "what is explained", why))
        return false;
    bf_diag_hint("line %" PRIu64 ": %.*s", l->reader.line,
                 BF_SHOWN_TO(bf_buf_view(&l->text), 1000));
    return true;
}

static bool show_match(struct look *l, struct bf_str line, struct bf_err *why)
{
    struct bf_event ev;
    struct bf_event_envelope envelope = {.id = "00000000-0000-0000-0000-000000000000",
                                         .account = "000000000000",
                                         .region = l->region,
                                         .time_ms = bf_clock_wall_ms()};
    bool matches;
    if (!events_read(l->events, line, &ev, why))
        return false;
    bf_buf_reset(&l->text);
    bf_event_wrap(&l->text, &ev, line, &envelope);
    if (!bf_buf_check(&l->text, "the event", why) ||
        !bf_pattern_match_json(l->pattern, bf_buf_view(&l->text), &matches, why))
        return false;
    if (l->events->cfg->explain && !explain(l, why))
        return false;
    l->taken += matches;
    if (matches)
        bf_out_line(&l->out, line);
    return true;
}

static bool look_at(struct look *l, struct bf_str line, struct bf_err *e)
{
    struct bf_err why = {0};
    enum bf_put_is is = bf_put_look(&line, l->reader.line, &l->marks, &why);
    if (is == BF_PUT_MARK)
        return true;
    if (is == BF_PUT_DATA && (l->pattern ? show_match(l, line, &why) : show_entry(l, line, &why))) {
        l->lines++;
        return true;
    }
    return bf_rejects_add(&l->rejects, line, l->reader.line, &why, e);
}

static bool loop(struct look *l, struct bf_err *e)
{
    struct bf_str line;
    for (;;) {
        switch (bf_reader_next(&l->reader, &line, e)) {
        case BF_LINE:
        case BF_LINE_PARTIAL:
            if (!look_at(l, line, e))
                return false;
            break;
        case BF_LINE_LONG:
            if (!bf_rejects_add_long(&l->rejects, &l->reader, e))
                return false;
            break;
        case BF_LINE_STOP:
            return bf_rejects_add_cut(&l->rejects, &l->reader, e);
        case BF_LINE_END:
            return true;
        case BF_LINE_WAIT:
        case BF_LINE_ERROR:
            return false;
        }
    }
}

/* Reports names of the pattern that no line has: a misspelled name matches nothing without any other error. */
static void tell(const struct look *l)
{
    struct bf_str attribute;
    if (!l->pattern)
        return;
    for (size_t i = 0; l->lines && !l->taken; i++) {
        struct bf_buf path;
        bf_buf_init(&path, TEXT_MAX);
        bool found = bf_pattern_unseen(l->pattern, i, &path, &attribute);
        if (found)
            bf_diag_hint("--test takes no line, and none has a value at '%.*s'",
                         BF_SHOWN_TO(bf_buf_view(&path), 200));
        bf_buf_free(&path);
        if (!found)
            break;
    }
    bf_diag_note("%" PRIu64 " of %" PRIu64 " line%s would be taken", l->taken, l->lines,
                 BF_S(l->lines));
}

static bool make_pattern(struct look *l, const char *test, struct bf_err *e)
{
    const char *name;
    if (!test)
        return true;
    l->pattern = bf_pattern_new(e);
    return l->pattern && bf_pattern_add_arg(l->pattern, test, "--test", &name, e) &&
           bf_pattern_ready(l->pattern, e);
}

static const char *region_of(const struct config *cfg)
{
    const char *names[] = {getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION")};
    if (cfg->aws.region)
        return cfg->aws.region;
    for (size_t i = 0; i < BF_COUNT(names); i++)
        if (names[i] && *names[i])
            return names[i];
    return "us-east-1";
}

bool look_run(struct events *events, struct bf_err *e)
{
    const struct config *cfg = events->cfg;
    struct look l = {.events = events, .region = region_of(cfg)};
    struct bf_err later = {0};
    bf_buf_init(&l.text, TEXT_MAX);
    bool ok =
        bf_stop_install(e) && make_pattern(&l, cfg->test, e) &&
        bf_out_init(&l.out, STDOUT_FILENO, "standard output", 0, e) &&
        bf_reader_init(&l.reader, STDIN_FILENO, "standard input", BF_EVENTS_BYTES, &l.out, e) &&
        bf_rejects_append(&l.rejects, cfg->put.rejects, cfg->put.strict, e) && loop(&l, e);
    if (!bf_out_close(&l.out, ok ? e : &later) || !bf_rejects_close(&l.rejects, ok ? e : &later))
        ok = false;
    if (ok)
        tell(&l);
    ok = ok && bf_rejects_told(&l.rejects, e);
    bf_reader_close(&l.reader);
    bf_pattern_destroy(l.pattern);
    bf_buf_free(&l.text);
    return ok;
}
