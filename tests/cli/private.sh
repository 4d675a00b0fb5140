#!/bin/sh
# Files that a tool makes are private to its user with any umask; a link in a state directory is not followed; secrets in a
# file that others can read cause a warning.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

fault_start </dev/null
umask 0
# marked FROM: one row with its marks, as kinread --state writes them.
marked() {
    printf '{"bfpipe.mark":{"stream":"orders","shard":"s","sequence":"%s","start":true}}\n{"id":%s}\n' "$1" "$1"
    printf '{"bfpipe.mark":{"stream":"orders","shard":"s","sequence":"%s"}}\n' $(($1 + 1))
}
marked 1 >"$T/rows"
bfgen -n 3 >"$T/lines"

# others FOLDER...: the files that other users can read, write or search.
others() { find "$@" -mindepth 1 ! -type l -perm /077; }

check 'a state directory' -i "$T/rows" -a -- s3put --state "$T/state" s3://lake/p/
ok '  is there' test -s "$T/state/state.json" -a -d "$T/state/spool" -a -e "$T/state/lock"
ok '  mode 0700' test "$(stat -c %a "$T/state")" = 700
ok '  and nothing of it is open to others' test -z "$(others "$T/state")"
printf '* error 403 AccessDenied no\n' | fault_rules
s3put --state "$T/state2" --max-attempts 1 s3://lake/p/ <"$T/rows" >"$T/out" 2>"$T/err"
ok '  nor with objects that wait' test -n "$(find "$T/state2/spool" -type f)" -a -z "$(others "$T/state2")"
fault_rules </dev/null
printf 'no change\n' | cdcxform --rejects "$T/made" >"$T/out" 2>&1
ok 'a file of rejects is private' test "$(stat -c %a "$T/made")" = 600
# shellcheck disable=SC2016 # for the inner shell
bflocal -q --data "$T/data" sh -c 'ddbput --create order_id:S sales <"$1/lines" && s3put --one s3://lake/k <"$1/lines"' - "$T" \
    >"$T/out" 2>&1
ok "bflocal's data are private" test -s "$T/data/bflocal.db" -a -z "$(others "$T/data")" -a "$(stat -c %a "$T/data")" = 700

# Links: a link in the place of a file is neither written nor read.
link_refused() { # link_refused WHAT FILE
    rm -rf "$T/linked" "$T/elsewhere"
    mkdir -m 700 "$T/linked"
    ln -s "$T/elsewhere" "$T/linked/$2"
    check "$1 that is a link" -i "$T/rows" -s 1 -E "/$2: Too many levels of symbolic links|/$2: Not a directory" -- \
        s3put --state "$T/linked" s3://lake/p/
    ok '  leads nowhere' test ! -e "$T/elsewhere"
}
link_refused 'a lock' lock
link_refused 'rejects' rejects
link_refused 'a state file' state.json
rm -rf "$T/linked"
mkdir -m 700 "$T/linked" "$T/victim"
: >"$T/victim/precious"
ln -s "$T/victim" "$T/linked/spool"
check 'a spool that is a link' -i "$T/rows" -s 1 -E '/spool: (Not a directory|Too many levels of symbolic links)' -- \
    s3put --state "$T/linked" s3://lake/p/
ok '  is not swept' test -e "$T/victim/precious"
ln -sf "$T/victim/precious" "$T/state/state.json.new"
marked 2 >"$T/more"
check 'a link in the place of the new state' -i "$T/more" -a -- s3put --state "$T/state" s3://lake/p/
ok '  is removed' test ! -s "$T/victim/precious" -a ! -e "$T/state/state.json.new"
printf '{}\n' >"$T/elsewhere"
mkdir -m 700 "$T/readers"
ln -s "$T/elsewhere" "$T/readers/state.json"
check 'a reader does not follow it either' -s 1 -E 'state.json: Too many levels' -- kinread -e --state "$T/readers" orders

# Secrets that others can read.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
printf '[default]\naws_access_key_id = A\naws_secret_access_key = S\n' >"$T/keys"
warning="credentials: others can read $T/keys: chmod 600 protects it"
chmod 644 "$T/keys"
for file in AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE; do
    check "$file that others can read" -i "$T/lines" -e "ddbput: $warning" -- env $file="$T/keys" ddbput sales
    check '  not with -q' -i "$T/lines" -- env $file="$T/keys" ddbput -q sales
    check '  the check says so too' -s 75 -a -E "^ddbput: $warning" -- env $file="$T/keys" AWS_ENDPOINT_URL=http://127.0.0.1:1 ddbput --check-credentials
done
chmod 640 "$T/keys"
check 'the group too' -i "$T/lines" -e "kinput: $warning" -- env AWS_SHARED_CREDENTIALS_FILE="$T/keys" kinput orders
check '  a reader' -a -e "kinread: $warning" -- env AWS_SHARED_CREDENTIALS_FILE="$T/keys" kinread -e orders
chmod 600 "$T/keys"
check 'a file of its owner alone' -i "$T/lines" -- env AWS_SHARED_CREDENTIALS_FILE="$T/keys" ddbput sales
chmod 644 "$T/keys"
check 'keys that are not used' -i "$T/lines" -- env AWS_SHARED_CREDENTIALS_FILE="$T/keys" AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=S ddbput sales
plan
