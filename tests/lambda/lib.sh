# A runtime API for tests in sh. Source it after tests/cli/lib.sh (and tests/fault/lib.sh):
#
#     lambda_begin                 # empty folder $L with $L/events
#     cp event.json "$L/events/1"
#     lambda_run [COMMAND...]      # cdclambda, or COMMAND, until it has had all events; then SIGTERM
#
#     lambda_late NAME EVENT <RULES   # an invocation that reaches its deadline, in the background; after tests/fault/lib.sh
#     lambda_late_end NAME            # waits for it; $late/lambda is its $L, $late/fault its FAULT_DIR
#
# Afterwards: $lambda_status, $L/stdout, $L/stderr, $L/answers/NAME, $L/errors/NAME, $L/init, $L/log.
# LAMBDA_PID and LAMBDA_API are stopped by their process ids when the test ends.

# The tests' own variables with such names would be options of the function.
for variable in $(env | sed -n 's/^\(BF_[A-Za-z0-9_]*\)=.*/\1/p'); do
    unset "$variable"
done

LAMBDA_API='' LAMBDA_PID=''

lambda_stop() {
    for pid in $LAMBDA_PID $LAMBDA_API; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    LAMBDA_PID='' LAMBDA_API=''
}

lambda_begin() {
    lambda_stop
    L=$T/lambda
    rm -rf "$L"
    mkdir -p "$L/events" || exit 1
}

# lambda_api [REPEAT]: starts the server.
# shellcheck disable=SC2120 # benchmarks pass one
lambda_api() {
    python=python3
    [ -x /usr/bin/python3 ] && python=/usr/bin/python3
    $python "$root/tests/lambda/runtime.py" "$L" "$@" </dev/null 2>"$L/api.err" &
    LAMBDA_API=$!
    # shellcheck disable=SC2064 # of now
    trap "lambda_stop; ${FAULT_PID:+fault_stop;} rm -rf '$T'" EXIT
    lambda_wait "$L/port"
    AWS_LAMBDA_RUNTIME_API=127.0.0.1:$(cat "$L/port")
    export AWS_LAMBDA_RUNTIME_API
}

# lambda_wait FILE [PID]: until the file is there or the process has ended.
lambda_wait() {
    tries=0
    while [ ! -e "$1" ] && { [ -z "${2:-}" ] || kill -0 "$2" 2>/dev/null; }; do
        tries=$((tries + 1))
        [ "$tries" -gt 6000 ] && { echo "Bail out! $1 does not come: $(cat "$L"/*err*)"; exit 1; }
        sleep 0.05
    done
}

lambda_run() {
    [ $# = 0 ] && set -- cdclambda
    lambda_api
    "$@" </dev/null >"$L/stdout" 2>"$L/stderr" &
    LAMBDA_PID=$!
    lambda_wait "$L/idle" "$LAMBDA_PID"
    kill -TERM "$LAMBDA_PID" 2>/dev/null
    wait "$LAMBDA_PID"
    lambda_status=$?
    LAMBDA_PID=''
    lambda_stop
}

# Such invocations wait beside each other, each with a fault server of its own: so the deadline is far enough away for
# whatever is to happen before it, on any machine.
lambda_late() {
    mkdir -p "$T/late/$1" || exit 1
    cat >"$T/late/$1/rules"
    (
        T=$T/late/$1 LAMBDA_API='' LAMBDA_PID=''
        fault_start <"$T/rules"
        AWS_MAX_ATTEMPTS=1 # a rule meets one request
        export AWS_MAX_ATTEMPTS
        lambda_begin
        cp "$2" "$L/events/1.late"
        lambda_run
        fault_stop
        trap - EXIT
    ) &
    echo $! >"$T/late/$1/pid"
}

lambda_late_end() {
    late=$T/late/$1
    wait "$(cat "$late/pid")"
}
