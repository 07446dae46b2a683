# SPDX-License-Identifier: MIT
# Sourced by the scripts about people: the demo's library in `out`, and output without what is of no interest here.
. "$TOOLS/_media.sh"
"$WHOSWHO" run "$demo" -o out -q ${RUN_OPTIONS-}
# Runs whoswho; dates, numbers of faces and of files may differ.
say() {
    echo "\$ whoswho $*" | sed -E 's/face_[0-9]+/face_N/g'
    whoswho "$@" | sed -E 's/face_[0-9]+/face_N/g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?/DATE/; s/[0-9]+ files? written, [0-9]+ removed/FILES/;
        s/"(written|removed|time)": [0-9]+/"\1": N/g; s/^exit code 0$//; /pair of strangers/d' | grep -v '^$'
}
# The Nth portrait in a folder of out; the folders of people; who has how many faces.
portrait() { ls out/"$1"/*.jpg | sed -n "${2}p"; }
folders() { ls -d out/*/ | grep -v 'Frames\|Montage' | while read -r d; do echo "$(basename "$d"): $(ls "$d" | grep -c 'jpg$')"; done; }
