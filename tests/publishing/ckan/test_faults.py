"""Whatever goes wrong on the way to a real CKAN: old or new, told clearly, finished next time."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from yusuan import secrecy
from yusuan.publishing.errors import TargetError

pytestmark = pytest.mark.service

DATASET = "131024-304-budget"


@pytest.fixture
def proxied(ckan, faults):
    """A proxy before the portal that does no ill yet."""
    with faults.FaultProxy(ckan.url) as proxy:
        yield proxy


def contents(release):
    """Return path → content of a release, as it stands on the portal."""
    year = release.package.rows("documents")[0]["fiscal_year"]
    return {f"{year}/{path}": release.file(path).read_bytes() for path in release.seals}


def assert_whole(server, *allowed):
    """Anybody sees one of these states: all files of it with their hashes, or nothing."""
    assert server.files(DATASET) in allowed
    for one in (server.show(DATASET, token="") or {"resources": []})["resources"]:
        assert one["hash"] == sha256(server.download(one)).hexdigest()


def assert_done(server, aim, url, release):
    """The portal holds a release, tables and all, and there is nothing left to do."""
    assert server.files(DATASET) == contents(release)
    target = aim(url)
    assert target.plan([release]).changes == []
    (table,) = [one for one in server.show(DATASET)["resources"] if "表" in one["yusuan_path"]]
    assert server.rows(table)[1:] == [list(row.values()) for row in release.package.rows("awkward")]


def cuts(proxy, publish, release):
    """Return the number of every request of a publication, with each phase to cut it in.

    A request that only reads has no body and does nothing: one phase is enough.
    """
    proxy.faults = {}
    proxy.forget()
    publish(proxy.url, release)
    return [
        (one.number, phase)
        for one in proxy.seen
        for phase in (("before", "during", "after") if one.method == "POST" else ("answer",))
    ]


def finish(publish, url, release):
    """Publish after a fault.

    A request whose line was cut may be done late by the server, just while the next run is at
    work: then that one is sent away as by any other publisher, and the next but one finishes.
    """
    error = failed(publish, url, release)
    if error is not None:
        assert "somebody has changed the dataset" in error.text("en")
        publish(url, release)


def failed(publish, url, *releases, **options):
    """Publish, and return the error; None where it was healed on the way."""
    try:
        publish(url, *releases, **options)
    except TargetError as error:
        return error
    return None


def test_a_line_cut_at_any_request_of_the_first_publication(
    ckan, proxied, faults, publish, aim, small
):
    release = small()
    found = cuts(proxied, publish, release)
    assert sum(phase == "during" for _, phase in found) >= 5
    for number, phase in found:
        ckan.purge()
        # The line stays broken: whatever is tried again fails, too.
        proxied.faults = lambda seen, number=number, phase=phase: (
            faults.Fault(cut=phase, bytes=100) if seen.number >= number else None
        )
        proxied.forget()
        error = failed(publish, proxied.url, release, tries=1)
        assert error is not None
        assert error.exit_code == 5
        assert proxied.host in error.text("en")
        assert_whole(ckan, {}, contents(release))
        proxied.faults = {}
        finish(publish, proxied.url, release)
        assert_done(ckan, aim, proxied.url, release)


def test_a_line_cut_at_any_request_of_an_update(ckan, proxied, faults, publish, aim, small):
    old = small(extra=[("resources/old.txt", b"old")])
    new = small(rows=[("001", "甲", "99"), ("002", "乙", "")], text="新", extra=[
        ("resources/new.txt", b"new")])  # fmt: skip
    publish(proxied.url, old)
    for number, phase in cuts(proxied, publish, new):
        finish(publish, ckan.url, old)
        proxied.faults = lambda seen, number=number, phase=phase: (
            faults.Fault(cut=phase, bytes=3000) if seen.number >= number else None
        )
        proxied.forget()
        assert failed(publish, proxied.url, new, tries=1) is not None
        assert_whole(ckan, contents(old), contents(new))
        proxied.faults = {}
        finish(publish, proxied.url, new)
        assert_done(ckan, aim, proxied.url, new)


def test_a_single_cut_is_healed_on_the_way_or_by_the_next_run(
    ckan, proxied, faults, publish, aim, small
):
    release = small()
    found = [one for one in cuts(proxied, publish, release) if one[1] != "before"]
    healed = 0
    for number, phase in found:
        ckan.purge()
        proxied.faults = {number: faults.Fault(cut=phase, bytes=200)}
        proxied.forget()
        error = failed(publish, proxied.url, release)
        healed += error is None
        assert_whole(ckan, {}, contents(release))
        if error is not None:
            finish(publish, proxied.url, release)
        assert_done(ckan, aim, proxied.url, release)
    # Only a portion of a table is not sent twice.
    assert healed == len(found) - 2


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "does not know who asks"),
        (403, "403"),
        (409, "409"),
        (413, "too large (413)"),
        (429, "too many requests"),
        (500, "failed at"),
        (502, "gateway"),
        (503, "out of service"),
    ],
)
def test_a_status_is_told_with_host_and_next_step_and_the_next_run_finishes(
    ckan, proxied, faults, publish, aim, small, status, said
):
    old, new = small(), small(text="新")
    publish(proxied.url, old)
    for number in (1, 3):
        proxied.faults = lambda seen, number=number: (
            faults.Fault(answer=status) if seen.number >= number else None
        )
        proxied.forget()
        error = failed(publish, proxied.url, new)
        assert error is not None
        assert proxied.host in error.reason.text("en")
        assert said in error.reason.text("en")
        assert error.advice.text("en").endswith(".")
        assert_whole(ckan, contents(old), contents(new))
    proxied.faults = {}
    publish(proxied.url, new)
    assert_done(ckan, aim, proxied.url, new)


def test_a_server_that_is_busy_is_waited_for(ckan, proxied, faults, aim, small):
    release = small()
    target = aim(proxied.url)
    waits = []
    target.portal.client.pause = waits.append
    proxied.faults = {4: faults.Fault(answer=429, headers={"Retry-After": "3"}),
                      8: faults.Fault(answer=503, headers={"Retry-After": "2"})}  # fmt: skip
    target.apply(target.plan([release]))
    assert waits == [3, 2]
    assert_done(ckan, aim, proxied.url, release)


def test_a_slow_server_is_given_up_and_what_it_did_late_is_found(
    ckan, proxied, faults, publish, aim, small
):
    release = small()
    publish(proxied.url, release)
    upload = next(one.number for one in proxied.seen if "package_revise" in one.path)
    ckan.purge()
    proxied.faults = {upload: faults.Fault(delay=2.5)}
    proxied.forget()
    error = failed(publish, proxied.url, release, tries=1, read=1)
    assert error is not None
    assert "nothing came for 1 s" in error.text("en")
    proxied.faults = {}
    publish(proxied.url, release)
    assert_done(ckan, aim, proxied.url, release)


def test_the_server_is_killed_while_it_takes_the_files_and_started_again(
    ckan, proxied, faults, publish, aim, small
):
    old, new = small(), small(text="新", extra=[("resources/big.bin", b"\0" * (4 << 20))])
    publish(proxied.url, old)
    numbers = count_of(proxied, aim, new)
    proxied.faults = {numbers["package_revise"]: faults.Fault(do=ckan.kill)}
    proxied.forget()
    try:
        error = failed(publish, proxied.url, new, tries=1)
        assert error is not None
        assert proxied.host in error.text("en")
    finally:
        ckan.start()
    assert_whole(ckan, contents(old))
    proxied.faults = {}
    publish(proxied.url, new)
    assert_done(ckan, aim, proxied.url, new)


def count_of(proxy, aim, release):
    """Return action → number of the request in which an update of an old release sends it.

    The reads of a plan come first, then the files.
    """
    proxy.faults = {}
    proxy.forget()
    aim(proxy.url).plan([release])
    return {"package_revise": len(proxy.seen) + 1}


def test_a_token_that_is_revoked_halfway(ckan, proxied, faults, publish, aim, small, monkeypatch):
    release = small()
    status, made = ckan.call("api_token_create", {"user": "admin", "name": "brief"})
    assert status == 200
    monkeypatch.setenv("CKAN_API_TOKEN", made["token"])

    def revoke():
        ckan.call("api_token_revoke", {"token": made["token"]})

    proxied.faults = lambda seen: (
        faults.Fault(do=revoke) if "datastore_create" in seen.path else None
    )
    error = failed(publish, proxied.url, release)
    assert error is not None
    assert f"{proxied.host} does not allow datastore_create" in error.text("en")
    assert "expired or revoked" in error.text("en")
    assert made["token"] not in error.text("en")
    assert_whole(ckan, {})
    proxied.faults = {}
    monkeypatch.setenv("CKAN_API_TOKEN", ckan.token)
    publish(proxied.url, release)
    assert_done(ckan, aim, proxied.url, release)


def test_without_a_token_and_without_rights_the_next_step_is_told(
    ckan, publish, small, monkeypatch
):
    monkeypatch.delenv("CKAN_API_TOKEN")
    error = failed(publish, ckan.url, small())
    assert "has no organisation 131024 (香河县), and this token may not create one" in error.text(
        "en"
    )
    ckan.call("organization_create", {"name": "131024", "title": "香河县"})
    error = failed(publish, ckan.url, small())
    assert "without a token" in error.text("en")
    assert "CKAN_API_TOKEN" in error.text("en")
    monkeypatch.setenv("CKAN_API_TOKEN", ckan.editor)
    error = failed(publish, ckan.url, small())
    assert "does not allow package_create" in error.text("en")
    # An editor of the organisation needs no more.
    ckan.call("organization_member_create",
              {"id": "131024", "username": "editor", "role": "editor"})  # fmt: skip
    assert failed(publish, ckan.url, small()) is None
    assert ckan.files(DATASET) == contents(small())


def test_of_two_publishers_at_once_one_is_sent_away(ckan, publish, aim, small, tmp_path):
    publish(ckan.url, small())
    mine, theirs = small(text="我"), small(text="他")
    here = aim(ckan.url, state=tmp_path / "here")
    plan = here.plan([mine])
    publish(ckan.url, theirs, state=tmp_path / "there")
    with pytest.raises(TargetError, match="somebody has changed the dataset"):
        here.apply(plan)
    assert_done(ckan, aim, ckan.url, theirs)


def test_two_publishers_of_a_new_dataset_at_the_same_moment(ckan, aim, small, tmp_path):
    releases = [small(text="一"), small(text="二")]
    targets = [aim(ckan.url, state=tmp_path / str(number)) for number in range(2)]
    plans = [target.plan([one]) for target, one in zip(targets, releases, strict=True)]
    outcomes = [None, None]

    def run(number):
        try:
            targets[number].apply(plans[number])
            outcomes[number] = "done"
        except TargetError as error:
            outcomes[number] = error.text("en")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert outcomes.count("done") == 1
    (other,) = [one for one in outcomes if one != "done"]
    assert "somebody has changed the dataset" in other
    assert_done(ckan, aim, ckan.url, releases[outcomes.index("done")])


@pytest.mark.parametrize("by_form", [True, False], ids=["a file", "words"])
def test_a_resource_changed_by_hand_is_noticed_and_not_overwritten(
    ckan, publish, aim, small, by_form
):
    old, new = small(), small(text="新")
    publish(ckan.url, old)
    (text,) = [one for one in ckan.show(DATASET)["resources"]
               if one["yusuan_path"] == "2021/resources/text.txt"]  # fmt: skip
    if by_form:
        # As the form of the portal does: of the same length, and without what it does not know.
        ckan.call("resource_update", {"id": text["id"], "name": text["name"]},
                  files={"upload": ("text.txt", "手改".encode())})  # fmt: skip
    else:
        ckan.call("resource_patch", {"id": text["id"], "description": "手改"})
    for release in (old, new):
        error = failed(publish, ckan.url, release)
        assert "somebody has changed these since they were published" in error.text("en")
        assert "2021/resources/text.txt" in error.text("en")
        assert "--overwrite" in error.text("en")
    publish(ckan.url, new, overwrite=True)
    assert_done(ckan, aim, ckan.url, new)


def test_a_title_changed_by_hand_is_noticed(ckan, publish, small):
    publish(ckan.url, small())
    ckan.call("package_patch", {"id": ckan.show(DATASET)["id"], "title": "手改"})
    error = failed(publish, ckan.url, small())
    assert f"since they were published: {DATASET}" in error.text("en")


def test_a_name_that_is_taken_is_told(ckan, publish, small):
    ckan.call("organization_create", {"name": "other", "title": "别人"})
    ckan.call("package_create", {"name": DATASET, "title": "别人的", "owner_org": "other"})
    error = failed(publish, ckan.url, small())
    assert f"has a dataset {DATASET} already, “别人的”" in error.text("en")
    assert "Nothing was written" in error.text("en")
    assert ckan.show(DATASET)["title"] == "别人的"


def test_an_older_revision_does_not_replace_a_newer_one(ckan, publish, small):
    publish(ckan.url, small(revision=".r2", text="二"))
    error = failed(publish, ckan.url, small(text="一"))
    assert f"has a newer revision already: {DATASET}/2021" in error.text("en")


def test_a_redirect_to_another_host_does_not_take_the_token_along(
    ckan, proxied, faults, publish, small
):
    del ckan
    with faults.FaultProxy() as elsewhere:
        headers = {"Location": f"{elsewhere.url}/api/3/action/package_show"}
        for status in (301, 307):
            proxied.faults = lambda _, status=status: faults.Fault(answer=status, headers=headers)
            error = failed(publish, proxied.url, small())
            assert "no token went there" in error.text("en")
        assert elsewhere.seen == []


def test_a_certificate_that_does_not_verify_stops_it(ckan, small, aim, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [shutil.which("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    command = [sys.executable, "-c", TLS, str(port), str(key), str(certificate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as serving:
        try:
            assert serving.stdout.readline()
            with pytest.raises(TargetError) as found:
                aim(f"https://127.0.0.1:{port}").plan([small()])
        finally:
            serving.kill()
    assert f"the certificate of 127.0.0.1:{port} does not verify" in found.value.text("en")
    assert "YUSUAN_CA_BUNDLE" in found.value.text("en")
    assert ckan.token not in found.value.text("en")


TLS = """
import http.server, ssl, sys
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_no_secret_is_in_log_receipt_or_journal(ckan, proxied, faults, publish, small, caplog,
                                                tmp_path):  # fmt: skip
    caplog.set_level("DEBUG")
    proxied.faults = {9: faults.Fault(answer=500, body=ckan.token.encode())}
    failed(publish, proxied.url, small())
    publish(proxied.url, small())
    kept = [one for one in (tmp_path / "state").rglob("*") if one.is_file()]
    assert kept
    assert all(ckan.token not in Path(one).read_text("utf-8") for one in kept)
    told = secrecy.hidden(caplog.text)
    assert ckan.token not in told
