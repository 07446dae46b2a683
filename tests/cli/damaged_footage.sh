# SPDX-License-Identifier: MIT
# What could not be read is told with file and stretch, also when asked to be quiet, also at the next scan; other files in a folder are no
# footage and no noise; a picture size that changes is told by the table.
. "$TOOLS/_media.sh"
mkdir footage
make -f lavfi -i color=gray:s=320x240:r=10:d=20 -c:v libx264 -g 50 -movflags +faststart whole.mp4
head -c $(($(stat -c %s whole.mp4) * 9 / 10)) whole.mp4 >footage/film.bin
echo 'export const a = 1' >footage/code.ts
echo 'module example' >footage/go.mod
printf 'not a photo' >footage/photo.heic
printf '\0\0\0\030ftypcrx \0\0\0\1crx isom' >footage/raw.CR3
whoswho scan footage -o out -q | sort
whoswho scan footage -o out -q | sort
make -t 2 -i "$demo" -vf scale=320:180 -c:v libvpx -deadline realtime -cpu-used 8 -g 20 small.webm
make -ss 4 -t 2 -i "$demo" -vf scale=640:360 -c:v libvpx -deadline realtime -cpu-used 8 -g 20 large.webm
printf "file small.webm\nfile large.webm\n" >list.txt
make -f concat -i list.txt -c copy joined.webm
whoswho joined.webm -o sizes -q
cut -d, -f28,29 sizes/faces.csv | sort | uniq -c | sed 's/^ *[0-9]* //'
awk '$2 <= 0 || $2 >= 1 || $4 <= 0.05 || $4 > 0.5 { print FILENAME ": " $0 }' sizes/Frames/*.txt
