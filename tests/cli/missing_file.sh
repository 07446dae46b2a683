# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
whoswho nowhere.mp4 -o out
