# SPDX-License-Identifier: MIT
# Sourced by the scripts: makes footage, and prints outcomes without their times.
command -v ffmpeg >/dev/null || { echo "SKIP ffmpeg is not installed"; exit 0; }
demo=$TOOLS/../data/demo.mp4
make() { ffmpeg -v error -nostdin -y "$@" </dev/null; }
# Runs whoswho; prints its output without what differs from run to run, and without the distances, which are the embedder's; then
# its exit code.
whoswho() {
    "$WHOSWHO" "$@" >out.txt 2>&1
    code=$?
    grep -v '^[0-9.]* s: scan' out.txt | grep -v '^scanning: \|^clustering: \|^writing: ' | sed 's/([0-9.]* s)/(TIME)/; s/, [0-9.]* s)/, TIME)/' |
        sed -E 's/(threshold|separation|one side are|across) [0-9]+\.[0-9]+/\1 D/g; s/(about 1 in) [0-9]+/\1 N/'
    echo "exit code $code"
}
