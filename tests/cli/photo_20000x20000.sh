# SPDX-License-Identifier: MIT
# A JPEG of that size is read smaller, in bounded memory; a PNG cannot be, and is refused.
. "$TOOLS/_media.sh"
/usr/bin/python3 -c '
import cv2, numpy
huge = numpy.full((20000, 20000), 128, numpy.uint8)
cv2.imwrite("huge.jpg", huge)
cv2.imwrite("huge.png", huge, [cv2.IMWRITE_PNG_COMPRESSION, 1])' 2>/dev/null || { echo "SKIP python3-opencv is not installed"; exit 0; }
ulimit -v 2500000
whoswho huge.jpg huge.png -o out
