"""What one query may take, and that no query takes it from another."""

from __future__ import annotations

import json
import socket
import threading
import time
from urllib.parse import quote, urlencode

import pytest

QUICK = "ASK { <x:s1> <x:p> ?o }"
# 400 subjects make 64 million rows to be counted.
SLOW = "SELECT (COUNT(*) AS ?n) { ?a <x:p> ?x . ?b <x:p> ?y . ?c <x:p> ?z . ?d <x:p> ?w }"
# A text that is doubled thirty times: a thousand million signs, and no time at all.
FAT = f"""SELECT (STRLEN(?x30) AS ?n) {{ BIND ("字" AS ?x0)
  {" ".join(f"BIND (CONCAT(?x{one}, ?x{one}) AS ?x{one + 1})" for one in range(30))} }}"""


def ask(server, query, **headers):
    accept = "application/sparql-results+json, text/turtle, application/problem+json"
    return server.send("POST", "/sparql", query, content_type="application/sparql-query",
                       accept=accept, **headers)  # fmt: skip


def code(reply):
    return json.loads(reply.body)["code"]


def holds(server):
    return json.loads(ask(server, QUICK).body)["boolean"]


def test_a_query_that_takes_too_long_is_stopped_and_its_process_replaced(strict):
    before = strict.workers()
    reply = ask(strict, SLOW)
    assert (reply.status, code(reply)) == (504, "time")
    assert "it is not answered within 1.5 seconds" in json.loads(reply.body)["reason"]["en"]
    assert strict.wait(lambda: len(strict.workers()) == 3 and strict.workers() != before)
    assert holds(strict)


def test_a_query_answers_while_others_run(strict):
    replies = []
    slow = threading.Thread(target=lambda: replies.append(ask(strict, SLOW)))
    slow.start()
    time.sleep(0.1)
    assert holds(strict)
    assert replies == [], "it waited for the slow one"
    slow.join()
    assert [one.status for one in replies] == [504]


def test_who_asks_while_all_are_at_work_gets_a_turn_or_is_told(strict):
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(ask(strict, SLOW))) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {(one.status, code(one)) for one in replies}
    assert found == {(504, "time"), (503, "busy")}
    assert all("retry-after" in one.headers for one in replies if one.status == 503)
    assert strict.wait(lambda: ask(strict, QUICK).status == 200)


def test_a_query_that_takes_too_much_memory_is_an_error_and_the_server_lives(strict):
    reply = ask(strict, FAT)
    assert (reply.status, code(reply)) == (500, "memory")
    assert "takes more than 64 MiB of memory" in json.loads(reply.body)["reason"]["en"]
    assert strict.wait(lambda: len(strict.workers()) == 3)
    assert holds(strict)


def test_pages_are_made_within_the_same_limits(strict):
    for path in ("/x", "/def", "/shape/projects-total"):
        for accept, found in (("text/html", 200), ("text/turtle", 200)):
            wanted = 404 if path == "/x" else found
            assert strict.get(path, accept=accept).status == wanted


def test_more_rows_than_there_may_be_are_an_error_and_no_part_of_them(strict):
    exact = ask(strict, "SELECT ?s { ?s <x:p> ?o } LIMIT 300")
    assert exact.status == 200
    assert len(json.loads(exact.body)["results"]["bindings"]) == 300
    over = ask(strict, "SELECT ?s { ?s <x:p> ?o } LIMIT 301")
    assert (over.status, code(over)) == (500, "rows")
    assert "Add a LIMIT" in json.loads(over.body)["advice"]["en"]
    graph = ask(strict, "CONSTRUCT WHERE { ?s ?p ?o }")
    assert (graph.status, code(graph)) == (500, "rows")


@pytest.mark.parametrize("length", [1 << 18, (1 << 18) + 1])
def test_a_query_may_be_long_and_not_endless(strict, length):
    query = f"ASK {{}} #{'x' * (length - 8)}"
    assert len(query) == length
    assert ask(strict, query).status == (200 if length == 1 << 18 else 413)


def test_nobody_works_for_a_client_that_has_gone(strict):
    before = strict.workers()
    connection = strict.connection()
    connection.request("GET", f"/sparql?query={quote(SLOW)}")
    time.sleep(0.2)
    connection.close()
    # Its time would have been up later, with another status in the log.
    assert strict.wait(lambda: " 499 " in strict.told())
    assert strict.wait(lambda: len(strict.workers()) == 3 and strict.workers() != before)


def test_a_slow_reader_keeps_nobody_waiting(server):
    connection = server.connection()
    connection.sock = socket.create_connection((connection.host, connection.port), timeout=30)
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    everything = urlencode({"query": "SELECT * { ?s ?p ?o }"})
    connection.request("GET", f"/sparql?{everything}")
    answer = connection.getresponse()
    assert answer.status == 200
    time.sleep(0.2)
    for _ in range(4):  # more than there are workers
        assert server.get("/sparql?query=ASK%20%7B%7D").status == 200
    content = answer.read()
    assert len(content) == int(answer.headers["content-length"])
    json.loads(content)
    connection.close()


def test_a_client_that_leaves_in_the_middle_of_an_answer_harms_nobody(server):
    for _ in range(3):
        connection = server.connection()
        connection.request("GET", "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }"}))
        connection.getresponse().read(1000)
        connection.close()
    assert server.get("/sparql?query=ASK%20%7B%7D").status == 200
    assert "Traceback" not in server.told()
