#!/bin/sh
# SPDX-License-Identifier: MIT
# ./run.sh [whoswho's arguments]: installs what is needed, builds, runs. Without arguments: the demo clip.
set -eu
top=$(cd "$(dirname "$0")" && pwd)
. "$top/tools/setup.sh"

need $build_packages
[ -x "$top/build/app/cli/whoswho" ] || echo "Building (a minute, once) ..." >&2
build "$top/build" -Dtests=false
if [ $# -eq 0 ]; then
    echo "No footage named: here is the demo clip (five people who do not exist)." >&2
    set -- "$top/tests/data/demo.mp4" -o DemoFaces
fi
exec "$top/build/app/cli/whoswho" "$@"
