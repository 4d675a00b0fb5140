#!/bin/sh
# README.md: each command in it is run, in order and in one shell, as a reader would paste it. ```sh is a block of
# commands that have to succeed, ```console has commands ("$ ...") with their output below them. The services are
# bflocal: the one that README starts, and from "On AWS" on another one instead of AWS. The functions below name the
# commands that cannot run here, with the test that runs them.
. "$(dirname "$0")/lib.sh"
case ${BUILD##*/} in
release | debug | asan) ;;
*) skip README "the flavour ${BUILD##*/} installs nothing of its own"; plan; exit ;;
esac
for need in jq curl; do
    command -v $need >/dev/null || { skip README "$need is missing"; plan; exit; }
done
unset AWS_ENDPOINT_URL AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION MAKEFLAGS MAKELEVEL MFLAGS
mkdir "$T/home" "$T/here" "$T/blocks"
HOME=$T/home AWS_PAGER=''
export HOME AWS_PAGER
ln -s "$root/examples" "$T/here/examples"

make() {
    case $* in
    'deps demo' | 'deps check') ;; # tools/check-fresh.sh, which runs these two
    deploy | destroy) ;;            # tests/peers/deploy.sh, on moto's CloudFormation
    'deps install PREFIX='*) command make -s -C "$root" O="${BUILD%/*}" FLAVOUR="${BUILD##*/}" install "$3" ;;
    'uninstall PREFIX='*) command make -s -C "$root" O="${BUILD%/*}" FLAVOUR="${BUILD##*/}" uninstall "$2" ;;
    '-C bfpipe install PREFIX='*) command make -s -C "$root" O="${BUILD%/*}" FLAVOUR="${BUILD##*/}" install "$4" ;;
    *) echo "make $*: no test runs this" >&2; return 1 ;;
    esac
}
# The AWS CLI of Debian 12 does not read AWS_ENDPOINT_URL. IAM is not in bflocal: that the policies are right is shown by iam.sh.
aws() {
    case $1 in
    iam) jq -e .Statement "${8#file://}" >/dev/null && ! grep -E 'REGION|ACCOUNT|BUCKET' "${8#file://}" ;;
    *) command aws --endpoint-url "$AWS_ENDPOINT_URL" --region "$AWS_REGION" "$@" ;;
    esac
}

# NUMBER.sh and, for a command with its output, NUMBER.want.
awk -v dir="$T/blocks" '
    function next_file() { if (name) close(name); n++; name = sprintf("%s/%03d.sh", dir, n) }
    /^```sh$/ { kind = "sh"; next_file(); next }
    /^```console$/ { kind = "console"; next }
    /^```/ { kind = ""; next }
    /^\*\*1\. / { printf "" >(dir "/aws." n + 1) }
    kind == "sh" { print >name }
    kind == "console" && /^\$ / { next_file(); print substr($0, 3) >name; want = name; sub(/sh$/, "want", want); printf "" >want; next }
    kind == "console" { print >want; close(name) }
' "$root/README.md"

cd "$T/here" || exit 1
trap 'bflocal --stop >/dev/null 2>&1; rm -rf "$T"' EXIT
ran=0
for block in "$T/blocks"/*.sh; do
    number=${block##*/} number=${number%.sh} first=$(head -n 1 "$block")
    if [ -e "$T/blocks/aws.$((1${number} - 1000))" ]; then
        unset AWS_ENDPOINT_URL
        eval "$(bflocal --daemon --region eu-central-1)"
    fi
    if [ -e "${block%.sh}.want" ]; then
        check "README: $first" -O "${block%.sh}.want" -- . "$block"
    else
        # shellcheck source=/dev/null
        . "$block" >"$T/out" 2>"$T/err"
        if [ $? = 0 ] && ! grep -E '^[a-z0-9]+: .*(error|failed|not found|reject)' "$T/err"; then pass "README: $first ..."; else fail "README: $first ..." "$(cat "$T/err" "$T/out")"; fi
    fi
    # The deliveries of the first pipeline; changes delivered with --state are in an object once.
    cp "$T/out" "$T/receipts"
    case $(cat "$block") in
    'kinread -e --state state '*) states=$(cat "$T/out") ;;
    eval*lake*) check 'the first pipeline delivered 1000 changes' -o 1000 -- sh -c 'jq -s "map(.records) | add" <"$1"' - "$T/receipts" ;;
    esac
    ran=$((ran + 1))
done
check 'the pipeline with --state delivered each change once' -o 1200 -- sh -c 'printf "%s\n" "$1" | jq -s "map(.records) | add"' - "$states"
check 'README has commands' -m '^(1[5-9]|[2-9][0-9])$' -- echo "$ran"

# The tools without installing them.
in_shell() {
    echo 'command -v kinread; printf "%s\n" "$MANPATH"; false' |
        SHELL=/bin/sh command make -s -C "$root" O="${BUILD%/*}" FLAVOUR="${BUILD##*/}" shell
}
check 'make shell: the built tools are found' -m "^$BUILD/bin/kinread$" -- in_shell
pages=$(sed -n 's|/man:$|/man|p' "$T/out")
check '  and their pages' -a -- cat "$pages/man1/kinread.1"

# The workflow to copy: its own steps, with a test of two lines.
mkdir "$T/ci" "$T/ci/tests" && cd "$T/ci" || exit 1
echo 'kinread --list -J orders | wc -l | tr -d " " && echo "{}" | s3put s3://lake/x/ | jq .records' >tests/run.sh
ln -s "$root" bfpipe
sed -n 's/^ *run: //p' "$root/examples/ci.yml" >steps
GITHUB_PATH=$T/ci/path
export GITHUB_PATH
while IFS= read -r step; do
    eval "$step" </dev/null >"$T/ci/out" 2>"$T/ci/err" || fail "ci.yml: $step" "$(cat "$T/ci/err")"
    if [ -f "$GITHUB_PATH" ]; then PATH=$(cat "$GITHUB_PATH"):$PATH; fi
done <steps
check 'examples/ci.yml: its steps build, install and run the tests' -o '2
1' -- cat "$T/ci/out"
check 'they found the tools that they installed' -o "$HOME/bfpipe/bin/bflocal" -- sh -c 'command -v bflocal'
if [ -f "$root/tools/picture.py" ]; then
    python3 "$root/tools/picture.py" >"$T/picture"
    check 'doc/pipeline.svg is what tools/picture.py makes' -O "$T/picture" -- cat "$root/doc/pipeline.svg"
    check 'doc/dashboard.svg is what tools/dashboard.py makes' -O "$root/doc/dashboard.svg" -- python3 "$root/tools/dashboard.py"
    # Blanks do not count: long commands are wrapped in the picture.
    recorded() {
        python3 -c 'import html, re, sys
shown = re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", open(sys.argv[1]).read())))
for line in open(sys.argv[2]):
    if line[0] != "#" and re.sub(r"\s", "", line) not in shown: print(line, end="")' "$root/doc/demo.svg" "$root/tools/demo.session"
    }
    check 'doc/demo.svg shows each command of tools/demo.session' -- recorded
fi
plan
