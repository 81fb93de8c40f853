from __future__ import annotations

import logging
import time
import traceback

import httpx2
import pytest

from rocketsdr.lib import addresses, http
from rocketsdr.lib.addresses import PrivateAddress
from rocketsdr.lib.errors import ProviderFailed
from rocketsdr.lib.http import AnswerTooLarge, NoAnswer, NotReached
from tests.fakes import publisher as fake
from tests.fakes.publisher import HOST, publishing, reply

SECONDS = 0.3


@pytest.fixture
def publisher(tmp_path, monkeypatch):
    with publishing(tmp_path) as publisher:
        monkeypatch.setattr(http, "_trust", lambda: publisher.trust)
        monkeypatch.setattr(http, "resolve", lambda host, port: {HOST: ["127.0.0.1"]}[host])
        yield publisher


def get(url, seconds=5.0, most_bytes=1000):
    return http.get(url, accept="application/json", seconds=seconds, most_bytes=most_bytes)


def test_an_answer_comes_whole_with_its_status_and_headers(publisher):
    url = publisher.publish("/doc", {"a": 1}, **{"Cache-Control": "max-age=60"})
    answer = get(url)
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (200, b'{"a": 1}', "max-age=60")
    assert get(publisher.url("/nothing")).status == 404
    assert publisher.asked == ["/doc", "/nothing"]


@pytest.mark.attack(86)
def test_a_redirect_is_an_answer_and_nobody_follows_it(publisher):
    publisher.answers["/from"] = reply(302, b"", Location=publisher.publish("/to", {}))
    assert get(publisher.url("/from")).status == 302
    assert publisher.asked == ["/from"]


def test_the_next_address_of_a_host_is_tried_where_one_does_not_answer(publisher, monkeypatch):
    monkeypatch.setattr(http, "resolve", lambda host, port: ["::1", "127.0.0.1"])
    assert get(publisher.publish("/doc", {})).status == 200


def test_the_certificate_has_to_be_the_hosts(publisher, monkeypatch):
    monkeypatch.setattr(http, "resolve", lambda host, port: ["127.0.0.1"])
    with pytest.raises(NoAnswer):
        get(publisher.publish("/doc", {}).replace(HOST, "other.example"))
    assert publisher.asked == []


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["status", "headers", "body", "chunks"],
)
@pytest.mark.attack(86)
def test_a_server_that_drips_holds_nobody_beyond_the_deadline(publisher, start):
    publisher.answers["/slow"] = fake.drip(start)
    began = time.monotonic()
    with pytest.raises(ProviderFailed):
        get(publisher.url("/slow"), seconds=SECONDS)
    assert time.monotonic() - began < SECONDS + 1


@pytest.mark.parametrize("answer", [reply(200, b"x" * 1001), fake.flood, fake.bomb()], ids=["a byte too much", "no end", "packed"])
@pytest.mark.attack(86)
def test_a_body_that_is_too_large_or_packed_is_not_read_on(publisher, answer):
    publisher.answers["/large"] = answer
    with pytest.raises(AnswerTooLarge):
        get(publisher.url("/large"))


def test_what_is_no_http_is_no_answer(publisher):
    publisher.answers["/odd"] = b"220 mail.example ESMTP\r\n"
    with pytest.raises(NoAnswer):
        get(publisher.url("/odd"))


def test_a_private_address_is_refused_before_anybody_connects(publisher, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr(http, "resolve", addresses.resolve)
    monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", asked.append)
    with pytest.raises(PrivateAddress):
        get(f"https://127.0.0.1:{publisher.port}/doc")
    assert (asked, publisher.connections) == ([], 0)


@pytest.mark.attack(86)
def test_the_address_that_was_checked_is_the_one_connected_to(publisher, monkeypatch):
    """A name that leads elsewhere at the second look (DNS rebinding) is not looked up a second time."""
    looked_up: list[str] = []

    def resolve(host, _):
        looked_up.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(http, "resolve", resolve)
    assert get(publisher.publish("/doc", {})).status == 200
    assert looked_up == [HOST]  # and no resolver of this machine knows the name


# --- POST ------------------------------------------------------------------------------------------------------------------------


def post(url, body=b'{"a": 1}', seconds=5.0, most_bytes=1000, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.post(url, body=body, headers=named, seconds=seconds, most_bytes=most_bytes)


def test_a_body_is_posted_whole_with_its_headers_in_the_name_of_the_host(publisher):
    body = b'{"names": "' + b"x" * 100_000 + b'"}'
    answer = post(publisher.publish("/search?page=2", {"found": 1}), body, X_Api_Key="secret-of-ours", Content_Type="application/json")
    assert (answer.status, answer.body) == (200, b'{"found": 1}')
    [request] = publisher.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /search?page=2 HTTP/1.1"
    assert f"host: {HOST}:{publisher.port}" in [line.lower() for line in lines]
    assert {"x-api-key: secret-of-ours", f"content-length: {len(body)}"} <= {line.lower() for line in lines}
    assert sent == body


@pytest.mark.attack(86)
def test_a_post_too_has_an_end_a_largest_answer_and_follows_nothing(publisher):
    publisher.answers["/slow"] = fake.drip(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(NoAnswer):
        post(publisher.url("/slow"), seconds=SECONDS)
    publisher.answers["/large"] = reply(200, b"x" * 1001)
    with pytest.raises(AnswerTooLarge):
        post(publisher.url("/large"))
    publisher.answers["/from"] = reply(307, b"", Location=publisher.publish("/to", {}))
    assert post(publisher.url("/from")).status == 307
    assert publisher.asked == ["/slow", "/large", "/from"]


def test_a_post_goes_to_no_private_address(publisher, monkeypatch):
    monkeypatch.setattr(http, "resolve", addresses.resolve)
    with pytest.raises(PrivateAddress):
        post(f"https://127.0.0.1:{publisher.port}/search")
    assert publisher.connections == 0


def test_nobody_who_takes_the_connection_was_asked_nothing(monkeypatch):
    monkeypatch.setattr(http, "resolve", lambda host, port: ["127.0.0.1"])
    with pytest.raises(NotReached):
        post("https://closed.example:1/search")


def test_what_the_headers_hold_stands_in_no_error(publisher):
    publisher.answers["/odd"] = b"220 mail.example ESMTP\r\n"
    secret = "-".join(["secret", "of", "ours"])  # a traceback quotes the line that it leads to
    with pytest.raises(NoAnswer) as caught:
        post(publisher.url("/odd"), X_Api_Key=secret)
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_what_the_headers_hold_stands_in_no_log_at_any_level(publisher, caplog):
    caplog.set_level(logging.DEBUG)
    assert post(publisher.publish("/search", {}), X_Api_Key="secret-of-ours").status == 200
    publisher.answers["/odd"] = b"220 mail.example ESMTP\r\n"
    with pytest.raises(NoAnswer):
        post(publisher.url("/odd"), X_Api_Key="secret-of-ours")
    assert "secret-of-ours" not in caplog.text
