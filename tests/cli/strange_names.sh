# SPDX-License-Identifier: MIT
. "$TOOLS/_media.sh"
mkdir "Tante Grete's \"Film\" & <Söhne>"
cp "$demo" "Tante Grete's \"Film\" & <Söhne>/größe, 50%.mp4"
whoswho "Tante Grete's \"Film\" & <Söhne>" -o "ergebnis mit 'Zeichen'"
head -2 "ergebnis mit 'Zeichen'/faces.csv" | cut -d, -f1-3
