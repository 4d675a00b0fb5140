#!/bin/sh
# From the start of a tool to its first signed request, for each source of credentials, beside boto3: medians. The
# sources are on this machine; add the time of the network for each request to a source of keys.
. "$(dirname "$0")/lib.sh"
title 'start to first signed request'
"${BF_PYTHON:-python3}" "$here/credentials.py" "$BUILD/bin" "${1:-9}" || exit 1
