# SPDX-License-Identifier: MIT
# The result does not depend on the number of threads, nor on the order in which work is finished.
. "$TOOLS/_media.sh"
mkdir photos
make -i "$demo" -vf fps=1 photos/p%02d.jpg
for n in 1 2 3 8; do
    "$WHOSWHO" photos "$demo" -o out$n --threads $n --every 0.5s -q || echo "failed with $n"
    cmp out1/faces.csv out$n/faces.csv && echo "$n threads: the same table"
done
[ "$(wc -l <out1/faces.csv)" -gt 50 ] && echo "and it is not empty"
