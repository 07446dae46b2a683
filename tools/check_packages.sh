#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/check_packages.sh [WORK]: builds the Debian packages twice, in two places, and compares them byte for byte; lintian; installs them
# in a new Debian 12 made by debootstrap, lets them do their work, removes them, and looks for what was left behind. Needs root, a
# network, and an hour of patience at most; no part of ./test.sh. WORK: the folder to work in (kept), else a new one.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
mirror=${MIRROR:-http://deb.debian.org/debian}
say() { echo "== $*"; }

build() { # build FOLDER
    for made in "$work/$1"/whoswho_*.deb; do [ ! -e "$made" ] || return 0; done
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1/whoswho"
    (cd "$top" && git ls-files -z | xargs -0 tar cf -) | tar xf - -C "$work/$1/whoswho"
    (cd "$work/$1/whoswho" && dpkg-buildpackage -us -uc -b) >"$work/$1/build.log" 2>&1 || { tail -30 "$work/$1/build.log"; exit 1; }
}

say "built twice"
build first
build second/and/elsewhere
for package in "$work"/first/*.deb; do
    cmp "$package" "$work/second/and/elsewhere/$(basename "$package")"
done
(cd "$work/first" && sha256sum ./*.deb)

say "lintian"
lintian --allow-root --fail-on error,warning "$work"/first/whoswho_*.changes
echo "no errors, no warnings"

say "a bare Debian 12"
root=$work/root
[ -e "$root/usr/bin/apt-get" ] || debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log"
mkdir -p "$root/packages"
cp "$work"/first/*.deb "$top/debian/tests/demo" "$root/packages/"
rm -f "$root"/packages/*-dbgsym_*
mkdir -p "$root/packages/tests/data" "$root/packages/examples"
cp "$top/tests/data/demo.mp4" "$root/packages/tests/data/"
cp "$top/examples/people.c" "$root/packages/examples/"
mount --bind /proc "$root/proc"
trap 'umount "$root/proc"' EXIT
in_root() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -euc "$1"; }
names='whoswho libwhoswho0 libwhoswho-dev python3-whoswho whoswho-doc'
files() { (cd "$root" && find . -xdev \( -path ./proc -o -path ./packages -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log -o -path ./tmp \
    -o -path ./root \) -prune -o -name __pycache__ -prune -o -print | sort); }
in_root 'cd /packages; apt-get update -qq; apt-get install -qq -y --no-install-recommends gcc pkg-config libc6-dev ./*.deb >install.log 2>&1 || { tail -20 install.log; exit 1; }'
in_root "dpkg -P $names >/dev/null"
files >"$work/before"
in_root 'cd /packages; apt-get install -qq -y --no-install-recommends ./*.deb >/dev/null 2>&1'
in_root 'cd /packages; sh demo; whoswho --version; whoswho demo -o /tmp/Demo -q; man -w whoswho 2>/dev/null || true'
say "removed"
in_root "rm -rf /tmp/Demo; dpkg -P $names >/dev/null"
files >"$work/after"
diff "$work/before" "$work/after"
echo "nothing was left behind"
