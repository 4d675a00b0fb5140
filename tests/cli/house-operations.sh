#!/bin/sh
# The table of operations in doc/bflocal.md names exactly the operations that bflocal serves.
. "$(dirname "$0")/lib.sh"
cd "$here/../.." || exit 1
served() { grep -hE '^ +\{"' "$1" | grep -oE '"[A-Z][a-z][A-Za-z0-9]+"' | tr -d '"' | LC_ALL=C sort -u; }
listed() { grep "^| $1 |" doc/bflocal.md | cut -d'|' -f3 | tr -d ' ' | tr ',' '\n'; }
while IFS='|' read -r title file; do
    served "cmd/bflocal/$file" >"$T/served"
    ok "$title has operations" test -s "$T/served"
    check "$title: the table in doc/bflocal.md is that of the code" -O "$T/served" -- listed "$title"
done <<END
DynamoDB|dynamodb/service.c
DynamoDB Streams|streams/service.c
Kinesis|kinesis/service.c
S3|s3/route.c
Glue|glue/service.c
Athena|athena/service.c
Lambda|lambda/service.c
EventBridge|events/service.c
Firehose|firehose/service.c
STS|sts/service.c
END
count() { sed -n '/&bl_service_/p' cmd/bflocal/services.c | wc -l | tr -d ' '; }
check 'each service is in the table' -o 10 -- count
plan
