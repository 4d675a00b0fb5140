#!/bin/sh
# cdcproj and faults of PostgreSQL: a full disk, for tables and for the write-ahead log, rights that are missing or taken away, a server that is
# set to read only, a table that another session has locked. Each has a message with the remedy, or is waited for, nothing is lost, and a commit
# is complete or absent.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
. "$here/postgres.sh"
# small NAME SIZE: a file system of that size in a folder, for the server's user
small() { mkdir -p "$T/$1" && mount -t tmpfs -o "size=$2,uid=$(id -u postgres)" tmpfs "$T/$1" 2>/dev/null; }
full() { cat /dev/zero >"$T/$1/filler" 2>/dev/null; }
roomy() { rm "$T/$1/filler"; }
gone() { pg_stop immediate; umount "$T/disk" "$T/wal" 2>/dev/null; rm -rf "$T" "$pg_dir"; }
can=''
if ! pg_missing >/dev/null && [ "$(id -u)" = 0 ] && small disk 200m && small wal 64m; then
    can=1
    chmod 711 "$T"
    pg_initdb="--waldir=$T/wal/pg_wal --wal-segsize=1"
fi
pg_suite
trap gone EXIT
count_and_position='SELECT (SELECT count(*) FROM t),sequence FROM _bfpipe_positions'

if [ -n "$can" ]; then
    # The disk of the tables: the server refuses the statement.
    pgsql "CREATE TABLESPACE small LOCATION '$T/disk'"
    pgsql 'CREATE DATABASE small TABLESPACE small'
    url=$(echo "$pg" | sed 's,/bfpipe?,/small?,')
    rows 1 20 >in
    check 'a database on a small disk' -i in -- cdcproj "$url"
    rows 21 60000 >in
    head -c "$(($(df -k --output=avail "$T/disk" | tail -n 1) - 6000))K" /dev/zero >"$T/disk/filler"
    check 'a disk that is full' -s 1 -i in -E '^cdcproj: t: postgresql:///small: .*No space left on device.*SQLSTATE 53100.*; the server.s disk is full: make room and start again, nothing is lost: the last commit counts$' -- cdcproj --commit-every 20ms "$url"
    at=$(pgsql 'SELECT sequence FROM _bfpipe_positions' "$url")
    check 'the commits before are there, whole' -o "$at|$at" -- pgsql "$count_and_position" "$url"
    ok 'some were' test "$at" -ge 20
    roomy disk
    rows $((at + 1)) 60000 >in
    check 'with room it goes on' -i in -- cdcproj "$url"
    check 'nothing is lost' -o '60000|60000' -- pgsql "$count_and_position" "$url"

    # The disk of the log: the server stops. cdcproj waits for it.
    pgsql 'CHECKPOINT'
    # It is connected and has committed a thousand rows before.
    rows 1 80000 >in
    mkfifo pipe
    cdcproj --commit-every 20ms "$pg" <pipe 2>told &
    writer=$!
    exec 9>pipe
    head -n 1021 in >&9
    committed() { [ "$(pgsql 'SELECT upserts FROM _bfpipe' 2>/dev/null)" = 1000 ]; }
    ok 'a thousand rows are committed' soon committed
    full wal
    tail -n +1022 in >&9 &
    feeder=$!
    exec 9>&-
    soon grep -q 'PANIC' "$pg_dir/log"
    ok 'a log that is full stops the server' grep -q 'PANIC.*No space left' "$pg_dir/log"
    roomy wal
    pg_stop immediate
    pg_run
    wait $feeder
    wait $writer
    status=$?
    check 'which is waited for' -m 'connecting again' -- cat told
    check 'and goes on' -o 0 -- echo $status
    check 'nothing is lost or doubled' -o '80000|80000|80000' -- pgsql 'SELECT (SELECT count(*) FROM t),upserts,sequence FROM _bfpipe,_bfpipe_positions'
else
    skip 'a disk that is full' 'file systems cannot be mounted here'
fi

# Rights.
pg_fresh
pgsql 'CREATE ROLE worker LOGIN; GRANT CREATE,USAGE ON SCHEMA public TO worker'
worker="postgresql:///bfpipe?host=$pg_dir&user=worker"
rows 1 20 >in
check 'a role that may create tables' -i in -- cdcproj "$worker"
pgsql 'REVOKE CREATE ON SCHEMA public FROM worker'
{ rows 21 30; put a 1 '"v":{"N":"1"}'; rows 31 40 | tail -n +2; } >in
check 'and then may not' -s 1 -i in -E 'permission denied for schema public .*SQLSTATE 42501.*; grant the role what it lacks: CREATE on the schema' -- cdcproj "$worker"
at=$(pgsql 'SELECT sequence FROM _bfpipe_positions')
check 'commits are whole' -o "$at|$at" -- pgsql "$count_and_position"
pgsql 'GRANT CREATE ON SCHEMA public TO worker; REVOKE TEMPORARY ON DATABASE bfpipe FROM PUBLIC'
rows $((at + 1)) 40 >in
check 'without temporary tables' -s 1 -i in -E 'permission denied to create temporary tables.*; grant the role what it lacks: .*TEMPORARY on the database' -- cdcproj "$worker"
pgsql 'GRANT TEMPORARY ON DATABASE bfpipe TO worker; ALTER ROLE worker SET default_transaction_read_only=on'
check 'a server that is set to read only' -s 1 -i in -E 'read-only transaction .*SQLSTATE 25006.*; this is a standby, or set to read only: name the primary server' -- cdcproj "$worker"
pgsql 'ALTER ROLE worker RESET default_transaction_read_only'
check 'with all rights it goes on' -i in -- cdcproj "$worker"
check 'nothing is lost' -o '40|40' -- pgsql "$count_and_position"
pgsql 'CREATE ROLE other LOGIN; GRANT CREATE,USAGE ON SCHEMA public TO other'
rows 41 60 >in
check 'tables that another role has made' -s 1 -i in -E 'permission denied for table .*; grant the role what it lacks: .*the tables that another role has made' -- cdcproj "postgresql:///bfpipe?host=$pg_dir&user=other"

# A table that another session has locked.
mkfifo hold
psql -qXAt -d "$pg" <hold >held &
session=$!
exec 8>hold
echo 'BEGIN; LOCK TABLE t; SELECT 1;' >&8
soon grep -q 1 held
cdcproj "$pg" <in 2>told &
writer=$!
soon sh -c '[ "$(psql -qXAt -d "$1" -c "SELECT count(*) FROM pg_locks WHERE NOT granted")" -gt 0 ]' - "$pg"
ok 'a locked table is waited for' kill -0 $writer
echo 'COMMIT;' >&8
exec 8>&-
wait $session
wait $writer
check 'and written when it is free' -o '0|60|60' -- sh -c 'echo "$1|$2"' - $? "$(pgsql "$count_and_position")"
check 'without a word' -o '' -- cat told
plan
