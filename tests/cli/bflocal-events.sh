#!/bin/sh
# bflocal's EventBridge: buses, PutEvents with its limits and errors, TestEventPattern, the log of events; and
# evput on it: every line once under throttling, failed entries, lost answers and a kill.
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || { skip events 'jq is missing'; plan; exit; }
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION
start() { # OPTION...
    rm -f env
    bflocal --port 0 --credentials K:S "$@" >./env &
    pid=$!
    soon grep '^unset' env
    . ./env
}
stop() { kill "$pid" && wait "$pid"; }
call() { # OPERATION BODY: prints the answer, then the status
    curl -sS --user K:S --aws-sigv4 "aws:amz:$AWS_REGION:events" -w '%{http_code}\n' -H "X-Amz-Target: AWSEvents.$1" \
        -H 'Content-Type: application/x-amz-json-1.1' --data-binary "$2" "$AWS_ENDPOINT_URL/"
}
log() { curl -sS "$AWS_ENDPOINT_URL/_bflocal/events$1"; }
fault() { curl -sS -o faults -d "$1" "$AWS_ENDPOINT_URL/_bflocal/fault"; }
put() { call PutEvents "{\"Entries\":[$1]}"; }
entry() { printf '{"Source":"%s","DetailType":"%s","Detail":"%s"}' "$1" "$2" "$3"; }

start --data store
check 'a bus' -o '{"EventBusArn":"arn:aws:events:us-east-1:000000000000:event-bus/sales","Description":"a \"bus\""}200' -- call CreateEventBus '{"Name":"sales","Description":"a \"bus\""}'
check 'is there already' -o '{"__type":"ResourceAlreadyExistsException","message":"Event bus sales already exists."}400' -- call CreateEventBus '{"Name":"sales"}'
check 'no name' -m "Value null at 'name' failed to satisfy constraint: Member must not be null\"\}400$" -- call CreateEventBus '{}'
check 'no such name' -m "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: " -- call CreateEventBus '{"Name":"a b"}'
check 'with a slash' -m "Event bus name must not contain '/'\.\"\}400$" -- call CreateEventBus '{"Name":"a/b"}'
check 'a partner'"'"'s' -m 'ResourceNotFoundException","message":"Event source aws.partner/x/y does not exist\."' -- call CreateEventBus '{"Name":"aws.partner/x/y","EventSourceName":"aws.partner/x/y"}'
check 'what is not here' -m "bflocal's EventBridge has no LogConfig\"\}400$" -- call CreateEventBus '{"Name":"x","LogConfig":{"Level":"OFF"}}'
check 'described' -m '^\{"Name":"sales","Arn":"arn:aws:events:us-east-1:000000000000:event-bus/sales","Description":"a \\"bus\\"","CreationTime":[0-9.]+,"LastModifiedTime":[0-9.]+\}200$' -- call DescribeEventBus '{"Name":"sales"}'
check 'by ARN' -m '^\{"Name":"sales",' -- call DescribeEventBus '{"Name":"arn:aws:events:us-east-1:000000000000:event-bus/sales"}'
check 'the default one' -m '^\{"Name":"default",' -- call DescribeEventBus '{}'
check 'one that is not there' -o '{"__type":"ResourceNotFoundException","message":"Event bus none does not exist."}400' -- call DescribeEventBus '{"Name":"none"}'
check "another account's" -m 'does not exist' -- call DescribeEventBus '{"Name":"arn:aws:events:us-east-1:111111111111:event-bus/sales"}'
names() { call ListEventBuses "$1" | sed 's/200$//' | jq -c '[[.EventBuses[].Name], .NextToken]'; }
check 'listed' -o '[["default","sales"],null]' -- names '{}'
check 'by pages' -o '[["default"],"ZGVmYXVsdA=="]' -- names '{"Limit":1}'
check 'to their end' -o '[["sales"],null]' -- names '{"Limit":1,"NextToken":"ZGVmYXVsdA=="}'
check 'by prefix' -o '[["sales"],null]' -- names '{"NamePrefix":"s"}'
check 'a limit' -m "Value '101' at 'limit' failed" -- call ListEventBuses '{"Limit":101}'
check 'the default one stays' -m 'Cannot delete event bus default' -- call DeleteEventBus '{"Name":"default"}'
check 'one that is not there may go' -o 200 -- call DeleteEventBus '{"Name":"none"}'

check 'an event' -m '^\{"Entries":\[\{"EventId":"[0-9a-f-]{36}"\}\],"FailedEntryCount":0\}200$' -- \
    put '{"Source":"shop","DetailType":"s","Detail":"{\"a\":1.50}","Time":1795761000.7,"Resources":["x\"y"],"EventBusName":"sales"}'
check 'as a rule sees it' -m '^\{"n":1,"bus":"sales","event":\{"version":"0","id":"[0-9a-f-]{36}","detail-type":"s","source":"shop","account":"000000000000","time":"2026-11-27T06:30:00Z","region":"us-east-1","resources":\["x\\"y"\],"detail":\{"a":1.50\}\}\}$' -- log ''
codes() { sed 's/200$//' | jq -c '[.FailedEntryCount, [.Entries[] | .ErrorCode]], [.Entries[] | .ErrorMessage // empty]'; }
bad() { put "$(entry '' s '{}'),$(entry shop '' '{}'),$(entry shop s ''),$(entry shop s 'no'),$(entry shop s '[1]'),$(entry aws.ec2 s '{}'),$(entry shop s '{}')" | codes; }
check 'each entry has its own error' -o '[6,["InvalidArgument","InvalidArgument","InvalidArgument","MalformedDetail","MalformedDetail","NotAuthorizedForSource",null]]
["Parameter Source is not valid. Reason: Source is a required argument.","Parameter DetailType is not valid. Reason: DetailType is a required argument.","Parameter Detail is not valid. Reason: Detail is a required argument.","Detail is malformed.","Detail is malformed.","Not authorized for the source."]' -- bad
one=$(entry shop s '{}')
check 'eleven' -m "Value '\[...\]' at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10" -- \
    put "$one,$one,$one,$one,$one,$one,$one,$one,$one,$one,$one"
check 'none' -m "Value '\[\]' at 'entries' failed to satisfy constraint: Member must have length greater than or equal to 1" -- put ''
check 'no list' -m "Value null at 'entries' failed" -- call PutEvents '{}'
check 'a bus with no such name' -m "Value 'a b' at 'entries.1.member.eventBusName' failed" -- put '{"Source":"a","DetailType":"b","Detail":"{}","EventBusName":"a b"}'
check 'an event for a missing bus is accepted' -m '"FailedEntryCount":0\}200$' -- put '{"Source":"lost","DetailType":"b","Detail":"{}","EventBusName":"none"}'
check 'and it reaches nobody' -m '"bus":null,"event":.*"source":"lost"' -- log '?after=2'
check 'an end point is not here' -m "bflocal's EventBridge has no EndpointId" -- call PutEvents '{"EndpointId":"a.b","Entries":[{"Source":"s"}]}'
sized() { printf '{"Entries":[{"Source":"shop","DetailType":"sale","Detail":"{\\"n\\":\\"%*s\\"}","Time":1,"Resources":["12345"]}]}' $(($1 - 8 - 8 - 14 - 5)) '' >body; call PutEvents @body; }
check 'a full request' -m '"FailedEntryCount":0\}200$' -- sized 1048576
check 'a byte more' -o '{"__type":"ValidationException","message":"Total size of the entries in the request is over the limit."}400' -- sized 1048577
event='{"id":"1","account":"2","source":"shop","time":"2026-11-27T06:30:00Z","region":"r","resources":[],"detail-type":"t","detail":{"n":5}}'
test_pattern() { call TestEventPattern "$(jq -cn --arg p "$1" --arg e "$2" '{EventPattern:$p,Event:$e}')"; }
check 'a pattern that matches' -o '{"Result":true}200' -- test_pattern '{"detail":{"n":[{"numeric":[">",4]}]}}' "$event"
check 'one that does not' -o '{"Result":false}200' -- test_pattern '{"source":["x"]}' "$event"
check 'a broken one' -m '^\{"__type":"InvalidEventPatternException","message":"Event pattern is not valid. Reason: ' -- test_pattern '{"source":5}' "$event"
check 'no event' -m 'ValidationException","message":"Parameter Event is not valid' -- test_pattern '{"source":["x"]}' '{"source":"x"}'
check 'an archive is refused by name' -m "UnknownOperationException" -- call CreateArchive '{}'
stop
start --data store
check 'all is there again' -m '^\{"n":1,"bus":"sales"' -- log ''
check 'the bus too' -m '^\{"Name":"sales",' -- call DescribeEventBus '{"Name":"sales"}'
stop

# evput on it.
start
call CreateEventBus '{"Name":"sales"}' >answer
seq 1 3000 | sed 's/.*/{"k":&,"n":&}/' | sed 's/"k":[0-9]*\([0-9]\)/"k":\1/' >lines
details() { # the details in the order of the log, from all pages
    after=0
    while log "?after=$after" >page && [ -s page ]; do
        jq -c .event.detail page
        after=$(tail -n 1 page | jq .n)
    done
}
once() { details | sort >got && sort lines | cmp - got; }
in_order() { details | jq -r '"\(.k) \(.n)"' | awk '$2 + 0 <= last[$1] + 0 { exit 1 } { last[$1] = $2 }'; }
check 'an unknown bus' -s 1 -i lines -E '^evput: none: DescribeEventBus: ResourceNotFoundException: Event bus none does not exist\. \(HTTP 400' -- evput -s shop -t t -b none
check 'nothing went there' -- log ''
fault 'seed=5 partial:op=PutEvents,p=40%,part=40% throttle:op=PutEvents,p=10%'
check 'throttled, and failed in part' -i lines -- evput -s shop -t 'sale.{k}' -b sales --key k --window 16
ok 'every line is there once' once
ok 'each key in its order' in_order
ok 'the faults struck' sh -c 'curl -sS "$1/_bflocal/fault" | jq -e "[.rules[].struck > 0] | all"' - "$AWS_ENDPOINT_URL"
stop
start
fault 'seed=3 cut:op=PutEvents,p=10% 500:op=PutEvents,p=10%'
check 'answers that are lost' -i lines -- evput -s shop -t t
ok 'at least once' sh -c 'sort -u "$1" >want && cat >got && sort -u got | cmp - want' - lines <<END
$(details)
END
stop
# Killed during the run: each line was delivered, saved, or not yet read from the pipe; a run that puts all lines again
# brings the rest.
start
fault 'latency:op=PutEvents,ms=30'
evput -s shop -t t --rejects kept <lines 2>err &
killed=$!
soon sh -c 'curl -sS "$1/_bflocal/events" | grep -q .' - "$AWS_ENDPOINT_URL"
kill -KILL $killed
wait $killed 2>/dev/null
fault ''
check 'after a kill: the same lines again' -i lines -- evput -s shop -t t
ok 'nothing is missing' sh -c 'sort -u "$1" >want && cat >got && sort -u got | cmp - want' - lines <<END
$(details)
END
stop
# A region with the older limit.
start --region mx-central-1
i=0
while [ $i -lt 8 ]; do
    printf '{"n":"%*s"}\n' $((60000 + i)) ''
    i=$((i + 1))
done >lines
check 'the older limit is learned' -i lines -E '^evput: default: requests of 262144 bytes at most from now on: PutEvents: ValidationException: Total size' -- evput -v -s shop -t t
ok 'every line is there' once
printf '{"n":"%*s"}\n' 300000 '' >large
check 'an event that is too large there' -s 1 -i large -e 'evput: line 1: 300013 bytes as the service counts them, more than a request may have (262144)
evput: 1 line rejected (kept2)' -- evput -s shop -t t --rejects kept2
ok 'is kept' cmp large kept2
check 'pattern of a rule, the same answer' -o '{"Result":true}200' -- test_pattern '{"source":["shop"]}' "$event"
stop
plan
