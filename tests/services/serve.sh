#!/bin/sh
# serve.sh [-s LIST] COMMAND...: starts real services on free loopback ports, waits until each
# answers, runs COMMAND with the AWS environment pointing at them, stops them by their process ids
# and exits with COMMAND's status. A service that does not start fails the run with its log.
#
# LIST is any of dynamodb,kinesis,kinesalite,s3 (default: all). For COMMAND it sets
#   AWS_ENDPOINT_URL_DYNAMODB                                      dynalite, which has no streams and no transactions;
#                                                                  where BF_DYNAMODB_LOCAL names a folder with a copy of
#   AWS_ENDPOINT_URL_DYNAMODB_STREAMS                              DynamoDB Local, that instead, and its streams
#   AWS_ENDPOINT_URL_KINESIS                                       kinesis-mock
#   BF_KINESALITE_URL                                              kinesalite, a second Kinesis
#   AWS_ENDPOINT_URL_S3                                            s3rver (knows access keys; accepts any well-formed signature)
# and a region and temporary credentials. The services lose all data at the end.
set -u
exec 3<&0 # the standard input of a background command would be /dev/null
PATH=/usr/bin:/bin:$PATH
start=$(pwd)
here=$(cd "$(dirname "$0")" && pwd)
modules=$here/node_modules
list=dynamodb,kinesis,kinesalite,s3
if [ "${1:-}" = -s ]; then
    list=$2
    shift 2
fi
[ $# -gt 0 ] || { echo "usage: serve.sh [-s dynamodb,kinesis,kinesalite,s3] COMMAND..." >&2; exit 2; }

for need in node curl ${BF_DYNAMODB_LOCAL:+java}; do
    command -v $need >/dev/null || { echo "serve.sh: $need is missing; run make deps" >&2; exit 1; }
done
cmp -s "$here/package-lock.json" "$modules/.bfpipe-lock" ||
    { echo "serve.sh: $modules is missing or not what package-lock.json names; run make deps" >&2; exit 1; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/bfpipe-services.XXXXXX") || exit 1
pids=''
command_pid=''

stop_all() {
    for pid in $pids; do kill "$pid" 2>/dev/null; done
    for pid in $pids; do
        tries=0
        while kill -0 "$pid" 2>/dev/null && [ $tries -lt 30 ]; do
            sleep 0.1
            tries=$((tries + 1))
        done
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$dir"
}
trap stop_all EXIT
# The command gets the signal too, and decides how long it needs to end.
forward() {
    if [ -n "$command_pid" ]; then
        kill -"$1" "$command_pid" 2>/dev/null
        wait "$command_pid"
    fi
    exit "$2"
}
trap 'forward HUP 129' HUP
trap 'forward INT 130' INT
trap 'forward TERM 143' TERM

# free_ports N: so many ports on which nobody listens, below the range from which systems assign ports
# (for bflocal and the servers of other suites), so that none of them is taken before its service starts.
free_ports() {
    node -e '
        const net = require("net"), held = [];
        let left = Number(process.argv[1]);
        (function next() {
            if (!left) return held.forEach(s => { console.log(s.address().port); s.close(); });
            const port = 12000 + Math.floor(Math.random() * 18000);
            const s = net.createServer().on("error", next).listen(port, "127.0.0.1", () => { held.push(s); left--; next(); });
        })();' "$1"
}

# loopback PACKAGE PORT OPTIONS: starts a server whose own command would listen on all interfaces.
loopback() {
    cd "$modules/$1" || exit 1
    node -e "require('.')($3).listen($2, '127.0.0.1')" >"$log" 2>&1 </dev/null 3<&- &
}

# launch NAME PORT [PORT]: starts a service in its own folder; sets pid.
launch() {
    log=$dir/$1.log
    mkdir -p "$dir/$1"
    case $1 in
    dynamodb)
        if [ -n "${BF_DYNAMODB_LOCAL:-}" ]; then
            cd "$dir/$1" || exit 1
            java -Xmx700m -XX:+UseSerialGC -Djava.library.path="$BF_DYNAMODB_LOCAL/DynamoDBLocal_lib" \
                -jar "$BF_DYNAMODB_LOCAL/DynamoDBLocal.jar" -inMemory -sharedDb -port "$2" >"$log" 2>&1 </dev/null 3<&- &
        else
            loopback dynalite "$2" '{createTableMs: 50, deleteTableMs: 50, updateTableMs: 50}'
        fi
        ;;
    kinesis)
        # It reads its certificate from the folder in which it is started.
        cd "$modules/kinesis-local" || exit 1
        KINESIS_MOCK_PLAIN_PORT=$2 KINESIS_MOCK_TLS_PORT=$3 LOG_LEVEL=ERROR SHARD_LIMIT=500 \
            CREATE_STREAM_DURATION=50ms DELETE_STREAM_DURATION=50ms SPLIT_SHARD_DURATION=50ms \
            MERGE_SHARDS_DURATION=50ms UPDATE_SHARD_COUNT_DURATION=50ms \
            node main.js >"$log" 2>&1 </dev/null 3<&- &
        ;;
    kinesalite)
        loopback kinesalite "$2" '{createStreamMs: 50, deleteStreamMs: 50, updateStreamMs: 50, shardLimit: 500}'
        ;;
    s3)
        cd "$modules/s3rver" || exit 1
        node bin/s3rver.js -d "$dir/$1" -a 127.0.0.1 -p "$2" >"$log" 2>&1 </dev/null 3<&- &
        ;;
    *)
        echo "serve.sh: unknown service '$1'" >&2
        exit 2
        ;;
    esac
    pid=$!
    pids="$pids $pid"
    cd "$here" || exit 1
}

# answers PID URL: waits until the service speaks HTTP; false if it has ended or after three minutes.
answers() {
    tries=0
    while [ $tries -lt 900 ]; do
        kill -0 "$1" 2>/dev/null || return 1
        curl -s --noproxy '*' -m 5 -o "$dir/answer" "$2" && return 0
        sleep 0.2
        tries=$((tries + 1))
    done
    return 1
}

# A port may be taken between choosing and binding; then the service gets another one.
settle() {
    attempt=1
    while ! answers "$pid" "http://127.0.0.1:$port/"; do
        if kill -0 "$pid" 2>/dev/null || [ $attempt -ge 3 ]; then
            echo "serve.sh: $name did not start; its log:" >&2
            tail -n 20 "$dir/$name.log" >&2
            exit 1
        fi
        attempt=$((attempt + 1))
        ports=$(free_ports 2) || exit 1
        port=${ports%%[!0-9]*}
        # shellcheck disable=SC2086 # two numbers
        launch "$name" $ports
    done
}

names=$(echo "$list" | tr ',' ' ')
started=''
for name in $names; do # all begin at once, then each is waited for
    ports=$(free_ports 2) || exit 1
    # shellcheck disable=SC2086
    launch "$name" $ports
    started="$started $name:$pid:${ports%%[!0-9]*}"
done
for entry in $started; do
    name=${entry%%:*} port=${entry##*:} pid=${entry#*:}
    pid=${pid%:*}
    settle
    url=http://127.0.0.1:$port
    case $name in
    dynamodb)
        export AWS_ENDPOINT_URL_DYNAMODB="$url"
        [ -z "${BF_DYNAMODB_LOCAL:-}" ] || export AWS_ENDPOINT_URL_DYNAMODB_STREAMS="$url"
        ;;
    kinesis) export AWS_ENDPOINT_URL_KINESIS="$url" ;;
    kinesalite) export BF_KINESALITE_URL="$url" ;;
    s3) export AWS_ENDPOINT_URL_S3="$url" ;;
    esac
done

[ -n "${BF_DYNAMODB_LOCAL:-}" ] || unset AWS_ENDPOINT_URL_DYNAMODB_STREAMS
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost
export BF_IN_BACKEND=real

cd "$start" || exit 1
"$@" <&3 3<&- &
command_pid=$!
exec 3<&-
wait "$command_pid"
status=$?
command_pid=''
exit "$status"
