/*
 * Regular expressions of the services' models, as programs that tools/model.py makes of
 * them. A text matches if the program matches all of it, as in Java.
 *
 * All ways through the program advance together, so the time is the length of the
 * text times that of the program, whatever the expression.
 */
#ifndef BL_MODEL_PATTERN_H
#define BL_MODEL_PATTERN_H

#include "lib/base/str.h"

enum bl_opcode {
    BL_SET,       /* one code point of set `arg` */
    BL_SPLIT,     /* goes on, and also `arg` steps from here */
    BL_JUMP,      /* `arg` steps from here */
    BL_BEGIN,     /* at the beginning of the text */
    BL_END,       /* at its end */
    BL_NOT,       /* the next `arg` steps match nothing from here; goes on after them */
    BL_NOT_AFTER, /* not after a code point of set `arg` */
    BL_MATCH
};

struct bl_step {
    int16_t op, arg;
};

struct bl_range {
    uint32_t low, high; /* code points */
};

struct bl_set {
    uint16_t first, n; /* ranges in ascending order */
};

struct bl_program {
    const struct bl_step *steps;
    const struct bl_set *sets;
    const struct bl_range *ranges;
};

enum { BL_STEPS_MAX = 1024 }; /* of a program */

/* text: valid UTF-8. */
bool bl_pattern_matches(const struct bl_program *p, struct bf_str text);

#endif
