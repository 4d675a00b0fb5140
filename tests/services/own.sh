# For suites with a bflocal of their own, for which one run is enough: they are skipped beside the real services. $python is a Python with
# boto3 (BF_PYTHON), $services this folder.
if [ "${BF_IN_BACKEND:-}" = real ]; then
    echo '1..0 # skipped: a bflocal of its own, once is enough'
    exit 0
fi
. "$(dirname "$0")/../cli/lib.sh"
cd "$T" || exit 1
services=$root/tests/services
unset AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_KINESIS AWS_ENDPOINT_URL_DYNAMODB AWS_ENDPOINT_URL_DYNAMODB_STREAMS
python=${BF_PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
export PYTHONDONTWRITEBYTECODE=1
