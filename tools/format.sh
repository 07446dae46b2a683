#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: format.sh [--check]: lays out the C sources by .clang-format; --check only tells which files differ, and fails if any does.
set -eu
cd "$(dirname "$0")/.."
how=-i
[ "${1:-}" = --check ] && how="--dry-run --Werror"
git ls-files 'src/*.[ch]' 'app/*.[ch]' 'include/*.h' 'tests/*.[ch]' 'examples/*.c' 'bench/*.c' 'models/*.h' | grep -v '^tests/data/' |
    xargs clang-format $how
