#include "cmd/bftop/term.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/stop.h"

enum { COLUMNS = 80, ROWS = 24 };

#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?2026l\033[0m\033[?7h\033[?25h\033[?1049l"

static struct termios before, raw;
static volatile sig_atomic_t entered, changed, gone;
static struct sigaction asked; /* bf_stop's */
static char held[64];          /* bytes that have been read and are no key yet */
static size_t nheld;

/* In signal handlers too: write and tcsetattr are safe there (POSIX, 2.4.3). */
static void put(const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(STDOUT_FILENO, p, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0 && errno == EAGAIN) {
            struct pollfd out = {STDOUT_FILENO, POLLOUT, 0};
            poll(&out, 1, 1000);
            continue;
        }
        if (w <= 0) {
            gone = 1;
            return;
        }
        p += w;
        n -= (size_t)w;
    }
}

static void restore(void)
{
    if (!entered)
        return;
    entered = 0;
    put(LEAVE, sizeof LEAVE - 1);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void take(void)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    entered = 1;
    put(ENTER, sizeof ENTER - 1);
}

/* The first one asks to stop; the second one exits at once, in bf_stop's handler. */
static void on_stop(int sig)
{
    int saved = errno;
    if (sig == SIGHUP)
        gone = 1;
    if (bf_stop_asked())
        restore();
    if (asked.sa_handler == SIG_IGN || asked.sa_handler == SIG_DFL)
        gone = 1;
    else
        asked.sa_handler(sig);
    errno = saved;
}

static void on_death(int sig)
{
    restore();
    raise(sig); /* SA_RESETHAND: its default now */
}

static void on_suspend(int sig)
{
    int saved = errno;
    (void)sig;
    restore();
    raise(SIGSTOP);
    take();
    changed = 1;
    errno = saved;
}

static void on_size(int sig)
{
    (void)sig;
    changed = 1;
}

static bool handle(struct bf_err *e)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    static const int deaths[] = {SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
    struct sigaction sa = {.sa_handler = on_stop};
    sigfillset(&sa.sa_mask);
    if (sigaction(SIGTERM, NULL, &asked) != 0)
        return bf_err_sys(e, errno, "sigaction");
    bool ok = true;
    for (size_t i = 0; i < BF_COUNT(stops); i++)
        ok = ok && sigaction(stops[i], &sa, NULL) == 0;
    sa.sa_handler = on_suspend;
    ok = ok && sigaction(SIGTSTP, &sa, NULL) == 0;
    sa.sa_handler = on_size;
    ok = ok && sigaction(SIGWINCH, &sa, NULL) == 0;
    sa.sa_handler = on_death;
    sigemptyset(&sa.sa_mask);
    sa.sa_flags = (int)SA_RESETHAND;
    for (size_t i = 0; i < BF_COUNT(deaths); i++)
        ok = ok && sigaction(deaths[i], &sa, NULL) == 0;
    return ok || bf_err_sys(e, errno, "sigaction");
}

bool term_enter(struct bf_err *e)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return bf_err_set(e, BF_E_USAGE,
                          "this is no terminal; --once prints one frame, --html writes a page");
    const char *term = getenv("TERM");
    if (term && strcmp(term, "dumb") == 0)
        return bf_err_set(e, BF_E_USAGE,
                          "TERM is dumb: this terminal cannot show a page that changes; --once "
                          "prints one frame, --http serves one");
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return bf_err_sys(e, errno, "the terminal");
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (!handle(e))
        return false;
    take();
    changed = 1;
    return true;
}

void term_leave(void)
{
    restore();
}

void term_size(int *columns, int *rows)
{
    struct winsize size = {0};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    *columns = size.ws_col ? size.ws_col : COLUMNS;
    *rows = size.ws_row ? size.ws_row : ROWS;
}

bool term_gone(void)
{
    return gone != 0;
}

bool term_changed(void)
{
    bool was = changed != 0;
    changed = 0;
    return was;
}

static void drop(size_t n)
{
    nheld -= n;
    memmove(held, held + n, nheld);
}

/* ESC [ final, ESC O final, ESC [ number ~: n bytes. Others are dropped. */
static int sequence(void)
{
    static const struct {
        char text[4];
        enum term_key key;
    } known[] = {{"[A", KEY_UP},       {"[B", KEY_DOWN},       {"OA", KEY_UP},   {"OB", KEY_DOWN},
                 {"[5~", KEY_PAGE_UP}, {"[6~", KEY_PAGE_DOWN}, {"[H", KEY_HOME}, {"[F", KEY_END},
                 {"OH", KEY_HOME},     {"OF", KEY_END}};
    if (nheld == 1 || (held[1] != '[' && held[1] != 'O')) {
        drop(1);
        return KEY_ESCAPE;
    }
    size_t n = 2;
    while (n < nheld && (held[n] < '@' || held[n] > '~'))
        n++;
    n = n < nheld ? n + 1 : n;
    int key = KEY_NONE;
    for (size_t i = 0; i < BF_COUNT(known); i++)
        if (n - 1 == strlen(known[i].text) && memcmp(held + 1, known[i].text, n - 1) == 0)
            key = (int)known[i].key;
    drop(n);
    return key;
}

int term_key(int ms)
{
    if (!nheld) {
        struct pollfd from[] = {{STDIN_FILENO, POLLIN, 0}, {bf_stop_fd(), POLLIN, 0}};
        if (changed || poll(from, BF_COUNT(from), ms) <= 0 || !from[0].revents)
            return KEY_NONE;
        ssize_t n = read(STDIN_FILENO, held, sizeof held);
        if (n <= 0) {
            gone = n == 0 || errno != EINTR;
            return KEY_NONE;
        }
        nheld = (size_t)n;
    }
    if (held[0] == '\033')
        return sequence();
    int key = (unsigned char)held[0];
    drop(1);
    return key;
}

void term_show(struct bf_str page)
{
    static const char begin[] = "\033[?2026h\033[H", end[] = "\033[J\033[?2026l";
    put(begin, sizeof begin - 1);
    put(page.p, page.n);
    put(end, sizeof end - 1);
}
