# In whose name the tools sign: every source of credentials, played by tests/fault/identity.py, for real.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

fault_start </dev/null
printf '{"order_id":"1"}\n' >"$T/line"
ID=$T/identity
mkdir -p "$ID" "$T/home/.aws/sso/cache" "$T/home/.aws/login/cache"
python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
"$python" "$root/tests/fault/identity.py" "$ID" </dev/null 2>"$ID/stderr" &
ID_PID=$!
trap 'kill $ID_PID; wait $ID_PID 2>/dev/null; fault_stop; rm -rf "$T"' EXIT
soon test -s "$ID/port"
ID_URL=http://127.0.0.1:$(cat "$ID/port")
# No keys, and all who could hand out some are here.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED
HOME=$T/home
export HOME AWS_ENDPOINT_URL_STS="$ID_URL" AWS_ENDPOINT_URL_SSO="$ID_URL" AWS_ENDPOINT_URL_SSO_OIDC="$ID_URL" \
    AWS_ENDPOINT_URL_SIGNIN="$ID_URL" AWS_CONFIG_FILE="$T/config" AWS_EC2_METADATA_SERVICE_ENDPOINT="$ID_URL"

config() { rm -f "$T/config"; (umask 077; cat >"$T/config"); }
script() { cat >"$ID/script"; rm -f "$ID/log"; : >"$ID/log"; }
asked() { grep -c "^{\"name\": \"$1\"" "$ID/log"; } # asked NAME: requests
used() { grep -o 'Credential=[A-Za-z0-9]*' "$FAULT_DIR/log" | cut -d= -f2 | tr '\n' ' '; } # the keys that signed
fresh() { fault_rules </dev/null; script </dev/null; }

# source NAME WHAT KEY: ddbput uses it, reports it only with -v, and signs with that key.
source_is() {
    fault_rules </dev/null
    check "$1" -i "$T/line" -E "^ddbput: credentials: from $2" -- ddbput -vv sales
    cat "$T/err" >>"$T/said"
    got=$(used)
    case $got in "$3 "*) pass "  signed by $3" ;; *) fail "  signed by $3" "signed by: $got" ;; esac
}

config <<'END'
[default]
region = us-east-1
[profile base]
aws_access_key_id = BASE
aws_secret_access_key = hush-base
[profile role]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = base
END
fresh
source_is 'EC2' "the instance's role web, until 20" IMDSROLE1
ok '  by version 2' test "$(asked imds-token)" = 1
ok '  and says why the others were passed over' grep -q 'not from SSO: profile .default. has no sso_account_id' "$T/err"
fresh
AWS_PROFILE=role source_is 'a role' 'role arn:aws:iam::123456789012:role/r, until 20' ASSUMEROLE1
ok '  signed for by its source profile' grep -q 'Credential=BASE/' "$ID/log"
ok '  with one question' test "$(asked AssumeRole)" = 1

printf 'hush-jwt\n' >"$T/jwt"
fresh
export AWS_WEB_IDENTITY_TOKEN_FILE="$T/jwt" AWS_ROLE_ARN=arn:aws:iam::123456789012:role/w
source_is 'web identity' 'role arn:aws:iam::123456789012:role/w \(web identity\)' ASSUMEROLEWITHWEBIDENTITY1
unset AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN

fresh
printf 'hush-agent\n' >"$T/agent"
export AWS_CONTAINER_CREDENTIALS_FULL_URI="$ID_URL/v1/credentials" AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="$T/agent"
source_is 'a container' "the container's role, until 20" CONTAINER1
ok '  with its token' grep -q '"authorization": "hush-agent"' "$ID/log"
AWS_CONTAINER_CREDENTIALS_FULL_URI=http://192.0.2.1/x check '  and no other host' -i "$T/line" -s 1 \
    -E 'is neither https:// nor an address of this machine' -- ddbput sales
unset AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE

# SSO: the token is renewed, and written back for nobody else's eyes.
config <<'END'
[default]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Dev
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
END
SSO=$HOME/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json
sso_file() { # sso_file EXPIRES
    printf '{"accessToken":"hush-a","expiresAt":"%s","refreshToken":"hush-r","clientId":"c","clientSecret":"hush-c","registrationExpiresAt":"2099-01-01T00:00:00Z"}' "$1" >"$SSO"
}
fresh
check 'SSO without a token' -i "$T/line" -s 1 -E 'there is no SSO token: run aws sso login --sso-session corp$' -- ddbput sales
sso_file 2099-01-01T00:00:00Z
source_is 'SSO' 'SSO role Dev of account 123456789012' SSOROLE1
ok '  without renewing' test "$(asked sso-token)" = 0
sso_file 2020-01-01T00:00:00Z
chmod 644 "$SSO"
(umask 0; ddbput sales <"$T/line") >"$T/out" 2>&1
ok 'an SSO token is renewed' test "$(asked sso-token)" = 1
ok '  and kept' grep -q '"accessToken":"hush-access-1".*"refreshToken":"hush-refresh-1"' "$SSO"
ok '  with mode 0600' test "$(stat -c %a "$SSO")" = 600

# Sign-in: five processes at once renew once, since the refresh token is used up by that.
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -nocrypt 2>/dev/null >"$T/key.pem"
ARN=arn:aws:sts::012345678910:assumed-role/Admin/admin
LOGIN=$HOME/.aws/login/cache/4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json
printf '[default]\nlogin_session = %s\n' "$ARN" | config
"$python" - "$T/key.pem" >"$LOGIN" <<'END'
import json, sys
print(json.dumps({"accessToken": {"accessKeyId": "OLD", "secretAccessKey": "hush", "sessionToken": "hush", "accountId": "012345678910",
    "expiresAt": "2020-01-01T00:00:00Z"}, "clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "hush-r0",
    "idToken": "hush-i", "dpopKey": open(sys.argv[1]).read(), "tokenType": "aws_sigv4"}))
END
fresh
pids=
for i in 1 2 3 4 5; do
    ddbput -v sales <"$T/line" >"$T/login.$i" 2>&1 &
    pids="$pids $!"
done
status=0
for pid in $pids; do wait "$pid" || status=1; done
cat "$T"/login.[1-5] >>"$T/said"
ok 'five processes with one login session' test $status = 0
ok '  renew it once' test "$(asked signin)" = 1
ok '  with a proof' grep -q '"dpop": "ey[^"]*\.ey[^"]*\.[^"]*"' "$ID/log"
ok '  and sign with the received keys' test "$(used | tr ' ' '\n' | sort -u | tr -d '\n')" = SIGNIN1
ok '  the new refresh token is kept' grep -q '"refreshToken":"hush-refresh-SIGNIN1"' "$LOGIN"
sed -i 's/"expiresAt":"[^"]*"/"expiresAt":"2020-01-01T00:00:00Z"/' "$LOGIN"
fresh
echo 'signin 400 {"error":"TOKEN_EXPIRED"}' | script
check 'a login session that has ended' -i "$T/line" -s 1 -E 'the session has ended: run aws login --profile default$' -- ddbput sales

# credential_process: no shell, its exit status, its words.
cat >"$T/helper" <<'END'
#!/bin/sh
printf '%s|' "$@" >"$0.args"
cat >"$0.in"
[ "$1" != fail ] || { echo 'insert the card' >&2; exit 3; }
echo '{"Version":1,"AccessKeyId":"HELPER","SecretAccessKey":"hush-h","SessionToken":"hush-t"}'
END
chmod +x "$T/helper"
printf '[default]\ncredential_process = %s "a b" $HOME;id\n' "$T/helper" | config
fresh
source_is 'credential_process' "credential_process of profile 'default'" HELPER
ok '  without a shell' test "$(cat "$T/helper.args")" = "a b|\$HOME;id|"
ok "  it does not read the tool's input" test ! -s "$T/helper.in"
printf '[default]\ncredential_process = %s fail\n' "$T/helper" | config
check '  that fails' -i "$T/line" -s 1 \
    -E "credential_process of profile 'default': it ended with exit status 3: insert the card" -- ddbput sales
printf '[default]\ncredential_process = /no/such\n' | config
check '  that is not there' -i "$T/line" -s 1 -E '/no/such: No such file' -- ddbput sales

# MFA: without a terminal it is refused.
config <<'END'
[default]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile base]
aws_access_key_id = BASE
aws_secret_access_key = hush-base
END
fresh
check 'MFA without a terminal' -i "$T/line" -s 1 -E 'needs an MFA code \(mfa_serial\), and there is no terminal' -- setsid -w ddbput sales

# At a terminal the code is asked for there, whatever standard input is, and not shown.
fresh
cat >"$T/at_terminal.py" <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.dup2(os.open(sys.argv[1], os.O_RDONLY), 0)
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b""
while True:
    try:
        piece = os.read(fd, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if shown.endswith(b"mfa/me: "):
        os.write(fd, b"424242\n")
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
check 'MFA at a terminal' -m '^MFA code for arn:aws:iam::123456789012:mfa/me: ' -- "$python" "$T/at_terminal.py" "$T/line" ddbput sales
ok '  the code goes to STS' grep -q 'TokenCode=424242' "$ID/log"
ok '  and is not shown' sh -c "! grep -q 424242 '$T/out'"

# Credentials that the service reports as expired are renewed once, and the request is repeated.
sed -i '/mfa/d' "$T/config"
fresh
echo 'BatchWriteItem 1x error 400 ExpiredTokenException The security token included in the request is expired' | fault_rules
check 'expired for the service' -i "$T/line" -E 'credentials: from role' -- ddbput -v sales
cat "$T/err" >>"$T/said"
ok '  the others sign' test "$(used | tr ' ' '\n' | uniq -c | tr -dc ' 0-9A-Z' | tr -s ' ')" = ' 2 ASSUMEROLE3 1 ASSUMEROLE4'
echo 'BatchWriteItem error 400 ExpiredTokenException gone' | fault_rules
check '  the others too' -i "$T/line" -s 75 -E 'ExpiredTokenException: gone; credentials: the renewed ones are refused too' -- ddbput sales
ok '  it is asked twice, not for ever' test "$(fault_count BatchWriteItem)" = 2
printf '[default]\naws_access_key_id = A\naws_secret_access_key = hush\naws_session_token = hush\n' | config
check '  static keys of a file: 75' -i "$T/line" -s 75 -E "profile 'default' of the config file has no others yet" -- ddbput sales
AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=hush AWS_SESSION_TOKEN=hush \
    check '  of the environment: 1' -i "$T/line" -s 1 -E 'ExpiredTokenException: gone; credentials: the environment has no others' -- ddbput sales

# A follower outlives its credentials: they are renewed while it works, once for all its requests.
config <<'END'
[default]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = base
[profile base]
aws_access_key_id = BASE
aws_secret_access_key = hush-base
END
fresh
echo 3 >"$ID/life"
kinread orders </dev/null >"$T/out" 2>"$T/err" &
PID=$!
ok 'a follower outlives its credentials' soon sh -c "test \$(grep -c '\"name\": \"AssumeRole\"' '$ID/log') -ge 4"
kill $PID
wait $PID
ok '  and nothing is said of it' test ! -s "$T/err"
ok '  no request was signed with two that overlap in number' test "$(used | tr ' ' '\n' | uniq | sort | uniq -d | grep -c .)" = 0
rm "$ID/life"

# In whose name would it be? One way in every network tool, without operands.
config <<'END'
[default]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = base
region = eu-west-3
[profile base]
aws_access_key_id = BASE
aws_secret_access_key = hush-base
END
for tool in ddbput kinput kinread s3put athq cdclambda; do
    fresh
    check "$tool --check-credentials" -m '^\{"profile":"default","profileFrom":"default","region":"us-east-1","regionFrom":"AWS_REGION","source":"role arn:aws:iam::123456789012:role/r","accessKeyId":"\*{16}LE[0-9]+","account":"123456789012","expires":"20..-..-..T..:..:..Z","arn":"arn:aws:sts::123456789012:assumed-role/r/s"\}$' \
        -- $tool --check-credentials
    cat "$T/out" >>"$T/said"
done
ok '  STS is asked with the keys that were found' grep -q '"GetCallerIdentity".*Credential=ASSUMEROLE' "$ID/log"
ok '  and no service at all' test "$(fault_count)" = 0
check '  each other source is told of' -m '"regionFrom":"--region"' -E '^ddbput: credentials: not from environment: AWS_ACCESS_KEY_ID is not set$' -- \
    ddbput -vv --check-credentials --region eu-west-1
check '  the profile says the region' -m '"region":"eu-west-3","regionFrom":"profile"' -- env -u AWS_REGION ddbput --check-credentials
echo 'GetCallerIdentity 403 <ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no such keys</Message></Error></ErrorResponse>' | script
check '  keys that are not valid' -s 1 -m '"source":"role .*"' -e 'ddbput: STS: InvalidClientTokenId: no such keys (HTTP 403)' -- ddbput --check-credentials
fresh
check '  no keys' -s 1 -m '^\{"profile":"default","profileFrom":"default","region":"us-east-1","regionFrom":"AWS_REGION"\}$' -E '^ddbput: no credentials: ' -- \
    env AWS_CONFIG_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true ddbput --check-credentials
sed -n '/^\[profile base\]/,/^region/p' "$root/man/bfpipe-aws.7" | config
fresh
masked() { sed -E 's/[*][A-Z0-9]+"/*"/; s/20[0-9TZ:-]+Z/time/; s/assumed-role[^"]*/x/'; }
sed -n '/^{"profile"/p' "$root/man/bfpipe-aws.7" | masked >"$T/want"
env -u AWS_REGION sh -c "$(sed -n 's/^\$ \(.*check-credentials\)/\1/p' "$root/man/bfpipe-aws.7")" 2>"$T/err" | masked >"$T/got"
ok 'example: in whose name' cmp "$T/want" "$T/got"

# The example of bfpipe-aws(7).
sed -n '/^\[profile base\]/,/^region/p' "$root/man/bfpipe-aws.7" | config
fresh
check 'example: a role' -E '^ddbput: credentials: from role arn:aws:iam::123456789012:role/sales-writer, until 20' -- \
    sh -c "$(sed -n 's/^\$ \(.*profile sales -v.*\)/\1/p' "$root/man/bfpipe-aws.7")"
ok '  with the keys of the other profile' grep -q 'Credential=AKIAIOSFODNN7EXAMPLE/' "$ID/log"

# Tools that work at the same time: each asks once.
fresh
pids=
for run in 'ddbput --profile sales sales' 'kinput --profile sales orders' 's3put --profile sales --one s3://lake/k'; do
    $run <"$T/line" >"$T/out" 2>&1 &
    pids="$pids $!"
done
for pid in $pids; do wait "$pid"; done
ok 'three tools ask three times' test "$(asked AssumeRole)" = 3

# Nobody has any.
printf '' | config
fresh
echo 'imds-token hang' | script
check 'no credentials at all' -i "$T/line" -s 1 -E '^ddbput: .*no credentials: set AWS_ACCESS_KEY_ID .*hop limit' -- ddbput sales
AWS_EC2_METADATA_DISABLED=true check '  without the metadata service' -i "$T/line" -s 1 -E 'no credentials: .*AWS_EC2_METADATA_DISABLED is set$' -- ddbput sales
ok 'no secret was told' sh -c "test -s '$T/said' && ! grep -q hush '$T/said'"
plan
