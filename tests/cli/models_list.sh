# SPDX-License-Identifier: MIT
"$WHOSWHO" models --help
WHOSWHO_DATA=data "$WHOSWHO" models list
WHOSWHO_DATA=data "$WHOSWHO" models list --json | python3 -c '
import json, sys
for m in json.load(sys.stdin)["models"]:
    print(m["name"], m["licence"], m["here"], m["path"], m["url"].split("/")[2])'
for where in XDG_DATA_HOME=/share XDG_DATA_HOME=relative XDG_DATA_HOME=; do
    env -u WHOSWHO_DATA "$where" HOME=/home/ada "$WHOSWHO" models list --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["models"][0]["path"])'
done
env -u WHOSWHO_DATA -u XDG_DATA_HOME -u HOME "$WHOSWHO" models list
echo "exit code $?"
