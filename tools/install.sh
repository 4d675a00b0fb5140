#!/bin/sh
# install.sh install|uninstall|list: what `make install` installs, from one list, so that uninstall removes just that.
# mk/install.mk sets BF_B, BF_BINDIR and the other names; every path may hold spaces.
set -eu
tab=$(printf '\t')
made=$BF_B/install # files that are made for installing

# entry MODE SOURCE TARGET
entry() { printf '%s\t%s\t%s\n' "$1" "$2" "$3"; }

installed_header() { echo "$BF_INCDIR/bfpipe/${1#lib/}"; }

list() {
    for tool in $BF_TOOLS; do
        case $tool in
        cdclambda) entry 755 "${BF_CDCLAMBDA:-$BF_B/bin/cdclambda}" "$BF_BINDIR/cdclambda" ;;
        *) entry 755 "$BF_B/bin/$tool" "$BF_BINDIR/$tool" ;;
        esac
        entry 644 "$made/bash/$tool" "$BF_BASHCOMPDIR/$tool"
        entry 644 "$made/zsh/_$tool" "$BF_ZSHCOMPDIR/_$tool"
        entry 644 "$made/fish/$tool.fish" "$BF_FISHCOMPDIR/$tool.fish"
    done
    for lib in bfpipe bfpipe-aws; do
        entry 644 "$BF_B/lib/lib$lib.so.$BF_SOVER" "$BF_LIBDIR/lib$lib.so.$BF_SOVER"
        entry link "lib$lib.so.$BF_SOVER" "$BF_LIBDIR/lib$lib.so"
        entry 644 "$BF_B/lib/lib$lib.a" "$BF_LIBDIR/lib$lib.a"
        entry 644 "$made/$lib.pc" "$BF_LIBDIR/pkgconfig/$lib.pc"
    done
    entry 644 "$BF_B/lib/bfpipe/bfpipe-rowsink.so" "$BF_LIBDIR/bfpipe/bfpipe-rowsink.so"
    for header in $BF_CORE_HEADERS $BF_AWS_HEADERS; do
        entry 644 "$made/$header" "$(installed_header "$header")"
    done
    for page in man/*.[157]; do
        entry 644 "$page" "$BF_MANDIR/man${page##*.}/${page##*/}"
    done
    for file in README.md CHANGELOG.md LICENSE examples/*.*; do
        if [ -f "$file" ]; then entry 644 "$file" "$BF_DOCDIR/${file##*/}"; fi
    done
    for file in examples/iam/*.json; do
        entry 644 "$file" "$BF_DOCDIR/iam/${file##*/}"
    done
    for file in examples/insights/*.sql; do
        entry 644 "$file" "$BF_DOCDIR/insights/${file##*/}"
    done
    for file in doc/*; do
        if [ -f "$file" ]; then entry 644 "$file" "$BF_DOCDIR/doc/${file##*/}"; fi
    done
}

# In a .pc file a space in a path is written with a backslash.
pc_path() { printf '%s' "$1" | sed 's/[\\ ]/\\&/g'; }

# Private libraries are asked for by static linking alone. The archives hold zlib's, zstd's and OpenSSL's users too.
pc_files() {
    cat >"$made/bfpipe.pc" <<END
libdir=$(pc_path "$BF_LIBDIR")
includedir=$(pc_path "$BF_INCDIR")

Name: bfpipe
Description: Change records, rows and JSON of the bfpipe toolkit
Version: $BF_VERSION
Cflags: -I\${includedir}
Libs: -L\${libdir} -lbfpipe
Libs.private: $BF_CORE_LIBS
END
    cat >"$made/bfpipe-aws.pc" <<END
libdir=$(pc_path "$BF_LIBDIR")
includedir=$(pc_path "$BF_INCDIR")

Name: bfpipe-aws
Description: AWS client and signing of the bfpipe toolkit
Version: $BF_VERSION
Requires: bfpipe
Cflags: -I\${includedir}
Libs: -L\${libdir} -lbfpipe-aws
Libs.private: $BF_AWS_LIBS
END
}

make_files() {
    mkdir -p "$made/bash" "$made/zsh" "$made/fish"
    pc_files
    for header in $BF_CORE_HEADERS $BF_AWS_HEADERS; do
        mkdir -p "$made/${header%/*}"
        sed 's|^#include "lib/|#include "bfpipe/|' "$header" >"$made/$header"
    done
    for tool in $BF_TOOLS; do
        "$BF_B/bin/$tool" --completions=bash >"$made/bash/$tool"
        "$BF_B/bin/$tool" --completions=zsh >"$made/zsh/_$tool"
        "$BF_B/bin/$tool" --completions=fish >"$made/fish/$tool.fish"
    done
}

# Folders that hold nothing of anybody else: what an older version left there goes too. DOCDIR may be a folder that others
# share; it is one's own only by its name.
own_folders() {
    rm -rf "$BF_DESTDIR$BF_INCDIR/bfpipe" "$BF_DESTDIR$BF_LIBDIR/bfpipe"
    case $BF_DOCDIR in */bfpipe) rm -rf "$BF_DESTDIR$BF_DOCDIR" ;; esac
}

case ${1:-} in
list) list | cut -f 3 ;;
install)
    make_files
    own_folders
    list | while IFS=$tab read -r mode source target; do
        target=$BF_DESTDIR$target
        mkdir -p "${target%/*}"
        if [ "$mode" = link ]; then
            ln -sf "$source" "$target"
        else
            install -m "$mode" "$source" "$target"
        fi
    done
    echo "installed in $BF_DESTDIR$BF_BINDIR: $BF_TOOLS"
    ;;
uninstall)
    list | while IFS=$tab read -r _ _ target; do
        rm -f "$BF_DESTDIR$target"
    done
    own_folders
    ;;
*)
    echo "usage: install.sh install|uninstall|list" >&2
    exit 2
    ;;
esac
