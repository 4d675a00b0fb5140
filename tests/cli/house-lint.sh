#!/bin/sh
# The checks of the source tree: each passes on a good tree, and fails on a bad one with the place.
. "$(dirname "$0")/lib.sh"
tools=$root/tools

# A tree with one tool that has all it needs.
good() {
    rm -rf "$T/t"
    mkdir -p "$T/t/lib/base" "$T/t/lib/ddb" "$T/t/lib/aws/client" "$T/t/cmd/two" "$T/t/man" "$T/t/tests/cli" "$T/t/bin"
    cd "$T/t" || exit 1
    printf '#include "lib/base/a.h"\nint bf_a;\n' >lib/base/a.c
    printf '#include <curl/curl.h>\n#include "lib/ddb/c.h"\n' >lib/aws/client/w.c
    printf '#include "lib/aws/client/w.h"\n' >cmd/one.c
    printf '#include "cmd/two/two.h"\n' >cmd/two/main.c
    for tool in one two; do
        printf '#!/bin/sh\necho "  -h, --help  print this"\necho "      --long-name X  a thing"\n' >bin/$tool
        chmod +x bin/$tool
        printf '.Dd x\n.Sh OPTIONS\n.It Fl h , Fl -help\n.It Fl -long-name Ar X\n.Sh EXIT STATUS\n.Sh EXAMPLES\n' >man/$tool.1
        echo 'plan' >tests/cli/$tool.sh
    done
    printf '.It Xr one 1\n.It Xr two 1\n' >man/bfpipe.7
    echo 'one and two' >README.md
}

good
check 'floors: a good tree' -- sh "$tools/check-floors.sh" .
check 'options: a good tree' -- sh "$tools/check-options.sh" --all bin
check 'tools: a good tree' -- sh "$tools/check-tools.sh" .
check 'words: a good tree' -- sh "$tools/check-words.sh" .
check 'size: a good tree' -- sh "$tools/check-size.sh" .

echo '#include "lib/aws/client/w.h"' >>lib/base/a.c
check 'a floor that reaches up' -s 1 -o 'lib/base/a.c:3: room base reaches up to lib/aws/client/w.h' -- sh "$tools/check-floors.sh" .
good
mkdir lib/cdc && echo '#include "lib/base/a.h"' >lib/cdc/d.c
check 'a room that is none' -s 1 -o 'lib/cdc/d.c:1: lib/cdc is no room of the house' -- sh "$tools/check-floors.sh" .
good
printf '#include "lib/ddb/d.h"\n' >lib/ddb/c.h
printf '#include "lib/ddb/d.h"\n#include "lib/ddb/c.h"\n' >lib/ddb/d.c
printf '#include "lib/ddb/c_part.h"\n' >>lib/ddb/c.h
printf '#include "lib/ddb/c.h"\n' >lib/ddb/c_part.h
check 'two files in a circle' -s 1 -o 'lib/ddb/c: is in a circle with lib/ddb/d
lib/ddb/d: is in a circle with lib/ddb/c' -- sh "$tools/check-floors.sh" .
good
printf '#include "lib/ddb/c_part.h"\n' >>lib/ddb/c.c
printf '#include "lib/ddb/c.h"\n' >lib/ddb/c_part.h
touch lib/ddb/c.h
check 'a file and its part are one' -- sh "$tools/check-floors.sh" .
good
echo '#include "cmd/one.h"' >>lib/ddb/c.c
check 'a library file that includes a command' -s 1 -m '^lib/ddb/c.c:1: the library includes a command' -- sh "$tools/check-floors.sh" .
good
echo '#include "a.h"' >>lib/base/a.c
check 'an include that is not written from the root' -s 1 -m 'not written from the root' -- sh "$tools/check-floors.sh" .
good
echo '#include <curl/curl.h>' >>lib/ddb/c.c
check 'libcurl below the AWS floor' -s 1 -m '^lib/ddb/c.c:1: a network' -- sh "$tools/check-floors.sh" .
good
echo '#include "cmd/two/two.h"' >>cmd/one.c
check 'a tool that includes another' -s 1 -m '^cmd/one.c:2: a tool includes another' -- sh "$tools/check-floors.sh" .
good
mkdir -p cmd/bflocal/store cmd/bflocal/http cmd/bflocal/s3 cmd/bflocal/sts
echo '#include "cmd/bflocal/s3/service.h"' >cmd/bflocal/services.c
echo '#include "cmd/bflocal/store/store.h"' >cmd/bflocal/http/call.h
echo '#include "cmd/bflocal/http/call.h"' >cmd/bflocal/s3/service.h
check 'rooms of a tool' -- sh "$tools/check-floors.sh" .
echo '#include "cmd/bflocal/s3/service.h"' >>cmd/bflocal/http/call.h
check 'a room of a tool that reaches up' -s 1 -m '^cmd/bflocal/http/call.h:2: room bflocal/http reaches up to cmd/bflocal/s3/service.h' -- \
    sh "$tools/check-floors.sh" .
echo '#include "cmd/bflocal/s3/service.h"' >cmd/bflocal/sts/service.h
echo '#include "cmd/bflocal/store/store.h"' >cmd/bflocal/http/call.h
check 'a room beside it' -s 1 -o 'cmd/bflocal/sts/service.h:1: room bflocal/sts reaches up to cmd/bflocal/s3/service.h' -- \
    sh "$tools/check-floors.sh" .
echo '#include "cmd/bflocal/run.h"' >cmd/bflocal/sts/service.h
check 'the files above all rooms' -s 1 -o 'cmd/bflocal/sts/service.h:1: room bflocal/sts reaches up to cmd/bflocal/run.h' -- \
    sh "$tools/check-floors.sh" .
rm -r cmd/bflocal/sts
mkdir cmd/bflocal/sqs
echo '#include "cmd/bflocal/http/call.h"' >cmd/bflocal/sqs/service.c
check 'a room of a tool that has no floor' -s 1 -o 'cmd/bflocal/sqs/service.c:1: cmd/bflocal/sqs is no room of the house' -- \
    sh "$tools/check-floors.sh" .

good
sed -i.bak /long-name/d man/one.1
check 'an option that the page leaves out' -s 1 -m '^man/one.1: does not describe --long-name' -- sh "$tools/check-options.sh" bin
good
echo '.It Fl -gone' >>man/two.1
check 'an option that only the page has' -s 1 -m '^man/two.1: describes --gone' -- sh "$tools/check-options.sh" bin
good
sed -i.bak 's/Fl h , Fl/Fl H , Fl/' man/two.1
check 'a letter that differs' -s 1 -m "describes --help .'H help'" -- sh "$tools/check-options.sh" bin
good
sed -i.bak 's/a thing/a thing that is told of in so many words that no terminal shows all of them/' bin/two
check 'a --help that is too wide' -s 1 -m '^two: --help: wider than 80 columns: ' -- sh "$tools/check-options.sh" bin
good
rm man/two.1
check 'a page that is missing' -s 1 -o 'man/two.1: is missing' -- sh "$tools/check-options.sh" --all bin
good
printf '.It Fl -long-name Ar X\n' >man/bfpipe-aws.7
sed -i.bak 's/^\.It Fl -long.*/.Xr bfpipe-aws 7/' man/one.1
check 'an option of a shared page that is referred to' -- sh "$tools/check-options.sh" --all bin

good
echo 'two' >README.md
rm tests/cli/two.sh
sed -i.bak /EXAMPLES/d man/one.1
echo '.It Xr two 1' >man/bfpipe.7
check 'a tool without README, tests, EXAMPLES, overview' -s 1 -o 'README.md: does not name one
man/bfpipe.7: does not name one
man/one.1: has no section EXAMPLES
tests/cli/two.sh: is missing' -- sh "$tools/check-tools.sh" .

good
printf '/* %s: later */\n' "TO""DO" >>lib/base/a.c
check 'a mark of unfinished work' -s 1 -m '^lib/base/a.c:3: a mark' -- sh "$tools/check-words.sh" .
good
printf 'int f(char *p)\n{\n    return atoi(p);\n}\n' >>cmd/one.c
check 'a call that cannot be used safely' -s 1 -m '^cmd/one.c:4: not to be used here' -- sh "$tools/check-words.sh" .
good
printf 'void f(void)\n{\n    exit(1);\n}\n' >>lib/ddb/c.c
check 'a library that exits' -s 1 -m '^lib/ddb/c.c:3: the library does not exit' -- sh "$tools/check-words.sh" .

good
{ echo 'static int f(void)'; echo '{'; yes '    g();' | head -n 91; echo '}'; } >>lib/base/a.c
check 'a function of 91 lines' -s 1 -o 'lib/base/a.c:4: f has 91 lines, more than 90' -- sh "$tools/check-size.sh" .
good
yes '' | head -n 601 >lib/base/b.c
check 'a file of 601 lines' -s 1 -o 'lib/base/b.c: has 601 lines, more than 600' -- sh "$tools/check-size.sh" .

good
printf 'int bf_good(void);\nint bf_good(void) { return 1; }\nint stray(void);\nint stray(void) { return 2; }\n' >s.c
cc -shared -fPIC -o s.so s.c && cc -c -o s.o s.c && ar rc s.a s.o
check 'an exported symbol without bf_' -s 1 -m "^s.so: exports 'stray'" -- sh "$tools/check-symbols.sh" s.so
check 'the same in an archive' -s 1 -m "^s.a: exports 'stray'" -- sh "$tools/check-symbols.sh" s.a
printf 'int bf_good(void);\nint bf_good(void) { return 1; }\n' >s.c
cc -shared -fPIC -o s.so s.c
check 'only bf_' -- sh "$tools/check-symbols.sh" s.so

good
cp "$root/.clang-format" .
printf 'int  f( void )  { return 1; }\n' >bad.c
if command -v clang-format >/dev/null; then
    check 'a layout of its own' -s 1 -m '^bad.c:1: not laid out' -- sh "$tools/check-format.sh" bad.c
else
    skip 'a layout of its own' 'clang-format is not there'
fi
mkdir -p tools tests
printf "check 'a name' -- python3 - <<END\nEND\n" >tests/unread.sh
check 'a here-document that check does not read' -s 1 -m '^tests/unread.sh:1: *check .* does not read a here-document' -- sh "$tools/check-scripts.sh" .
rm tests/unread.sh
# shellcheck disable=SC2016
printf 'if [ $a == 1 ]; then cd x; fi\n' >tools/x.sh
if command -v shellcheck >/dev/null; then
    check 'a script that shellcheck dislikes' -s 1 -m 'SC' -- sh "$tools/check-scripts.sh" .
else
    skip 'a script that shellcheck dislikes' 'shellcheck is not there'
fi
plan
