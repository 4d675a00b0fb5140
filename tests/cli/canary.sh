#!/bin/sh
# Canaries: every secret of every source of keys contains the word "hush". Every network tool runs with -vv and each of
# them, with a service that works, one that refuses, one that repeats its request, and sources that do so. Then the test
# searches for the word in standard output and standard error, in the command line of each process, in the command line and
# the environment of children, in state directories, temporary files, objects, and in the URLs and bodies of requests. It
# may appear only in headers, and in requests to sources of keys.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

fault_start </dev/null
ID=$T/identity
mkdir -p "$ID" "$T/home/.aws/sso/cache" "$T/home/.aws/login/cache" "$T/tmp" "$T/seen" "$T/states"
python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
"$python" "$root/tests/fault/identity.py" "$ID" </dev/null 2>"$ID/stderr" &
ID_PID=$!
trap 'kill $ID_PID; wait $ID_PID 2>/dev/null; fault_stop; rm -rf "$T"' EXIT
soon test -s "$ID/port"
ID_URL=http://127.0.0.1:$(cat "$ID/port")
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_EC2_METADATA_DISABLED
HOME=$T/home TMPDIR=$T/tmp
export HOME TMPDIR AWS_ENDPOINT_URL_STS="$ID_URL" AWS_ENDPOINT_URL_SSO="$ID_URL" AWS_ENDPOINT_URL_SSO_OIDC="$ID_URL" \
    AWS_ENDPOINT_URL_SIGNIN="$ID_URL" AWS_CONFIG_FILE="$T/config" AWS_EC2_METADATA_SERVICE_ENDPOINT="$ID_URL"
bfgen -n 20 >"$T/lines"
printf '{"bfpipe.mark":{"stream":"orders","shard":"s","sequence":"1","start":true}}\n{"id":1}\n{"bfpipe.mark":{"stream":"orders","shard":"s","sequence":"2"}}\n' >"$T/marked"

# The program of credential_process, which looks round in what it was given.
cat >"$T/helper" <<'END'
#!/bin/sh
{ tr '\0' '\n' </proc/self/environ; tr '\0' ' ' </proc/self/cmdline; tr '\0' ' ' </proc/$PPID/cmdline; } >>"$SEEN/child"
echo '{"Version":1,"AccessKeyId":"HELPER","SecretAccessKey":"hush-helper","SessionToken":"hush-helper-token"}'
END
chmod +x "$T/helper"
printf 'hush-web-identity-token\n' >"$T/jwt"
printf 'hush-agent-token\n' >"$T/agent"
chmod 600 "$T/jwt" "$T/agent"
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -nocrypt 2>/dev/null >"$T/key.pem"

# set_up SOURCE: files and environment; the names of variables to unset are in $vars.
set_up() {
    unset $vars
    vars=
    sso=$HOME/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json
    login=$HOME/.aws/login/cache/4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json
    rm -f "$T/config" "$sso" "$login"
    (
        umask 077
        case $1 in
        config) printf '[default]\naws_access_key_id = CONFIG\naws_secret_access_key = hush-config-secret\naws_session_token = hush-config-token\n' ;;
        role)
            printf '[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nexternal_id = x\n[profile base]\n'
            printf 'aws_access_key_id = BASE\naws_secret_access_key = hush-base-secret\naws_session_token = hush-base-token\n'
            ;;
        sso*)
            printf '[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n[sso-session corp]\n'
            printf 'sso_region = us-east-1\nsso_start_url = https://corp.awsapps.com/start\n'
            until=2099-01-01T00:00:00Z
            [ "$1" = sso ] || until=2020-01-01T00:00:00Z
            printf '{"accessToken":"hush-access","expiresAt":"%s","refreshToken":"hush-refresh","clientId":"c","clientSecret":"hush-client","registrationExpiresAt":"2099-01-01T00:00:00Z"}' $until >"$sso"
            ;;
        login)
            printf '[default]\nlogin_session = arn:aws:sts::012345678910:assumed-role/Admin/admin\n'
            "$python" -c 'import json, sys
print(json.dumps({"accessToken": {"accessKeyId": "OLD", "secretAccessKey": "hush-old", "sessionToken": "hush-old", "accountId": "012345678910",
    "expiresAt": "2020-01-01T00:00:00Z"}, "clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "hush-login-refresh",
    "idToken": "hush-id", "dpopKey": open(sys.argv[1]).read(), "tokenType": "aws_sigv4"}))' "$T/key.pem" >"$login"
            ;;
        process*) printf '[default]\nregion = us-east-1\n[profile p]\ncredential_process = %s\n' "$T/helper" ;;
        *) : ;;
        esac >"$T/config"
    )
    case $1 in
    environment)
        export AWS_ACCESS_KEY_ID=ENV AWS_SECRET_ACCESS_KEY=hush-environment-secret AWS_SESSION_TOKEN=hush-environment-token
        vars='AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN'
        ;;
    process) # by name, so that the keys in the environment are passed over; the program must not see them
        export AWS_ACCESS_KEY_ID=ENV AWS_SECRET_ACCESS_KEY=hush-environment-secret AWS_SESSION_TOKEN=hush-environment-token \
            AWS_CONTAINER_AUTHORIZATION_TOKEN=hush-container
        vars='AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN'
        ;;
    web)
        export AWS_WEB_IDENTITY_TOKEN_FILE="$T/jwt" AWS_ROLE_ARN=arn:aws:iam::123456789012:role/w
        vars='AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN'
        ;;
    container)
        export AWS_CONTAINER_CREDENTIALS_FULL_URI="$ID_URL/v1/credentials" AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="$T/agent"
        vars='AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'
        ;;
    esac
}
vars=

# loud SOURCE TOOL...: runs it, and looks at its command line while it works.
loud() {
    options=-vv
    [ "$1" = process ] && options='-vv --profile p'
    shift
    # shellcheck disable=SC2086 # words
    SEEN=$T/seen "$@" $options <"$in" >>"$T/seen/stdout" 2>>"$T/seen/stderr" &
    pid=$!
    { tr '\0' ' ' <"/proc/$pid/cmdline" >>"$T/seen/cmdline"; } 2>/dev/null
    for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
        { tr '\0' ' ' <"/proc/$child/cmdline" >>"$T/seen/cmdline"; } 2>/dev/null
    done
    wait $pid
    runs=$((runs + 1))
}
runs=0
: >"$ID/script"
well='* after 20 fake'
refuses='* error 403 AccessDeniedException no'
for source in environment config role web sso sso-old login process container instance; do
    for service in well refuses echoes sources; do
        [ "$service" = well ] || set_up "$source"
        case $service in
        well) set_up "$source"; echo "$well" | fault_rules ;;
        refuses) echo "$refuses" | fault_rules ;;
        echoes) echo '* echo 403 InvalidSignatureException' | fault_rules ;;
        sources)
            echo "$well" | fault_rules
            echo '* echo 400' >"$ID/script"
            ;;
        esac
        in=$T/lines
        loud $source ddbput --max-attempts 2 sales
        loud $source kinput --max-attempts 2 --retry-for 1s --rejects "$T/states/rejects" orders
        loud $source kinread -e --max-attempts 2 orders
        loud $source s3put --max-attempts 2 --one s3://lake/k
        in=$T/marked
        loud $source s3put --max-attempts 2 --state "$T/states/$source-$service" s3://lake/p/
        in=/dev/null
        loud $source athq --max-attempts 2 'SELECT 1'
        for tool in ddbput cdclambda; do loud $source $tool --check-credentials; done
        : >"$ID/script"
        cat "$FAULT_DIR/log" >>"$T/seen/requests"
        [ ! -d "$FAULT_DIR/objects" ] || cp -r "$FAULT_DIR/objects" "$T/seen/objects-$source-$service"
    done
    pass "$source"
done
set_up none
echo "# $runs runs"

# The secrets were there: they signed, and were handed out.
ok 'the canaries were in use' sh -c "grep -q '\"x-amz-security-token\": *\"hush' '$T/seen/requests' && grep -q HELPER '$T/seen/requests'"
ok 'the child was looked at' grep -q '^HOME=' "$T/seen/child"
ok '  and its parent too' grep -q 'ddbput' "$T/seen/child"
nowhere() { # nowhere WHAT FILE...
    what=$1
    shift
    found=$(grep -rla hush "$@" 2>/dev/null)
    if [ -z "$found" ]; then pass "no secret in $what"; else fail "no secret in $what" "$(grep -rha hush "$@" | cut -c 1-300 | head -n 5)"; fi
}
ok 'sources said requests back' grep -q 'InvalidRequest: refused: .*clientSecret":"\.\.\.' "$T/seen/stderr"
ok 'requests were said back' grep -q 'should have been .*x-amz-security-token:\.\.\. ' "$T/seen/stderr"
ok 'much was said' test "$(wc -l <"$T/seen/stderr")" -gt 500
nowhere 'standard output' "$T/seen/stdout"
nowhere 'standard error' "$T/seen/stderr"
nowhere 'command lines' "$T/seen/cmdline"
nowhere "a child's command line and environment" "$T/seen/child"
ok 'state was kept' test -s "$T/states/role-well/state.json" -a -s "$T/states/rejects"
nowhere 'state directories and rejects' "$T/states"
nowhere 'temporary files' "$T/tmp"
nowhere 'objects' "$T"/seen/objects-*
"$python" - "$T/seen/requests" "$ID/log" >"$T/urls" <<'END'
import json, sys
for name in sys.argv[1:]:
    for line in open(name, encoding="utf-8", errors="replace"):
        r = json.loads(line)
        print("url", r.get("path"), r.get("query", ""))
        if name == sys.argv[1]:
            print("body", r.get("body"))
            h = r["headers"]
            print("headers", {k: v for k, v in (h.items() if isinstance(h, dict) else h) if k.lower() != "x-amz-security-token"})
END
ok 'requests were looked at' test "$(wc -l <"$T/urls")" -gt 300
nowhere 'URLs, bodies and other headers' "$T/urls"
nowhere 'lock files' "$HOME"/.aws/*/cache/*.lock
plan
