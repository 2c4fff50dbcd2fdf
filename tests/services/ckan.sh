#!/usr/bin/env bash
# Bring up a CKAN as a portal runs it: the application with ckanext-dcat and its datastore, PostgreSQL,
# Redis, and Solr. All of it real, all of it on loopback, on ports that are free. Run it as root on Debian.
# Usage: tests/services/ckan.sh ROOT; ROOT/env then says where it listens and with which tokens,
# ROOT/ckan starts its application again, and ROOT/*.pid are what to kill.
# What can be kept for the next time lies in ${YUSUAN_SERVICE_CACHE:-~/.cache/yusuan-services}.
set -euo pipefail
root=$(mkdir -p "$1" && cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
version=2.12.0
cache=${YUSUAN_SERVICE_CACHE:-${HOME:-/root}/.cache/yusuan-services}/ckan-$version
mkdir -p "$cache" "$root/logs" "$root/storage"

# Nothing that was started outlives a failure.
trap 'status=$?; [ $status -eq 0 ] || kill $(head -qn 1 "$root"/*.pid) 2>/dev/null; exit $status' EXIT

began=$SECONDS
step() { echo "[$((SECONDS - began)) s] $*"; }

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Wait up to a minute until a command succeeds.
until_done() {
    local name=$1 tries=0
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -ge 240 ]; then
            echo "$name does not answer" >&2
            tail -n 20 "$root"/logs/* >&2
            exit 1
        fi
        sleep 0.25
    done
}

# -------------------------------------------------------------------------- programs of Debian
wanted=()
for pair in redis-server:redis-server nginx:nginx-light psql:postgresql mvn:maven java:default-jre-headless \
    curl:curl pg_config:libpq-dev gcc:gcc; do
    command -v "${pair%%:*}" >/dev/null || wanted+=("${pair##*:}")
done
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
ldconfig -p | grep -q libmagic.so.1 || wanted+=(libmagic1)
python3 -c 'import venv, ensurepip' 2>/dev/null || wanted+=(python3-venv)
if [ ${#wanted[@]} -gt 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update -qq
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${wanted[@]}"
fi
step "programs: ${wanted[*]:-all there}"

# ------------------------------------------------------------------------------ CKAN of PyPI
# A folder that is half filled has no mark, and is filled again.
if [ ! -f "$cache/venv/complete" ]; then
    rm -rf "$cache/venv"
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install -q "ckan[requirements]==$version" "ckanext-dcat~=2.4" "gunicorn>=23"
    touch "$cache/venv/complete"
fi
export PATH=$cache/venv/bin:$PATH
step "CKAN installed"

# -------------------------------------------------------------------- Solr of Maven Central
if [ ! -f "$cache/solr/complete" ]; then
    rm -rf "$cache/solr"
    mvn -q -B -f "$here/solr/pom.xml" dependency:copy-dependencies \
        -DoutputDirectory="$cache/solr" -DincludeScope=runtime
    touch "$cache/solr/complete"
fi
core=$root/solr/home/ckan
mkdir -p "$core/conf" "$root/solr/web/WEB-INF"
cp "$here/solr/web.xml" "$root/solr/web/WEB-INF/"
cp "$here/solr/solrconfig.xml" "$(python -c 'import ckan, pathlib
print(pathlib.Path(ckan.__path__[0], "config/solr/schema.xml"))')" "$core/conf/"
# The schema names these two; a portal in Chinese has nothing to put into them.
touch "$core/conf/synonyms.txt" "$core/conf/protwords.txt"
echo name=ckan >"$core/core.properties"
echo '<solr/>' >"$root/solr/home/solr.xml"
solr_port=$(free_port)
nohup java -Xmx384m -Djetty.port="$solr_port" -Dsolr.webapp="$root/solr/web" \
    -Dsolr.solr.home="$root/solr/home" -Dsolr.install.dir="$root/solr" -Dsolr.log.dir="$root/logs" \
    -cp "$cache/solr/*" org.eclipse.jetty.xml.XmlConfiguration "$here/solr/jetty.xml" \
    >"$root/logs/solr.log" 2>&1 </dev/null &
echo $! >"$root/solr.pid"

# ------------------------------------------------------------------------ PostgreSQL and Redis
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
pg_port=$(free_port)
install -d -o postgres "$root/pg"
install -o postgres /dev/null "$root/logs/postgres.log"
as_postgres() { (cd / && su postgres -s /bin/bash -c "$*"); }
as_postgres "$bin/initdb -D $root/pg -E UTF8 --locale=C.UTF-8 -A trust" >"$root/logs/initdb.log"
# Nothing here outlives the tests, so no write waits for a disk.
as_postgres "$bin/pg_ctl -D $root/pg -w -l $root/logs/postgres.log -o '-p $pg_port \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off' start" >/dev/null
head -n 1 "$root/pg/postmaster.pid" >"$root/postgres.pid"
sql="psql -q -h 127.0.0.1 -p $pg_port -U postgres -v ON_ERROR_STOP=1"
$sql -c "create role ckan login password 'ckan'" -c "create role reader login password 'reader'"
$sql -c "create database ckan owner ckan"
$sql -c "create database datastore owner ckan"

redis_port=$(free_port)
redis-server --port "$redis_port" --bind 127.0.0.1 --daemonize yes --dir "$root" --save '' \
    --pidfile "$root/redis.pid" --logfile "$root/logs/redis.log" >/dev/null
step "PostgreSQL and Redis are up"

# ------------------------------------------------------------------------------------ CKAN
port=$(free_port)
ini=$root/ckan.ini
ckan generate config "$ini" >/dev/null
# Uploads up to 250 MB: one test publishes a table of 200 MB.
ckan config-tool "$ini" \
    "sqlalchemy.url=postgresql://ckan:ckan@127.0.0.1:$pg_port/ckan" \
    "ckan.datastore.write_url=postgresql://ckan:ckan@127.0.0.1:$pg_port/datastore" \
    "ckan.datastore.read_url=postgresql://reader:reader@127.0.0.1:$pg_port/datastore" \
    "solr_url=http://127.0.0.1:$solr_port/solr/ckan" \
    "ckan.redis.url=redis://127.0.0.1:$redis_port/0" \
    "ckan.site_url=http://127.0.0.1:$port" \
    "ckan.storage_path=$root/storage" \
    "ckan.max_resource_size=250" \
    "ckan.plugins=datastore dcat" \
    "ckan.locale_default=zh_Hans_CN" \
    "ckan.auth.create_unowned_dataset=false" >/dev/null
until_done Solr curl -sf "http://127.0.0.1:$solr_port/solr/ckan/admin/ping"
step "Solr is up"
ckan -c "$ini" db init >"$root/logs/init.log" 2>&1
ckan -c "$ini" datastore set-permissions 2>>"$root/logs/init.log" | $sql >>"$root/logs/init.log" 2>&1

for user in admin editor; do
    ckan -c "$ini" user add $user email=$user@example.org password=not-a-secret-1 >>"$root/logs/init.log" 2>&1
    ckan -c "$ini" user token add $user tests 2>>"$root/logs/init.log" | tail -n 1 |
        tr -d '[:space:]' >"$root/$user.token"
done
ckan -c "$ini" sysadmin add admin >>"$root/logs/init.log" 2>&1
step "users are there"

cat >"$root/wsgi.py" <<EOF
import os

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
EOF
cat >"$root/ckan" <<EOF
#!/bin/sh
# Start the application; it runs until it is killed, and may leave the file with its number behind.
# Usage: $root/ckan [INI PORT]; a second one has other settings, for the same data.
pid="$root/ckan\${2:+-\$2}.pid"
rm -f "\$pid"
CKAN_INI=\${1:-"$ini"} exec "$cache/venv/bin/gunicorn" --chdir "$root" --bind 127.0.0.1:\${2:-$port} \\
    --workers 1 --threads 4 --timeout 120 --no-control-socket --pid "\$pid" \\
    --log-file "$root/logs/ckan.log" wsgi:application
EOF
chmod +x "$root/ckan"
nohup "$root/ckan" >>"$root/logs/start.log" 2>&1 </dev/null &
until_done CKAN curl -sf "http://127.0.0.1:$port/api/3/action/status_show"
step "CKAN is up: $(curl -s "http://127.0.0.1:$port/api/3/action/status_show" | head -c 160)"

cat >"$root/env" <<EOF
export YUSUAN_SERVICE_CKAN=http://127.0.0.1:$port
export YUSUAN_SERVICE_CKAN_TOKEN=$(cat "$root/admin.token")
export YUSUAN_SERVICE_CKAN_EDITOR_TOKEN=$(cat "$root/editor.token")
export YUSUAN_SERVICE_CKAN_ROOT=$root
EOF
