# SPDX-License-Identifier: MIT
# What dlib's options say when they do not fit.
. "$TOOLS/_media.sh"
make -i "$demo" -frames:v 1 photo.jpg
whoswho photo.jpg -o out --upsample 1
whoswho photo.jpg -o out --upsample 9
whoswho photo.jpg -o out --jitter 10
whoswho photo.jpg -o out --landmarks nowhere.dat
printf '\001\001\202\001' >broken.dat
whoswho photo.jpg -o out --landmarks broken.dat
printf '\001\002\001\001\001\000\001\000\001\004' >cells.svm
whoswho photo.jpg -o out --detector cells.svm
