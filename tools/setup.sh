# SPDX-License-Identifier: MIT
# Sourced by run.sh, test.sh and bench.sh: installs Debian packages that are missing. Uses sudo only where the user is not root.

build_packages="gcc g++ libc6-dev meson ninja-build pkg-config python3 protobuf-c-compiler libprotobuf-c-dev libdnnl-dev libbz2-dev libjpeg62-turbo-dev
libheif-dev libtiff-dev libwebp-dev libpng-dev libdeflate-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libunistring-dev libsqlite3-dev libcurl4-openssl-dev libssl-dev libexpat1-dev ca-certificates libmicrohttpd-dev libjansson-dev
libdlib-dev liblapack-dev"
test_packages="ffmpeg valgrind libimage-exiftool-perl locales python3-numpy python3-sklearn python3-opencv python3-onnx python3-jsonschema python3-cffi python3-dev python3-setuptools python3-pytest patchelf
libopenblas-dev"
browser_packages="chromium chromium-driver python3-selenium"
consumer_packages="python3-venv"
check_packages="clang clang-tidy libclang-rt-14-dev libomp-14-dev python3-markdown-it doxygen mandoc libopenmpi-dev openmpi-bin"

need() { # need PACKAGE...: installs those that are not there
    missing=""
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "These packages are missing and there is no sudo to install them:$missing" >&2; exit 3; }
        as_root="sudo"
    fi
    echo "Installing:$missing" >&2
    log=$(mktemp)
    if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -20 "$log" >&2
        echo "Installing the packages failed; the lines above say why." >&2
        exit 3
    fi
    rm -f "$log"
}

targets="" # what build makes; empty: everything

build() { # build DIR [meson options]: configures DIR once and builds it, quietly unless it fails
    dir=$1
    shift
    log=$(mktemp)
    if ! { { [ -f "$dir/build.ninja" ] || meson setup "$dir" "$top" "$@"; } && ninja -C "$dir" $targets; } >"$log" 2>&1; then
        tail -40 "$log" >&2
        echo "Building in $dir failed; the lines above say why." >&2
        exit 3
    fi
    rm -f "$log"
}
