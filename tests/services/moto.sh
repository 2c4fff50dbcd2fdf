#!/usr/bin/env bash
# Start moto, a stand-in for S3, on loopback. Usage: tests/services/moto.sh ROOT
# Writes ROOT/env and ROOT/server.pid.
set -euo pipefail
root=$(mkdir -p "$1" && cd "$1" && pwd)

python3 -m venv "$root/venv"
"$root/venv/bin/pip" install -q 'moto[s3,server]>=5.1,<6'

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$root/venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$root/server.log" 2>&1 &
echo $! >"$root/server.pid"

for _ in $(seq 300); do
    if curl -s "http://127.0.0.1:$port/" -o "$root/answer"; then
        echo "export YUSUAN_SERVICE_S3=http://127.0.0.1:$port" >"$root/env"
        exit 0
    fi
    sleep 0.1
done
tail "$root/server.log"
exit 1
