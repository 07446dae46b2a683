#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/check_container.sh WORK: builds the image of Containerfile by buildah, on a Debian 12 that debootstrap makes in WORK/base (kept) where
# the image of that name would be fetched, and runs whoswho in it. Needs root, buildah, debootstrap, and a network; no part of ./test.sh.
set -eu
work=${1:?"usage: tools/check_container.sh WORK"}
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/bundle.sh"
mkdir -p "$work/source" "$work/in"
work=$(cd "$work" && pwd)
here() { buildah --root "$work/images" --runroot "$work/run" --storage-driver vfs "$@"; }
[ -e "$work/base/usr/bin/apt-get" ] || debootstrap --variant=minbase bookworm "$work/base" "${MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap.log"
base=$(here from scratch)
here copy -q "$base" "$work/base" / >/dev/null
here commit -q "$base" localhost/debian:12 >/dev/null
here rm "$base" >/dev/null
rm -rf "$work/source"
mkdir "$work/source"
copy_checkout "$top" "$work/source"
here build --isolation chroot --network host --pull-never -t whoswho -f "$work/source/Containerfile" "$work/source" >"$work/build.log" 2>&1 ||
    { tail -30 "$work/build.log"; exit 1; }
here images
cp "$top/tests/data/demo.mp4" "$work/in/Footage.mp4"
made=$(here from --pull-never localhost/whoswho)
run() { here run --isolation chroot -v "$work/in:/work" "$made" -- "$@"; }
run whoswho --version
run whoswho Footage.mp4
run sh -c '! command -v cc && echo "no compiler"'
ls "$work/in/ClusteredFaces"
rm -rf "$work/in"
here rm "$made" >/dev/null
