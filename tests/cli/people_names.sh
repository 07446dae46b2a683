# SPDX-License-Identifier: MIT
# Names, merging, undo and redo: the folders, the table and the classes follow at once, and keep following.
. "$TOOLS/_people.sh"
say people -o out
say name 0 Ada -o out
say name Face_1 "Ben/Co: ..?" -o out
folders
cut -d, -f11 out/faces.csv | sort | uniq -c | sed 's/^ *//'
grep -A 9 '^names' out/data.yaml
say name 2 Ada -o out
folders
say merge ada 3 -o out
say undo -o out
say undo -o out
say undo -o out
say redo -o out
say log -o out
say cluster out
say run "$demo" -o out -q
say people -o out
say cluster out --method dbscan -q
say people -o out
say name 3 "montage" -o out
say name 4 ".hidden" -o out --json
folders
