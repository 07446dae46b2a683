# SPDX-License-Identifier: MIT
# What was printed and did not arrive is no success; a mistyped command makes no folder; a file name cannot speak to the terminal.
. "$TOOLS/_media.sh"
"$WHOSWHO" "$demo" -o People -q
for command in "--version" "--help" "people -o People" "people -o People --json" "log -o People --json" "eval People --truth folders --face largest --json"; do
    "$WHOSWHO" $command >/dev/full 2>err.txt
    echo "$command, full disk: exit code $?"
    "$WHOSWHO" $command >&- 2>err.txt
    echo "$command, closed: exit code $?"
done
cat err.txt
whoswho nmae 3 Ada
whoswho peple
whoswho "$demo" --treshold 1
whoswho "$demo" --json=yes
ls
printf 'not a film' >"$(printf 'bad\033[31m\nname.mp4')"
whoswho bad* -o Other
