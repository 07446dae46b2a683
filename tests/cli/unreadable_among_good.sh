# SPDX-License-Identifier: MIT
# One bad file is reported and passed over; the exit code tells, each time: what could not be read is looked at again.
. "$TOOLS/_media.sh"
mkdir footage
cp "$demo" footage/a.mp4
echo "not a photo" >footage/b.jpg
ln -s gone.mp4 footage/c.mp4
make -f lavfi -i color=gray:s=64x64 -frames:v 1 footage/d.jpg
whoswho footage -o out
whoswho footage -o out
