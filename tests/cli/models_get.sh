# SPDX-License-Identifier: MIT
# A real file, from a server of ours: got, resumed, checked, damaged, got anew, used by name.
. "$TOOLS/_media.sh"
real=${WW_SHARED:-}/models/mmod_human_face_detector.dat
[ -f "$real" ] || { echo "SKIP dlib's CNN detector is not in \$WW_SHARED/models"; exit 0; }
. "$TOOLS/_models.sh"
cp "$real" served
models whole get mmod mmod
left
models whole list | grep mmod
models whole check
echo "--- damaged"
printf x | dd of=data/mmod_human_face_detector.dat bs=1 seek=1000 conv=notrunc 2>/dev/null
models whole check
models whole get mmod | grep -v '^  '
cmp "$real" data/mmod_human_face_detector.dat
echo "--- cut and resumed"
rm data/*
models cut-500000 get mmod | grep -v '^  '
left
models whole get mmod | grep -v '^  '
left
cmp "$real" data/mmod_human_face_detector.dat
echo "--- used"
make -f lavfi -i color=gray:s=160x120:d=1 -frames:v 1 photo.jpg
whoswho photo.jpg -o out --detector mmod
