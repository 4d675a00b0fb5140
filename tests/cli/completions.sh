#!/bin/sh
# The installed completions of all tools, in the shells themselves: bash and zsh at a terminal, fish with `complete -C`.
# A missing shell is skipped; make deps check installs all three.
. "$(dirname "$0")/lib.sh"
C=$T/c
mkdir -p "$C/bash" "$C/zsh" "$C/fish" "$T/here/folder"
tools=$(ls "$BUILD/bin")
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
    # shellcheck disable=SC2086 # words
    python3 "$root/tests/cli/completions.py" "$1" "$C" "$(echo $tools)" 'cdcxform --outp^Iddb^I' 'cdcxform -o open^I' 'cdcxform --output=open^I' \
        'kinread --fr^Iold^I' 'cdcxform --ops insert,mod^I' 'cdcxform --rejects line^I' 'kinread --state fo^I' \
        'cdcxform line^I' 'kinread form^I' 'cdcxform -q --rej^Iform^I -j 2 --no-h^I' 'bflocal printen^I HOME' 's3put --compress zs^I s3://b/' \
        'row2pq --compress sn^I' 'athddl --for postg^I' 'athq -o tab^I' 'cdcproj --vi^Iform^I db'
}
# The completed lines; a file's name is one word.
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
<--compress><snappy>
<--for><postgres>
<-o><table>
<--view><formats><db>
END
# zsh adds "=" to a completed option, bash a blank; and zsh removes the slash of a folder at the end of the line.
sed 's/^<--output><ddb/<--output=ddb/; s/<--from></<--from=/; s/<--rejects><formats>/<--rejects=formats>/
    s/<--view></<--view=/; s/folder./folder/' "$T/want" >"$T/want.zsh"
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
    check 'fish: the description of an option' -m 'stop at the first rejected line' -- fish --no-config -c "source $C/fish/cdcxform.fish; complete -C 'cdcxform --stri'"
else
    skip fish 'it is not here'
fi
plan
