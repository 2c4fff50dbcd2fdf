#!/usr/bin/env bash
# Start Oxigraph, a SPARQL server, on loopback. Usage: tests/services/oxigraph.sh ROOT
# Writes ROOT/env and ROOT/server.pid. Tests that kill a server start their own by the command told.
set -euo pipefail
root=$(mkdir -p "$1" && cd "$1" && pwd)

python3 -m venv "$root/venv"
"$root/venv/bin/pip" install -q 'oxigraph>=0.5,<0.6'

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$root/venv/bin/oxigraph" serve --location "$root/store" --bind "127.0.0.1:$port" \
    >"$root/server.log" 2>&1 &
echo $! >"$root/server.pid"

for _ in $(seq 100); do
    if curl -sf "http://127.0.0.1:$port/query?query=ASK%7B%7D" -o "$root/answer"; then
        echo "export YUSUAN_SERVICE_OXIGRAPH=http://127.0.0.1:$port" >"$root/env"
        echo "export YUSUAN_SERVICE_OXIGRAPH_COMMAND=$root/venv/bin/oxigraph" >>"$root/env"
        exit 0
    fi
    sleep 0.1
done
tail "$root/server.log"
exit 1
