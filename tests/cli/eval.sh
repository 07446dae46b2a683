# SPDX-License-Identifier: MIT
# How good the demo's result is against its truth; photos by the names of their folders and pair by pair; what is wrong with a
# truth is said with file and line.
. "$TOOLS/_people.sh"
truth=$TOOLS/../data/demo.truth.csv
# What the embedder alone decides is masked: distances, and what comes of a threshold that is far too small.
figures() {
    say "$@" | sed -E 's/(distance of about|"threshold":|F1 [0-9.]+ at) [0-9.]+/\1 D/g; /^ +0\.100 /s/[0-9]/N/g'
}
say eval out --truth "$truth"
say eval out/faces.csv --truth "$truth"
say eval out --truth "$truth" --json
say eval out --truth "$truth" --quiet
figures eval out --truth "$truth" --thresholds 0.1,1.1
say merge 0 1 2 -o out
say eval out --truth "$truth" --worst 1
# Photos: each made person bright and dark, twice.
for name in basil clove ginger sage; do
    mkdir -p photos/$name
    make -i "$TOOLS/../data/people/$name.png" photos/$name/${name}_0001.png
    make -i "$TOOLS/../data/people/$name.png" -vf eq=brightness=0.06 photos/$name/${name}_0002.png
done
mkdir photos/wall
make -f lavfi -i color=gray:s=320x240 -frames:v 1 photos/wall/wall_0001.png
say run photos -o pictures -q --threshold 1
say eval pictures --truth folders
say eval pictures --truth names --face largest --json
cat >pairs.txt <<END
2	2
basil	1	2
clove	1	2
basil	1	clove	1
basil	2	clove	2
ginger	1	2
sage	1	2
ginger	1	sage	1
wall	1	sage	2
END
figures eval pictures --pairs pairs.txt
cat >pairs.csv <<END
file1,file2,same
basil_0001.png,basil/basil_0002.png,1
basil_0001.png,clove_0001.png,0
sage_0001.png,sage_0002.png,1
sage_0001.png,ginger_0002.png,0
END
figures eval pictures --pairs pairs.csv --json
printf 'file,person\nbasil_0001.png,Basil\nbasil_0002.png,Basil\nsage_0001.png,Sage\nnobody.png,Nobody\n' >some.csv
say eval pictures --truth some.csv
# What is wrong.
say eval out
say eval out other --truth folders
say eval out --truth "$truth" --face left
say eval out --truth "$truth" --thresholds 1:0.9:0.1
say eval out --pairs pairs.txt --thresholds 1
say eval nowhere --truth "$truth"
say eval out --truth missing.csv
say eval out/faces.csv --pairs pairs.txt
say eval out/faces.csv --truth "$truth" --thresholds 1
say eval out/faces.csv --truth folders
printf 'start_s,end_s,x,y,w,h,person\n0,1,0,0,9,9,Ada\n1,2,0,0,9,Ada\n' >bad.csv
say eval out --truth bad.csv
printf 'start_s,end_s,x,y,w,h,person\n0,1,0,0,9,wide,Ada\n' >bad.csv
say eval out --truth bad.csv
sed 's/^sage	1	2/sage	1	12/' pairs.txt >bad.txt
say eval pictures --pairs bad.txt
sed 's/^sage	1	2/rosemary	1	2/' pairs.txt >bad.txt
say eval pictures --pairs bad.txt
sed 2d pairs.txt >bad.txt
say eval pictures --pairs bad.txt
