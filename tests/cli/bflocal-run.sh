#!/bin/sh
# bflocal and the signals of its command, terminals, and starting and stopping it in the background.
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_PROFILE

check 'letters together, the last with its value' -m '^http://127.0.0.1:[0-9]+$' -- bflocal -qp 0 printenv AWS_ENDPOINT_URL
check 'no endpoint of one service leads elsewhere' -o '' -- env AWS_ENDPOINT_URL_S3=http://s3.example AWS_ENDPOINT_URL_DYNAMODB=x \
    AWS_ENDPOINT_URL_STS=x AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true \
    bflocal sh -c 'printenv AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_STS AWS_IGNORE_CONFIGURED_ENDPOINT_URLS; :'

cat >mute.py <<'END'
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(5)
print(s.getsockname()[1], flush=True)
time.sleep(600)
END
python3 mute.py >mute &
mute=$!
soon grep . mute
( # for a minute, beside all that follows
    bflocal --stop --port "$(cat mute)" 2>mute.err
    echo $? >mute.status
) &
asking=$!

# A terminal sends its interrupt to the command as well: bflocal must not add a SIGTERM. command.py prints the signals that it gets.
cat >command.py <<'END'
import signal, sys
wanted = [signal.SIGINT, signal.SIGTERM]
signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
print("ready", flush=True)
for n in range(3):
    if signal.sigwait(wanted) == signal.SIGTERM:
        print("terminated", flush=True)
        sys.exit(5)
    print("interrupted", flush=True)
sys.exit(3)
END
cat >terminal.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp("bflocal", ["bflocal", "python3", "command.py"])
seen = b""
def until(word, n=1):
    global seen
    while seen.count(word) < n and b"terminated" not in seen:
        seen += os.read(fd, 4096)
until(b"ready")
for n in (1, 2, 3):
    os.write(fd, b"\x03")
    until(b"interrupted", n)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "terminated" if b"terminated" in seen else "alive")
END
check 'Ctrl-C is the command'"'"'s, as often as it likes' -o '3 alive' -- python3 terminal.py

bflocal sh -c 'trap "echo term >>got" TERM; touch up; until [ -e go ]; do sleep 0.05; done; exit 9' &
pid=$!
soon [ -e up ]
kill -TERM $pid
soon grep term got
kill -TERM $pid
soon sh -c '[ $(wc -l <got) = 2 ]'
touch go
wait $pid
ok 'every SIGTERM of a process goes to the command, whose status counts' [ $? = 9 ]
rm -f up
# Under nohup a hangup is ignored, by bflocal and its command alike. Here it is not.
cat >hangup.py <<'END'
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
END
python3 hangup.py bflocal sh -c 'trap "exit 6" HUP; touch up; while :; do sleep 0.05; done' &
pid=$!
soon [ -e up ]
kill -HUP $pid
wait $pid
ok 'and so does SIGHUP' [ $? = 6 ]

python3 hangup.py bflocal -q --port 0 --data store >./env &
pid=$!
soon grep '^unset' env
kill -HUP $pid
wait $pid
ok 'a terminal that goes away ends one in the foreground, in good order' [ $? = 0 ]
check 'one database file is left' -o 'store/bflocal.db' -- sh -c 'ls store/bflocal.db*'

# In the background.
exec 7>held
eval "$(bflocal --daemon --data store)"
exec 7>&-
check 'a daemon holds nothing open that its caller had' -o '' -- sh -c "ls -l /proc/$BFLOCAL_PID/fd | grep /held; :"
# A request whose body does not arrive.
cat >slow.py <<'END'
import os, socket, sys
host, port = os.environ["AWS_ENDPOINT_URL"][7:].split(":")
s = socket.create_connection((host, int(port)))
s.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 9\r\n\r\n{")
print("sent", flush=True)
s.recv(1)
END
python3 slow.py >slow &
slow=$!
soon grep sent slow
check '--stop waits until it is gone, whoever is slow' -- bflocal --stop
if [ -n "${BF_VALGRIND:-}" ]; then
    skip 'the folder is free at once' 'the process has the name of valgrind, and --stop goes by the port then'
else
    check 'the folder is free at once' -- bflocal --data store true
fi
wait $slow
eval "$(bflocal --daemon)"
curl -sS -d latency:ms=3600000 "$AWS_ENDPOINT_URL/_bflocal/fault" >out.fault
curl -sS -m 600 -d '{}' -H 'X-Amz-Target: DynamoDB_20120810.ListTables' "$AWS_ENDPOINT_URL/" >late &
late=$!
soon sh -c "curl -sS '$AWS_ENDPOINT_URL/_bflocal/fault' | grep '\"seen\":1'"
check 'a call that is held up by a fault does not hold up the end' -- bflocal --stop
wait $late
check 'and is answered' -m MissingAuthenticationToken -- cat late
check 'a latency of more than a day' -s 2 -E 'ms: want at most a day' -- bflocal --fault latency:ms=86400001 true
check 'a daemon whose environment cannot be told' -s 1 -e 'bflocal: standard output: No space left on device' -- \
    sh -c 'bflocal --daemon --data store >/dev/full'
ok 'does not stay' soon bflocal --data store true
wait $asking
check '--stop does not wait for ever for an answer' -o "75 bflocal: --stop: the server at http://127.0.0.1:$(cat mute) does not answer" -- \
    sh -c 'echo $(cat mute.status mute.err)'
kill $mute

# A daemon that fails: what its caller does next must not reach AWS.
printf '#!/bin/sh\nexit 3\n' >fails
chmod +x fails
cat >next.sh <<'END'
export AWS_PROFILE=mine AWS_ACCESS_KEY_ID=real AWS_SECRET_ACCESS_KEY=real AWS_SESSION_TOKEN=real AWS_ENDPOINT_URL_S3=https://s3.amazonaws.com AWS_REGION=us-east-1
eval "$(bflocal --daemon "$@" 2>/dev/null)"
echo "$? $AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID ${AWS_PROFILE-}${AWS_SESSION_TOKEN-}${AWS_ENDPOINT_URL_S3-}"
echo '{}' | s3put -q --max-attempts 1 s3://lake/x/ 2>&1 | grep -c 'cannot connect to 127.0.0.1:1:'
END
for wrong in '--bukcet lake' '--bucket UPPER' '--data /proc/none' '--init ./fails' '--fault none' '--host 192.0.2.1' 'true'; do
    # shellcheck disable=SC2086 # two words
    check "$wrong: the next command does not reach AWS" -o '1 http://127.0.0.1:1 none 
1' -- sh next.sh $wrong
    # shellcheck disable=SC2086
    check '  and set -e ends the script' -s 1 -- sh -c 'set -e; eval "$(bflocal --daemon "$@" 2>/dev/null)"; echo here' - $wrong
done
check 'the status of a failed start is its own' -s 3 -m '^false$' -E 'exit status 3' -- bflocal --daemon --init ./fails
check 'without --daemon nothing is printed' -s 2 -E 'UPPER' -- bflocal --port 0 --bucket UPPER
documented() { sed -n '/^Unset:$/,/^\.Pp$/s/^\.Ev \([A-Z0-9_]*\).*/\1/p' "$root/man/bflocal.1" | sort; }
bflocal --daemon >printed
documented >variables
check 'the page lists what is unset' -O variables -- sh -c 'sed -n "s/^unset //p" printed | tr " " "\n" | sort'
. ./printed
bflocal --stop
check '  nor with --help' -m '^usage: ' -- bflocal --daemon --help
plan
