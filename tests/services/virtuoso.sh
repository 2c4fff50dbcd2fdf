#!/usr/bin/env bash
# Start Virtuoso, a SPARQL server, on loopback. Usage: tests/services/virtuoso.sh ROOT
# Installs Debian's virtuoso-opensource where it is missing. Its user dba may write, by Digest.
# Writes ROOT/env and ROOT/server.pid.
set -euo pipefail
root=$(mkdir -p "$1" && cd "$1" && pwd)

if ! command -v virtuoso-t >/dev/null || ! command -v isql-vt >/dev/null; then
    apt-get -o DPkg::Lock::Timeout=300 -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y \
        --no-install-recommends virtuoso-opensource-7-bin
fi

free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free)
sql=$(free)
cat >"$root/virtuoso.ini" <<INI
[Database]
DatabaseFile = $root/virtuoso.db
TransactionFile = $root/virtuoso.trx
ErrorLogFile = $root/virtuoso.log
LockFile = $root/virtuoso.lck
xa_persistent_file = $root/virtuoso.pxa
[TempDatabase]
DatabaseFile = $root/virtuoso-temp.db
TransactionFile = $root/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:$sql
DisableUnixSocket = 1
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
DirsAllowed = $root
[HTTPServer]
ServerPort = 127.0.0.1:$port
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
INI
(cd "$root" && exec virtuoso-t +foreground +configfile "$root/virtuoso.ini") \
    >"$root/server.log" 2>&1 &
echo $! >"$root/server.pid"

for _ in $(seq 120); do
    if curl -sf "http://127.0.0.1:$port/sparql?query=ASK%7B%7D" -o "$root/answer"; then
        echo "export YUSUAN_SERVICE_VIRTUOSO=http://127.0.0.1:$port" >"$root/env"
        exit 0
    fi
    sleep 0.5
done
tail "$root/server.log"
exit 1
