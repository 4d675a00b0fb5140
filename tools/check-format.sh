#!/bin/sh
# check-format.sh FILE...: each file is laid out as clang-format does it with .clang-format.
found=$(clang-format --dry-run -Werror "$@" 2>&1) && exit 0
echo "$found" | sed -n -E 's/^([^ ]+:[0-9]+):[0-9]+: error: .*/\1: not laid out as .clang-format says; make format does it/p' | uniq | head -n 20
exit 1
