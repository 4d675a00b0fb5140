#!/bin/sh
# deploy.sh up|down: creates or updates the stack of template.yaml, or deletes it, with the AWS CLI. `make deploy` and
# `make destroy` run it from the root; doc/deploy.md explains its variables.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
template=$root/deploy/template.yaml
: "${STACK:=sales}" "${ARCH:=$(uname -m)}" "${PARAMS:=}" "${DELETE:=}" "${AWS:=aws}" "${ZIP:=}"
case $ARCH in amd64) ARCH=x86_64 ;; aarch64) ARCH=arm64 ;; esac
sentence="delete the data of $STACK"

fail() {
    echo "deploy: $*" >&2
    exit 1
}

# An AWS CLI before 2.13 does not read AWS_ENDPOINT_URL by itself.
aws() {
    AWS_PAGER='' command "$AWS" ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"
}

# NONE: there is no such stack. That it cannot be found out is an error, not an answer.
stack_status() {
    aws cloudformation describe-stacks --stack-name "$STACK" --query 'Stacks[0].StackStatus' --output text 2>"$work/err" && return
    grep -q 'does not exist' "$work/err" || fail "the stack $STACK cannot be looked up: $(tail -n 1 "$work/err")"
    echo NONE
}

# output NAME: empty if the stack has none.
output() {
    aws cloudformation describe-stacks --stack-name "$STACK" --output text \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue | [0]" | sed 's/^None$//'
}

# Finds out, before anything is changed, what is missing.
begin() {
    case $STACK in [!A-Za-z]* | *[!A-Za-z0-9-]*) fail "STACK=$STACK: a name of letters, digits and hyphens, the first a letter" ;; esac
    [ "${#STACK}" -le 128 ] || fail 'STACK: a name of at most 128 characters'
    command -v "$AWS" >/dev/null 2>&1 || fail 'the AWS CLI is missing; make deps installs it'
    AWS_REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(command "$AWS" configure get region 2>/dev/null || :)}}
    [ -n "$AWS_REGION" ] || fail 'no region: set AWS_REGION, or run aws configure'
    AWS_DEFAULT_REGION=$AWS_REGION
    export AWS_REGION AWS_DEFAULT_REGION
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    account=$(aws sts get-caller-identity --query Account --output text 2>"$work/err") ||
        fail "no valid credentials: $(tail -n 1 "$work/err")"
    : "${CODE_BUCKET:=bfpipe-code-$account-$AWS_REGION}"
    status=$(stack_status)
}

# PARAMS, one a line: each begins with NAME=, so a value can have spaces.
params() {
    { printf '%s' "$PARAMS" | tr '\n' ' '; echo; } |
        sed -e 's/[[:space:]]\{1,\}\([A-Za-z][A-Za-z0-9]*=\)/\n\1/g' |
        sed -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^$/d'
}

# The AWS CLI ignores parameters that the template does not have.
check_params() {
    params >"$work/params"
    while IFS= read -r param; do
        case $param in
        CodeBucket=* | CodeKey=* | Architecture=* | Destinations=*) fail "PARAMS: ${param%%=*} is not to be set here; doc/deploy.md has CODE_BUCKET and ARCH" ;;
        [A-Za-z]*=*) ;;
        *) fail "PARAMS: not NAME=VALUE: $param" ;;
        esac
        sed -n '/^Parameters:/,/^Conditions:/s/^  \([A-Za-z]*\):$/\1/p' "$template" | grep -qx "${param%%=*}" ||
            fail "PARAMS: the template has no parameter ${param%%=*}"
    done <"$work/params"
}

# What cannot be updated. After its first deployment failed, a stack can only be deleted.
check_status() {
    case $status in
    REVIEW_IN_PROGRESS) ;;
    *_IN_PROGRESS) fail "$STACK is $status: wait until that has ended" ;;
    UPDATE_ROLLBACK_FAILED) fail "$STACK is $status: first run aws cloudformation continue-update-rollback --stack-name $STACK" ;;
    DELETE_FAILED) fail "$STACK is $status: first run make destroy STACK=$STACK" ;;
    ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED)
        echo "deploy: the first deployment of $STACK failed; deleting what is left of it" >&2
        aws cloudformation delete-stack --stack-name "$STACK"
        aws cloudformation wait stack-delete-complete --stack-name "$STACK" || { reasons; fail "$STACK is $(stack_status)"; }
        ;;
    esac
}

# Anyone could have created a bucket of the default name: it has to belong to this account.
is_ours() {
    aws s3api head-bucket --bucket "$1" --expected-bucket-owner "$account" >/dev/null 2>&1
}

check_package() {
    command -v unzip >/dev/null || fail 'unzip is missing'
    zip=${ZIP:-${O:-$root/build}/lambda-$ARCH.zip}
    [ -f "$zip" ] || fail "$zip is missing: make lambda.zip builds the package for this machine, and for arm64 if there is a cross compiler"
    unzip -Z1 "$zip" >"$work/names" || fail "$zip is not a zip file"
    grep -qx bootstrap "$work/names" || fail "$zip has no bootstrap"
    destinations=no
    if grep -qx 'lib/ld\.so' "$work/names"; then destinations=yes; fi
}

# Uploads the package under a name made of its content, so that CloudFormation sees a new package as a change.
upload() {
    key=lambda/$(sha256sum <"$zip" | cut -c 1-32)-$ARCH.zip
    is_ours "$CODE_BUCKET" || aws s3 mb "s3://$CODE_BUCKET" --region "$AWS_REGION" >/dev/null ||
        fail "the bucket $CODE_BUCKET could not be created; CODE_BUCKET=NAME uses another one"
    is_ours "$CODE_BUCKET" || fail "the bucket $CODE_BUCKET does not belong to account $account; CODE_BUCKET=NAME uses another one"
    aws s3api head-object --bucket "$CODE_BUCKET" --key "$key" >/dev/null 2>&1 && return
    echo "deploy: uploading $(basename "$zip") to s3://$CODE_BUCKET/$key" >&2
    if command -v s3put >/dev/null; then
        s3put -q --one "s3://$CODE_BUCKET/$key" <"$zip" >/dev/null
    else
        aws s3 cp --quiet "$zip" "s3://$CODE_BUCKET/$key"
    fi
}

reasons() {
    aws cloudformation describe-stack-events --stack-name "$STACK" --output text --max-items 100 \
        --query "StackEvents[?ends_with(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" 2>/dev/null |
        grep -v '^None$' | sed 's/^/deploy: /' >&2 || :
}

up() {
    begin
    check_params
    check_package
    check_status
    upload
    [ $destinations = yes ] ||
        echo "deploy: this package has only bootstrap: the stack has no functions that write to S3 (doc/deploy.md)" >&2
    echo "deploy: $STACK in $AWS_REGION, account $account; a first deployment takes some minutes" >&2
    set --
    while IFS= read -r param; do set -- "$@" "$param"; done <"$work/params"
    aws cloudformation deploy --stack-name "$STACK" --template-file "$template" \
        --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset --parameter-overrides \
        CodeBucket="$CODE_BUCKET" CodeKey="$key" Architecture="$ARCH" Destinations=$destinations "$@" >&2 ||
        { reasons; fail "$STACK is $(stack_status)"; }
    aws cloudformation describe-stacks --stack-name "$STACK" --output text \
        --query 'Stacks[0].Outputs[].[Description, OutputValue]' | awk -F '\t' '{ printf "# %s\n%s\n", $1, $2 }'
}

# delete_bucket NAME: with all versions of its objects.
delete_bucket() {
    if ! aws s3api head-bucket --bucket "$1" >/dev/null 2>"$work/err"; then
        grep -q '(404)' "$work/err" && return
        fail "the bucket $1 is not deleted: $(tail -n 1 "$work/err")"
    fi
    while :; do
        aws s3api list-object-versions --bucket "$1" --max-keys 1000 --no-paginate --output json \
            --query '{Objects: [Versions, DeleteMarkers][][].{Key: Key, VersionId: VersionId}, Quiet: `true`}' >"$work/versions"
        grep -q '"Key"' "$work/versions" || break
        aws s3api delete-objects --bucket "$1" --delete "file://$work/versions" --output text --query 'Errors[0].[Key, Message]' >"$work/kept"
        grep -qx None "$work/kept" || fail "the bucket $1 is not deleted: $(tr '\t' ' ' <"$work/kept")"
    done
    aws s3api delete-bucket --bucket "$1"
}

# The package of another stack stays.
delete_code() {
    others=$(aws cloudformation describe-stacks --output text \
        --query "Stacks[?Parameters[?ParameterKey=='CodeBucket' && ParameterValue=='$CODE_BUCKET']].StackName" | tr '\t\n' '  ')
    if [ -n "${others%% }" ]; then
        echo "deploy: the bucket $CODE_BUCKET stays for other stacks: ${others%% }" >&2
    elif is_ours "$CODE_BUCKET"; then
        delete_bucket "$CODE_BUCKET"
        echo "deploy: the bucket $CODE_BUCKET is deleted" >&2
    fi
}

delete_data() {
    if [ -n "$lake" ]; then
        delete_bucket "$lake"
        echo "deploy: the bucket $lake is deleted" >&2
    fi
    if [ -n "$table" ] && aws dynamodb describe-table --table-name "$table" >/dev/null 2>&1; then
        aws dynamodb delete-table --table-name "$table" >/dev/null
        echo "deploy: the table $table is deleted" >&2
    fi
    delete_code
}

down() {
    begin
    case $DELETE in
    '' | "$sentence") ;;
    *) fail "nothing was deleted: to delete the data too, say make destroy STACK=$STACK DELETE='$sentence'" ;;
    esac
    [ "$status" != NONE ] || fail "there is no stack $STACK in $AWS_REGION"
    lake=$(output LakeName) table=$(output TableName)
    aws cloudformation delete-stack --stack-name "$STACK"
    aws cloudformation wait stack-delete-complete --stack-name "$STACK" || { reasons; fail "$STACK is $(stack_status)"; }
    echo "deploy: the stack $STACK is deleted" >&2
    if [ -n "$DELETE" ]; then
        delete_data
    elif [ -n "$lake" ]; then
        echo "deploy: the data stay, and cost something: the table $table, the bucket $lake, and the package in $CODE_BUCKET" >&2
        echo "deploy: to delete them: aws s3 rb --force s3://$lake; aws dynamodb delete-table --table-name $table; aws s3 rb --force s3://$CODE_BUCKET" >&2
    fi
}

case ${1:-} in
up | down) "$1" ;;
*) echo 'usage: deploy.sh up|down' >&2; exit 2 ;;
esac
