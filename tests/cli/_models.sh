# SPDX-License-Identifier: MIT
# Sourced by the scripts about models: a server on loopback, which behaves as the first part of an address says (tests/unit/fetch/server.py), and an
# empty folder for models.
WHOSWHO_DATA=data
export WHOSWHO_DATA
mkdir served
python3 "$TOOLS/../unit/fetch/server.py" served port & server=$!
trap 'kill $server' EXIT
while [ ! -f port ]; do sleep 0.05; done
address=http://127.0.0.1:$(cat port)
# models WAY ARGUMENT...: whoswho models with that server.
models() {
    way=$1
    shift
    WHOSWHO_MODELS_URL=$address/$way "$WHOSWHO" models "$@" >out.txt 2>&1
    code=$?
    sed "s|$address|SERVER|" out.txt
    echo "exit code $code"
}
left() { ls data 2>/dev/null | sed 's/^/left: /'; }
