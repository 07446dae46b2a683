# SPDX-License-Identifier: MIT
# What passes for a face in a test picture is the detector's affair. The index of an MP4 stands at its end: a cut file has none. A cut Matroska file can be read as far as it goes.
. "$TOOLS/_media.sh"
make -f lavfi -i testsrc2=s=320x240:r=10:d=20 -c:v libx264 -preset ultrafast whole.mp4
make -i whole.mp4 -c copy whole.mkv
head -c $(($(stat -c %s whole.mp4) / 2)) whole.mp4 >cut.mp4
head -c $(($(stat -c %s whole.mkv) / 2)) whole.mkv >cut.mkv
whoswho scan cut.mp4 -o out
whoswho scan cut.mkv -o out | sed 's/^[0-9]* frames sampled.*/SOME frames sampled/'
