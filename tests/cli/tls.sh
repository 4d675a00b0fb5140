#!/bin/sh
# Certificates are always verified: each kind of invalid one is refused with its own message, and nothing is sent. Plain
# HTTP to another machine causes a warning.
. "$(dirname "$0")/lib.sh"
. "$root/tests/fault/lib.sh"

bfgen -n 3 >"$T/lines" || exit 1
mkdir "$T/pki" || exit 1
cat >"$T/pki/config" <<'END'
[ca]
default_ca = own
[own]
dir = .
database = index
new_certs_dir = .
serial = serial
policy = any
default_md = sha256
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
END
: >"$T/pki/index"
echo 01 >"$T/pki/serial"
new_key() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "$@"; }
(cd "$T/pki" && new_key -x509 -days 3650 -subj /CN=authority -keyout authority.key -out authority.pem) 2>"$T/pki/log" || exit 1

# leaf NAME SUBJECTALTNAME FROM TO: signed by the authority.
leaf() {
    (cd "$T/pki" && new_key -subj "/CN=$1" -addext "subjectAltName=$2" -keyout "$1.key" -out "$1.csr" &&
        openssl ca -batch -config config -cert authority.pem -keyfile authority.key -startdate "$3" -enddate "$4" \
            -in "$1.csr" -out "$1.pem" -notext) 2>>"$T/pki/log" || { printf 'Bail out! %s\n' "$(cat "$T/pki/log")"; exit 1; }
}
leaf good IP:127.0.0.1 20200101000000Z 20491231000000Z
leaf expired IP:127.0.0.1 20200101000000Z 20210101000000Z
leaf future IP:127.0.0.1 20480101000000Z 20491231000000Z
leaf other DNS:elsewhere.example 20200101000000Z 20491231000000Z
(cd "$T/pki" && new_key -x509 -days 30 -subj /CN=self -addext subjectAltName=IP:127.0.0.1 -keyout self.key -out self.pem) 2>>"$T/pki/log" || exit 1

# The fault server shows this one.
fault_certificate() { cat "$T/pki/$SHOWN.key" "$T/pki/$SHOWN.pem" >"$FAULT_DIR/tls.pem"; }

# shown NAME STATUS TEXT [OPTION...]
shown() {
    SHOWN=$1 want=$2 text=$3
    shift 3
    FAULT_TLS=1 fault_start </dev/null
    host=${FAULT_URL#https://}
    [ -z "$text" ] || text="ddbput: sales: DescribeTable: $(printf %s "$text" | sed "s/HOST/$host/")"
    check "a certificate: $SHOWN $*" -i "$T/lines" -s "$want" -e "$text" -- ddbput "$@" sales
    if [ "$want" = 0 ]; then
        ok '  is accepted' test "$(wc -l <"$FAULT_DIR/accepted")" = 3
    else
        ok '  nothing was sent' test "$(fault_count)" = 0
    fi
    fault_stop
}
shown good 0 '' --ca-bundle "$T/pki/authority.pem"
shown good 1 'the certificate of HOST is not signed by a trusted authority (see --ca-bundle)'
shown self 1 'the certificate of HOST is self-signed (see --ca-bundle)'
shown self 1 'the certificate of HOST is self-signed (see --ca-bundle)' --ca-bundle "$T/pki/authority.pem"
shown expired 1 'the certificate of HOST has expired' --ca-bundle "$T/pki/authority.pem"
shown future 1 'the certificate of HOST is not valid yet; is the clock here right?' --ca-bundle "$T/pki/authority.pem"
shown other 1 'the certificate of HOST is for another host' --ca-bundle "$T/pki/authority.pem"

# athq has no lines to send; its query is not started.
SHOWN=expired
FAULT_TLS=1 fault_start </dev/null
check 'a certificate: expired, athq' -s 1 -e "athq: StartQueryExecution: the certificate of ${FAULT_URL#https://} has expired" -- \
    athq --ca-bundle "$T/pki/authority.pem" 'SELECT 1'
ok '  nothing was sent' test "$(fault_count)" = 0
fault_stop

# The same for sources of keys: STS has the wrong certificate, and no key is found.
SHOWN=other
FAULT_TLS=1 fault_start </dev/null
printf '[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\naws_access_key_id = A\naws_secret_access_key = S\n' >"$T/config"
chmod 600 "$T/config"
check 'STS with the certificate of another' -i "$T/lines" -s 1 \
    -e "ddbput: sales: role arn:aws:iam::123456789012:role/r: STS: the certificate of ${FAULT_URL#https://} is for another host" -- \
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_CONFIG_FILE="$T/config" ddbput --ca-bundle "$T/pki/authority.pem" sales
fault_stop

# Plain HTTP to another machine (by a proxy, so that no packet leaves this one): told once, and not with -q.
fault_start </dev/null
plain='data sent there can be read on the way; https:// protects it'
for run in 'ddbput sales' 'kinput orders' 'kinread -e orders'; do
    # shellcheck disable=SC2086 # words
    check "plain HTTP: $run" -i "$T/lines" -a -e "${run%% *}: http://service.invalid:8000: $plain" -- \
        env http_proxy="$FAULT_URL" AWS_ENDPOINT_URL=http://service.invalid:8000 $run
done
check 'plain HTTP: s3put' -i "$T/lines" -s 1 -E "^s3put: http://service.invalid:8000: $plain" -- \
    env http_proxy="$FAULT_URL" AWS_ENDPOINT_URL=http://service.invalid:8000 s3put --one s3://lake/k
check 'plain HTTP: athq' -E "^athq: http://service.invalid:8000: $plain" -- \
    env http_proxy="$FAULT_URL" AWS_ENDPOINT_URL=http://service.invalid:8000 athq --max-attempts 1 'SELECT 1'
check '  not with -q' -i "$T/lines" -- env http_proxy="$FAULT_URL" ddbput -q --endpoint-url http://service.invalid sales
for url in http://localhost:1 http://127.9.9.9:1 'http://[::1]:1'; do
    check "  nor to this machine: $url" -i "$T/lines" -s 75 -E "cannot connect to" -- ddbput --max-attempts 1 --endpoint-url "$url" sales
    ok '    one line is said' test "$(wc -l <"$T/err")" = 1
done
check '  a name is not this machine' -i "$T/lines" -E "^ddbput: http://127.evil.invalid: $plain" -- \
    env http_proxy="$FAULT_URL" ddbput --endpoint-url http://127.evil.invalid sales
check '  STS too' -i "$T/lines" -E "^ddbput: http://sts.invalid: $plain" -s 75 -- \
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY http_proxy=http://127.0.0.1:1 no_proxy=127.0.0.1 AWS_CONFIG_FILE="$T/config" \
    AWS_ENDPOINT_URL_STS=http://sts.invalid ddbput sales
check '  the metadata service elsewhere is refused' -i "$T/lines" -s 2 -E 'is neither https:// nor an address of this machine or of the metadata service' -- \
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_EC2_METADATA_DISABLED AWS_EC2_METADATA_SERVICE_ENDPOINT=http://192.0.2.1 ddbput sales
plan
