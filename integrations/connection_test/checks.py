"""What is looked at, one after the other the way a client goes. Nothing here needs the database."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.connection_test.caller import Caller, NoAnswer, Reply, addresses_of, certificate_ends_at
from integrations.connection_test.line import Line
from rocketsdr.lib.addresses import is_public

MCP = "/api/mcp"
MODERN = "2026-07-28"
SOON = 14 * 86400  # seconds before its end from which on a certificate is worth a warning
JSON_RPC: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
BOTH = {"Accept": "application/json, text/event-stream"}
RIGHT_PROXY = "Set PUBLIC_URL to the address that people use, and let the proxy hand on that Host."


@dataclass(frozen=True, slots=True)
class Probe:
    """What the checks work with: the address, and the short-lived key."""

    caller: Caller
    key: str

    @property
    def base(self) -> str:
        return self.caller.base

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or ""


Check = Callable[[Probe], Awaitable[list[Line]]]


async def look(base: str, key: str) -> list[Line]:
    """Look at everything; where the address does not answer at all, at nothing else. It takes some ten seconds at the most."""
    async with Caller(base) as caller:
        probe = Probe(caller, key)
        first = await _of("Address", reach)(probe)
        if first[0].state == "fail":
            return [
                *first,
                *await _of("Name", public)(probe),
                Line("Everything else", "skipped", "Not looked at: the address does not answer."),
            ]
        found = await asyncio.gather(*(_of(name, check)(probe) for name, check in CHECKS.items()))
        return [*first, *(line for lines in found for line in lines)]


def _of(name: str, check: Check) -> Check:
    """Turn an end without an answer into a line, so that one check never takes the others along."""

    async def line(probe: Probe) -> list[Line]:
        try:
            return await check(probe)
        except NoAnswer as error:
            return [Line(name, "fail", f"There was {error.text}.", "Look at the proxy's and the server's log of this minute.")]

    return line


async def reach(probe: Probe) -> list[Line]:
    """Ask whether anybody answers at PUBLIC_URL."""
    try:
        reply = await probe.caller.get("/healthz")
    except NoAnswer as error:
        fixes = {
            "name": "Make a DNS entry for the name, or correct PUBLIC_URL.",
            "refused": "Start the proxy (or the server) on this port, or correct PUBLIC_URL.",
            "tls": "Give the proxy a certificate for exactly this name, with its whole chain.",
            "timeout": "Look whether a firewall keeps the server from its own public address; some networks do not lead back in.",
        }
        meaning = f"{probe.base} does not answer: {error.text}."
        return [Line("Address", "fail", meaning, fixes.get(error.kind, "Look at the proxy's log of this minute."))]
    if reply.status == 200:
        return [Line("Address", "ok", f"{probe.base} answers in {reply.seconds * 1000:.0f} ms.")]
    return [
        Line("Address", "fail", f"{probe.base}/healthz answers {reply.status}, not 200.", f"Another server answers there. {RIGHT_PROXY}")
    ]


async def tls(probe: Probe) -> list[Line]:
    """Ask whether the address is safe, and for how long its certificate lasts."""
    if urlsplit(probe.base).scheme == "http":
        if not is_public_text(probe.host):
            return [
                Line(
                    "TLS",
                    "warn",
                    "The address is plain http, which is good on this machine only.",
                    "Serve it by https before others use it.",
                )
            ]
        return [Line("TLS", "fail", "The address is plain http: keys and passwords can be read on the way.", "Serve it by https.")]
    ends_at = await certificate_ends_at(probe.base)
    left = ends_at - time.time() if ends_at else SOON
    if left < SOON:
        return [
            Line("TLS", "warn", f"The certificate ends in {left / 86400:.0f} days.", "Renew it; see why that did not happen by itself.")
        ]
    return [Line("TLS", "ok", "The certificate is valid for this name.")]


def is_public_text(host: str) -> bool:
    """Say whether a host could be a machine on the internet; a name is taken for one, but for this machine's own."""
    try:
        return is_public(host)
    except ValueError:
        return host != "localhost" and "." in host


async def public(probe: Probe) -> list[Line]:
    """Ask whether programs outside can find the server."""
    found = await addresses_of(probe.base)
    if any(is_public(address) for address in found):
        return [Line("Name", "ok", f"{probe.host} is a public address.")]
    meaning = (
        f"Seen from here, {probe.host} is a private address. Claude and ChatGPT on the web call from the internet and will not find it."
    )
    return [Line("Name", "warn", meaning, "Use a public name and address, or clients that run on your own machines.")]


async def scheme(probe: Probe) -> list[Line]:
    """Ask for a page: behind a proxy that does not say https, it would be redirected to itself for ever."""
    reply = await probe.caller.get("/sign-in/")
    if reply.status == 200:
        return [Line("Pages", "ok", "Pages come without a detour.")]
    if reply.is_redirect and reply.headers.get("Location", "").startswith(f"{probe.base}/sign-in/"):
        fix = "Let the proxy send X-Forwarded-Proto, and set TRUSTED_PROXIES to the number of proxies in front of the server."
        return [Line("Pages", "fail", "Pages are redirected to themselves: the server does not learn that the request came by https.", fix)]
    return [Line("Pages", "fail", f"The sign-in page answers {reply.status}, so nobody can sign in to connect.", RIGHT_PROXY)]


async def protected_resource(probe: Probe) -> list[Line]:
    """Read where clients learn who signs them in."""
    name, path = "Resource metadata", "/.well-known/oauth-protected-resource"
    document, line = _document(await probe.caller.get(f"{path}{MCP}"), name, f"{path}{MCP}")
    if line:
        return [line]
    expected = f"{probe.base}{MCP}"
    if document.get("resource") != expected:
        return [_unequal(name, "resource", document.get("resource"), expected)]
    if document.get("authorization_servers") != [probe.base]:
        return [_unequal(name, "authorization_servers", document.get("authorization_servers"), [probe.base])]
    _, root = _document(await probe.caller.get(path), name, path)
    if root:
        return [
            Line(name, "warn", f"It is right at {path}{MCP}. {root.meaning}", "Older clients look there: let the proxy pass it on too.")
        ]
    return [Line(name, "ok", "It names this server, letter by letter.")]


async def authorization_server(probe: Probe) -> list[Line]:
    """Read where clients learn how to sign in."""
    name, path = "Sign-in metadata", "/.well-known/oauth-authorization-server"
    document, line = _document(await probe.caller.get(path), name, path)
    if line:
        return [line]
    if document.get("issuer") != probe.base:
        return [_unequal(name, "issuer", document.get("issuer"), probe.base)]
    if document.get("code_challenge_methods_supported") != ["S256"]:
        return [_unequal(name, "code_challenge_methods_supported", document.get("code_challenge_methods_supported"), ["S256"])]
    for each in ("authorization_endpoint", "token_endpoint"):
        if not str(document.get(each, "")).startswith(f"{probe.base}/"):
            return [_unequal(name, each, document.get(each), f"{probe.base}/…")]
    return [Line(name, "ok", "Its issuer is this address, letter by letter.")]


def _document(reply: Reply, name: str, path: str) -> tuple[dict[str, Any], Line | None]:
    """Return the JSON object in an answer, or the line that says what is there in its place."""
    fix = "Let the proxy pass everything under /.well-known/oauth-* on; certificate programs often take the whole folder."
    if reply.status != 200:
        return {}, Line(name, "fail", f"{path} answers {reply.status}, not 200: clients cannot find the sign-in.", fix)
    try:
        document = json.loads(reply.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return {}, Line(name, "fail", f"{path} is no JSON: another server answers there.", fix)
    return document, None


def _unequal(name: str, field: str, given: object, expected: object) -> Line:
    meaning = f"{field} is {json.dumps(given)[:200]}, and clients compare it letter by letter with {json.dumps(expected)}."
    return Line(name, "fail", meaning, "Set PUBLIC_URL to exactly the address that people use, without a slash at its end, and restart.")


async def challenge(probe: Probe) -> list[Line]:
    """Call without a credential, with and without a slash at the end: nobody redirects it, and the refusal says where to sign in."""
    body = json.dumps(JSON_RPC).encode()
    plain, slashed = [await probe.caller.post(path, body, BOTH) for path in (MCP, f"{MCP}/")]
    return [_redirected(plain, slashed), _host(plain), _challenge(plain, probe.base)]


def _redirected(*replies: Reply) -> Line:
    moved = next((reply for reply in replies if reply.is_redirect), None)
    if moved is None:
        return Line("POST", "ok", "A POST is answered where it is sent.")
    fix = "Turn redirects off for /api/ (a slash at the end, www, http to https): clients lose the body, the method or the key on the way."
    return Line("POST", "fail", f"A POST is redirected to {moved.headers.get('Location', 'nowhere')[:200]}.", fix)


def _host(reply: Reply) -> Line:
    if reply.status == 421 or (reply.status == 400 and b"Host" in reply.body):
        return Line(
            "Host",
            "fail",
            "The server does not know itself by the Host that the proxy sends.",
            f"{RIGHT_PROXY} (nginx: proxy_set_header Host $host)",
        )
    return Line("Host", "ok", "The server is addressed by its own name.")


def _challenge(reply: Reply, base: str) -> Line:
    said, metadata = reply.headers.get("WWW-Authenticate", ""), f"{base}/.well-known/oauth-protected-resource"
    if reply.status != 401:
        fix = "Let the proxy pass /api/mcp on to the server, and let nothing in between (a login page, a firewall's check) answer for it."
        return Line(
            "Challenge", "fail", f"A call without a credential answers {reply.status}, not 401: clients do not start to sign in.", fix
        )
    if f'resource_metadata="{metadata}' not in said:
        fix = "Let the proxy hand WWW-Authenticate on as it is, and nobody else ask for a password in front of the server."
        return Line("Challenge", "fail", f"The refusal does not name {metadata}, from which clients find the sign-in.", fix)
    return Line("Challenge", "ok", "A call without a credential is told where to sign in.")


async def api_key(probe: Probe) -> list[Line]:
    """Ask for the tools with a key that lives for some minutes."""
    reply = await probe.caller.post(MCP, json.dumps(JSON_RPC).encode(), {**BOTH, "X-API-Key": probe.key})
    tools = _result(reply).get("tools")
    if reply.status == 200 and isinstance(tools, list) and tools:
        return [Line("Tools", "ok", f"tools/list names {len(tools)} tools in {reply.seconds * 1000:.0f} ms.")]
    if reply.status == 401:
        return [
            Line(
                "Tools",
                "fail",
                "A key in X-API-Key is not accepted.",
                "Let the proxy hand X-API-Key on. If it does, PUBLIC_URL leads to another installation.",
            )
        ]
    return [Line("Tools", "fail", f"tools/list answers {reply.status}.", "Look at the server's log of this minute.")]


async def authorization(probe: Probe) -> list[Line]:
    """Ask with the same key as a Bearer token: some proxies keep that header to themselves."""
    reply = await probe.caller.post(MCP, json.dumps(JSON_RPC).encode(), {**BOTH, "Authorization": f"Bearer {probe.key}"})
    if reply.status == 200:
        return [Line("Authorization", "ok", "The header Authorization arrives.")]
    fix = "Let the proxy hand Authorization on (nginx: no auth_basic for /api/; Apache: CGIPassAuth On)."
    return [Line("Authorization", "fail", f"A call with Authorization answers {reply.status}: tokens do not arrive.", fix)]


async def mcp_headers(probe: Probe) -> list[Line]:
    """Ask by the revision whose headers have to say the same as the body."""
    meta = {f"io.modelcontextprotocol/{name}": value for name, value in _CLIENT.items()}
    body = {**JSON_RPC, "params": {"_meta": meta}}
    headers = {**BOTH, "X-API-Key": probe.key, "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/list"}
    reply = await probe.caller.post(MCP, json.dumps(body).encode(), headers)
    if reply.status == 200 and "tools" in _result(reply):
        return [Line("Mcp-* headers", "ok", "The headers of the newest revision arrive.")]
    fix = "Let the proxy hand all request headers on, Mcp-Method, Mcp-Name and MCP-Protocol-Version among them."
    return [Line("Mcp-* headers", "fail", f"A call of revision {MODERN} answers {reply.status}: its headers do not arrive as sent.", fix)]


_CLIENT: dict[str, Any] = {
    "protocolVersion": MODERN,
    "clientInfo": {"name": "RocketSDR connection test", "version": "1"},
    "clientCapabilities": {},
}


async def events(probe: Probe) -> list[Line]:
    """Open a stream: its first words come at once, unless something in between collects them."""
    headers = {"Accept": "text/event-stream", "X-API-Key": probe.key}
    try:
        reply = await probe.caller.first_part(MCP, headers)
    except NoAnswer as error:
        if error.kind != "timeout":
            raise
        fix = "Turn buffering and compression off for /api/ (nginx: proxy_buffering off; gzip off), and let streams last for minutes."
        return [Line("Streams", "fail", "A stream of events is held back: clients wait for messages that do not come.", fix)]
    if reply.status == 200 and reply.body.startswith(b":"):
        return [Line("Streams", "ok", f"A stream speaks after {reply.seconds * 1000:.0f} ms; nothing buffers it.")]
    fix = "Let the proxy pass GET requests with Accept: text/event-stream on to /api/mcp. The server runs under ASGI (uvicorn), not WSGI."
    return [Line("Streams", "fail", f"Opening a stream answers {reply.status}.", fix)]


def _result(reply: Reply) -> dict[str, Any]:
    """Return the result in a JSON-RPC answer; nothing where there is none."""
    try:
        answer = json.loads(reply.body)
    except ValueError:
        return {}
    result = answer.get("result") if isinstance(answer, dict) else None
    return result if isinstance(result, dict) else {}


CHECKS: dict[str, Check] = {
    "TLS": tls,
    "Name": public,
    "Pages": scheme,
    "Resource metadata": protected_resource,
    "Sign-in metadata": authorization_server,
    "Challenge": challenge,
    "Tools": api_key,
    "Authorization": authorization,
    "Mcp-* headers": mcp_headers,
    "Streams": events,
}
