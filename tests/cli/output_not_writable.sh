# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
echo "a file stands here" >taken
whoswho "$demo" -o taken
whoswho "$demo" -o taken/below
whoswho "$demo" -o /proc/whoswho
