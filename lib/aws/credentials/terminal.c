/* Asks at the terminal, whatever standard input and output are; the input is not echoed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "lib/aws/credentials/world.h"
#include "lib/base/stop.h"

bool bf_cred_real_has_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

static void write_text(int fd, const char *s)
{
    (void)!write(fd, s, strlen(s));
}

/* Reads one line without its newline; false: a signal, or the terminal was closed. */
static bool read_line(int fd, struct bf_buf *out, struct bf_err *e)
{
    for (;;) {
        struct pollfd fds[2] = {{.fd = fd, .events = POLLIN},
                                {.fd = bf_stop_fd(), .events = POLLIN}};
        char c;
        if (bf_stop_asked())
            return bf_err_set(e, BF_E_STOPPED, "interrupted");
        if (poll(fds, 2, -1) < 0 || !fds[0].revents)
            continue;
        ssize_t n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return bf_err_set(e, BF_E_DENIED, "nothing was typed");
        if (c == '\n')
            return out->n ? bf_buf_check(out, "the code", e)
                          : bf_err_set(e, BF_E_DENIED, "nothing was typed");
        bf_buf_addc(out, c);
    }
}

bool bf_cred_real_ask(void *arg, const char *prompt, struct bf_buf *out, struct bf_err *e)
{
    (void)arg;
    struct termios was, quiet;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return bf_err_sys(e, errno, "/dev/tty");
    bool is_terminal = tcgetattr(fd, &was) == 0;
    if (is_terminal) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(fd, TCSAFLUSH, &quiet);
    }
    write_text(fd, prompt);
    bool ok = read_line(fd, out, e);
    write_text(fd, "\n");
    if (is_terminal)
        (void)tcsetattr(fd, TCSAFLUSH, &was);
    close(fd);
    return ok;
}
