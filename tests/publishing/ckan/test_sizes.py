"""Files that are large, and portals that take small ones only."""

from __future__ import annotations

import json
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from yusuan.publishing.errors import TargetError

pytestmark = pytest.mark.service

DATASET = "131024-304-budget"


def old_and_large(small, sizes):
    """Return a release, and one with all its files changed and large ones beside them."""
    extra = [(f"resources/{number}.bin", b"\1" * size) for number, size in enumerate(sizes)]
    return small(), small(rows=[("009", "新", "1")], text="新", extra=extra)


def assert_refused(server, publish, url, old, large, said):
    """Publish both: the second is refused, and the first stays whole."""
    publish(url, old)
    before = server.files(DATASET)
    with pytest.raises(TargetError) as found:
        publish(url, large)
    told = found.value.text("en")
    assert said in told
    assert url.removeprefix("http://") in told
    assert "raise the limit of uploads" in told
    assert server.files(DATASET) == before
    # With another limit the next run finishes the job.
    publish(server.url, large)
    after = server.files(DATASET)
    assert len(after) == len(large.seals)
    assert all(after[path] != content for path, content in before.items() if "text" in path)


def test_a_file_that_is_too_large_for_the_portal_is_told_and_leaves_the_old_state(
    ckan, publish, small
):
    narrow = ckan.beside(**{"ckan.max_resource_size": 1})
    try:
        old, large = old_and_large(small, [2_000_000])
        assert_refused(ckan, publish, narrow.url, old, large, "does not take an uploaded file")
    finally:
        narrow.kill()


NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port}; client_max_body_size 3m;
    location / {{ proxy_pass {url}; proxy_set_header Host $http_host; }}
  }}
}}
"""


@pytest.fixture
def gateway(ckan, tmp_path):
    """The address of an nginx before the portal that takes 3 MB a request, as many have."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    settings = tmp_path / "nginx.conf"
    # The workers are of another user.
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    settings.write_text(NGINX.format(folder=folder, port=port, url=ckan.url), "utf-8")
    with subprocess.Popen([nginx, "-c", settings, "-e", folder / "log"]) as running:
        url = f"http://127.0.0.1:{port}"
        while not replace(ckan, url=url).answers():
            time.sleep(0.05)
        yield url
        running.terminate()
    shutil.rmtree(folder)


@pytest.mark.parametrize("sizes", [[900_000] * 4, [40_000_000]], ids=["many files", "a file"])
def test_a_request_that_is_too_large_for_the_gateway_is_told_and_leaves_the_old_state(
    ckan, gateway, publish, small, sizes
):
    old, large = old_and_large(small, sizes)
    assert_refused(ckan, publish, gateway, old, large, "too large (413)")


PUBLISH = """
import json, pickle, re, sys
from pathlib import Path
from yusuan.publishing import target_of

folder, url, release = Path(sys.argv[1]), sys.argv[2], pickle.load(open(sys.argv[3], "rb"))
target = target_of(f"ckan+{url}", folder, state=folder / "state")
receipt = target.apply(target.plan([release]))
found = [(one.kind, one.path) for one in target.verify(receipt)]
# getrusage would count the memory of the tests, from which this process was forked.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"found": found, "mb": peak, "again": len(target.plan([release]).changes)}))
"""


def test_a_csv_of_200_mb_is_published_in_150_mb_of_memory(ckan, small, tmp_path):
    table = tmp_path / "big.csv"
    text = "1234567890" * 1800  # a row of 18 kB, which PostgreSQL does not take for words
    rows = 11_200
    with table.open("w", encoding="utf-8", newline="\n") as file:
        file.write("id,text\n")
        for number in range(rows):
            file.write(f"{number:06},{text}\n")
    assert table.stat().st_size > 200e6
    release = small(table=table)
    pickled = tmp_path / "release"
    pickled.write_bytes(pickle.dumps(release))
    (tmp_path / "work").mkdir()
    command = [sys.executable, "-c", PUBLISH, tmp_path / "work", ckan.url, pickled]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    # A package of four tables is no whole disclosure; all else is as it was published.
    assert {kind for kind, _ in outcome["found"]} == {"faulty"}
    assert outcome["again"] == 0
    assert outcome["mb"] < 150
    (big,) = [one for one in ckan.show(DATASET)["resources"] if one["size"] > 200e6]
    assert big["hash"] == sha256(table.read_bytes()).hexdigest()
    status, found = ckan.call("datastore_search", {"resource_id": big["id"], "limit": 1})
    assert (status, found["total"]) == (200, rows)
    assert found["records"][0]["id"] == "000000"
