#!/bin/sh
# SPDX-License-Identifier: MIT
# ./bench.sh [--threads N] [--repeat N] [--clip FILE] [--json FILE]: installs what is needed, builds whoswho and its peer (OpenCV
# + dlib), draws a two-minute 1080p clip (minutes, once) and times both and plain ffmpeg on it; then
# the CPU time beside ffmpeg's on footage of every kind. See bench/run_bench.py, bench/run_kinds.py.
set -eu
top=$(cd "$(dirname "$0")" && pwd)
. "$top/tools/setup.sh"

dir=$top/build-bench
need $build_packages g++ ffmpeg libopencv-dev libdlib-dev libopenblas-dev python3-numpy python3-opencv
build "$dir" -Dbuildtype=release -Dtests=false
python=/usr/bin/python3 # Debian's own: it sees python3-opencv

work=$dir/peer
mkdir -p "$work"
if [ ! -x "$work/article_chain" ] || [ -n "$(find "$top/bench" -name 'article_*' -newer "$work/article_chain")" ]; then
    echo "Building the OpenCV + dlib chain (a minute, once) ..." >&2
    g++ -std=c++17 -O3 -march=native -DNDEBUG -isystem /usr/include/opencv4 "$top/bench/article_chain.cpp" -o "$work/article_chain" \
        -ldlib -lopencv_videoio -lopencv_imgcodecs -lopencv_imgproc -lopencv_core -lopenblas -lpthread
fi
[ -f "$work/models/descriptor.dat" ] || "$work/article_chain" prepare "$work/models"
if [ ! -f "$work/clip.mp4" ]; then
    "$python" "$top/bench/make_clip.py" "$top/tests/data/people" "$work/clip.part.mp4" >&2
    mv "$work/clip.part.mp4" "$work/clip.mp4"
fi
"$python" "$top/bench/run_bench.py" --whoswho "$dir/app/cli/whoswho" --chain "$work/article_chain" --models "$work/models" \
    --clip "$work/clip.mp4" --json "$work/figures.json" "$@"
echo
"$python" "$top/bench/run_kinds.py" --whoswho "$dir/app/cli/whoswho" --clip "$work/clip.mp4" --work "$work/kinds" \
    --json "$work/kinds.json"
