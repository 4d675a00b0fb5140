#!/bin/sh
# deploy.sh up|down: creates or updates the stack of template.yaml, or deletes it, with the AWS CLI. `make deploy` and
# `make destroy` run it from the root; doc/deploy.md explains its variables.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
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

stack_status() {
    aws cloudformation describe-stacks --stack-name "$STACK" --query 'Stacks[0].StackStatus' --output text 2>/dev/null || echo NONE
}

output() {
    aws cloudformation describe-stacks --stack-name "$STACK" --output text \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue | [0]"
}

# Finds out, before anything is changed, what is missing.
begin() {
    command -v "$AWS" >/dev/null 2>&1 || fail 'the AWS CLI is missing; make deps installs it'
    AWS_REGION=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(command "$AWS" configure get region 2>/dev/null || :)}}
    [ -n "$AWS_REGION" ] || fail 'no region: set AWS_REGION, or run aws configure'
    AWS_DEFAULT_REGION=$AWS_REGION
    export AWS_REGION AWS_DEFAULT_REGION
    account=$(aws sts get-caller-identity --query Account --output text 2>&1) ||
        fail "no valid credentials: $(echo "$account" | tail -n 1)"
    : "${CODE_BUCKET:=bfpipe-code-$account-$AWS_REGION}"
}

# Uploads the package under a name made of its content, so that CloudFormation sees a new package as a change.
upload() {
    zip=${ZIP:-${O:-$root/build}/lambda-$ARCH.zip}
    [ -f "$zip" ] || fail "$zip is missing: make lambda.zip builds the package for this machine, and for arm64 if there is a cross compiler"
    key=lambda/$(sha256sum "$zip" | cut -c 1-32)-$ARCH.zip
    destinations=no
    if unzip -Z1 "$zip" | grep -q '^lib/ld\.so$'; then destinations=yes; fi
    aws s3api head-bucket --bucket "$CODE_BUCKET" >/dev/null 2>&1 ||
        aws s3 mb "s3://$CODE_BUCKET" --region "$AWS_REGION" >/dev/null || fail "the bucket $CODE_BUCKET could not be created"
    aws s3api head-object --bucket "$CODE_BUCKET" --key "$key" >/dev/null 2>&1 && return
    echo "deploy: uploading $(basename "$zip") to s3://$CODE_BUCKET/$key" >&2
    if command -v s3put >/dev/null; then
        s3put -q --one "s3://$CODE_BUCKET/$key" <"$zip" >/dev/null
    else
        aws s3 cp --quiet "$zip" "s3://$CODE_BUCKET/$key"
    fi
}

# After its first deployment failed, a stack can only be deleted.
clear_failed() {
    [ "$(stack_status)" = ROLLBACK_COMPLETE ] || return 0
    echo "deploy: the first deployment of $STACK failed; deleting what is left of it" >&2
    aws cloudformation delete-stack --stack-name "$STACK"
    aws cloudformation wait stack-delete-complete --stack-name "$STACK"
}

reasons() {
    aws cloudformation describe-stack-events --stack-name "$STACK" --output text --max-items 100 \
        --query "StackEvents[?ends_with(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" 2>/dev/null |
        grep -v '^None$' | sed 's/^/deploy: /' >&2 || :
}

up() {
    begin
    upload
    clear_failed
    [ $destinations = yes ] ||
        echo "deploy: this package has only bootstrap: the stack has no functions that write to S3 (doc/deploy.md)" >&2
    echo "deploy: $STACK in $AWS_REGION, account $account; a first deployment takes some minutes" >&2
    # shellcheck disable=SC2086 # NAME=VALUE words
    aws cloudformation deploy --stack-name "$STACK" --template-file "$root/deploy/template.yaml" \
        --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset --parameter-overrides \
        CodeBucket="$CODE_BUCKET" CodeKey="$key" Architecture="$ARCH" Destinations=$destinations $PARAMS >&2 ||
        { reasons; fail "$STACK is $(stack_status)"; }
    aws cloudformation describe-stacks --stack-name "$STACK" --output text \
        --query 'Stacks[0].Outputs[].[Description, OutputValue]' | awk -F '\t' '{ printf "# %s\n%s\n", $1, $2 }'
}

# delete_bucket NAME: with its objects, if there is one.
delete_bucket() {
    aws s3api head-bucket --bucket "$1" >/dev/null 2>&1 || return 0
    aws s3 rb --force "s3://$1" >/dev/null
}

delete_data() {
    delete_bucket "$lake"
    if aws dynamodb describe-table --table-name "$table" >/dev/null 2>&1; then
        aws dynamodb delete-table --table-name "$table" >/dev/null
    fi
    delete_bucket "$CODE_BUCKET"
    echo "deploy: the table $table, the bucket $lake and the bucket of the package are deleted" >&2
}

down() {
    begin
    case $DELETE in
    '' | "$sentence") ;;
    *) fail "nothing was deleted: to delete the data too, say make destroy STACK=$STACK DELETE='$sentence'" ;;
    esac
    [ "$(stack_status)" != NONE ] || fail "there is no stack $STACK in $AWS_REGION"
    lake=$(output LakeName) table=$(output TableName)
    aws cloudformation delete-stack --stack-name "$STACK"
    aws cloudformation wait stack-delete-complete --stack-name "$STACK" || { reasons; fail "$STACK is $(stack_status)"; }
    echo "deploy: the stack $STACK is deleted" >&2
    if [ -n "$DELETE" ]; then
        delete_data
    else
        echo "deploy: the data stay, and cost something: the table $table, the bucket $lake, and the package in $CODE_BUCKET" >&2
        echo "deploy: to delete them: aws s3 rb --force s3://$lake; aws dynamodb delete-table --table-name $table; aws s3 rb --force s3://$CODE_BUCKET" >&2
    fi
}

case ${1:-} in
up | down) "$1" ;;
*) echo 'usage: deploy.sh up|down' >&2; exit 2 ;;
esac
