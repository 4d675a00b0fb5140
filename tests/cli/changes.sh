# Change lines of the table sales, for the suites of cdcproj.
# change OP ID SEQUENCE [IMAGE]
change() {
    image=''
    [ $# -lt 4 ] || image=",\"NewImage\":{\"id\":{\"S\":\"$2\"},$4}"
    printf '{"eventID":"e","eventName":"%s","tableName":"sales","dynamodb":{"ApproximateCreationDateTime":1795759200000,"SequenceNumber":"%s","Keys":{"id":{"S":"%s"}}%s}}\n' \
        "$1" "$3" "$2" "$image"
}
put() { change INSERT "$@"; }
modify() { change MODIFY "$@"; }
remove() { change REMOVE "$@"; }
sql() { python3 "$here/sqlite_look.py" "$@"; }
# Lines of incremental exports, newest first: with both images, with the new one, without.
incremental() {
    cat <<'END'
{"Metadata":{"WriteTimestampMicros":{"N":"1795759200000003"}},"Keys":{"id":{"S":"a"}},"OldImage":{"id":{"S":"a"},"v":{"N":"1"}},"NewImage":{"id":{"S":"a"},"v":{"N":"3"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1795759200000002"}},"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"v":{"N":"2"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1795759200000005"}},"Keys":{"id":{"S":"b"}},"OldImage":{"id":{"S":"b"},"v":{"N":"1"}}}
{"Metadata":{"WriteTimestampMicros":{"N":"1795759200000004"}},"Keys":{"id":{"S":"b"}},"NewImage":{"id":{"S":"b"},"v":{"N":"9"}}}
{"Keys":{"id":{"S":"old"}},"Metadata":{"WriteTimestampMicros":"1795759200000001"}}
{"Metadata":{"WriteTimestampMicros":1795759200000001},"Keys":{"\u0069d":{"S":"d"}},"NewImage":{"v":{"N":"4.50"},"id":{"S":"d"}}}
END
}
# rows FROM TO: changes of as many keys of the table t, with the marks that a reader writes.
rows() {
    python3 - "$1" "$2" <<'END'
import sys
first, last = map(int, sys.argv[1:])
mark = '{"bfpipe.mark":{"stream":"s","shard":"0","sequence":"%s"%s}}'
print(mark % (first - 1 or "", ',"start":true'))
for n in range(first, last + 1):
    print('{"eventName":"INSERT","tableName":"t","dynamodb":{"SequenceNumber":"%d","Keys":{"id":{"S":"k%d"}},"NewImage":{"id":{"S":"k%d"},"v":{"N":"1"},"pad":{"S":"%s"}}}}' % (n, n, n, "x" * 300))
    if n % 50 == 0 or n == last:
        print(mark % (n, ""))
END
}
