#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: tidy.sh BUILD_DIR: clang-tidy (checks in .clang-tidy) over all sources of the library and the program; fails on any finding.
set -eu
build=$1
git ls-files 'src/*.c' 'app/*.c' | xargs -P 2 -n 6 clang-tidy -p "$build" --quiet 2>/dev/null
