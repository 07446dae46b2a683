# SPDX-License-Identifier: MIT
# Single portraits: rejected, told to be the same or different; and strangers.
. "$TOOLS/_people.sh"
say name 0 Ada -o out
wrong=$(portrait Ada 2)
say reject "$wrong" -o out
number=${wrong##*_}
say why "${number%.jpg}" -o out | grep 'kept out'
ls out/Ada/face_"$number" 2>/dev/null || echo "no longer with Ada"
say same "$(ls out/*/face_"$number")" "$(portrait Ada 1)" -o out
ls out/Ada/face_"$number" >/dev/null && echo "with Ada again"
say different Ada "$(portrait Face_2 3)" -o out
say different "$(portrait Face_2 1)" "$(portrait Face_2 2)" -o out
folders
say ignore Face_1 -o out
folders
grep -c '^[0-9]*,.*,-1,,,[0-9]' out/faces.csv
say people -o out
say cluster out
say export out -q
folders
say undo -o out
folders
say log -o out
