"""terminal.py FDS COMMAND...: runs the command with these descriptors on a terminal ("2", "12"), the others as
they are, and writes what the terminal showed to standard output. Its exit status is the command's."""
import os
import pty
import subprocess
import sys

ours, theirs = pty.openpty()
on = {int(d): theirs for d in sys.argv[1]}
child = subprocess.Popen(sys.argv[2:], stdout=on.get(1), stderr=on.get(2))
os.close(theirs)
while True:
    try:
        piece = os.read(ours, 4096)
    except OSError: # the last writer has gone
        break
    if not piece:
        break
    sys.stdout.buffer.write(piece)
    sys.stdout.flush()
sys.exit(child.wait())
