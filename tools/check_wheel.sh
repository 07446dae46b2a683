#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/check_wheel.sh WHEEL WORK: installs the wheel of tools/make_wheel.sh into a fresh virtual environment of a new, bare Debian 12 in
# WORK/root (kept), which has Python and no compiler, and lets it do its work. Needs root, debootstrap, and a network; no part of ./test.sh.
set -eu
wheel=$1 work=$2
top=$(cd "$(dirname "$0")/.." && pwd)
root=$work/root
mkdir -p "$work"
[ -e "$root/usr/bin/apt-get" ] || debootstrap --variant=minbase bookworm "$root" "${MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap.log"
mount --bind /proc "$root/proc"
trap 'umount "$root/proc"' EXIT
rm -rf "$root/wheel"
mkdir "$root/wheel"
cp "$wheel" "$top/tests/data/demo.mp4" "$root/wheel/"
# What it depends on is fetched out here: a bare machine has no way to PyPI of its own.
/usr/bin/python3 -m venv "$root/wheel/fetching"
"$root/wheel/fetching/bin/pip" download -q --only-binary :all: -d "$root/wheel/needed" "$wheel"
rm -rf "$root/wheel/fetching"
in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -euc "$1"; }
in_root 'apt-get update -qq && apt-get install -qq -y --no-install-recommends python3-venv >/dev/null 2>&1'
in_root '! command -v cc && ! command -v gcc && ! command -v c++ && echo "no compiler"'
in_root 'dpkg -l | grep -cE "^ii  (libav|libx11|libglib2|libdnnl|libsqlite3-0|libheif)" || true'
in_root 'python3 -m venv /wheel/venv && /wheel/venv/bin/pip install -q --no-index --find-links /wheel/needed /wheel/*.whl && /wheel/venv/bin/pip list'
in_root 'cd /wheel && venv/bin/python - <<END
import whoswho
lib = whoswho.Library("People")
print(lib.scan(["demo.mp4"]))
lib.cluster()
lib.export()
print(len(lib.people), "people")
assert len(lib.people) == 5
print(whoswho.WhosWhoClusterer().fit_predict(lib.view().embeddings)[:8])
END'
in_root 'ls /wheel/People; rm -rf /wheel'
