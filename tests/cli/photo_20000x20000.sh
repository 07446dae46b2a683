# SPDX-License-Identifier: MIT
# A JPEG of that size is read smaller, in bounded memory; a PNG cannot be, and is refused.
. "$TOOLS/_media.sh"
make -f lavfi -i color=gray:s=20000x20000 -pix_fmt gray -frames:v 1 huge.jpg
make -f lavfi -i color=gray:s=20000x20000 -pix_fmt gray -frames:v 1 -compression_level 1 -pred none huge.png
ulimit -v 2500000
whoswho huge.jpg huge.png -o out
