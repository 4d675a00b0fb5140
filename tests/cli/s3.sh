# s3.sh: signed requests to S3, for the suites that look at bflocal's answers. Sourced; AWS_ENDPOINT_URL and the keys are set.

# s3 METHOD PATH [CURL OPTION...]: prints the body, then the status.
s3() {
    method=$1 path=$2
    shift 2
    curl -sS -X "$method" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -w '%{http_code}\n' \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 "$@" "$AWS_ENDPOINT_URL$path"
}

# as_is METHOD PATH [BODY]: the same for a path with dots, which curl would remove.
as_is() { /usr/bin/python3 -B "$root/tests/cli/s3_as_is.py" "$@"; }
