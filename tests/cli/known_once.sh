# SPDX-License-Identifier: MIT
# Somebody on one photo alone is recognised by a known picture, and the very picture by itself; whom the user set aside is not.
. "$TOOLS/_media.sh"
people="$TOOLS/../data/people"
mkdir -p known/Sage known/Ginger photos
cp "$people/sage.png" known/Sage/
cp "$people/ginger.png" known/Ginger/
cp "$people/sage.png" "$people/basil.png" photos/
make -i "$people/ginger.png" -vf eq=brightness=0.06,scale=iw*3/4:-1 photos/ginger.png
say() { echo "\$ whoswho $*"; whoswho "$@" | sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}/DATE/; s/nearest 0\.[0-9]+/nearest D/; s/[0-9]+ files? written, [0-9]+ removed/FILES/; s/^exit code 0$//' | grep -v '^$\|^threshold\|^next'; }
say run photos -o out -q
say cluster out --known known
say people -o out
say cluster out --known known
say undo -o out
say people -o out
