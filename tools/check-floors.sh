#!/bin/sh
# check-floors.sh [FOLDER]: reads the #include lines of lib/ and cmd/. A floor includes only itself
# and those below; a library file nothing of cmd/; a tool nothing of another tool. Headers of the
# network libraries stay on the AWS floor and in the commands, so that the pure filters start fast.
cd "${1:-.}" || exit 2
LC_ALL=C find lib cmd -name '*.[ch]' 2>/dev/null | LC_ALL=C sort | xargs awk '
function bad(what) {
    printf "%s:%d: %s\n", FILENAME, FNR, what
    failed = 1
}
function floor(name) { return name in floors ? floors[name] : -1 }
BEGIN {
    floors["base"] = 0; floors["json"] = 1; floors["cdc"] = 2; floors["aws"] = 3
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    if (FILENAME ~ /^lib\// && FILENAME !~ /^lib\/aws\// && /<(curl\/|openssl\/|zlib\.h|zstd\.h|microhttpd)/)
        bad("a network or compression library below the AWS floor")
    next
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    n = split(quoted[2], to, "/")
    split(FILENAME, from, "/")
    if (to[1] != "lib" && to[1] != "cmd" || n < 3 && to[1] == "lib") {
        bad("\"" quoted[2] "\" is not written from the root")
        next
    }
    if (from[1] == "lib") {
        if (floor(from[2]) < 0) bad("lib/" from[2] " is no floor of the house")
        if (to[1] == "cmd") bad("the library includes a command: " quoted[2])
        else if (floor(to[2]) < 0) bad("lib/" to[2] " is no floor of the house")
        else if (floor(to[2]) > floor(from[2])) bad("floor " from[2] " reaches up to " quoted[2])
    } else if (to[1] == "cmd" && to[2] != from[2])
        bad("a tool includes another: " quoted[2])
}
END { exit failed }' || exit 1
