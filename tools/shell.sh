#!/bin/sh
# shell.sh FOLDER: starts the user's shell for `make shell`, which has put the tools into PATH; man pages are linked below
# FOLDER, as man wants them.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
for page in "$root"/man/*.[157]; do
    mkdir -p "$1/man${page##*.}"
    ln -sf "$page" "$1/man${page##*.}/"
done
echo "bfpipe: the tools are in PATH here; man bfpipe describes them; exit ends this shell."
exec "${SHELL:-sh}"
