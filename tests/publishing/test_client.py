"""The client of a server: what may go wrong on the way, each told with host and next step."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import ssl
import subprocess
import threading
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest

from yusuan.errors import UsageError
from yusuan.publishing.client import Client, Patience
from yusuan.publishing.credentials import Secret
from yusuan.publishing.errors import TargetError
from yusuan.publishing.sending import Form, Part
from yusuan.secrecy import hide

TOKEN = "tok-8f3a/91+c2"  # noqa: S105 - invented
pytestmark = pytest.mark.usefixtures("no_secrets")


@pytest.fixture
def waited():
    """The seconds that the client waited."""
    return []


@pytest.fixture
def proxy(faults):
    """A server that does what a test says."""
    with faults.FaultProxy() as running:
        yield running


@pytest.fixture
def client(proxy, waited):
    """A client of it."""
    secret = Secret(hide(TOKEN))
    patience = Patience(connect=2, read=0.5, whole=2)
    return Client("ckan+" + proxy.url, proxy.url, secret, patience=patience, pause=waited.append)


def test_a_request_bears_the_token_and_is_counted(client, proxy):
    assert client.ask("GET", "/api/3").status == 204
    assert client.ask("POST", "/query", body=b"ASK {}", reads=True).status == 204
    assert client.ask("PUT", "/store", body=b"<a> <b> <c> .").status == 204
    assert {one.headers["authorization"] for one in proxy.seen} == {f"Bearer {TOKEN}"}
    assert (client.reads, client.writes) == (2, 1)


# ------------------------------------------------------------------ answers that refuse


@pytest.mark.parametrize(
    ("status", "told", "advice"),
    [
        (400, "finds PUT /data malformed (400)", "a service of this kind"),
        (401, "does not know who asks", "missing, wrong or expired"),
        (403, "does not allow PUT /data (403)", "the permission to write"),
        (404, "has no place for PUT /data (404)", "Check the path"),
        (409, "conflicts with PUT /data (409)", "Someone else may be publishing"),
        (412, "has changed since it was compared", "Someone else is publishing"),
        (413, "finds PUT /data too large (413)", "raise the limit of uploads"),
        (418, "answers 418 to PUT /data", "a service of this kind"),
        (500, "failed at PUT /data (500)", "when it is mended, run the same command again"),
        (507, "has no space left", "make room"),
    ],
)
def test_a_refusal_is_told_at_once(client, proxy, faults, waited, status, told, advice):
    proxy.faults = lambda _: faults.Fault(answer=status)
    with pytest.raises(TargetError) as raised:
        client.ask("PUT", "/data", body=b"x")
    text = str(raised.value)
    assert text.startswith(f"ckan+{proxy.url}: ")
    assert told in text
    assert advice in text
    assert text.count(proxy.host) >= 2
    assert "told by the test" in text
    assert raised.value.exit_code == 5
    assert (len(proxy.seen), waited) == (1, [])


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_tried_again(client, proxy, faults, waited, status):
    proxy.faults = {1: faults.Fault(answer=status), 2: faults.Fault(answer=status)}
    assert client.ask("PUT", "/data", body=b"x").status == 204
    assert waited == [1.0, 2.0]
    assert client.writes == 3


@pytest.mark.parametrize(
    ("stated", "waits"), [("7", 7), ("0", 0), (None, 1), ("soon", 1), ("-3", 1)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_waited_for_as_long_as_it_asks(
    client, proxy, faults, waited, status, stated, waits
):
    headers = {} if stated is None else {"Retry-After": stated}
    proxy.faults = {1: faults.Fault(answer=status, headers=headers)}
    # It did nothing, so even what must not be done twice is sent again.
    assert client.ask("POST", "/api/action", body=b"{}").status == 204
    assert waited == [waits]


def test_a_server_may_state_a_date_to_wait_for(client, proxy, faults, waited):
    date = formatdate(time() + 30, usegmt=True)
    proxy.faults = {1: faults.Fault(answer=503, headers={"Retry-After": date})}
    client.ask("GET", "/")
    assert 25 < waited[0] <= 30


def test_a_server_that_asks_to_wait_for_an_hour_is_left(client, proxy, faults, waited):
    proxy.faults = {1: faults.Fault(answer=429, headers={"Retry-After": "3600"})}
    with pytest.raises(TargetError, match="Run the same command again in 3600 s"):
        client.ask("GET", "/")
    assert waited == []


def test_a_server_that_stays_out_of_service_is_left_after_some_tries(client, proxy, faults):
    proxy.faults = lambda _: faults.Fault(answer=503)
    with pytest.raises(TargetError, match="out of service for now"):
        client.ask("GET", "/")
    assert len(proxy.seen) == 4


# ------------------------------------------------------------------ connections that break


@pytest.fixture
def server(faults):
    """A server that has a file, behind a proxy: their addresses, and what the file holds."""
    content = bytes(range(256)) * 4096
    with faults.FaultProxy() as behind:
        behind.faults = lambda seen: faults.Fault(
            answer=200, body=content if seen.method == "GET" else b"[]"
        )
        with faults.FaultProxy(behind.url) as proxy:
            yield proxy, content


@pytest.mark.parametrize("cut", ["before", "during", "after", "answer"])
def test_a_cut_connection_is_tried_again_where_that_does_no_harm(server, faults, waited, cut):
    proxy, _ = server
    client = Client("sparql+" + proxy.url, proxy.url, pause=waited.append)
    proxy.faults = {1: faults.Fault(cut=cut, bytes=1)}
    assert client.ask("PUT", "/data", body=b"xyz" * 1000).status == 200
    assert waited == [1.0]


@pytest.mark.parametrize("cut", ["before", "during", "after", "answer"])
def test_what_must_not_be_done_twice_is_not_sent_again(server, faults, waited, cut):
    proxy, _ = server
    client = Client("sparql+" + proxy.url, proxy.url, pause=waited.append)
    proxy.faults = {1: faults.Fault(cut=cut, bytes=1)}
    with pytest.raises(TargetError, match="cut the connection during POST /update"):
        client.ask("POST", "/update", body=b"xyz" * 1000)
    assert (len(proxy.seen), waited) == (1, [])


def test_a_server_that_cuts_again_and_again_is_left(server, faults, waited):
    proxy, _ = server
    client = Client("sparql+" + proxy.url, proxy.url, pause=waited.append)
    proxy.faults = lambda _: faults.Fault(cut="before")
    with pytest.raises(TargetError, match="it finishes the job"):
        client.ask("GET", "/")
    assert waited == [1.0, 2.0, 4.0]


def test_a_download_begins_anew_after_a_cut(server, faults, waited, tmp_path):
    proxy, content = server
    client = Client("sparql+" + proxy.url, proxy.url, pause=waited.append)
    proxy.faults = {1: faults.Fault(cut="answer", bytes=70_000)}
    _, seal = client.fetch("/data.nq", tmp_path / "copy")
    assert (seal.bytes, seal.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (tmp_path / "copy").read_bytes() == content
    assert waited == [1.0]
    assert client.fetch("/data.nq")[1] == seal


def test_a_slow_server_is_told(client, proxy, faults):
    proxy.faults = lambda _: faults.Fault(delay=1)
    with pytest.raises(TargetError, match=r"nothing came for 0\.5 s") as raised:
        client.ask("POST", "/update", body=b"x")
    assert proxy.host in str(raised.value)


def test_an_answer_that_drips_does_not_take_for_ever(waited):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip():
            connection, _ = listening.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while not ended.wait(0.05):
                    try:
                        connection.sendall(b"x" * (1 << 20))
                    except OSError:
                        return

        ended, thread = threading.Event(), threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        patience = Patience(whole=0.3, tries=1)
        try:
            with pytest.raises(TargetError, match="did not answer GET /"):
                Client(url, url, patience=patience, pause=waited.append).ask("GET", "/")
        finally:
            ended.set()
            thread.join()


def test_a_server_that_does_not_run_is_told(waited):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with pytest.raises(TargetError, match=f"no connection to 127.0.0.1:{port}") as raised:
        Client("sparql+" + url, url, pause=waited.append).ask("GET", "/")
    assert "Connection refused" in str(raised.value)
    assert "the service on" in str(raised.value)


def test_a_host_without_a_name_is_told_at_once(monkeypatch, waited):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    url = "https://data.example.invalid"
    with pytest.raises(TargetError, match=r"there is no host named data\.example\.invalid"):
        Client("ckan+" + url, url, pause=waited.append).ask("GET", "/")
    assert waited == []


# ------------------------------------------------------------------ redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_redirect_to_another_host_is_not_followed(client, proxy, faults, status, method):
    with faults.FaultProxy() as elsewhere:
        there = f"{elsewhere.url}/api?key={TOKEN}"
        proxy.faults = {1: faults.Fault(answer=status, headers={"Location": there})}
        with pytest.raises(TargetError, match="no token went there") as raised:
            client.ask(method, "/api")
        assert elsewhere.seen == []
    assert elsewhere.host in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_a_redirect_on_the_same_host_is_followed(client, proxy, faults):
    proxy.faults = {
        1: faults.Fault(answer=302, headers={"Location": "/there"}),
        3: faults.Fault(answer=308, headers={"Location": f"{proxy.url}/again"}),
    }
    client.ask("GET", "/here")
    client.ask("PUT", "/here", body=b"x")
    assert [one.path for one in proxy.seen] == ["/here", "/there", "/here", "/again"]


def test_a_redirect_that_would_turn_a_write_into_a_read_is_told(client, proxy, faults):
    proxy.faults = {1: faults.Fault(answer=302, headers={"Location": "/login"})}
    with pytest.raises(TargetError, match="round and round"):
        client.ask("POST", "/api", body=b"x")
    assert len(proxy.seen) == 1


def test_redirects_in_a_circle_end(client, proxy, faults):
    proxy.faults = lambda _: faults.Fault(answer=302, headers={"Location": "/"})
    with pytest.raises(TargetError, match="round and round"):
        client.ask("GET", "/")


# ------------------------------------------------------------------ TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate of 127.0.0.1 by an authority of its own, and its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl, which makes the certificate")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", path, "-out", path.with_suffix(".crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def https(certificate):
    """A server with this certificate, which hears what comes through: its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve():
            try:
                plain, _ = listening.accept()
                with context.wrap_socket(plain, server_side=True) as connection:
                    heard.append(connection.recv(1 << 16))
                    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except OSError:
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}", heard
        thread.join()


def test_a_certificate_that_does_not_verify_is_told_and_no_token_sent(https, waited):
    url, heard = https
    with pytest.raises(TargetError, match="does not verify") as raised:
        Client("ckan+" + url, url, Secret(hide(TOKEN)), pause=waited.append).ask("GET", "/")
    assert "self-signed certificate" in str(raised.value)
    assert "YUSUAN_CA_BUNDLE" in str(raised.value)
    assert (heard, waited) == ([], [])


@pytest.mark.parametrize("variable", ["YUSUAN_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_authority_of_ones_own_can_be_named(https, certificate, monkeypatch, variable):
    url, heard = https
    monkeypatch.setenv(variable, str(certificate.with_suffix(".crt")))
    assert Client("ckan+" + url, url, Secret(hide(TOKEN))).ask("GET", "/").status == 204
    assert TOKEN.encode() in heard[0]


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_file_of_authorities_that_is_none_is_told(monkeypatch, tmp_path, content):
    path = tmp_path / "ca.crt"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("YUSUAN_CA_BUNDLE", str(path))
    url = "https://127.0.0.1:9"
    with pytest.raises(UsageError, match="YUSUAN_CA_BUNDLE"):
        Client(url, url).ask("GET", "/")


# ------------------------------------------------------------------ bodies


def test_a_form_holds_names_of_any_kind_and_files_are_sent_piece_by_piece(
    client, proxy, faults, tmp_path
):
    path = tmp_path / "预算 “草案”.csv"
    path.write_bytes("科目,金额\n工资,3\n".encode() * 1000)
    form = Form({"name": '县\n"局"'}, [Part("upload", '预算 "x"\n.csv', path, "text/csv")])
    body = b"".join(form)
    assert len(form) == len(body)
    assert b"".join(form) == body  # a second time, for another try
    assert path.read_bytes() in body
    assert 'filename="预算 %22x%22%0A.csv"'.encode() in body
    proxy.faults = {1: faults.Fault(answer=200, body=b'{"success": true}')}
    assert client.ask("POST", "/api", body=form).json() == {"success": True}
    headers = proxy.seen[0].headers
    assert headers["content-length"] == str(len(body))
    assert headers["content-type"].startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize("content", [b"", b"x"])
def test_an_empty_file_is_sent_with_its_length(client, proxy, tmp_path, content):
    path = tmp_path / "empty.csv"
    path.write_bytes(content)
    client.ask("PUT", "/empty.csv", body=path)
    assert proxy.seen[0].headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in proxy.seen[0].headers


def test_what_a_server_says_is_shown_without_markup_and_secrets(client, proxy, faults):
    page = f"<html><style>x</style><h1>Denied</h1>\x1b[31m{json.dumps(TOKEN)}</html>".encode()
    proxy.faults = {1: faults.Fault(answer=403, body=page)}
    with pytest.raises(TargetError) as raised:
        client.ask("GET", "/")
    assert '(403): Denied [31m"***"' in str(raised.value).replace("  ", " ")
    assert TOKEN not in repr(client)
