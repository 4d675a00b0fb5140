#!/bin/sh
# check-tools.sh [FOLDER]: what every tool in cmd/ has besides its code: a page, a line in README.md and
# in bfpipe(7), command-line tests, and EXIT STATUS and EXAMPLES in its page.
cd "${1:-.}" || exit 2
status=0
say() {
    echo "$1"
    status=1
}
for f in cmd/*.c cmd/*/main.c; do
    [ -f "$f" ] || continue
    tool=${f#cmd/} tool=${tool%/main.c} tool=${tool%.c}
    page=man/$tool.1
    grep -qw -- "$tool" README.md 2>/dev/null || say "README.md: does not name $tool"
    grep -q "^\.[A-Z][a-z] .*$tool" man/bfpipe.7 2>/dev/null || say "man/bfpipe.7: does not name $tool"
    found=false
    for t in tests/cli/"$tool"*.sh; do [ -f "$t" ] && found=true; done
    $found || say "tests/cli/$tool.sh: is missing"
    [ -f "$page" ] || { say "$page: is missing"; continue; }
    for section in 'EXIT STATUS' EXAMPLES; do
        grep -q "^\.Sh $section" "$page" || say "$page: has no section $section"
    done
done
exit $status
