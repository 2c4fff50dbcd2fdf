"""S3-compatible storage as target, by a real server (moto) behind a proxy that does ill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
import uuid

import boto3
import pytest

from yusuan.errors import UsageError
from yusuan.publishing import read_receipt, target_of
from yusuan.publishing.bucket import TURN
from yusuan.publishing.client import Patience
from yusuan.publishing.errors import TargetError
from yusuan.publishing.storing import media_type

SERVICE = "YUSUAN_SERVICE_S3"
PLACE = "doc/131024.304.2021.budget"
SECRET = "sEcret/+key 90"  # noqa: S105 - invented
PREFIX = "开放 数据/预算"

pytestmark = pytest.mark.usefixtures("no_secrets")


@pytest.fixture
def url(monkeypatch):
    """The address of the server; who asks stands in the environment."""
    found = os.environ.get(SERVICE)
    if not found:
        pytest.skip(f"{SERVICE} names no server: see .ci/services")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", found)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return found


@pytest.fixture
def bucket(url):
    """A new bucket, as another program sees it."""
    del url
    found = boto3.resource("s3").Bucket(f"ys-{uuid.uuid4().hex[:12]}")
    found.create()
    yield found
    found.objects.all().delete()
    found.delete()


@pytest.fixture
def target(bucket, tmp_path):
    """Return a function that gives the target as a run of its own has it."""
    count = iter(range(1000))

    def made(state="state", tries=1, address=None, **options):
        scratch = tmp_path / f"scratch-{next(count)}"
        scratch.mkdir()
        found = target_of(address or f"s3://{bucket.name}/{PREFIX}", scratch,
                          state=tmp_path / state, **options)  # fmt: skip
        found.bucket.patience = Patience(connect=2, read=10, tries=tries)
        return found

    return made


@pytest.fixture
def through(faults, url, monkeypatch):
    """The proxy through which the bucket is reached from now on."""
    with faults.FaultProxy(url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        yield proxy


def publish(target, *releases):
    receipt = target.apply(target.plan(releases))
    assert target.verify(receipt) == []
    return receipt


def keys(bucket):
    return {one.key.removeprefix(f"{PREFIX}/") for one in bucket.objects.all()}


# ------------------------------------------------------------------ publishing


@pytest.mark.service
def test_a_portal_is_published_to_a_bucket_again_and_again(target, bucket, released, later, url):
    first = target()
    plan = first.plan([released])
    assert {one.action for one in plan.steps} == {"create"}
    assert first.bucket.writes == 0
    assert keys(bucket) == set()
    receipt = first.apply(plan)
    assert first.verify(receipt) == []
    assert keys(bucket) == {*receipt.files, "receipt.json"}
    again = target(state="elsewhere")
    assert again.plan([released]).changes == []
    assert again.bucket.writes == 0
    assert again.bucket.reads <= 3
    assert again.verify(read_receipt(again.receipt_path)) == []
    publish(target(), later)
    home = bucket.Object(f"{PREFIX}/index.html").get()["Body"].read().decode("utf-8")
    assert "2021" in home
    assert "2022" in home
    assert target().plan([released, later]).changes == []
    # With a tool that is not ours.
    client = boto3.client("s3", endpoint_url=url)
    name = f"{PLACE}/resources/budget_lines.csv"
    address = client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket.name, "Key": f"{PREFIX}/{name}"}
    )
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - on loopback
        assert answer.read() == released.file("resources/budget_lines.csv").read_bytes()
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.service
def test_an_object_changed_by_hand_is_not_overwritten_unless_asked(target, bucket, released):
    receipt = publish(target(), released)
    bucket.put_object(Key=f"{PREFIX}/{PLACE}/index.html", Body=b"by hand")
    bucket.put_object(Key=f"{PREFIX}/CNAME", Body=b"data.example.gov.cn")
    found = {(one.kind, one.path) for one in target().verify(receipt)}
    assert found == {("changed", f"{PLACE}/index.html"), ("added", "CNAME")}
    with pytest.raises(TargetError, match=r"changed by someone .*: doc/.*index\.html"):
        target().plan([released])
    receipt = publish(target(overwrite=True), released)
    assert list(receipt.others) == ["CNAME"]
    bucket.Object(f"{PREFIX}/catalog.ttl").delete()
    assert [one.kind for one in target().verify(receipt)] == ["missing"]
    publish(target(), released)


@pytest.mark.service
def test_a_bucket_with_something_else_is_left_alone(target, bucket, released):
    bucket.put_object(Key=f"{PREFIX}/thesis.txt", Body=b"")
    with pytest.raises(UsageError, match="holds something else"):
        target().plan([released])


@pytest.mark.service
def test_the_second_of_two_publishers_is_sent_away(target, bucket, released, later):
    plan = target(state="elsewhere").plan([later])
    publish(target(), released)
    other = target(state="elsewhere")
    with pytest.raises(TargetError, match="has changed since it was compared"):
        other.apply(plan)
    bucket.put_object(Key=f"{PREFIX}/{TURN}", Body=b'{"by": "someone"}')
    one = target()
    plan = one.plan([later])
    with pytest.raises(TargetError, match="another publication is under way"):
        one.apply(plan)
    assert keys(bucket) >= {TURN}
    publish(target(overwrite=True), later)
    assert TURN not in keys(bucket)


# ------------------------------------------------------------------ faults on the way


@pytest.mark.service
@pytest.mark.parametrize(
    ("wanted", "cut"),
    [
        ("PUT", "during"), ("TURN", "after"), ("index.html", "before"),
        ("receipt.json", "after"), ("DELETE", "before"),
    ],
)  # fmt: skip
def test_a_cut_connection_is_told_and_the_next_run_finishes(
    target, through, released, faults, wanted, cut
):
    broken = []

    def fault(seen):
        here = wanted in (seen.method, seen.path.rpartition("/")[2]) and seen.method != "GET"
        turn = seen.path.endswith(TURN)
        if broken or not (turn if wanted == "TURN" else here and (wanted == "DELETE" or not turn)):
            return None
        broken.append(seen)
        return faults.Fault(cut=cut, bytes=100)

    one = target()
    plan = one.plan([released])
    through.faults = fault
    with pytest.raises(TargetError) as raised:
        one.apply(plan)
    assert through.host in str(raised.value)
    assert "cut the connection" in str(raised.value)
    assert len(broken) == 1
    again = target()
    plan = again.plan([released])
    assert plan.changes or wanted in ("receipt.json", "DELETE")
    if plan.changes:
        again.apply(plan)
    assert target().plan([released]).changes == []
    found = target()
    assert found.verify(read_receipt(found.receipt_path)) == []


@pytest.mark.service
@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "AccessDenied", "does not allow PUT"),
        (400, "ExpiredToken", "missing, wrong or expired"),
        (403, "SignatureDoesNotMatch", "missing, wrong or expired"),
        (503, "SlowDown", "out of service for now"),
        (507, "XMinioStorageFull", "has no space left"),
    ],
)
def test_a_refusal_is_told_and_the_next_run_finishes(
    target, through, released, faults, status, code, told
):
    body = f"<Error><Code>{code}</Code><Message>no {SECRET}</Message></Error>".encode()
    one = target()
    plan = one.plan([released])
    refused = faults.Fault(answer=status, body=body, headers={"Content-Type": "application/xml"})
    through.faults = lambda seen: (
        refused if seen.method == "PUT" and "resources/" in seen.path else None
    )
    with pytest.raises(TargetError, match=told) as raised:
        one.apply(plan)
    assert through.host in str(raised.value)
    assert SECRET not in str(raised.value)
    through.faults = {}
    publish(target(), released)


@pytest.mark.service
def test_a_redirect_to_another_host_is_not_followed(target, through, released, faults):
    with faults.FaultProxy() as elsewhere:
        moved = faults.Fault(answer=307, headers={"Location": f"{elsewhere.url}/x"})
        through.faults = lambda _: moved
        with pytest.raises(TargetError, match="no token went there") as raised:
            target().plan([released])
        assert elsewhere.host in str(raised.value)
        assert elsewhere.seen == []


@pytest.mark.service
def test_a_busy_server_is_tried_again(target, through, released, faults):
    through.faults = {1: faults.Fault(answer=503), 2: faults.Fault(answer=500)}
    assert target(tries=4).plan([released]).changes
    assert through.seen[0].path == through.seen[2].path


@pytest.mark.service
def test_a_bucket_that_is_not_there_is_told(target, released):
    with pytest.raises(TargetError, match="has no bucket not-there-4711"):
        target(address="s3://not-there-4711/x").plan([released])


@pytest.mark.service
def test_without_a_key_nothing_is_sent(target, through, released, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(TargetError, match="no key for 127"):
        target().plan([released])
    assert through.seen == []


def test_a_server_that_does_not_run_is_told(monkeypatch, tmp_path, faults):
    with faults.FaultProxy() as gone:
        host = gone.host
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    found = target_of("s3://bucket/x", tmp_path, state=tmp_path)
    found.bucket.patience = Patience(tries=1)
    with pytest.raises(TargetError, match=f"no connection to {host}") as raised:
        found.plan([])
    assert SECRET not in str(raised.value)


LARGE = """
import re, sys
from pathlib import Path
from yusuan.publishing.release import seal_of
from yusuan.publishing.storing import Bucket

bucket, path = Bucket("s3://x", sys.argv[1], ""), Path(sys.argv[2])
seal = seal_of(path)
bucket.write("large.csv", path, seal)
assert bucket.seal("large.csv") == seal
# Not what `resource` tells, which begins with the size of the process that started this one.
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.service
def test_a_file_of_200_mb_is_streamed(bucket, tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(os.urandom(1 << 20))
    done = subprocess.run(
        [sys.executable, "-c", LARGE, bucket.name, path],
        capture_output=True, check=True, timeout=300, text=True,
    )  # fmt: skip
    assert int(done.stdout) < 150 << 10  # KiB


# ------------------------------------------------------------------ the command


@pytest.mark.service
def test_the_command_publishes_to_a_bucket_and_shows_no_secret(bucket, package, tmp_path):
    def yusuan(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "yusuan", *map(str, arguments), "--state", tmp_path / "state"],
            capture_output=True, check=False, timeout=120, text=True, encoding="utf-8",
            env={**os.environ, "LANG": "zh_CN.UTF-8"},
        )  # fmt: skip

    address = f"s3://{bucket.name}/portal"
    done = yusuan("publish", package, address, "--url", "https://data.example.gov.cn/ys/")
    assert done.returncode == 0, done.stderr
    assert f"已发布 1 个数据包到 {address}，并已复核" in done.stdout
    assert "写入 index.html" in done.stderr
    told = yusuan("verify", address, "--json")
    assert (told.returncode, json.loads(told.stdout)["status"]) == (0, "same")
    bucket.Object("portal/index.html").delete()
    assert yusuan("verify", address).returncode == 6
    kept = "".join(one.read_text("utf-8") for one in tmp_path.rglob("*.json*"))
    assert SECRET not in done.stdout + done.stderr + kept


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("resources/data.ttl", "text/turtle; charset=utf-8"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
        ("131024.304/SHA256SUMS", "text/plain; charset=utf-8"),
        ("x.zip", "application/zip"),
        ("x.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_is_served_under_its_media_type(path, kind):
    assert media_type(path) == kind


@pytest.mark.parametrize("address", ["s3://", "s3://b/x?y", "s3://li:geheim4711@b/x", "s3:b"])
def test_an_address_that_is_none_is_told(at, address):
    with pytest.raises(UsageError) as raised:
        at(address)
    assert "geheim4711" not in str(raised.value)
