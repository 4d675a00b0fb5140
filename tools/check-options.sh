#!/bin/sh
# check-options.sh [--all] BINARIES [FOLDER]: holds the --help of every tool in cmd/ against man/TOOL.1. Each
# option that --help names is an item of the page, or of bfpipe(7) or bfpipe-aws(7) where the page
# refers to them; each item of the page is in --help. Letters count too. With --all a
# tool without a page is a finding as well.
all=false
case $1 in --all) all=true; shift ;; esac
bin=$1
root=${2:-.}
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

say() {
    echo "$1"
    status=1
}

# The options of a --help: lines "  -x, --name ..." or "      --name ...".
of_help() {
    sed -n -E 's/^  (-(.), |    )--([a-z0-9-]+).*/\2 \3/p' | sort -u
}

# The options of a page: ".It Fl x , Fl -name Ar VALUE" or ".It Fl -name".
of_page() {
    sed -n -E -e 's/^\.It Fl (.) , Fl -([a-z0-9-]+).*/\1 \2/p' -e 's/^\.It Fl -([a-z0-9-]+).*/ \1/p' "$@" | sort -u
}

tools=$(cd "$root" && for f in cmd/*.c cmd/*/main.c; do
    [ -f "$f" ] || continue
    f=${f#cmd/} f=${f%/main.c}
    echo "${f%.c}"
done)
for tool in $tools; do
    page=$root/man/$tool.1
    [ -f "$page" ] || { if $all; then say "man/$tool.1: is missing"; fi; continue; }
    "$bin/$tool" --help >"$dir/text" 2>&1 || { say "$tool: --help fails"; continue; }
    awk -v tool="$tool" 'length($0) > 80 { print tool ": --help: wider than 80 columns: " $0; bad = 1 } END { exit bad }' \
        "$dir/text" || status=1
    of_help <"$dir/text" >"$dir/help"
    [ -s "$dir/help" ] || say "$tool: --help names no option"
    of_page "$page" >"$dir/page"
    cp "$dir/page" "$dir/covered"
    for shared in bfpipe bfpipe-aws; do
        if grep -q "^\.Xr $shared 7" "$page" && [ -f "$root/man/$shared.7" ]; then
            of_page "$root/man/$shared.7" >>"$dir/covered"
        fi
    done
    sort -u -o "$dir/covered" "$dir/covered"
    comm -23 "$dir/help" "$dir/covered" >"$dir/undocumented"
    comm -13 "$dir/help" "$dir/page" >"$dir/unknown"
    while IFS= read -r option; do say "man/$tool.1: does not describe --${option#* } as --help does ('$option')"; done <"$dir/undocumented"
    while IFS= read -r option; do say "man/$tool.1: describes --${option#* } ('$option'), which --help does not name so"; done <"$dir/unknown"
done
exit $status
