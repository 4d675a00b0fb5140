# The fault server for tests in sh. Source it after tests/cli/lib.sh:
#
#     . "$(dirname "$0")/lib.sh"
#     . "$root/tests/fault/lib.sh"
#     fault_start <<'END'
#     PutRecords 2x throttle
#     END
#     check 'throttling is sat out' -i lines -- kinput orders
#     ok 'three requests' test "$(fault_count PutRecords)" = 3
#     fault_rules <<'END'          # a new script: clears log, accepted, objects and $T/rejects
#     * hang
#     END
#
# tests/fault/server.py describes the language of the rules. fault_start
# sets FAULT_URL and FAULT_DIR (log, accepted, objects/, records) and an AWS
# environment that uses only this server. The server is stopped by its
# process id at the end of the test, or by fault_stop. `FAULT_TLS=1 fault_start`
# uses TLS; the certificate to trust is $FAULT_DIR/ca.pem. `fault_start COMMAND...`
# starts another server instead: COMMAND FAULT_DIR writes its port in the same way.

FAULT_PID=''

fault_stop() {
    [ -z "$FAULT_PID" ] && return 0
    kill "$FAULT_PID" 2>/dev/null
    wait "$FAULT_PID" 2>/dev/null
    FAULT_PID=''
}

fault_start() {
    FAULT_DIR=$T/fault
    rm -rf "$FAULT_DIR"
    mkdir -p "$FAULT_DIR" || exit 1
    rm -f "$FAULT_DIR/port" # of an earlier server
    fault_rules
    scheme=http
    [ -n "${FAULT_TLS:-}" ] && { fault_certificate || exit 1; scheme=https; }
    if [ $# = 0 ]; then
        set -- python3 "$root/tests/fault/server.py"
        [ -x /usr/bin/python3 ] && set -- /usr/bin/python3 "$2"
    fi
    "$@" "$FAULT_DIR" </dev/null 2>"$FAULT_DIR/stderr" &
    FAULT_PID=$!
    trap 'fault_stop; rm -rf "$T"' EXIT
    tries=0
    while [ ! -s "$FAULT_DIR/port" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 2400 ] || ! kill -0 "$FAULT_PID" 2>/dev/null; then
            printf 'Bail out! the fault server does not start: %s\n' "$(cat "$FAULT_DIR/stderr")"
            exit 1
        fi
        sleep 0.05
    done
    FAULT_URL=$scheme://127.0.0.1:$(cat "$FAULT_DIR/port")
    AWS_ENDPOINT_URL=$FAULT_URL AWS_REGION=us-east-1
    AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=secret
    AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
    export AWS_ENDPOINT_URL AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    export AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE
    unset AWS_PROFILE AWS_DEFAULT_REGION AWS_SESSION_TOKEN AWS_MAX_ATTEMPTS AWS_CA_BUNDLE
    unset AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_DYNAMODB_STREAMS AWS_ENDPOINT_URL_KINESIS AWS_ENDPOINT_URL_S3
}

fault_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=fault \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$FAULT_DIR/key.pem" -out "$FAULT_DIR/ca.pem" \
        2>"$FAULT_DIR/openssl.log" || { printf 'Bail out! openssl: %s\n' "$(cat "$FAULT_DIR/openssl.log")"; return 1; }
    cat "$FAULT_DIR/key.pem" "$FAULT_DIR/ca.pem" >"$FAULT_DIR/tls.pem"
}

# Reads the new script from standard input.
fault_rules() {
    cat >"$FAULT_DIR/script.new" || exit 1
    rm -rf "$FAULT_DIR/objects" "$FAULT_DIR/log" "$FAULT_DIR/accepted" "$T/rejects"
    : >"$FAULT_DIR/log"
    : >"$FAULT_DIR/accepted"
    mv "$FAULT_DIR/script.new" "$FAULT_DIR/script"
}

# fault_count [OPERATION]: requests that have arrived.
fault_count() {
    grep -c "^{\"op\":\"${1:+$1\"}" "$FAULT_DIR/log"
}

# fault_got OPERATION [N]: have so many arrived by now? For `soon`.
fault_got() { [ "$(fault_count "$1")" -ge "${2:-1}" ]; }

# lines_of_keys: seventy lines, {"k":KEY,"n":1} to 10 of each of seven keys in turn.
lines_of_keys() {
    for i in 1 2 3 4 5 6 7 8 9 10; do
        for k in a b c d e f g; do echo "{\"k\":\"$k\",\"n\":$i}"; done
    done
}

# accepted_in_order FILE: the server has accepted each line of FILE once, the lines of each key in their order.
accepted_in_order() {
    sort "$FAULT_DIR/accepted" >"$T/got" && sort "$1" | cmp - "$T/got" || return 1
    jq -r '"\(.k) \(.n)"' "$FAULT_DIR/accepted" | awk '$2 <= last[$1] { exit 1 } { last[$1] = $2 }'
}
