#!/usr/bin/env bash
# Start Apache Jena Fuseki, a SPARQL server, on loopback. Usage: tests/services/fuseki.sh ROOT
# Needs Java 17 and Maven, which it installs by apt-get where they are missing. Writes ROOT/env and
# ROOT/server.pid.
set -euo pipefail
root=$(mkdir -p "$1" && cd "$1" && pwd)
version=5.2.0

missing=()
command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
command -v mvn >/dev/null || missing+=(maven)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get -o DPkg::Lock::Timeout=300 -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y \
        --no-install-recommends "${missing[@]}"
fi
mvn -q -B dependency:copy -DoutputDirectory="$root" -Dtransitive=false \
    -Dartifact="org.apache.jena:jena-fuseki-server:$version"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p "$root/store"
(
    cd "$root"
    exec java -Xmx512m -jar "jena-fuseki-server-$version.jar" --tdb2 --loc="$root/store" --update \
        --localhost --port="$port" /ds
) >"$root/server.log" 2>&1 &
echo $! >"$root/server.pid"

for _ in $(seq 120); do
    if curl -sf "http://127.0.0.1:$port/ds/sparql?query=ASK%7B%7D" -o "$root/answer"; then
        echo "export YUSUAN_SERVICE_FUSEKI=http://127.0.0.1:$port/ds" >"$root/env"
        exit 0
    fi
    sleep 0.5
done
tail "$root/server.log"
exit 1
