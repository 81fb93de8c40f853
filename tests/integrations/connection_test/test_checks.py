"""Each way in which the connection can be wrong gets its own line, with the fix; one of them never hides the others."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from integrations.connection_test import caller, checks
from integrations.connection_test.line import Line
from tests.fakes.installation import KEY, Installation, Said
from tests.serving import serving

RESOURCE = "/.well-known/oauth-protected-resource"
SERVER = "/.well-known/oauth-authorization-server"
MCP = "/api/mcp"


@pytest.fixture
def installation() -> Iterator[Installation]:
    made = Installation()
    with serving(made) as port:
        made.base = f"http://127.0.0.1:{port}"
        yield made


@pytest.fixture
def look(installation: Installation) -> Callable[[], dict[str, Line]]:
    def looked() -> dict[str, Line]:
        return {line.name: line for line in asyncio.run(checks.look(installation.base, KEY))}

    return looked


def states(lines: dict[str, Line]) -> dict[str, str]:
    return {name: line.state for name, line in lines.items()}


def test_a_healthy_server_on_this_machine_is_told_only_that_it_is_not_public(look):
    found = look()
    wrong = {name: state for name, state in states(found).items() if state != "ok"}
    assert wrong == {"TLS": "warn", "Name": "warn"}
    assert found["Tools"].meaning.startswith("tools/list names 2 tools in ")
    assert all(line.fix for line in found.values() if line.state != "ok")


@pytest.mark.parametrize(
    ("place", "said", "line", "says"),
    [
        ("/healthz", Said(502), "Address", "answers 502"),
        ("/sign-in/", Said(301, headers={"Location": "BASE/sign-in/"}), "Pages", "redirected to themselves"),
        ("/sign-in/", Said(403), "Pages", "answers 403"),
        (f"{RESOURCE}{MCP}", Said(404), "Resource metadata", "answers 404"),
        (f"{RESOURCE}{MCP}", Said(200, b"<html>"), "Resource metadata", "is no JSON"),
        (f"{RESOURCE}{MCP}", Said(200, b'["a"]'), "Resource metadata", "is no JSON"),
        (f"{RESOURCE}{MCP}", Said(200, b'{"resource":"BASE/api/mcp/"}'), "Resource metadata", "letter by letter"),
        (
            f"{RESOURCE}{MCP}",
            Said(200, b'{"resource":"BASE/api/mcp","authorization_servers":["BASE/"]}'),
            "Resource metadata",
            "authorization_servers is",
        ),
        (SERVER, Said(404), "Sign-in metadata", "answers 404"),
        (SERVER, Said(200, b'{"issuer":"BASE/"}'), "Sign-in metadata", "issuer is"),
        (SERVER, Said(200, b'{"issuer":"BASE"}'), "Sign-in metadata", "code_challenge_methods_supported is null"),
        (
            SERVER,
            Said(200, b'{"issuer":"BASE","code_challenge_methods_supported":["S256"],"authorization_endpoint":"http://inside/o/"}'),
            "Sign-in metadata",
            "authorization_endpoint is",
        ),
        (f"POST {MCP}", Said(307, headers={"Location": "BASE/api/mcp/"}), "POST", "is redirected to http"),
        (f"POST {MCP}/", Said(301, headers={"Location": "BASE/api/mcp"}), "POST", "is redirected to http"),
        (f"POST {MCP}", Said(421), "Host", "does not know itself"),
        (f"POST {MCP}", Said(200, b"{}"), "Challenge", "answers 200, not 401"),
        (f"POST {MCP}", Said(401, headers={"WWW-Authenticate": "Basic realm=x"}), "Challenge", "does not name"),
        (f"POST {MCP}", Said(500), "Tools", "answers 500"),
        (f"POST {MCP}", Said(200, b"[]"), "Tools", "answers 200"),
        (f"GET {MCP}", Said(405), "Streams", "answers 405"),
        (f"GET {MCP}", Said(200, b"<html>"), "Streams", "answers 200"),
    ],
)
def test_what_is_wrong_is_said_with_its_fix(installation, look, place, said, line, says):
    installation.instead[place] = said
    found = look()[line]
    assert (found.state, bool(found.fix)) == ("fail", True)
    assert says in found.meaning


@pytest.mark.parametrize(("lost", "line"), [("authorization", "Authorization"), ("x-api-key", "Tools"), ("mcp-method", "Mcp-* headers")])
def test_a_proxy_that_keeps_a_header_to_itself_is_found_out(installation, look, lost, line):
    installation.lost = {lost}
    assert look()[line].state == "fail"


def test_metadata_at_one_of_its_two_places_is_a_warning(installation, look):
    installation.instead[RESOURCE] = Said(404)
    assert look()["Resource metadata"].state == "warn"


def test_a_proxy_that_buffers_and_one_that_hangs_are_told_apart_and_hold_nobody_up(installation, look, monkeypatch):
    monkeypatch.setattr(caller, "SECONDS", 0.5)
    installation.instead[f"GET {MCP}"] = Said(200, b": alive\n\n", held=2)
    installation.instead[SERVER] = Said(200, wait=2)
    began = time.monotonic()
    found = look()
    assert time.monotonic() - began < 1.9
    assert "held back" in found["Streams"].meaning
    assert found["Sign-in metadata"].meaning == "There was no answer within 0 seconds."
    assert found["Tools"].state == "ok"


def test_an_address_that_does_not_answer_is_all_that_is_said(installation):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        lines = asyncio.run(checks.look(f"http://127.0.0.1:{free.getsockname()[1]}", KEY))
    assert [line.state for line in lines] == ["fail", "warn", "skipped"]
    assert "nobody listens there" in lines[0].meaning


def test_a_server_that_never_answers_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr(caller, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        lines = asyncio.run(checks.look(f"http://127.0.0.1:{silent.getsockname()[1]}", KEY))
    assert lines[0].state == "fail"
    assert "Look whether a firewall" in lines[0].fix


def test_a_certificate_that_nobody_vouches_for_is_named(tmp_path):
    with serving(Installation(), certificate=tmp_path) as port:
        lines = asyncio.run(checks.look(f"https://127.0.0.1:{port}", KEY))
    assert lines[0].state == "fail"
    assert "certificate" in lines[0].meaning
    assert "Give the proxy a certificate" in lines[0].fix


def test_a_certificate_that_ends_soon_is_a_warning(monkeypatch):
    async def soon(_: str) -> float:
        return time.time() + 3 * 86400

    monkeypatch.setattr(checks, "certificate_ends_at", soon)
    lines = asyncio.run(checks.tls(checks.Probe(caller.Caller("https://outreach.example.com"), KEY)))
    assert (lines[0].state, lines[0].meaning) == ("warn", "The certificate ends in 3 days.")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", False), ("localhost", False), ("10.1.2.3", False), ("outreach.example.com", True), ("8.8.8.8", True)],
)
def test_plain_http_is_good_on_this_machine_only(host, expected):
    assert checks.is_public_text(host) == expected
    lines = asyncio.run(checks.tls(checks.Probe(caller.Caller(f"http://{host}"), KEY)))
    assert lines[0].state == ("fail" if expected else "warn")


def test_an_answer_without_end_is_read_no_further(installation, look, monkeypatch):
    monkeypatch.setattr(caller, "MOST_BYTES", 10)
    installation.instead[SERVER] = Said(200, json.dumps({"issuer": "x" * 100_000}).encode())
    assert "is no JSON" in look()["Sign-in metadata"].meaning
