# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
make -f lavfi -i color=red:s=2x2 -vf scale=1:1 -frames:v 1 -pix_fmt yuvj444p dot.jpg
make -f lavfi -i color=red:s=2x2 -vf scale=1:1 -frames:v 1 dot.png
whoswho dot.jpg dot.png -o out
