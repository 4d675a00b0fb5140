# For suites of bftop --http: a folder of their own with s.db, 600 sales.
cd "$T" || exit 1
unset http_proxy https_proxy
command -v curl >/dev/null || { skip 'the page' 'curl is missing'; plan; exit; }
bfgen -n 600 -o cdc | cdcproj s.db

# served ARGS...: starts it; its address is in URL, its number in PID.
served() {
    : >url
    bftop --http 0 "$@" >url 2>err2 &
    PID=$!
    soon test -s url || { cat err2; return 1; }
    URL=$(cat url)
}
trap 'kill ${PID:-} 2>/dev/null; rm -rf "$T"' EXIT
code() { curl -s -m 60 -o answer -w '%{http_code}\n' "$@"; }
