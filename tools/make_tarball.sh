#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/make_tarball.sh [--tree] BUILD OUT: whoswho with the libraries it needs but for the C library's, to be unpacked and run anywhere on
# a Linux with glibc of this machine's version or later (Debian 12: 2.36). OUT is the .tar.xz, made the same from the same files
# (SOURCE_DATE_EPOCH: its date); with --tree the folder itself, not packed. The licences of the libraries lie in licences/.
set -eu
tree=no
[ "${1:-}" = --tree ] && tree=yes && shift
build=$1 out=$2
source=$(cd "$(dirname "$0")/.." && pwd)
. "$source/tools/bundle.sh"
command -v patchelf >/dev/null || { echo "patchelf is needed" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$("$build/app/cli/whoswho" --version | cut -d' ' -f2)
top=$work/whoswho-$version
mkdir -p "$top/bin" "$top/lib" "$top/share/whoswho" "$top/share/man/man1" "$top/licences"
cp "$build/app/cli/whoswho" "$top/bin/"
cp -L "$build/src/libwhoswho.so.0" "$top/lib/"
cp "$source/tests/data/demo.mp4" "$top/share/whoswho/"
cp "$source/docs/whoswho.1" "$top/share/man/man1/"
cp "$source/LICENSE" "$source/README.md" "$top/"
cp -r "$source/docs/completion" "$top/share/"

bundle_libraries "$top/lib" "$top/licences" "$top/lib/libwhoswho.so.0" "$build/app/cli/whoswho"
# DT_RPATH of the program holds for the libraries of libraries too, as DT_RUNPATH does not.
for library in "$top"/lib/*; do patchelf --remove-rpath "$library"; done
patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$top/bin/whoswho"
strip --strip-unneeded "$top/bin/whoswho" "$top/lib/libwhoswho.so.0"
chmod -R u+w,go+rX "$top"
ln -s bin/whoswho "$top/whoswho"
if [ $tree = yes ]; then
    mkdir -p "$out"
    cp -a "$top" "$out/"
else
    tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -C "$work" -cf - "whoswho-$version" | xz -T1 "-${XZ_LEVEL:-6}" >"$out"
fi
