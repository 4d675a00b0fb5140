#!/bin/sh
# A hostile service: for any answer, each tool and each source of keys ends soon, with little memory, one short line and a
# status of failure. No such answer counts as a success, and no redirect is followed.
. "$(dirname "$0")/lib.sh"

python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
H=$T/hostile V=$T/victim
mkdir "$H" "$V" "$T/home" || exit 1
echo cut >"$H/mode"
echo cut >"$V/mode"
"$python" "$root/tests/fault/hostile.py" "$H" </dev/null 2>"$H/stderr" &
pids=$!
"$python" "$root/tests/fault/hostile.py" "$V" </dev/null 2>"$V/stderr" &
pids="$pids $!"
trap 'kill $pids 2>/dev/null; wait $pids 2>/dev/null; rm -rf "$T"' EXIT
soon test -s "$H/port" -a -s "$V/port"
URL=http://127.0.0.1:$(cat "$H/port") VICTIM=http://127.0.0.1:$(cat "$V/port")
export AWS_ENDPOINT_URL="$URL" AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret HOME="$T/home" \
    AWS_CONFIG_FILE="$T/config" AWS_SHARED_CREDENTIALS_FILE=/dev/null TMPDIR="$T"
: >"$T/config"
chmod 600 "$T/config"
bfgen -n 3 >"$T/lines"

mode() { printf '%s\n' "$1" >"$H/mode.new" && mv "$H/mode.new" "$H/mode" && : >"$H/log"; }

# Sanitizers and valgrind want an address space of their own.
limit=524288
case ${BF_VALGRIND:-}$BUILD in */release) ;; *) limit=unlimited ;; esac

# ends NAME COMMAND...: with 1 or 75, soon, within 512 MiB, and one line or two of at most 700 bytes.
ends() {
    ends_name=$1
    shift
    (
        # shellcheck disable=SC3045 # dash and every other shell that is sh somewhere know -v
        ulimit -v $limit
        timeout 300 "$@"
    ) <"$T/lines" >"$T/out" 2>"$T/err"
    status=$?
    case $status in
    1 | 75)
        if [ -s "$T/out" ]; then
            fail "$ends_name" "standard output: $(head -c 300 "$T/out")"
        elif [ "$(wc -l <"$T/err")" -gt 3 ] || [ "$(wc -c <"$T/err")" -gt 900 ] || [ ! -s "$T/err" ]; then
            fail "$ends_name" "$(wc -lc <"$T/err"): $(head -c 600 "$T/err")"
        else
            pass "$ends_name"
        fi
        ;;
    *) fail "$ends_name" "exit status $status: $(head -c 600 "$T/err")" ;;
    esac
}

tools_end() { # tools_end WHAT
    ends "$1: ddbput" ddbput --max-attempts 1 sales
    ends "$1: kinput" kinput --max-attempts 1 --retry-for 1s orders
    ends "$1: kinread" kinread -e --max-attempts 1 --retry-for 1s orders
    ends "$1: kinread of a table" kinread -e --max-attempts 1 --retry-for 1s dynamodb:sales
    ends "$1: s3put" s3put --one --max-attempts 1 s3://lake/k
    ends "$1: athq" athq --max-attempts 1 'SELECT 1'
}

# One byte a second for hours, and the promise of an answer without end: given up after a minute. Beside all the rest.
beside() { # beside MODE: another server; its address in BESIDE
    mkdir "$T/$1"
    echo "$1" >"$T/$1/mode"
    "$python" "$root/tests/fault/hostile.py" "$T/$1" </dev/null 2>"$T/$1/stderr" &
    pids="$pids $!"
    soon test -s "$T/$1/port"
    BESIDE=http://127.0.0.1:$(cat "$T/$1/port")
}
beside continue
FLOOD=$BESIDE
beside drip
SLOW=$BESIDE
slow=
slowly() { # slowly NAME COMMAND...
    slow_name=$1
    shift
    (
        begun=$(date +%s)
        timeout 400 "$@" <"$T/lines" >"$T/drip/$slow_name.out" 2>"$T/drip/$slow_name.err"
        echo "$? $(($(date +%s) - begun))" >"$T/drip/$slow_name.end"
    ) &
    slow="$slow $!"
}
slowly ddbput env AWS_ENDPOINT_URL="$SLOW" ddbput --max-attempts 1 sales
slowly kinput env AWS_ENDPOINT_URL="$SLOW" kinput --max-attempts 1 --retry-for 0s orders
slowly kinread env AWS_ENDPOINT_URL="$SLOW" kinread -e --max-attempts 1 --retry-for 0s orders
slowly s3put env AWS_ENDPOINT_URL="$SLOW" s3put --one --max-attempts 1 s3://lake/k
slowly athq env AWS_ENDPOINT_URL="$SLOW" athq --max-attempts 1 'SELECT 1'
slowly sts env AWS_ENDPOINT_URL_STS="$SLOW" ddbput --check-credentials
slowly continue env AWS_ENDPOINT_URL="$FLOOD" s3put --one --max-attempts 1 s3://lake/k
slowly continue-api env AWS_ENDPOINT_URL="$FLOOD" ddbput --max-attempts 1 sales

for m in endless huge-length headers header gzip lengths negative chunk cut noise 'json 1000' 'json 1000000' 'xml 1000000'; do
    mode "$m"
    tools_end "$m"
done

# Redirects lead nowhere.
for status in 301 302 303 307 308; do
    mode "redirect $status $VICTIM/taken"
    tools_end "redirect $status"
done
ok 'no redirect was followed' test ! -s "$V/log"

# Entities are not expanded, and no file is fetched.
cat >"$T/laughs" <<'END'
<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lollollol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<InitiateMultipartUploadResult><UploadId>&e;&f;</UploadId><Error><Code>&e;</Code><Message>&f;</Message></Error></InitiateMultipartUploadResult>
END
mode "body application/xml @$T/laughs"
tools_end 'entities'
ok '  no file is read' sh -c "! grep -q root: '$T/err'"

# Tokens, iterators and identifiers of megabytes.
"$python" - "$T" <<'END'
import json, sys
big = "x" * (3 << 20)
out = lambda name, text: open(f"{sys.argv[1]}/{name}", "w").write(text)
shard = {"ShardId": "shardId-000000000000", "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"},
         "SequenceNumberRange": {"StartingSequenceNumber": "1"}}
out("token", json.dumps({"NextToken": big, "Shards": [shard], "ShardIterator": big, "NextShardIterator": big, "Records": []}))
out("shard", json.dumps({"Shards": [dict(shard, ShardId=big)]}))
out("sequence", json.dumps({"Shards": [shard], "ShardIterator": "i", "NextShardIterator": "i",
                            "Records": [{"SequenceNumber": big, "PartitionKey": big, "Data": "e30="}]}))
out("table", json.dumps({"Table": {"TableName": big, "TableStatus": big, "KeySchema": [{"AttributeName": big, "KeyType": "HASH"}],
                                   "AttributeDefinitions": [{"AttributeName": big, "AttributeType": "S"}], "LatestStreamArn": big}}))
out("upload", f"<InitiateMultipartUploadResult><UploadId>{big}</UploadId></InitiateMultipartUploadResult>")
out("error", json.dumps({"__type": big, "message": big}))
END
for what in token shard sequence table error; do
    mode "body application/x-amz-json-1.1 @$T/$what"
    case $what in
    token | shard | sequence) ends "megabytes: $what: kinread" timeout 60 kinread -e --max-attempts 1 --retry-for 1s orders ;;
    table) ends "megabytes: $what: ddbput" ddbput --max-attempts 1 sales ;;
    *) tools_end "megabytes: $what" ;;
    esac
done
mode "body application/xml @$T/upload"
head -c 20000000 /dev/zero >"$T/zeros"
cp "$T/lines" "$T/few"
cp "$T/zeros" "$T/lines"
ends 'megabytes: upload: s3put' s3put --one --max-attempts 1 s3://lake/k
cp "$T/few" "$T/lines"

# Each source of keys.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
export AWS_ENDPOINT_URL_STS="$URL" AWS_ENDPOINT_URL_SSO="$URL" AWS_ENDPOINT_URL_SSO_OIDC="$URL" AWS_ENDPOINT_URL_SIGNIN="$URL" \
    AWS_EC2_METADATA_SERVICE_ENDPOINT="$URL"
unset AWS_EC2_METADATA_DISABLED
mkdir -p "$HOME/.aws/sso/cache" "$HOME/.aws/login/cache"
(
    umask 077
    printf '{"accessToken":"a","expiresAt":"2099-01-01T00:00:00Z"}' >"$HOME/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
    openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -nocrypt 2>/dev/null >"$T/key.pem"
    "$python" -c 'import json, sys
print(json.dumps({"accessToken": {"accessKeyId": "O", "secretAccessKey": "s", "sessionToken": "t", "accountId": "012345678910",
    "expiresAt": "2020-01-01T00:00:00Z"}, "clientId": "c", "refreshToken": "r", "dpopKey": open(sys.argv[1]).read()}))' "$T/key.pem" \
        >"$HOME/.aws/login/cache/4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json"
)
sources_end() { # sources_end WHAT
    for source in role sso login container instance; do
        case $source in
        role) printf '[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\naws_access_key_id = A\naws_secret_access_key = S\n' ;;
        sso) printf '[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = D\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = u\n' ;;
        login) printf '[default]\nlogin_session = arn:aws:sts::012345678910:assumed-role/Admin/admin\n' ;;
        esac >"$T/config"
        [ $source != container ] || export AWS_CONTAINER_CREDENTIALS_FULL_URI="$URL/c"
        ends "$1: $source" ddbput sales
        unset AWS_CONTAINER_CREDENTIALS_FULL_URI
    done
}
for m in endless headers header gzip negative chunk noise 'json 1000000' 'xml 1000000' "redirect 302 $VICTIM/taken" "redirect 307 $VICTIM/taken" \
    "body application/xml @$T/laughs"; do
    mode "$m"
    sources_end "${m%% @*}"
done
ok 'no redirect was followed to keys' test ! -s "$V/log"
"$python" - "$T" <<'END'
import json, sys
big = "x" * (3 << 19)
open(f"{sys.argv[1]}/keys", "w").write(json.dumps({"Code": "Success", "AccessKeyId": big, "SecretAccessKey": big, "Token": big, "Expiration": big,
    "roleCredentials": {"accessKeyId": big, "secretAccessKey": big, "sessionToken": big, "expiration": 10**30}}))
END
mode "body application/json @$T/keys"
sources_end 'megabytes'

for pid in $slow; do wait "$pid"; done
for tool in ddbput kinput kinread s3put athq sts continue continue-api; do
    read -r status seconds <"$T/drip/$tool.end"
    if [ "$status" = 75 ] && [ "$seconds" -lt 300 ]; then
        pass "one byte a second: $tool"
    else
        fail "one byte a second: $tool" "exit status $status after $seconds s: $(cat "$T/drip/$tool.err")"
    fi
done
plan
