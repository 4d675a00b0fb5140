#!/bin/sh
# s3put --state is killed at each of its system calls in turn: no row is lost, none is delivered twice, each object has its
# receipt. KILL_EVERY=1 kills at every call; by default only at some.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"
every=${KILL_EVERY:-13}
case $BUILD in
*asan* | *tsan* | *valgrind*)
    skip 'killed at each call' 'the preloaded library does not go with this build'
    printf 'id string not null\nc string\npad string\n' >"$T/schema"
killed 'Parquet' --size 150 -f parquet --schema "$T/schema" --hive c s3://lake/p
killed 'Parquet, its schema found' --size 500 -f parquet --infer 10 --memory 100 --sort-by id s3://lake/q
plan
    exit ;;
esac
cc -shared -fPIC -O1 -o "$T/kill_at.so" "$root/tests/cli/kill_at.c" -ldl 2>"$T/cc.log"
ok 'the library that kills' test -s "$T/kill_at.so"
fault_start <<'END'
HeadBucket fake
END

# killed NAME OPTIONS...
killed() {
    killed_name=$1
    shift
    python3 "$root/tests/cli/s3put_kill.py" "$T" "$T/kill_at.so" "$FAULT_DIR/objects" "$every" "$@" >"$T/points" 2>"$T/told"
    ok "$killed_name: $(cat "$T/points")" grep -qx 'enough points; lost at 0, doubled at 0, receipts missing at 0, unsettled at 0' "$T/points"
    [ -z "${KILL_EVERY:-}" ] || tail -n 3 "$T/told" >&2
}

killed 'hive' --size 150 --hive c s3://lake/h
killed 'hive and gzip' --size 150 --hive c --compress gzip s3://lake/g
killed 'memory and zstd' --size 500 --memory 100 --compress zstd --hive c s3://lake/z
printf 'id string not null\nc string\npad string\n' >"$T/schema"
killed 'Parquet' --size 150 -f parquet --schema "$T/schema" --hive c s3://lake/p
killed 'Parquet, its schema found' --size 500 -f parquet --infer 10 --memory 100 --sort-by id s3://lake/q
plan
