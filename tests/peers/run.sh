#!/bin/sh
# run.sh: tests the toolkit with programs that only other registries have, or that Debian has in another version: the
# current AWS CLI, boto3, moto's server, cfn-lint, sqlglot and readers of Parquet (PyPI: requirements.txt), parquet-java (Maven:
# java/pom.xml, needs mvn and javac), Trino (Maven: trino/pom.xml), the current AWS SDK for JavaScript (npm: package-lock.json, needs Node 20), bftop's page in Chromium, if that is installed. They are installed only below build/peers. One that cannot be
# installed is reported and is not a failure; one that is installed and fails is.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/*}
peers=$root/build/peers
BUILD=${BF_BUILD:-build/release}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
export BF_BUILD="$BUILD" BF_IN_BACKEND=bflocal BF_SHARED="${BF_SHARED:-$root/../shared}"
unset BF_AWS BF_PYTHON BF_SDK
mkdir -p "$peers"
: >"$peers/shapes"
failed=''

say() { echo "peers: $*"; }

# Installs once for each content of the file with the packages.
have_python() {
    cmp -s "$here/requirements.txt" "$peers/venv/requirements" && return 0
    say 'pip installs requirements.txt'
    rm -rf "$peers/venv"
    python3 -m venv "$peers/venv" >"$peers/log" 2>&1 &&
        "$peers/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >>"$peers/log" 2>&1 &&
        cp "$here/requirements.txt" "$peers/venv/requirements" && return 0
    tail -n 5 "$peers/log"
    return 1
}

have_node() {
    cmp -s "$here/package-lock.json" "$peers/node/installed" && return 0
    say 'npm installs package-lock.json'
    rm -rf "$peers/node" && mkdir "$peers/node" && cp "$here/package.json" "$here/package-lock.json" "$peers/node/" &&
        (cd "$peers/node" && npm ci --ignore-scripts --no-audit --no-fund) >"$peers/log" 2>&1 &&
        cp "$here/package-lock.json" "$peers/node/installed" && return 0
    tail -n 5 "$peers/log"
    return 1
}

# have_maven NAME SOURCE: the libraries of NAME/pom.xml are in build/peers/NAME/lib, and SOURCE is compiled beside them.
have_maven() {
    command -v mvn >/dev/null && command -v javac >/dev/null || return 1
    cmp -s "$here/$1/pom.xml" "$peers/$1/installed" && return 0
    say "Maven installs $1/pom.xml"
    rm -rf "${peers:?}/$1"
    mvn -q -B -f "$here/$1/pom.xml" dependency:copy-dependencies -DoutputDirectory="$peers/$1/lib" >"$peers/log" 2>&1 &&
        javac -nowarn -cp "$peers/$1/lib/*" -d "$peers/$1" "$here/$1/$2" >>"$peers/log" 2>&1 &&
        cp "$here/$1/pom.xml" "$peers/$1/installed" && return 0
    tail -n 5 "$peers/log"
    return 1
}

# by_java FOLDER: the corpus read by parquet-java, and its answers for FOLDER/skip.
by_java() {
    have_maven java ParquetRows.java || { say 'skipped: parquet-java of Maven: it could not be installed'; return 0; }
    java -cp "$peers/java/lib/*:$peers/java" ParquetRows "$1" >"$1/answers" 2>"$peers/log" || { cat "$peers/log"; return 1; }
    printf 'statistics: v9\nbloom filter: v55\ncolumn index: v89\n' | cmp - "$1/answers" &&
        say 'parquet-java passes over pages by statistics, bloom filter and column index'
}

# suite FILE: one TAP suite under bflocal.
suite() {
    prove -e sh "$1" || failed="$failed ${1##*/}"
}

# services TEXT SUITE...: suites of tests/services with the clients in the environment.
services() {
    say "$1"
    shift
    for name in "$@"; do
        # shellcheck disable=SC2016 # the inner shell's variable
        PYTHONPATH=$here/watched SHAPES_SEEN=$peers/shapes "$BUILD/bin/bflocal" sh -c 'prove -e sh "$1"' sh "$root/tests/services/$name" || failed="$failed $name"
    done
}

if have_python; then
    export BF_AWS="$peers/venv/bin/aws" BF_PYTHON="$peers/venv/bin/python3"
    services "$($BF_AWS --version), boto3 $($BF_PYTHON -c 'import boto3; print(boto3.__version__)')" bflocal-clients.sh bflocal-s3.sh bflocal-athena.sh \
        bflocal-ddb.sh bflocal-lambda.sh bflocal-firehose.sh bflocal-rules.sh
    say "their answers held against botocore's shapes: $(sort -u "$peers/shapes" | wc -l | tr -d ' ') operations, $(wc -l <"$peers/shapes" | tr -d ' ') answers"
    say "PyAthena and awswrangler"
    suite "$here/athena.sh"
    # Each seventh expression; all with BF_TRINO=1, which takes Trino some minutes.
    if have_maven trino TrinoAnswers.java; then
        say "Trino itself beside bflocal: $([ -n "${BF_TRINO:-}" ] && echo each || echo each seventh) of 6,677 expressions"
        TRINO_EVERY=$([ -n "${BF_TRINO:-}" ] && echo 1 || echo 7) "$BUILD/bin/bflocal" -q "$BF_PYTHON" "$here/trino.py" \
            "$peers/trino/lib/*:$peers/trino" || failed="$failed trino.py"
    else
        say 'skipped: Trino of Maven: it could not be installed'
    fi
    say "credentials beside botocore $($BF_PYTHON -c 'import botocore; print(botocore.__version__)')"
    "$BF_PYTHON" "$here/credentials.py" "$BUILD/bin" 200 1 || failed="$failed credentials.py"
    "$BF_PYTHON" "$here/shared_files.py" "$BUILD/bin" || failed="$failed shared_files.py"
    "$BF_PYTHON" "$here/endpoints.py" "$BUILD/bin" 200 1 || failed="$failed endpoints.py"
    say "bflocal's requests by botocore's models"
    (cd "$root" && "$BUILD/bin/bflocal" -q "$BF_PYTHON" "$here/model.py") || failed="$failed model.py"
    say 'athddl beside sqlglot'
    "$BF_PYTHON" "$here/athddl.py" "$BUILD/bin" "$root"/tests/cli/athddl/*.want "$root"/examples/insights/*.sql || failed="$failed athddl.py"
    say 'row2pq beside pyarrow, DuckDB, polars, arrow-rs and parquet-java'
    corpus=$(mktemp -d) && mkdir "$corpus/skip" &&
        PATH="$BUILD/bin:$PATH" KEEP=1 node "$root/tests/services/parquet_corpus.mjs" "$corpus" >"$peers/log" &&
        PATH="$BUILD/bin:$PATH" node "$root/tests/services/parquet_skip.mjs" "$corpus/skip" >>"$peers/log" &&
        by_java "$corpus" && "$BF_PYTHON" "$here/parquet.py" "$corpus" || failed="$failed parquet.py"
    rm -rf "$corpus"
    say "moto $($BF_PYTHON -c 'import moto; print(moto.__version__)')"
    MOTO="$peers/venv/bin/moto_server" suite "$here/moto.sh"
    duckdb=${BF_DUCKDB:-$root/tests/services/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so}
    if [ -f "$duckdb" ]; then
        say "bflocal beside moto, by seeds ${BF_MOTO_SEEDS:-of its own}"
        BF_DUCKDB=$duckdb "$BF_PYTHON" "$here/moto/differ_moto.py" "$BUILD/bin/bflocal" "$peers/venv/bin/moto_server" || failed="$failed differ_moto.py"
    else
        say 'skipped: bflocal beside moto: there is no DuckDB for Athena (make deps)'
    fi
    say "deploy/template.yaml: $("$peers/venv/bin/cfn-lint" --version), and moto's CloudFormation"
    MOTO="$peers/venv/bin/moto_server" CFN_LINT="$peers/venv/bin/cfn-lint" suite "$here/deploy.sh"
else
    say 'skipped: the AWS CLI, boto3, moto, cfn-lint, sqlglot and readers of Parquet of PyPI: they could not be installed'
fi
if chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome); then
    say "bftop's page in $("$chromium" --version 2>/dev/null)"
    for test in bftop_chromium.py bftop_access.py; do
        PATH="$BUILD/bin:$PATH" python3 "$here/$test" "$chromium" || failed="$failed $test"
    done
else
    say "skipped: bftop's page in a browser: chromium is not installed"
fi
major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
if [ "$major" -lt 20 ]; then
    say "skipped: the current AWS SDK for JavaScript: it needs Node 20, here is ${major#0}"
elif have_node; then
    unset BF_AWS BF_PYTHON
    cp "$root/tests/services/sdk.mjs" "$peers/node/"
    BF_SDK="$peers/node/sdk.mjs" services 'the current AWS SDK for JavaScript' bflocal-clients.sh
else
    say 'skipped: the AWS SDK for JavaScript: it could not be installed'
fi
[ -z "$failed" ] || { say "failed:$failed"; exit 1; }
