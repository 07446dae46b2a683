# SPDX-License-Identifier: MIT
# Who is on a picture: among the people of a library, and in footage that is in none.
. "$TOOLS/_people.sh"
cp "$TOOLS"/../data/people/*.png .
make -f lavfi -i color=gray:320x240 -frames:v 1 empty.png
find_in() { say find "$@" | sed -E "s/(distance|at) [0-9]+\.[0-9]+/\1 D/g; s|$TOOLS/../data/||"; }
find_in saffron.png out
say name 0 Ada -o out
find_in saffron.png clove.png -o out --quiet
find_in saffron.png out
say ignore Ada -o out
find_in saffron.png out --top 2
find_in empty.png out
find_in nothing.png saffron.png clove.png out
find_in --in "$demo" sage.png
find_in --in "$demo" sage.png empty.png -q
find_in --in nowhere.mp4 sage.png
find_in out
find_in basil.png -o nowhere
"$WHOSWHO" find basil.png sage.png empty.png out --json | python3 -c '
import json, sys
for picture in json.load(sys.stdin)["found"]:
    print(picture["picture"], [(m["person"], m["recognised"], m["portrait"].split("/")[0], len(m["stretches"])) for f in picture["faces"] for m in f["matches"][:1]])'
"$WHOSWHO" find nothing.png out --json 2>/dev/null
"$WHOSWHO" find --in "$demo" sage.png --json | python3 -c '
import json, sys
match = json.load(sys.stdin)["found"][0]["faces"][0]["matches"][0]
print(match["person"], match["portrait"], [(round(s["from_s"]), round(s["to_s"])) for s in match["stretches"]])'
ls -d "${TMPDIR:-/tmp}"/whoswho-?????? 2>/dev/null
ls -d ClusteredFaces 2>/dev/null
