#!/bin/sh
# check-floors.sh [FOLDER]: reads the #include lines of lib/ and cmd/. A room of the library includes itself and rooms on
# lower floors (the table below; HACKING.md draws it), nothing of cmd/; a tool includes nothing of another tool, and its
# rooms have floors too: the files beside them (main.c) are above them all. Below the
# AWS floors no file includes a network or compression library, so that the pure filters start fast. There is no circle
# between files; X.c, X.h and the files X_*.[ch] of the same room count as one.
cd "${1:-.}" || exit 2
LC_ALL=C find lib cmd -name '*.[ch]' 2>/dev/null | LC_ALL=C sort | xargs awk '
function bad(what) {
    printf "%s:%d: %s\n", FILENAME, FNR, what
    failed = 1
}
function room(path,    n, part) {
    n = split(path, part, "/")
    # "" is above all rooms of a tool. cmd/cdclambda/alone is no room: its files replace some of cmd/cdclambda.
    if (part[1] == "cmd") return n > 3 && part[3] != "alone" ? part[2] "/" part[3] : ""
    if (part[2] == "aws") return n > 3 ? "aws/" part[3] : "aws"
    return part[2]
}
function check_floors(a, b, to) {
    if (!(a in floors)) bad(substr(FILENAME, 1, 3) "/" a " is no room of the house")
    else if (!(b in floors)) bad(substr(to, 1, 3) "/" b " is no room of the house")
    else if (a != b && floors[b] >= floors[a]) bad("room " a " reaches up to " to)
}
function draw(list,    floor_of, names, n, i, j, k) {
    n = split(list, floor_of, " ")
    for (i = 1; i <= n; i++) {
        k = split(floor_of[i], names, ",")
        for (j = 1; j <= k; j++) floors[names[j]] = i
    }
}
function stem(path) { sub(/\.[ch]$/, "", path); return path }
# The common name of a file and its parts: the shortest X for which X.h exists and the file is X_*.
function subject(path,    name, i, short) {
    name = stem(path)
    for (i = index(name, "_"); i; i = next_bar(name, i)) {
        short = substr(name, 1, i - 1)
        if (short in headers) return short
    }
    return name
}
function next_bar(name, i,    j) { j = index(substr(name, i + 1), "_"); return j ? i + j : 0 }
BEGIN {
    draw("base encoding,sqlite,postgres io cli json envelope,objectkey,checkpoint ddb row,pattern sql,ddl,parquet xform aws/config,aws/sign aws/http " \
         "aws/credentials aws/client aws/put aws/dynamodb,aws/kinesis,aws/s3,aws/athena,aws/firehose,aws/events aws/rowsink")
    draw("bflocal/store,bflocal/wire,bflocal/model,bflocal/expression,bflocal/duck,bflocal/sandbox,bflocal/rule bflocal/http bflocal/trino,bflocal/hive,bflocal/function " \
         "bflocal/kinesis,bflocal/s3,bflocal/sts,bflocal/glue bflocal/ddbtable,bflocal/table,bflocal/firehose bflocal/dynamodb,bflocal/streams,bflocal/athena,bflocal/lambda bflocal/events")
    draw("cdcproj/line cdcproj/mirror cdcproj/view cdcproj/sqlite,cdcproj/pg")
    draw("bftop/db")
    floors[""] = 1000
    for (i = 1; i < ARGC; i++) if (ARGV[i] ~ /\.h$/) headers[stem(ARGV[i])]
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    if (FILENAME ~ /^lib\// && FILENAME !~ /^lib\/aws\// && /<(curl\/|openssl\/|zlib\.h|zstd\.h|microhttpd)/)
        bad("a network or compression library below the AWS floor")
    next
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    parts = split(quoted[2], to, "/")
    split(FILENAME, from, "/")
    if (to[1] != "lib" && to[1] != "cmd" || parts < 3 && to[1] == "lib") {
        bad("\"" quoted[2] "\" is not written from the root")
        next
    }
    if (from[1] == "lib") {
        a = room(FILENAME)
        b = room(quoted[2])
        if (to[1] == "cmd") bad("the library includes a command: " quoted[2])
        else check_floors(a, b, quoted[2])
    } else if (to[1] == "cmd" && to[2] != from[2])
        bad("a tool includes another: " quoted[2])
    else if (to[1] == "cmd") check_floors(room(FILENAME), room(quoted[2]), quoted[2])
    x = subject(FILENAME)
    y = subject(quoted[2])
    if (x != y && !((x, y) in edge)) {
        edge[x, y]
        out[x] = out[x] " " y
        nodes[x]
        nodes[y]
    }
}
# Files that include no remaining file are removed repeatedly; the files that are left form circles.
END {
    do {
        taken = 0
        for (x in nodes) {
            free = 1
            k = split(out[x], ys, " ")
            for (j = 1; j <= k; j++) if (ys[j] in nodes) free = 0
            if (free) { delete nodes[x]; taken = 1 }
        }
    } while (taken)
    # Files that no remaining file includes are removed too: they only lead to a circle.
    do {
        taken = 0
        for (x in nodes) wanted[x] = 0
        for (x in nodes) {
            k = split(out[x], ys, " ")
            for (j = 1; j <= k; j++) if (ys[j] in nodes) wanted[ys[j]] = 1
        }
        for (x in nodes) if (!wanted[x]) { delete nodes[x]; taken = 1 }
    } while (taken)
    for (x in nodes) {
        line = x ": is in a circle with"
        k = split(out[x], ys, " ")
        for (j = 1; j <= k; j++) if (ys[j] in nodes) line = line " " ys[j]
        print line | "LC_ALL=C sort"
        failed = 1
    }
    close("LC_ALL=C sort")
    exit failed
}' || exit 1
