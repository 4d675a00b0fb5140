# Included by every suite of tests/services: tests/cli/lib.sh with `check`
# and `ok`, a back end, and commands to inspect the delivered objects.
#
# The back end is a command that starts endpoints, exports the AWS environment
# and runs a command: tests/services/serve.sh (BF_BACKEND=real, the default) or
# bfpipe's own bflocal (BF_BACKEND=bflocal). A suite that was started
# without one runs itself again inside one, so each can run alone; make
# check-services runs all of them inside one. Therefore they name their tables,
# streams and buckets with $run.
#
#   need_tools NAME...   fails the suite if a tool is not built
#   cli SERVICE ARGS...  the AWS CLI (aws.sh) against the back end's endpoint
#   fetch s3://B/P DIR   all objects below a prefix, as files
#   query DIR SQL        DuckDB in DIR: TSV with a header line (-j: NDJSON)
#   has_streams          the back end has DynamoDB Streams
#   $kinesis_urls        every Kinesis of the back end, for a loop:
#                        AWS_ENDPOINT_URL_KINESIS=$url kinread ...
services=$(cd "$(dirname "$0")" && pwd)
if [ -z "${BF_IN_BACKEND:-}" ]; then
    case ${BF_BACKEND:-real} in
    real) exec sh "$services/serve.sh" sh "$0" "$@" ;;
    bflocal)
        PATH=${BF_BUILD:-${services%/tests/*}/build/release}/bin:$PATH
        BF_IN_BACKEND=bflocal exec bflocal sh "$0" "$@"
        ;;
    *) echo "Bail out! BF_BACKEND=$BF_BACKEND is neither real nor bflocal"; exit 1 ;;
    esac
fi
. "$services/../cli/lib.sh"

. "$services/aws.sh"
run=t$$-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')

# Only some services may have been started; a suite that needs another one ends.
endpoint() {
    all=${AWS_ENDPOINT_URL:-}
    case $1 in
    dynamodb) url=${AWS_ENDPOINT_URL_DYNAMODB:-$all} ;;
    dynamodbstreams) url=${AWS_ENDPOINT_URL_DYNAMODB_STREAMS:-$all} ;;
    kinesis) url=${AWS_ENDPOINT_URL_KINESIS:-$all} ;;
    s3 | s3api) url=${AWS_ENDPOINT_URL_S3:-$all} ;;
    *) url='' ;;
    esac
    [ -n "$url" ] || { echo "Bail out! no endpoint for $1" >&2; exit 1; }
    echo "$url"
}

# Of the real back ends only DynamoDB Local has streams, and it must be configured (serve.sh).
has_streams() { [ -n "${AWS_ENDPOINT_URL_DYNAMODB_STREAMS:-${AWS_ENDPOINT_URL:-}}" ]; }

kinesis_urls="${AWS_ENDPOINT_URL_KINESIS:-${AWS_ENDPOINT_URL:-}} ${BF_KINESALITE_URL:-}"

cli() {
    AWS_PAGER='' "$aws" --endpoint-url "$(endpoint "$1")" --output json "$@"
}

fetch() {
    mkdir -p "$2" && cli s3 cp --quiet --recursive "$1" "$2"
}

query() {
    form=tsv
    if [ "$1" = -j ]; then
        form=json
        shift
    fi
    (cd "$1" && node "$services/query.mjs" $form "$2")
}

need_tools() {
    for tool in "$@"; do
        [ -x "$BUILD/bin/$tool" ] || { echo "Bail out! $tool is not built"; exit 1; }
    done
}
