# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
yes "this is not footage" | head -c 5000 >letter.mp4
whoswho letter.mp4 -o out
