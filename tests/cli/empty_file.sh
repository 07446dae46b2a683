# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
: >empty.mp4
whoswho empty.mp4 -o out
