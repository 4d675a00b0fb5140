#!/bin/sh
# cdcproj and faults of its database: a full disk, a file that another program has locked, a damaged file. Each has a
# message with the remedy, nothing is lost, and a commit is complete or absent.
. "$(dirname "$0")/lib.sh"
. "$here/changes.sh"
cd "$T" || exit 1

case $BUILD in
*asan* | *tsan* | *valgrind*) skip 'a full disk' 'the preloaded library does not go with this build' ;;
*)
    cc -shared -fPIC -O1 -o full_at.so "$root/tests/cli/full_at.c" -ldl
    rows 1 300 >in
    wrong=0 points=0 at=1
    while [ $at -lt 200 ]; do
        rm -f f.db*
        LD_PRELOAD=./full_at.so FULL_AT=$at cdcproj --commit-every 0ms f.db <in 2>err
        status=$?
        [ $status = 0 ] && break
        points=$((points + 1))
        [ $status = 1 ] && grep -q '^cdcproj: f.db: the disk is full; make room and start again, nothing is lost: the last commit counts$' err || wrong=$((wrong + 1))
        # The commits so far are whole, and the next run goes on from them.
        done=$(sql f.db 'SELECT count(*) FROM sqlite_master' 2>/dev/null)
        [ "${done:-0}" = 0 ] || done=$(sql f.db 'SELECT coalesce(max(sequence+0),0) FROM _bfpipe_positions')
        [ "${done:-0}" = 0 ] || [ "$(sql f.db 'SELECT count(*) FROM t')" = "$done" ] || wrong=$((wrong + 1))
        rows $((${done:-0} + 1)) 300 | cdcproj f.db || wrong=$((wrong + 1))
        [ "$(sql f.db 'SELECT count(*) FROM t')" = 300 ] || wrong=$((wrong + 1))
        at=$((at + 1 + at / 4))
    done
    check 'a disk that is full, at each write in turn: whole commits, and on from there' -o 'ok' -- sh -c '[ "$1" -gt 5 ] && [ "$2" = 0 ] && echo ok || echo "$1 points, $2 wrong"' - $points $wrong
    ;;
esac

# Another program writes.
rows 1 20 >in
cdcproj l.db <in
rows 21 40 >in
cat >hold.py <<'END'
import sqlite3, subprocess, sys
db = sqlite3.connect("l.db", isolation_level=None)
db.execute("BEGIN IMMEDIATE")
p = subprocess.run(["cdcproj", "l.db"], stdin=open("in"), stderr=subprocess.PIPE, text=True)
db.execute("ROLLBACK")
print(p.returncode, p.stderr.strip())
END
check 'a file that another program has locked' -o '75 cdcproj: l.db: another program holds the database locked; end it and start again' -- python3 hold.py
check 'once it is free' -i in -- cdcproj l.db
check 'nothing is lost' -o '40|40' -- sql l.db 'SELECT count(*),(SELECT sequence FROM _bfpipe_positions) FROM t'
# A reader in the middle of its work is not in the way.
rows 41 60 >in
cat >read.py <<'END'
import sqlite3, subprocess
db = sqlite3.connect("l.db", isolation_level=None)
db.execute("BEGIN")
before = db.execute("SELECT count(*) FROM t").fetchone()[0]
p = subprocess.run(["cdcproj", "l.db"], stdin=open("in"), stderr=subprocess.PIPE, text=True)
during = db.execute("SELECT count(*) FROM t").fetchone()[0]
db.execute("COMMIT")
print(p.returncode, p.stderr, before, during, db.execute("SELECT count(*) FROM t").fetchone()[0])
END
check 'a reader blocks nobody, and sees one state' -o '0  40 40 60' -- python3 read.py

# Another process that wrote in between.
rows 61 80 >in
mkfifo fifo
cdcproj l.db <fifo 2>told &
writer=$!
exec 7>fifo
head -n 1 in >&7
drained 7
sql l.db 'UPDATE _bfpipe SET commits=commits+1'
tail -n +2 in >&7
exec 7>&-
wait $writer
check 'a commit that is not its own is noticed' -o 75 -- echo $?
check 'and told' -o 'cdcproj: l.db: another process has written it; start both again' -- cat told

# A file that is removed while it is written.
rows 1 40 >in
rm -f gone.db
cdcproj gone.db <fifo 2>told &
writer=$!
exec 7>fifo
head -n 1 in >&7
committed() { [ "$(sql gone.db 'SELECT commits FROM _bfpipe')" -gt 0 ]; }
soon committed
rm gone.db
tail -n +2 in >&7
exec 7>&-
wait $writer
check 'a file that is removed is noticed' -o 75 -- echo $?
check 'and told' -o 'cdcproj: gone.db: the file has been removed or replaced; start both again' -- cat told

# A writer that was killed before the file was in WAL mode has left a journal.
cat >half.py <<'END'
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.executescript("PRAGMA journal_mode=DELETE; PRAGMA cache_size=1; BEGIN")
db.execute("CREATE TABLE half AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20000) SELECT i,'a text of some length' AS t FROM n")
os.kill(os.getpid(), signal.SIGKILL)
END
cp l.db k.db
(python3 half.py k.db) 2>killed
ok 'a journal of a writer that was killed' test -s k.db-journal
check 'is undone by a reader' -- cdcproj --explain k.db
check 'and nothing is lost' -o '60|0' -- sql k.db "SELECT count(*),(SELECT count(*) FROM sqlite_master WHERE name='half') FROM t"

# Damage.
rows 1 300 | cdcproj d.db
python3 -c 'f = open("d.db", "r+b"); f.seek(8192); f.write(b"\xff" * 60000)'
rows 301 310 >in
check 'a file that is damaged' -s 1 -i in -E '^cdcproj: d.db: the database is damaged \(.*\); rebuild it into a new file' -- cdcproj d.db
plan
