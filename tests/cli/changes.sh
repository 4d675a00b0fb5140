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
