#!/usr/bin/env python3
"""completions.py bash|zsh FOLDER TOOLS LINE...: types each LINE, in which ^I is the completion key, into that shell at a
terminal, and prints the words that the shell would pass to the command, between angle brackets. FOLDER has the
completions as `make install` installs them; TOOLS are the names of the tools."""
import os
import pty
import re
import select
import sys

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
        """The output before the mark; the program ends if there is no output for a minute."""
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
    name, folder, tools, lines = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3], sys.argv[4:]
    shell = Shell(["bash", "--norc", "--noprofile", "-i"] if name == "bash" else ["zsh", "-f", "-i"])
    setup = BASH.replace("{tools}", tools).replace("{folder}", folder).replace("{{", "{").replace("}}", "}") if name == "bash" else \
        ZSH.format(tools=tools, folder=folder)
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
