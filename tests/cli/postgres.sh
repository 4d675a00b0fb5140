# A PostgreSQL server for a suite, in its own folder, on a socket there: pg_start makes and starts it, pg_stop [MODE] stops
# it, pg_run starts it again. $pg is its URL; pgsql [-d DB] SQL prints rows as sqlite_look does. The server refuses root, so it runs as the
# user postgres then. pg_missing says why there is none.
pg_bin=$(for d in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* /opt/homebrew/opt/postgresql*/bin; do
    [ -x "$d/initdb" ] && echo "$d"; done | tail -n 1)
[ -n "$pg_bin" ] || pg_bin=$(dirname "$(command -v initdb 2>/dev/null || echo /none/x)")
pg_missing() {
    if [ ! -x "$pg_bin/initdb" ]; then
        echo 'PostgreSQL is not installed'
    elif ! command -v psql >/dev/null; then
        echo 'psql is not installed'
    elif [ "$(id -u)" = 0 ] && ! { id postgres && command -v setpriv; } >/dev/null 2>&1; then
        echo 'the server does not run as root, and there is no user postgres'
    else
        return 1
    fi
}
# For a suite that is about PostgreSQL alone: starts the server, or skips all.
pg_suite() {
    if why=$(pg_missing); then
        skip 'PostgreSQL' "$why"
        plan
        exit
    fi
    cd "$T" || exit 1
    ok 'a server' pg_start
}
as_pg() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
    else
        "$@"
    fi
}
# The folder of its socket has to be short, and reachable for the user postgres.
pg_start() {
    pg_dir=$(mktemp -d /tmp/bfpipe-pg.XXXXXX) || return 1
    [ "$(id -u)" != 0 ] || chown postgres "$pg_dir"
    trap 'pg_stop immediate; rm -rf "$T" "$pg_dir"' EXIT
    as_pg "$pg_bin/initdb" -D "$pg_dir/data" -U bfpipe -A trust -E UTF8 --locale=C --no-sync ${pg_initdb:-} >"$T/initdb.log" 2>&1 || return 1
    cat >>"$pg_dir/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$pg_dir'
fsync = ${pg_fsync:-off}
max_connections = 20
log_min_messages = warning
END
    pg_run || return 1
    pg="postgresql:///bfpipe?host=$pg_dir&user=bfpipe"
    psql -qX -d "postgresql:///postgres?host=$pg_dir&user=bfpipe" -c 'CREATE DATABASE bfpipe'
}
pg_run() { as_pg "$pg_bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/log" -w -t 60 start >/dev/null 2>&1; }
pg_stop() { as_pg "$pg_bin/pg_ctl" -D "$pg_dir/data" -m "${1:-fast}" -w -t 60 stop >/dev/null 2>&1; }
pgsql() { psql -qXAt -P null=None -v ON_ERROR_STOP=1 -d "${2:-$pg}" -c "$1"; }
pg_fresh() { pgsql 'SET client_min_messages=error; DROP SCHEMA public CASCADE; CREATE SCHEMA public'; }
