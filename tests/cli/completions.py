#!/usr/bin/env python3
"""completions.py bash|zsh FOLDER LINE...: types each LINE, in which ^I is the key that completes, into that shell at a
terminal, and prints the words that the shell would give to the command, between angle brackets. FOLDER holds the
completions as `make install` leaves them."""
import os
import pty
import re
import select
import sys

TOOLS = "bfgen bflocal cdclambda cdcxform ddbput evput kinput kinread s3put"
# The tools are functions here that print their words, so that nothing runs; PS1 is a mark that no answer holds.
BASH = """PS1='%%'; bind 'set enable-bracketed-paste off'; bind 'set bell-style none'
say() { local w; printf 'SAID'; for w; do printf '<%s>' "$w"; done; printf 'END\\n'; }
for t in {tools}; do eval "$t() {{ say \\"\\$@\\"; }}"; . "{folder}/bash/$t"; done
printf 'REA''DY\\n'
"""
ZSH = """PS1='%%%%'; unsetopt prompt_sp prompt_cr beep; fpath=({folder}/zsh $fpath)
autoload -U compinit; compinit -u -D; zstyle ':completion:*' menu no; unsetopt auto_menu
say() {{ printf 'SAID'; for w in "$@"; do printf '<%s>' "$w"; done; printf 'END\\n'; }}
for t in {tools}; do eval "$t() {{ say \\"\\$@\\"; }}"; done
printf 'REA''DY\\n'
"""


class Shell:
    def __init__(self, argv):
        self.seen = ""
        pid, self.fd = pty.fork()
        if pid == 0:
            os.environ.update(TERM="dumb", LC_ALL="C", HISTFILE="/dev/null")
            os.execvp(argv[0], argv)

    def until(self, mark):
        """What comes up to the mark; the program ends when nothing comes for a minute."""
        while mark not in self.seen:
            if not select.select([self.fd], [], [], 60)[0]:
                sys.exit(f"completions.py: the shell does not say {mark!r}: {self.seen[-400:]!r}")
            try:
                self.seen += os.read(self.fd, 65536).decode("utf-8", "replace")
            except OSError:
                sys.exit(f"completions.py: the shell has ended: {self.seen[-400:]!r}")
        before, self.seen = self.seen.split(mark, 1)
        return before

    def write(self, text):
        os.write(self.fd, text.encode())


def main():
    name, folder, lines = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:]
    shell = Shell(["bash", "--norc", "--noprofile", "-i"] if name == "bash" else ["zsh", "-f", "-i"])
    setup = BASH.replace("{tools}", TOOLS).replace("{folder}", folder).replace("{{", "{").replace("}}", "}") if name == "bash" else \
        ZSH.format(tools=TOOLS, folder=folder)
    for line in setup.splitlines():
        shell.write(line.replace("%%%%", "%%") + "\n")
    shell.until("READY\r\n")
    for line in lines:
        # The end of the line is typed when the completions before it have been shown, or it would be taken for their choice.
        parts = line.split("^I")
        for part in parts[:-1]:
            shell.write(part + "\t")
        shell.write(parts[-1] + "\n")
        said = shell.until("END\r\n")
        print(re.sub(r"(?s).*SAID", "", said))
    return 0


sys.exit(main())
