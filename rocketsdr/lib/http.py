"""Outgoing HTTP to addresses that somebody outside has chosen: only to the public internet, and with an end to everything.

The name is resolved once, and the address that was checked is the one connected to; a redirect is an answer like any other and is not
followed; one deadline holds for connecting, the handshake, the headers and the body together, so that nobody can hold a thread by
sending a byte now and then; a body has a largest size, and comes as it is or not at all.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic

import httpx2

from rocketsdr.lib.addresses import resolve
from rocketsdr.lib.errors import ProviderFailed

PLAIN = "identity"


class NoAnswer(ProviderFailed):
    """Nobody answered in time, or not in HTTP."""

    code = "no_answer"


class NotReached(NoAnswer):
    """Nobody took the connection, so that nothing was asked at all."""


class AnswerTooLarge(ProviderFailed):
    code = "answer_too_large"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def get(url: str, *, accept: str, seconds: float, most_bytes: int) -> Answer:
    """Return the answer to a GET of an https address, whatever its status."""
    return _asked("GET", url, {"Accept": accept}, b"", seconds, most_bytes)


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float, most_bytes: int) -> Answer:
    """Return the answer to a POST to an https address, whatever its status; what the headers hold stands in no error and in no log."""
    return _asked("POST", url, headers, body, seconds, most_bytes)


def _asked(method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float, most_bytes: int) -> Answer:
    began = monotonic()
    asked = httpx2.URL(url)
    addresses = resolve(asked.host, asked.port or 443)
    ours = {"Host": asked.netloc.decode(), "Accept-Encoding": PLAIN, "User-Agent": "RocketSDR"}
    request = httpx2.Request(method, asked, headers={**headers, **ours}, content=body)
    return asyncio.run(_ask(request, addresses, max(0.0, seconds - (monotonic() - began)), most_bytes))


async def _ask(request: httpx2.Request, addresses: list[str], seconds: float, most_bytes: int) -> Answer:
    host = request.url.host[:253]
    try:
        async with asyncio.timeout(seconds), httpx2.AsyncClient(verify=_trust(), trust_env=False, timeout=None) as client:
            for address in addresses[:-1]:
                try:
                    return await _read(client, request, address, most_bytes)
                except httpx2.ConnectError:
                    continue
            return await _read(client, request, addresses[-1], most_bytes)
    except TimeoutError:
        raise NoAnswer(f"The host {host!r} did not answer in time.", transient=True) from None
    except httpx2.ConnectError as error:
        raise NotReached(f"The host {host!r} gave no answer ({type(error).__name__}).", transient=True) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise NoAnswer(f"The host {host!r} gave no answer ({type(error).__name__}).", transient=True) from error


async def _read(client: httpx2.AsyncClient, request: httpx2.Request, address: str, most_bytes: int) -> Answer:
    """Ask this address in the name of the host: the certificate has to be the host's."""
    host, names = request.url.host, {"sni_hostname": request.url.host}
    there = request.url.copy_with(host=address)
    async with client.stream(request.method, there, headers=request.headers, content=request.content, extensions=names) as response:
        if response.headers.get("Content-Encoding", PLAIN).lower() != PLAIN:
            raise AnswerTooLarge(f"The host {host[:253]!r} answered with a packed body, which nobody asked for.")
        body = b""
        async for part in response.aiter_raw():
            body += part
            if len(body) > most_bytes:
                raise AnswerTooLarge(f"The host {host[:253]!r} answered with more than {most_bytes} bytes.")
        return Answer(response.status_code, response.headers, body)


@cache
def _trust() -> ssl.SSLContext:
    """Return the machine's list of certificate authorities, read once."""
    return ssl.create_default_context()
