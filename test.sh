#!/bin/sh
# SPDX-License-Identifier: MIT
# ./test.sh --soak MINUTES: fuzzers, kills, failing calls and days in the life for so long; what is found is saved in soak-found/.
# ./test.sh --consumers [NAME...]: what reads our data sets, installed from PyPI into build-consumers/, reads those of the demo.
# ./test.sh [--all]: installs what is needed, builds, runs every test and ends with "N passed, N failed, N skipped"; its
# exit code is 1 if anything failed.
# --all (what CI runs) adds: warnings as errors with gcc and clang, address+undefined and thread sanitizers, clang-tidy, the include rules.
set -eu
top=$(cd "$(dirname "$0")" && pwd)
. "$top/tools/setup.sh"
usage='usage: ./test.sh [--all | --soak MINUTES | --consumers [NAME...]]'
all=no minutes= consumers=no
case "${1:-}:$#" in
:0) ;;
--all:1) all=yes ;;
--soak:2) minutes=$2 ;;
--consumers:*) consumers=yes && shift ;;
--help:1 | -h:1) echo "$usage" && exit ;;
*) echo "$usage" >&2 && exit 2 ;;
esac

if [ -n "$minutes" ]; then
    need $build_packages $test_packages $check_packages
    cd "$top"
    build "$top/build-test"
    for name in tests/fuzz/fuzz_*.c; do targets="$targets ${name%.c}"; done
    CC=clang CXX=clang++ build "$top/build-fuzz" -Dfuzz=true -Dbuildtype=debugoptimized -Dc_args=-fsanitize=fuzzer-no-link \
        -Db_sanitize=address,undefined -Db_lundef=false -Db_ndebug=false
    exec python3 tests/soak/soak.py build-test build-fuzz "$minutes" soak-found
fi
need $build_packages $test_packages
if [ $consumers = yes ]; then
    need $consumer_packages
    targets="app/cli/whoswho tests/parity/dlib/hog_run tests/parity/dlib/net_run"
    build "$top/build-test"
    exec /usr/bin/python3 "$top/tests/consumers/run.py" "$top/build-test" "$top/build-consumers" "$@"
fi
if [ $all = yes ]; then
    need $check_packages
    (need $browser_packages) || echo "The tests of the review page in a browser are skipped." >&2
fi
cd "$top"
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

run_tests() { # run_tests NAME DIR [meson test arguments]
    name=$1 dir=$2
    shift 2
    echo "== tests: $name"
    rm -f "$dir/meson-logs/testlog.json" # of an earlier run
    { # a line per test program as it ends: some take minutes
        status=0
        meson test -C "$dir" --no-rebuild "$@" 2>&1 || status=$?
        echo "$status" >"$results/$name.status"
    } | tee "$results/$name.log" | grep --line-buffered -E '^ *[0-9]+/[0-9]+ ' || true
    cp "$dir/meson-logs/testlog.json" "$results/$name.json" || tail -40 "$results/$name.log"
}

check() { # check NAME COMMAND...: one more line for the count
    name=$1
    shift
    echo "== check: $name"
    if "$@" >"$results/$name.log" 2>&1; then echo ok >"$results/$name.check"; else echo failed >"$results/$name.check"; tail -40 "$results/$name.log"; fi
}

if [ $all = no ]; then
    build "$top/build-test"
    run_tests gcc "$top/build-test"
else
    build "$top/build-test" -Dwerror=true
    run_tests gcc "$top/build-test"
    CC=clang CXX=clang++ build "$top/build-asan" -Dwerror=true -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false -Db_ndebug=false
    run_tests address-undefined "$top/build-asan" --no-suite parity --no-suite slow
    targets="app/cli/whoswho tests/unit/pipeline/test_pipeline" # what the suite needs
    CC=clang CXX=clang++ build "$top/build-tsan" -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false
    run_tests thread "$top/build-tsan" --suite threads
    check clang-tidy sh tools/tidy.sh "$top/build-asan"
fi
check includes python3 tools/check_includes.py
check sources python3 tools/check_sources.py
if [ -d "$top/../shared/footage" ]; then # everything can run, so what is skipped must be listed
    python3 tools/test_summary.py "$results" --expected-skips tests/expected-skips
else
    python3 tools/test_summary.py "$results"
fi
