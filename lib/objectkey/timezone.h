/*
 * Time zones by their names ("America/New_York"), from the time zone database of the machine. Only the offset from UTC is
 * wanted, so nothing here depends on TZ or changes the process's own zone; any number of threads may ask.
 *
 * A file of the database (RFC 9636) has a table of transitions, and after the last one a rule like that of POSIX's TZ.
 */
#ifndef BF_OBJECTKEY_TIMEZONE_H
#define BF_OBJECTKEY_TIMEZONE_H

#include "lib/base/str.h"

/* A day of the year when a rule changes, and the second of that day. */
struct bf_timezone_change {
    char
        kind; /* 'M': month, week, weekday; 'J': day 1 to 365 without 29 February; 'D': day 0 to 365 */
    int month, week, day;
    int64_t second;
};

struct bf_timezone_rule {
    bool known, summer;                   /* summer: there is a second offset */
    int64_t offset, saving;               /* seconds east of UTC */
    struct bf_timezone_change begin, end; /* of the time with `saving` */
};

struct bf_timezone {
    int64_t *at;     /* seconds since 1970: from here on the offset of the same index holds */
    int32_t *offset; /* seconds east of UTC */
    size_t n;
    int64_t first; /* the offset before the first transition */
    struct bf_timezone_rule rule;
};

/* "" and "UTC" need no file. BF_E_NOTFOUND: the machine has no such zone; BF_E_INPUT: it is not a name, or the file is
 * broken. */
BF_API BF_MUST bool bf_timezone_load(struct bf_timezone *z, struct bf_str name, struct bf_err *e);
BF_API void bf_timezone_free(struct bf_timezone *z);

/* The offset from UTC at that time, in minutes. */
BF_API int bf_timezone_minutes(const struct bf_timezone *z, int64_t wall_ms);

/* Reads the content of a file, and the rule at its end; for bf_timezone_load and its test. */
BF_API BF_MUST bool bf_timezone_read(struct bf_timezone *z, struct bf_str file, struct bf_err *e);
BF_API BF_MUST bool bf_timezone_rule(struct bf_timezone_rule *r, struct bf_str text);

#endif
