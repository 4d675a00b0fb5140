"""Shared by the kill tests of s3put and cdcproj: the marks of a reader, and how its lines get to the tool."""
import array
import fcntl
import re
import termios
import time


def mark(shard, sequence, more=""):
    return f'{{"bfpipe.mark":{{"stream":"orders","shard":"shard-{shard}","sequence":"{sequence or ""}"{more}}}}}\n'


def feed(p, lines):
    """A block at a time, the next when the tool has taken the one before, so that it commits in between."""
    left = array.array("i", [0])
    try:
        for block in re.findall(rb"(?s).*?bfpipe\.mark.*?\n", lines):
            p.stdin.write(block)
            for _ in range(5000):
                fcntl.ioctl(p.stdin, termios.FIONREAD, left)
                if left[0] == 0 or p.poll() is not None:
                    break
                time.sleep(0.0005)
        p.stdin.close()
    except BrokenPipeError:
        pass
