# SPDX-License-Identifier: MIT
# Very long pictures, either way, and photos that lie on their side or head without saying so: the faces are found, upright.
. "$TOOLS/_media.sh"
make -ss 1 -i "$demo" -frames:v 1 -vf crop=340:440:220:30,scale=170:220 one.png
make -loop 1 -framerate 1 -i one.png -frames:v 1 -vf tile=20x1:init_padding=0 -t 20 wide.png
make -loop 1 -framerate 1 -i one.png -frames:v 1 -vf tile=1x20:init_padding=0 -t 20 tall.png
make -i one.png -vf transpose=clock clock.png
make -i one.png -vf transpose=cclock cclock.png
make -i one.png -vf hflip,vflip half.png
for picture in wide tall one clock cclock half; do
    whoswho $picture.png -o $picture | grep 'exit code'
    echo "$picture: $(tail -n +2 $picture/faces.csv | wc -l)"
done
# Labels are those of the upright picture, whichever way the file has it.
for picture in clock cclock half; do
    cat $picture/Frames/*.txt >turned.txt
    cmp -s one/Frames/frame_1.txt turned.txt && echo "the same label" || paste one/Frames/frame_1.txt turned.txt
done
head -1 clock/faces.csv
