#!/bin/sh
# shell.sh FOLDER: starts the user's shell for `make shell`, which has added the tools to PATH; links the man pages below
# FOLDER, in the layout that man requires.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
for page in "$root"/man/*.[157]; do
    mkdir -p "$1/man${page##*.}"
    ln -sf "$page" "$1/man${page##*.}/"
done
echo "bfpipe: the tools are in PATH here; man bfpipe describes them; exit ends this shell."
# The status of the last command is not a failure of make.
"${SHELL:-sh}" || :
