# SPDX-License-Identifier: MIT
# Known people are recognised by a picture each; a part of one is taken for one; the reasons are told.
. "$TOOLS/_people.sh"
mkdir known
for name in basil clove ginger saffron sage; do
    mkdir known/$name
    cp "$TOOLS/../data/people/$name.png" known/$name/
done
mkdir known/nobody known/Face_3
make -f lavfi -i color=gray:s=320x240 -frames:v 1 known/nobody/wall.jpg
make -i known/sage/sage.png -i known/clove/clove.png -filter_complex hstack known/nobody/two.png
echo text >known/basil/notes.txt
named() { sed -E 's/Face_[0-9]+ is/Face_N is/g; s/[0-9]+ of [0-9]+ faces/FACES/g; s/nearest [0-9.]+/nearest D/g' | sort; }
say name 0 Zoe -o out
say cluster out --known known | named
say export out -q
folders
say cluster out --known known | named
say run "$demo" -o whole --known known --json | grep -o '"known": {[^}]*}'
say cluster out --known elsewhere
mkdir -p cut/Ann && head -c 3000 "$TOOLS/../data/people/sage.png" >cut/Ann/sage.png # cannot be read: said, and shown in the exit code
say cluster out --known cut -q
say undo -o out | named
say merge 1 2 -o out
say split 2 -o out
say split 2 -o out --yes
say part 3 -o out | tail -1
say why "$(portrait Zoe 1)" -o out | sed -E 's/[0-9]+\.[0-9]+/D/g'
say log -o out | named
say undo -o out -q
say cluster out --known known -q
say split ginger -o out --yes | tail -2 # what the user has told apart is not named alike
say cluster out --known known | grep ginger
