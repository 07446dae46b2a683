# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
make -f lavfi -i color=gray:s=320x240:r=10:d=3 -c:v libx264 grey.mp4
whoswho grey.mp4 -o out
cat out/faces.csv
ls out
