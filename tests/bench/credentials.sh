#!/bin/sh
# From the start of a tool to its first signed request, for each source of credentials, beside boto3: medians. What
# answers is on this machine, so a network's time comes on top, once for each request to where keys come from.
. "$(dirname "$0")/lib.sh"
title 'start to first signed request'
"${BF_PYTHON:-python3}" "$here/credentials.py" "$BUILD/bin" "${1:-9}" || exit 1
