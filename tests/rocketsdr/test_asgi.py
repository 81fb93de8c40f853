"""The ASGI front, through a real uvicorn on loopback."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from rocketsdr import asgi
from tests.serving import serving

PROJECT = Path(__file__).resolve().parents[2]
events: dict[str, threading.Event] = {}


# --- Views for the tests ---------------------------------------------------------------------------------------------------------


@csrf_exempt
def mirror(request: HttpRequest) -> HttpResponse:
    meta = {name: value for name, value in request.META.items() if isinstance(value, str) and name in FACTS | set(request.META)}
    length = int(request.META["CONTENT_LENGTH"])
    body = request.read().decode("latin-1")
    facts = {"path": request.path, "length": length, "read": len(body), "start": body[:20], "thread": threading.current_thread().name}
    response = JsonResponse({**facts, "meta": {name: value for name, value in meta.items() if name.startswith(("HTTP_", *FACTS))}})
    response["X-Word"] = "Gr\xfc\xdfe"
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


FACTS = {"CONTENT_TYPE", "QUERY_STRING", "SERVER_PROTOCOL", "REMOTE_ADDR", "SERVER_NAME", "SCRIPT_NAME"}


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[bytes]:
        try:
            yield threading.current_thread().name.encode() + b"\n"
            events["go on"].wait(20)
            for _ in range(int(request.GET.get("parts", 1))):
                yield b"x" * 65536
        finally:
            events["closed"].set()

    return StreamingHttpResponse(parts(), content_type="text/plain")


def happenings(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[bytes]:
        try:
            yield b": hello\n\n"
            await asyncio.sleep(3600)
        finally:
            events["closed"].set()

    return StreamingHttpResponse(parts(), content_type="text/event-stream")


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(Path(__file__).open("rb"))


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the server")


def ask_database(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    together.wait()
    return HttpResponse(str(pid))


def see_other(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


together = threading.Barrier(1)
urlpatterns = [
    path("mirror", mirror),
    path("caf\xe9", mirror),
    path("stream", stream),
    path("happenings", happenings),
    path("file", file),
    path("crash", crash),
    path("database", ask_database),
    path("empty", see_other),
]


# --- The server ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def port(settings: Any) -> Iterator[int]:
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["*"]
    events.update({"closed": threading.Event(), "go on": threading.Event()})
    front = asgi.Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=4)
    with serving(front) as number:
        yield number


@pytest.fixture
def connect(port: int) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    yield made
    made.close()


def get(connect: http.client.HTTPConnection, target: str, method: str = "GET", **more: Any) -> tuple[http.client.HTTPResponse, bytes]:
    connect.request(method, target, **more)
    response = connect.getresponse()
    return response, response.read()


def raw(port: int, data: bytes) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=20)
    made.sendall(data)
    return made


# --- Requests --------------------------------------------------------------------------------------------------------------------


def test_an_ordinary_request_is_answered_in_a_thread_of_the_pool(connect):
    response, body = get(connect, "/mirror?a=1%20b")
    facts = json.loads(body)
    assert response.status == 200
    assert facts["thread"].startswith("request_")
    assert facts["meta"]["QUERY_STRING"] == "a=1%20b"
    assert facts["meta"]["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert facts["meta"]["REMOTE_ADDR"] == "127.0.0.1"


def test_headers_arrive_whole_repeated_ones_joined_and_lookalikes_dropped(port):
    headers = [b"Host: a", b"X-Two: 1", b"x-two: 2", b"Cookie: a=1", b"Cookie: b=2", b"X-Latin: Gr\xfc\xdfe", b"X_API_Key: spoof"]
    request = b"\r\n".join([b"GET /mirror HTTP/1.1", *headers, b""])
    with raw(port, request + b"Content-Type: text/plain; charset=x\r\nConnection: close\r\n\r\n") as made:
        head, _, body = _to_its_end(made).partition(b"\r\n\r\n")
    meta = json.loads(body)["meta"]
    assert (meta["HTTP_X_TWO"], meta["HTTP_COOKIE"], meta["HTTP_X_LATIN"]) == ("1,2", "a=1; b=2", "Gr\xfc\xdfe")
    assert meta["CONTENT_TYPE"] == "text/plain; charset=x"
    assert "HTTP_X_API_KEY" not in meta
    assert head.lower().count(b"set-cookie:") == 2
    assert b"x-word: Gr\xfc\xdfe" in head


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
def test_a_content_type_in_an_unknown_encoding_is_read_without_it(connect, accept):
    headers = {"Content-Type": "application/json; charset*=nobody's'x", "Accept": accept}
    response, body = get(connect, "/mirror", headers=headers, body=b"x")
    assert (response.status, json.loads(body)["meta"]["CONTENT_TYPE"]) == (200, "application/json")


def test_a_path_in_utf8_arrives_as_it_is(connect):
    assert json.loads(get(connect, "/caf%C3%A9")[1])["path"] == "/caf\xe9"


@pytest.mark.parametrize("size", [0, 1, asgi.IN_MEMORY + 1, asgi.LARGEST_BODY])
def test_a_body_arrives_whole(connect, size):
    facts = json.loads(get(connect, "/mirror", "POST", body=b"x" * size)[1])
    assert (facts["length"], facts["read"]) == (size, size)


def test_a_body_in_chunks_arrives_whole_with_its_length(connect):
    facts = json.loads(get(connect, "/mirror", "POST", body=iter([b"abc", b"d" * 100_000]), encode_chunked=True)[1])
    assert (facts["length"], facts["read"], facts["start"][:4]) == (100_003, 100_003, "abcd")


def answered(made: socket.socket) -> bytes:
    """Read the head of an answer and the beginning of its body; they may come one after the other."""
    answer = b""
    while b"\r\n\r\n" not in answer or answer.endswith(b"\r\n\r\n"):
        part = made.recv(65536)
        assert part, answer
        answer += part
    return answer


def test_a_body_that_says_it_is_over_the_limit_is_not_read(port):
    size = asgi.LARGEST_BODY + 1
    with raw(port, b"POST /mirror HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size) as made:
        assert b'"read": 0' in answered(made)


def test_a_body_in_chunks_over_the_limit_is_not_read_to_its_end(port):
    with raw(port, b"POST /mirror HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") as made:
        for _ in range(asgi.LARGEST_BODY // 2**20 + 1):
            made.sendall(b"100000\r\n" + b"x" * 2**20 + b"\r\n")
        answer = answered(made)
    assert b'"read": 0' in answer


def test_a_client_that_leaves_in_the_middle_of_its_request_leaves_nothing_behind(port, connect):
    with raw(port, b"POST /mirror HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc"):
        pass
    assert get(connect, "/mirror")[0].status == 200


def test_head_and_an_answer_without_a_body_are_understood(connect):
    response, body = get(connect, "/mirror", "HEAD")
    assert (response.status, body) == (200, b"")
    assert get(connect, "/empty")[0].status == 204
    assert get(connect, "/mirror")[0].status == 200  # the connection is still good


# --- Answers ---------------------------------------------------------------------------------------------------------------------


def test_a_stream_is_sent_part_by_part_and_closed(connect):
    connect.request("GET", "/stream")
    response = connect.getresponse()
    assert response.readline().startswith(b"request_")  # before the rest exists
    events["go on"].set()
    assert len(response.read()) == 65536
    assert events["closed"].wait(20)


def test_a_stream_ends_when_its_reader_leaves(port):
    made = raw(port, b"GET /stream?parts=1000000 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert made.recv(65536)
    made.close()
    events["go on"].set()
    assert events["closed"].wait(20)


def test_a_reader_that_stops_reading_does_not_hold_a_thread(port, monkeypatch):
    monkeypatch.setattr(asgi, "STALLED_AFTER", 0.1)
    with raw(port, b"GET /stream?parts=1000000 HTTP/1.1\r\nHost: a\r\n\r\n"):
        events["go on"].set()
        assert events["closed"].wait(20)


def test_a_file_arrives_whole(connect):
    response, body = get(connect, "/file")
    assert body == Path(__file__).read_bytes()
    assert int(response.headers["Content-Length"]) == len(body)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_crash_is_an_answer_without_a_word_of_why(connect, settings):
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    response, body = get(connect, "/crash")
    assert response.status == 500
    assert b"secret" not in body


def test_a_stream_of_events_takes_no_thread_of_the_pool_and_ends_with_its_reader(port, connect):
    readers = [raw(port, b"GET /happenings HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n") for _ in range(8)]
    for reader in readers:
        assert b"text/event-stream" in reader.recv(65536)
    assert get(connect, "/mirror")[0].status == 200  # eight readers, four threads
    for reader in readers:
        reader.close()
    assert events["closed"].wait(20)


# --- The process -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_thread_keeps_its_database_connection_and_gives_it_back_at_the_end(settings, monkeypatch):
    settings.ROOT_URLCONF, settings.ALLOWED_HOSTS = __name__, ["*"]
    monkeypatch.setattr(sys.modules[__name__], "together", threading.Barrier(2, timeout=20))
    front = asgi.Front(wsgi=get_wsgi_application(), asgi=get_asgi_application(), threads=2)
    with serving(front) as port:
        first, again = (_two_at_once(port) for _ in range(2))
        assert len(first) == 2
        assert first == again
    assert _end_by_themselves([int(pid) for pid in first])


def _end_by_themselves(pids: list[int]) -> bool:
    """Say whether these processes of the database end: it hears of a closed connection at once, and then needs the processor to go."""
    with connections["default"].cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
            if cursor.fetchone() == (0,):
                return True
            cursor.execute("SELECT pg_sleep(0.05)")
    return False


def _two_at_once(port: int) -> set[bytes]:
    with ExitStack() as stack:
        request = b"GET /database HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        made = [stack.enter_context(raw(port, request)) for _ in range(2)]
        return {_to_its_end(one).rpartition(b"\r\n")[2] for one in made}


def _to_its_end(made: socket.socket) -> bytes:
    return b"".join(iter(lambda: made.recv(65536), b""))


def test_the_body_of_who_asks_for_events_is_not_read_to_its_end():
    received = 0

    async def swallow(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        nonlocal received
        while (part := await receive())["type"] == "http.request":
            received += len(part["body"])

    async def endless() -> asgi.Message:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}

    async def nobody(message: asgi.Message) -> None:
        raise AssertionError(message)

    front = asgi.Front(wsgi=get_wsgi_application(), asgi=swallow, threads=1)
    scope = {"type": "http", "method": "POST", "headers": [(b"mcp-method", b"subscriptions/listen")]}
    asyncio.run(asyncio.wait_for(front(scope, endless, nobody), 20))
    assert received <= asgi.LARGEST_BODY


def test_a_websocket_is_refused():
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    front = asgi.Front(wsgi=None, asgi=None, threads=1)  # type: ignore[arg-type]  # neither is asked
    asyncio.run(front({"type": "websocket"}, None, send))  # type: ignore[arg-type]  # nothing is received
    assert sent == [{"type": "websocket.close", "code": 1000}]


@pytest.mark.slow
def test_uvicorn_serves_the_application_by_its_name():
    command = [sys.executable, "-m", "uvicorn", "rocketsdr.asgi:application", "--port", "0", "--host", "127.0.0.1"]
    process = subprocess.Popen(command, cwd=PROJECT, env=dict(os.environ), stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    assert process.stderr is not None
    try:
        line = next(line for line in process.stderr if "Uvicorn running on" in line)
        port = int(line.split("http://127.0.0.1:")[1].split()[0])
        made = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        assert get(made, "/healthz")[1] == b"ok\n"
        made.close()
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        process.stderr.close()
        assert process.wait(30) in {0, -signal.SIGTERM}
    assert "Traceback" not in rest
