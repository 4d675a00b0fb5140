#!/bin/sh
# Replaced keys are no longer in memory: the secret of the profile that assumes a role, earlier secrets and session
# tokens. The current ones are found, which shows that the search works.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

if [ "${BUILD##*/}" != release ] || [ -n "${BF_VALGRIND:-}" ]; then
    skip 'memory' 'a sanitizer keeps what has been freed'
    plan
    exit
fi
fault_start </dev/null
ID=$T/identity
mkdir -p "$ID"
python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
"$python" "$root/tests/fault/identity.py" "$ID" </dev/null 2>"$ID/stderr" &
ID_PID=$!
PID=
trap 'kill $ID_PID $PID 2>/dev/null; wait $ID_PID $PID 2>/dev/null; fault_stop; rm -rf "$T"' EXIT
soon test -s "$ID/port"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
AWS_ENDPOINT_URL_STS="http://127.0.0.1:$(cat "$ID/port")"
export AWS_ENDPOINT_URL_STS AWS_CONFIG_FILE="$T/config"
(umask 077; printf '[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n[profile base]\naws_secret_access_key = hush-twice\naws_access_key_id = BASE\naws_secret_access_key = hush-base\n' >"$T/config")
cat >"$T/scan.py" <<'END'
import re, resource, sys
pid, words = sys.argv[1], [w.encode() for w in sys.argv[2:]]
counts = dict.fromkeys(words, 0)
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
    for line in maps:
        m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw\S+ \S+ \S+ \S+", line)
        if not m:
            continue
        a, b = int(m[1], 16), int(m[2], 16)
        # not the stacks, where the loader spills registers that have just copied something
        if "[stack]" in line or b - a == resource.getrlimit(resource.RLIMIT_STACK)[0]:
            continue
        mem.seek(a)
        data = mem.read(b - a)
        for w in words:
            counts[w] += data.count(w)
print(*[f"{w.decode()}={n}" for w, n in counts.items()])
END
assumed() { grep -c '"name": "AssumeRole"' "$ID/log"; }
echo 4 >"$ID/life"
kinread orders </dev/null >"$T/out" 2>"$T/err" &
PID=$!
if ! "$python" "$T/scan.py" $PID x >"$T/ok.log" 2>&1; then
    skip 'memory' "it cannot be read here: $(tail -n 1 "$T/ok.log")"
    plan
    exit
fi
soon sh -c "test \$(grep -c '\"name\": \"AssumeRole\"' '$ID/log') -ge 3"
echo 3600 >"$ID/life"
n=0
settled() { # no new keys for two seconds, and requests signed with the last ones
    was=$(assumed)
    sleep 2
    n=$(assumed)
    [ "$was" = "$n" ] && tail -n 1 "$FAULT_DIR/log" | grep -q "Credential=ASSUMEROLE$n/"
}
soon settled
ok 'keys have been renewed' test "$n" -ge 3
# a request being sent may contain a token for a moment: only one of the current keys
"$python" "$T/scan.py" $PID hush-base hush-twice hush-secret-ASSUMEROLE1 hush-token-ASSUMEROLE1 hush-secret-ASSUMEROLE2 hush-token-ASSUMEROLE2 \
    "hush-secret-ASSUMEROLE$n" >"$T/found"
cat "$T/found" | sed 's/^/# /'
ok 'the keys of now are found' grep -q "hush-secret-ASSUMEROLE$n=[1-9]" "$T/found"
for word in hush-base hush-twice hush-secret-ASSUMEROLE1 hush-token-ASSUMEROLE1 hush-secret-ASSUMEROLE2 hush-token-ASSUMEROLE2; do
    ok "  not those from before: $word" grep -q "$word=0" "$T/found"
done
plan
