/*
 * The terminal while it shows a live page: another screen, keys one by one, no cursor. It is put back on every way out:
 * a return, a signal that asks to stop (also the second one), a signal that kills, and while the process is stopped.
 *
 * The sequences are those of ECMA-48 and DEC's private modes, which every terminal in use knows, and synchronised
 * output (mode 2026), which the others ignore: so one page is one write that is shown at once. Curses would add a
 * library and a database of terminals for what the page (canvas.h) does already.
 */
#ifndef BFTOP_TERM_H
#define BFTOP_TERM_H

#include "lib/base/str.h"

enum term_key {
    KEY_NONE,
    KEY_UP = 256,
    KEY_DOWN,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_ESCAPE
};

/* Standard input and output are terminals. Once in a process. */
BF_MUST bool term_enter(struct bf_err *e);
void term_leave(void);

/* Columns and rows. */
void term_size(int *columns, int *rows);

/* Waits for a key at most ms milliseconds: its byte, or one of the above. KEY_NONE: time, a signal, another size. */
int term_key(int ms);

/* Has the terminal gone? */
bool term_gone(void);

/* Has the size changed, or has the page to be shown again, since the last call? */
bool term_changed(void);

/* Shows a page: rows that end with "\r\n". */
void term_show(struct bf_str page);

#endif
