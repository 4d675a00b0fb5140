/*
 * Options of a command. One table per tool gives parsing, --help and shell
 * completions, and a check holds it against the man page.
 *
 *     struct config { struct bf_common common; const char *format; bool strict; };
 *     static const struct bf_opt options[] = {
 *         BF_OPT_STR('f', "format", struct config, format, "FORMAT", "writes, items, cdc or csv"),
 *         BF_OPT_FLAG(0, "strict", struct config, strict, "stop at the first bad line"),
 *     };
 *     static const struct bf_opt_group groups[] = {
 *         {NULL, options, BF_COUNT(options), 0},
 *         BF_OPT_COMMON(struct config, common),
 *     };
 *     static const struct bf_tool tool = {
 *         .name = "bfgen", .synopsis = "[options]", .about = "mock Black Friday sales",
 *         .groups = groups, .ngroups = BF_COUNT(groups), .max_operands = 0,
 *     };
 *
 * Long options take "--name value" and "--name=value", short ones "-n5" and
 * "-n 5"; flags bundle; "--" ends them; operands may stand anywhere. Values are
 * views into argv. Variables of the environment are read first (opt_env.h). -h, -V, -v, -q and the progress switches come with
 * BF_OPT_COMMON.
 */
#ifndef BF_OPT_H
#define BF_OPT_H

#include "lib/base/num.h"
#include "lib/cli/opt_list.h"

enum bf_opt_kind {
    BF_OPT_KIND_ON,     /* bool = true */
    BF_OPT_KIND_COUNT,  /* unsigned, how often it was given */
    BF_OPT_KIND_OFF,    /* bool = false */
    BF_OPT_KIND_STR,    /* const char * */
    BF_OPT_KIND_LIST,   /* struct bf_opt_list, repeatable */
    BF_OPT_KIND_U64,    /* uint64_t */
    BF_OPT_KIND_SIZE,   /* uint64_t bytes */
    BF_OPT_KIND_MS,     /* uint64_t milliseconds */
    BF_OPT_KIND_RATE,   /* uint64_t millionths a second */
    BF_OPT_KIND_CHOICE, /* an enum: the value of one of the words */
    BF_OPT_KIND_FN,     /* fn(field, value, e) parses it */
    BF_OPT_KIND_MAYBE,  /* the same; the value may be left out (p NULL), or is given with "=" */
    BF_OPT_KIND_REPORT, /* fn(struct bf_opt_report *, -, e) in place of the tool's work */
    BF_OPT_KIND_HELP,
    BF_OPT_KIND_VERSION,
    BF_OPT_KIND_COMPLETIONS
};

/* What the function of an option of the kind REPORT gets as its field, once all options have been read; operands may be
 * missing. What it puts out is printed on standard output, also when it fails. */
struct bf_opt_report {
    const void *group; /* the struct of the option's group */
    struct bf_buf out;
    void (*detail)(void *arg, const char *text); /* for -vv */
    void (*warn)(void *arg, const char *text);
};

/* A word of an enumerated option. */
struct bf_opt_word {
    const char *name;
    int value;
};

struct bf_opt {
    char letter;      /* 0: none */
    const char *name; /* long name */
    enum bf_opt_kind kind;
    size_t at;       /* offset of the field in the group's struct */
    const char *arg; /* name of the value in --help, NULL for flags */
    const char *help;
    bool (*fn)(void *field, struct bf_str value, struct bf_err *e);
    const struct bf_opt_word *words; /* of CHOICE; of FN: what completions offer */
    size_t nwords;
    uint64_t min, max; /* of U64, SIZE and MS; max 0: no range, UINT64_MAX: no upper end */
    /* Spellings of earlier versions, separated by blanks: "-c --cnt". Last may be a flag that has become a value:
     * "--gzip=gzip". They work with a warning; --help, completions and man pages leave them out. */
    const char *old;
};

/* All rows are made here, so that a new field needs one change. Behind a row's own parts its other fields may
 * follow: BF_OPT_U64('n', "count", struct config, count, "N", "how many", .old = "-c"). */
#define BF_OPT_ROW(l, n, k, offset, value, text, f, ...)                                           \
    {                                                                                              \
        .letter = l, .name = n, .kind = k, .at = offset, .arg = value, .help = text, .fn = f,      \
        __VA_ARGS__                                                                                \
    }
#define BF_OPT_FLAG(l, name, type, field, help, ...)                                               \
    BF_OPT_ROW(l, name, BF_OPT_KIND_ON, offsetof(type, field), NULL, help, NULL, __VA_ARGS__)
#define BF_OPT_COUNT(l, name, type, field, help, ...)                                              \
    BF_OPT_ROW(l, name, BF_OPT_KIND_COUNT, offsetof(type, field), NULL, help, NULL, __VA_ARGS__)
#define BF_OPT_OFF(l, name, type, field, help, ...)                                                \
    BF_OPT_ROW(l, name, BF_OPT_KIND_OFF, offsetof(type, field), NULL, help, NULL, __VA_ARGS__)
#define BF_OPT_STR(l, name, type, field, arg, help, ...)                                           \
    BF_OPT_ROW(l, name, BF_OPT_KIND_STR, offsetof(type, field), arg, help, NULL, __VA_ARGS__)
#define BF_OPT_LIST(l, name, type, field, arg, help, ...)                                          \
    BF_OPT_ROW(l, name, BF_OPT_KIND_LIST, offsetof(type, field), arg, help, NULL, __VA_ARGS__)
#define BF_OPT_U64(l, name, type, field, arg, help, ...)                                           \
    BF_OPT_ROW(l, name, BF_OPT_KIND_U64, offsetof(type, field), arg, help, NULL, __VA_ARGS__)
#define BF_OPT_SIZE(l, name, type, field, arg, help, ...)                                          \
    BF_OPT_ROW(l, name, BF_OPT_KIND_SIZE, offsetof(type, field), arg, help, NULL, __VA_ARGS__)
#define BF_OPT_MS(l, name, type, field, arg, help, ...)                                            \
    BF_OPT_ROW(l, name, BF_OPT_KIND_MS, offsetof(type, field), arg, help, NULL, __VA_ARGS__)
#define BF_OPT_RATE(l, name, type, field, arg, help, ...)                                          \
    BF_OPT_ROW(l, name, BF_OPT_KIND_RATE, offsetof(type, field), arg, help, NULL, __VA_ARGS__)
#define BF_OPT_FN(l, name, type, field, arg, help, fn, ...)                                        \
    BF_OPT_ROW(l, name, BF_OPT_KIND_FN, offsetof(type, field), arg, help, fn, __VA_ARGS__)
#define BF_OPT_REPORT(l, name, help, fn, ...)                                                      \
    BF_OPT_ROW(l, name, BF_OPT_KIND_REPORT, 0, NULL, help, fn, __VA_ARGS__)
#define BF_OPT_MAYBE(l, name, type, field, arg, help, fn, ...)                                     \
    BF_OPT_ROW(l, name, BF_OPT_KIND_MAYBE, offsetof(type, field), arg, help, fn, __VA_ARGS__)

/* A whole number from least to most. */
#define BF_OPT_RANGE(l, name, type, field, arg, help, least, most, ...)                            \
    BF_OPT_U64(l, name, type, field, arg, help, .min = least, .max = most, __VA_ARGS__)

/* One of the words of an array of struct bf_opt_word; the field is an enum or an int. */
#define BF_OPT_CHOICE(l, name, type, field, arg, help, list, ...)                                  \
    BF_OPT_ROW(l, name, BF_OPT_KIND_CHOICE, offsetof(type, field), arg, help, NULL, .words = list, \
               .nwords = BF_COUNT(list), __VA_ARGS__)

struct bf_opt_group {
    const char *title; /* heading in --help, once for neighbours that share it; NULL: "Options" */
    const struct bf_opt *opts;
    size_t n;
    size_t at; /* offset of the group's struct in the tool's config */
};

/* What every tool has. */
struct bf_common {
    unsigned verbose; /* 1: -v, 2: -vv */
    bool quiet;
    bool progress;    /* --progress: even when standard error is no terminal */
    bool no_progress; /* --no-progress */
};

BF_API extern const struct bf_opt bf_opt_common[];
enum { BF_OPT_COMMON_N = 7 };
#define BF_OPT_COMMON(type, field)                                                                 \
    {                                                                                              \
        "Common options", bf_opt_common, BF_OPT_COMMON_N, offsetof(type, field)                    \
    }

struct bf_tool {
    const char *name;
    const char *synopsis; /* "[options] TABLE" */
    const char *about;    /* one line */
    const struct bf_opt_group *groups;
    size_t ngroups;
    size_t min_operands, max_operands;
    const char *(*libraries)(void); /* "libcurl/7.88.1 OpenSSL/3.0" for --version; may be NULL */
    bool own_environment; /* it reads BF_ variables itself (opt_env.h), not bf_opt_parse */
};

enum { BF_OPT_RUN = -1 };

/* Fills *config (its defaults are in it already) and operands[0 .. max_operands-1], *noperands of
 * them. Returns BF_OPT_RUN to go on, else the exit status: --help and --version have been printed, or
 * a usage error has been reported. Also names the tool to diag, sets its loudness, and holds the
 * standard descriptors open. */
BF_API BF_MUST int bf_opt_parse(const struct bf_tool *tool, int argc, char **argv, void *config,
                                const char **operands, size_t *noperands);

/* One assignment "name = value" in the words of the long options, for configuration files. */
BF_API BF_MUST bool bf_opt_set(const struct bf_tool *tool, void *config, struct bf_str name,
                               const char *value, struct bf_err *e);

/* What a name takes as an option, also an old name. What only prints (help) is none. */
enum bf_opt_takes { BF_OPT_UNKNOWN, BF_OPT_NOTHING, BF_OPT_VALUE };
BF_API enum bf_opt_takes bf_opt_takes(const struct bf_tool *tool, struct bf_str name);

/* The value of the word; BF_E_USAGE "'csw' is not ndjson, csv or text; did you mean 'csv'?". */
BF_API BF_MUST bool bf_opt_choose(const struct bf_opt_word *words, size_t n, struct bf_str value,
                                  int *out, struct bf_err *e);

/* A whole number from min to max, for an option that is parsed by a function. */
BF_API BF_MUST bool bf_opt_range(struct bf_str value, uint64_t min, uint64_t max, uint64_t *out,
                                 struct bf_err *e);

#endif
