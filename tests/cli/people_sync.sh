# SPDX-License-Identifier: MIT
# The file manager as a review tool: each thing one can do with folders and portraits is understood, once.
. "$TOOLS/_people.sh"
sync() {
    say sync out
    folders
    say sync out
}
echo "--- nothing"
sync
echo "--- a folder renamed, and another run before the sync"
mv out/Face_0 out/Ada
say run "$demo" -o out
say sync out --dry-run
ls out | grep Ada
sync
echo "--- a portrait moved, without its annotation"
moved=$(portrait Face_1 1)
mv "$moved" out/Face_2/
sync
grep -c ',2,,Face_2/' out/faces.csv
cut -d' ' -f1 out/Face_2/*.txt | sort | uniq -c | sed 's/^ *//'
echo "--- undone"
say undo -o out
folders
echo "--- moved with its annotation, under another name"
mv "$moved" out/Face_2/picture.jpg
mv "${moved%.jpg}.txt" out/Face_2/picture.txt
sync
ls out/Face_2 | grep -v face
rm out/Face_2/picture.txt
echo "--- deleted"
rm "$(portrait Face_1 1)" "$(portrait Face_1 2)"
sync
echo "--- moved to Unsorted"
mv "$(portrait Face_3 1)" out/Unsorted/
sync
echo "--- copied"
cp "$(portrait Face_3 1)" out/Face_4/
sync
echo "--- a new folder"
mkdir out/Eve
mv "$(portrait Face_4 1)" "$(portrait Face_3 1)" "$(portrait Face_3 2)" out/Eve/
sync
echo "--- one folder's files moved into another"
mv out/Face_4/* out/Eve/
sync
echo "--- a folder deleted"
rm -r out/Face_3
sync
echo "--- renamed, with one moved out of it"
mv out/Ada out/Ada2
mv "$(portrait Ada2 1)" out/Eve/
sync
echo "--- deleted from Unsorted"
rm "$(portrait Unsorted 1)"
sync
echo "--- Unsorted renamed"
mv out/Unsorted out/Strangers
sync
echo "--- a folder called like a number"
mv out/Ada2 out/Face_77
sync
echo "--- files of the user's"
echo note >out/Eve/note.txt
cp "$demo" out/Eve/film.mp4
mkdir out/Mine
cp out/Frames/frame_1.jpg out/Mine/
sync
cat out/Eve/note.txt
rm -r out/Mine out/Eve/note.txt out/Eve/film.mp4
echo "--- changed by hand, and put back"
rm -r out/Eve
say export out
say export out --restore -q
folders
echo "--- a folder emptied, most of it into one other"
for n in 1 2 3 4; do mv "$(portrait Face_1 1)" out/Eve/; done
mv out/Face_1/* out/Face_2/
sync
echo "--- everything deleted"
rm -r out/Ada2 out/Eve out/Face_* out/Unsorted
sync
say log -o out
