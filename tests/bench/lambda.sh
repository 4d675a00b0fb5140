#!/bin/sh
# bflocal's Lambda with cdclambda: the time of an invocation, and records through an event source mapping from Kinesis
# into S3. No peer runs a function without a container.
# tests/bench/lambda.sh [RECORDS]
. "$(dirname "$0")/lib.sh"
records=${1:-200000}
cd "$T" || exit 1
# The benchmarks' own BF_... variables would be options of the function.
unset BF_BUILD BF_SHARED BF_USAGE
BF_TO=s3://lake/sales/
export BF_TO records
bfgen -n "$records" -o cdc --seed 1 2>/dev/null | head -n "$records" >changes

cat >run.sh <<'END'
title() { printf '\n%s\n' "$*"; }
# 1,000 invocations over one connection, with an event of no record.
for i in $(seq 1000); do
    printf 'url = "%s/2015-03-31/functions/x/invocations"\noutput = answer\n' "$AWS_ENDPOINT_URL"
done >urls
title 'invoke: 1,000 calls over one connection, an event without records; ms for a call, the function included'
curl -sS --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:lambda -d '{"Records":[]}' -w '%{time_total}\n' -K urls |
    sort -n | awk '{ t[NR] = $1 * 1000 } END { printf "  median %.2f, 95 of 100 below %.2f, worst %.2f\n", t[int(NR / 2)], t[int(NR * .95)], t[NR] }'

# CPU seconds of bflocal, then of the processes of the function, up to now.
cpu() {
    ticks=$(getconf CLK_TCK)
    awk -v t="$ticks" '{ printf "%.2f ", ($14 + $15) / t }' "/proc/$BFLOCAL_PID/stat"
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v t="$ticks" '$2 == "(cdclambda)" { n += $14 + $15 } END { printf "%.2f\n", n / t }'
}
title "mapping: $records changes from Kinesis (4 shards, batches of 10,000) through cdclambda into S3"
kinput -q orders <changes
before=$(cpu)
begun=$(date +%s%N)
curl -sS -o mapping --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:lambda "$AWS_ENDPOINT_URL/2015-03-31/event-source-mappings/" \
    -d '{"FunctionName":"x","StartingPosition":"TRIM_HORIZON","BatchSize":10000,"EventSourceArn":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}'
rows() { find data/objects -type f -exec cat {} + | wc -l; }
until [ "$(rows)" -ge "$records" ]; do
    sleep 0.05
done
done=$(date +%s%N)
echo "$before $(cpu)" | awk '{ printf "  CPU: bflocal %.2f s, the function %.2f s\n", $3 - $1, $4 - $2 }'
awk -v n="$records" -v a="$begun" -v z="$done" 'BEGIN { printf "  %.2f s, %d records/s\n", (z - a) / 1e9, n / ((z - a) / 1e9) }'
END
bflocal --data data --stream orders:4 --bucket lake --lambda "x=$BUILD/bin/cdclambda" sh run.sh
