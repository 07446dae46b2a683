# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
make -f lavfi -i sine=d=2 song.m4a
whoswho song.m4a -o out
