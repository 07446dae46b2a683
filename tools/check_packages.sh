#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/check_packages.sh [WORK]: builds the Debian packages in a clean Debian 12 made by debootstrap, which has what debian/control asks
# for and nothing else, twice, in two places, and compares them byte for byte; lintian; installs them in another, bare one, lets them do
# their work, removes them, and looks for what was left behind. Needs root, debootstrap, lintian, a network, and an hour of patience at
# most; no part of ./test.sh. WORK: the folder to work in (kept), else a new one. What was built there before is built anew.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/bundle.sh"
work=${1:-$(mktemp -d)}
mirror=${MIRROR:-http://deb.debian.org/debian}
say() { echo "== $*"; }

root=""
trap '[ -z "$root" ] || umount "$root/proc"' EXIT
enter() { # enter NAME VARIANT: $root is a Debian of its own from here on
    [ -z "$root" ] || umount "$root/proc"
    root=$work/$1
    [ -e "$root/usr/bin/apt-get" ] || debootstrap "--variant=$2" bookworm "$root" "$mirror" >"$work/debootstrap-$1.log"
    mount --bind /proc "$root/proc"
}
in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -euc "$1"; }
as_logged() { # as_logged LOG COMMAND: in the chroot; the end of what it printed where it fails
    in_root "$2" >"$work/$1.log" 2>&1 || { tail -30 "$work/$1.log"; exit 1; }
}

build() { # build FOLDER: below / of the clean Debian
    rm -rf "${root:?}/$1"
    mkdir -p "$root/$1/whoswho"
    copy_checkout "$top" "$root/$1/whoswho"
    as_logged build-depends "cd /$1/whoswho; apt-get update; apt-get build-dep -y --no-install-recommends ./"
    as_logged "$(echo "build-$1" | tr / -)" "cd /$1/whoswho; dpkg-buildpackage -us -uc -b"
}

say "built twice in a clean Debian 12"
enter build-root buildd
build first
build second/and/elsewhere
packages=$root/first
for package in "$packages"/*.deb; do
    cmp "$package" "$root/second/and/elsewhere/$(basename "$package")"
done
(cd "$packages" && sha256sum ./*.deb)
echo "the same bytes both times"

say "lintian"
lintian --allow-root --fail-on error,warning "$packages"/whoswho_*.changes
echo "no errors, no warnings"

say "a bare Debian 12"
enter root minbase
mkdir -p "$root/packages"
cp "$packages"/*.deb "$top/debian/tests/demo" "$root/packages/"
rm -f "$root"/packages/*-dbgsym_*
mkdir -p "$root/packages/tests/data" "$root/packages/examples"
cp "$top/tests/data/demo.mp4" "$root/packages/tests/data/"
cp "$top/examples/people.c" "$root/packages/examples/"
names=$(sed -n 's/^Package: //p' "$top/debian/control" | tr '\n' ' ')
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
