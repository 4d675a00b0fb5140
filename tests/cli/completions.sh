#!/bin/sh
# The completions that make install puts in place, in the shells themselves: bash and zsh at a terminal, fish asked by
# `complete -C`. A shell that is not there is skipped; make deps check installs them.
. "$(dirname "$0")/lib.sh"
C=$T/c
mkdir -p "$C/bash" "$C/zsh" "$C/fish" "$T/here/folder"
tools='bfgen bflocal cdclambda cdcxform ddbput evput kinput kinread s3put'
for tool in $tools; do
    "$tool" --completions >"$C/bash/$tool"
    "$tool" --completions=zsh >"$C/zsh/_$tool"
    "$tool" --completions=fish >"$C/fish/$tool.fish"
done
cd "$T/here" || exit 1
: >'lines of json'
: >formats

check 'bash is the default' -O "$C/bash/kinread" -- kinread --completions=bash
check 'another shell' -s 2 -E "^kinread: option '--completions': 'tcsh' is not bash, zsh or fish" -- kinread --completions=tcsh

typed() { # typed SHELL
    python3 "$root/tests/cli/completions.py" "$1" "$C" 'cdcxform --outp^Iddb^I' 'cdcxform -o open^I' 'cdcxform --output=open^I' \
        'kinread --fr^Iold^I' 'cdcxform --ops insert,mod^I' 'cdcxform --rejects line^I' 'kinread --state fo^I' \
        'cdcxform line^I' 'kinread form^I' 'cdcxform -q --rej^Iform^I -j 2 --no-h^I' 'bflocal printen^I HOME' 's3put --compress zs^I s3://b/'
}
# What each of these lines became; a file's name is one word.
cat >"$T/want" <<'END'
<--output><ddb-json>
<-o><opencsv>
<--output=opencsv>
<--from><oldest>
<--ops><insert,modify>
<--rejects><lines of json>
<--state><folder/>
<lines of json>
<form>
<-q><--rejects><formats><-j><2><--no-header>
<printenv><HOME>
<--compress><zstd><s3://b/>
END
# zsh puts "=" after a name that it completes, bash a blank; and it takes a folder's slash back at the end of the line.
sed 's/^<--output><ddb/<--output=ddb/; s/<--from></<--from=/; s/<--rejects><formats>/<--rejects=formats>/; s/folder./folder/' "$T/want" >"$T/want.zsh"
cp "$T/want" "$T/want.bash"
for shell in bash zsh; do
    if command -v $shell >/dev/null; then
        check "$shell completes options, words, files, folders and commands" -O "$T/want.$shell" -- typed $shell
    else
        skip "$shell" 'it is not here'
    fi
done

if command -v fish >/dev/null; then
    HOME=$T XDG_CONFIG_HOME=$T/config XDG_DATA_HOME=$T/data
    export HOME XDG_CONFIG_HOME XDG_DATA_HOME
    # offers LINE: the words that fish would offer.
    offers() { fish --no-config -c "for f in \$argv[2..]; source \$f; end; complete -C \$argv[1]" "$1" "$C"/fish/*.fish | cut -f 1; }
    check 'fish: an option' -o '--output' -- offers 'cdcxform --outp'
    check 'fish: the words of an option' -o 'ddb-json' -- offers 'cdcxform --output ddb'
    check 'fish: of a letter' -o 'opencsv' -- offers 'cdcxform -o open'
    check 'fish: with =' -m '^(--output=)?opencsv$' -- offers 'cdcxform --output=open'
    check 'fish: a place' -o 'oldest' -- offers 'kinread --from old'
    check 'fish: a file' -o 'formats' -- offers 'cdcxform --rejects form'
    check 'fish: a folder, and no file' -o 'folder/' -- offers 'kinread --state fo'
    check 'fish: a file to read' -o 'formats' -- offers 'cdcxform form'
    check 'fish: a stream is no file' -- offers 'kinread form'
    check 'fish: a command' -m '^printenv$' -- offers 'bflocal printen'
    check 'fish: what an option does' -m 'stop at the first rejected line' -- fish --no-config -c "source $C/fish/cdcxform.fish; complete -C 'cdcxform --stri'"
else
    skip fish 'it is not here'
fi
plan
