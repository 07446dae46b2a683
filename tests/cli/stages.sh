# SPDX-License-Identifier: MIT
# scan, cluster and export one after the other give what run gives, and a second look at the same file is spared.
. "$TOOLS/_media.sh"
whoswho run "$demo" -o whole
whoswho scan "$demo" -o parts
whoswho cluster parts
whoswho export parts
diff -r -x whoswho.db -x 'whoswho.db-*' whole parts && echo "the same"
whoswho run "$demo" -o parts
whoswho cluster parts --eps 0.1
whoswho export parts
