#!/bin/sh
# The delivery promise with faults: as exactly-once.sh, while the services fail. bflocal's faults affect all its
# clients, so this suite starts its own bflocal on every back end.
. "$(dirname "$0")/lib.sh"
case $BF_IN_BACKEND in
own) ;;
bflocal) BF_IN_BACKEND=own exec bflocal sh "$0" ;;
*)
    echo '1..0 # skipped: only bflocal makes faults on demand, this is the back end real'
    exit 0
    ;;
esac
. "$services/supervise.sh"

faults() {
    curl -sf --noproxy '*' -o "$T/faults" -d "$1" "$AWS_ENDPOINT_URL/_bflocal/fault"
}

s=$run D=$T/state
check 'a bucket' -a -- cli s3api create-bucket --bucket "$run"
ok 'a stream for bad days' make "$s"
: >"$T/receipts"
ok 'faults begin' faults "seed=$seed; 503:p=10%,op=GetRecords; cut:p=5%,op=GetRecords; throttle:p=10%,op=GetRecords;
    iterator:p=5%; 500:p=10%,op=GetShardIterator; 503:p=10%,service=s3; throttle:p=10%,service=s3;
    cut:p=10%,service=s3; latency:ms=20,p=20%"
put 1 60 >"$T/writer" 2>&1 &
writer=$!
kill_some 3
ok 'the writer had no trouble' wait $writer
writer=''
ok 'more to deliver' put 61 70
ok 'the store is full' faults 'disk:max=1'
begin -e --from oldest
wait $w
status=$?
wait $r $x
pids=''
ok 'a full store is a temporary failure' test $status = 75
ok 'faults end' faults ''
ok 'started again until the end' to_end
ok '1400 changes in exactly one object each' once 1 70
ok 'nothing is left in the spool' left_over
plan
