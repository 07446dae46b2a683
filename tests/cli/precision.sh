# SPDX-License-Identifier: MIT
# What the networks compute in is told, kept by the library, and changed only when asked. int8 finds the faces of float32.
. "$TOOLS/_media.sh"
told() { grep -o 'networks compute in [a-z0-9]*\|the library in.*' | sort -u; }
scan() { out=$1; shift; WHOSWHO_LOG=info "$WHOSWHO" scan "$@" -o "$out" 2>&1 >/dev/null; }
rows() { "$WHOSWHO" run first.mp4 second.mp4 -o "$1" -q 2>&1 && cut -d, -f"$2" "$1/faces.csv"; }
cp "$demo" first.mp4
ffmpeg -nostdin -v error -ss 4 -t 6 -i "$demo" -c copy second.mp4
echo "--- new"
scan float first.mp4 --precision float32 | told
scan int8 first.mp4 --precision int8 | told
echo "--- more of it"
scan float second.mp4 | told
scan int8 second.mp4 | told
echo "--- known, and not looked at again"
"$WHOSWHO" scan first.mp4 second.mp4 -o int8 2>&1
"$WHOSWHO" scan first.mp4 second.mp4 -o int8 --precision int8 2>&1
echo "--- asked otherwise"
scan int8 second.mp4 --precision float32 | told
scan int8 second.mp4 --precision int8 | told
echo "--- a new one is in int8, in a folder that is there, too"
scan new second.mp4 | told
mkdir there
scan there second.mp4 --fast | told
echo "--- the same faces, times and people; nearly the same boxes"
rows float 3,10 >float.csv
rows int8 3,10 >int8.csv
wc -l <float.csv
cmp float.csv int8.csv && echo the same
rows float 4-7 >float.csv
rows int8 4-7 >int8.csv
cmp -s float.csv int8.csv || echo not to the last digit
paste -d, float.csv int8.csv | awk -F, 'NR > 1 { for (i = 1; i <= 4; i++) { d = $i - $(i + 4); d = d < 0 ? -d : d; far += d > 0.1 * $4 } n++ }
  END { print (far == 0 ? "within a tenth of their size" : far " values of " n " boxes are off") }'
echo "--- not a precision"
"$WHOSWHO" run first.mp4 -o none --precision int4 2>&1
echo "exit $?"
ls -d none 2>/dev/null
