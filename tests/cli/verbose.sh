# SPDX-License-Identifier: MIT
# --verbose tells the plan of a scan, WHOSWHO_LOG=debug what became of each span and what each layer of the networks took.
. "$TOOLS/_media.sh"
numbers() { sed -E 's/[0-9]+\.[0-9]+ (s|ms)/T \1/g; s/^(whoswho: ).*demo.mp4/\1DEMO/; s/^[^ ]+ s: scan.*/TIMES/'; }
debug() { WHOSWHO_LOG=debug "$WHOSWHO" scan "$demo" -o "$@" 2>log.txt >summary.txt; }
"$WHOSWHO" scan "$demo" -o plain 2>&1 | numbers
"$WHOSWHO" scan "$demo" -o verbose --verbose --no-track --fps 2 2>&1 | numbers
WHOSWHO_LOG=info "$WHOSWHO" scan "$demo" -o info 2>&1 | numbers
debug debug --threads 1
grep -v '^whoswho:   ' log.txt | numbers
# Of each network the shares of its layers add up, and the layers' times are those of a run.
awk '/ runs of /      { net = $2; run[net] = $(NF - 7) }
     /^whoswho:   /   { ms[net] += $2; share[net] += $3; layers[net]++; convolutions[net] += $4 == "Conv" }
     END { for (net in run) print net ":", (layers[net] > 8 && convolutions[net] > 5), (share[net] > 98 && share[net] < 102),
           (ms[net] > run[net] * 0.9 - 0.05 && ms[net] < run[net] * 1.1 + 0.05) }' log.txt | sort
WHOSWHO_LOG=debug "$WHOSWHO" scan "$demo" -o debug -q 2>&1
WHOSWHO_LOG=loud "$WHOSWHO" scan "$demo" -o debug 2>&1 | numbers
