#!/bin/sh
# check-words.sh [FOLDER]: no marks of unfinished work anywhere; no calls in lib/ and cmd/ that cannot be
# used safely; and the library neither exits nor prints, but for the modules that speak for commands.
cd "${1:-.}" || exit 2
status=0
report() { # report WHAT <<matches: FILE:LINE:TEXT
    while IFS= read -r match; do
        [ -n "$match" ] || continue
        echo "$(echo "$match" | cut -d: -f1,2): $1: $(echo "$match" | cut -d: -f3- | cut -c 1-80)"
        status=1
    done
}
files() {
    find . -name node_modules -prune -o -name build -prune -o -name .git -prune -o -type f \
        ! -name check-words.sh \( -name '*.[ch1-9]' -o -name '*.sh' -o -name '*.py' -o -name '*.mjs' \
        -o -name '*.md' -o -name Makefile -o -path './.ci/*' \) -print
}
in_c() { # in_c ERE FOLDER...: matching lines of .c files, comments and strings left out as well as a line can tell
    pattern=$1
    shift
    find "$@" -name '*.[ch]' 2>/dev/null | LC_ALL=C sort |
        xargs awk -v pattern="$pattern" '{
            code = $0
            gsub(/"([^"\\]|\\.)*"/, "\"\"", code); sub(/\/\*.*/, "", code); sub(/^ \*.*/, "", code)
            if (code ~ pattern) print FILENAME ":" FNR ":" $0
        }'
}

report 'a mark of unfinished work' <<EOF
$(files | LC_ALL=C sort | tr '\n' '\0' | xargs -0 grep -InE '(^|[^A-Za-z_])(TODO|FIXME|HACK|TBD)([^A-Za-z_]|$)|[/*#] *XXX\b' | sed 's|^\./||')
EOF
before='(^|[^a-zA-Z0-9_])'
report 'not to be used here' <<EOF
$(in_c "${before}(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|alloca|system|tmpnam|mktemp)[ ]*[(]" lib cmd)
EOF
report 'the library does not exit or print' <<EOF
$(in_c "${before}(exit|_exit|abort|printf|puts|putchar|perror|fprintf|fputs)[ ]*[(]" lib |
    grep -vE '^lib/(base/stop|cli/(diag|opt|opt_help|progress|rejects))\.c:')
EOF
exit $status
