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


class AnswerTooLarge(ProviderFailed):
    code = "answer_too_large"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def get(url: str, *, accept: str, seconds: float, most_bytes: int) -> Answer:
    """Return the answer to a GET of an https address, whatever its status."""
    began = monotonic()
    asked = httpx2.URL(url)
    addresses = resolve(asked.host, asked.port or 443)
    return asyncio.run(_get(asked, addresses, accept, max(0.0, seconds - (monotonic() - began)), most_bytes))


async def _get(asked: httpx2.URL, addresses: list[str], accept: str, seconds: float, most_bytes: int) -> Answer:
    headers = {"Host": asked.netloc.decode(), "Accept": accept, "Accept-Encoding": PLAIN, "User-Agent": "RocketSDR"}
    try:
        async with asyncio.timeout(seconds), httpx2.AsyncClient(verify=_trust(), trust_env=False, timeout=None) as client:
            for address in addresses[:-1]:
                try:
                    return await _read(client, asked, address, headers, most_bytes)
                except httpx2.ConnectError:
                    continue
            return await _read(client, asked, addresses[-1], headers, most_bytes)
    except TimeoutError:
        raise NoAnswer(f"The host {asked.host[:253]!r} did not answer in time.", transient=True) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise NoAnswer(f"The host {asked.host[:253]!r} gave no answer ({type(error).__name__}).", transient=True) from error


async def _read(client: httpx2.AsyncClient, asked: httpx2.URL, address: str, headers: dict[str, str], most_bytes: int) -> Answer:
    """Ask this address in the name of the host: the certificate has to be the host's."""
    names = {"sni_hostname": asked.host}
    async with client.stream("GET", asked.copy_with(host=address), headers=headers, extensions=names) as response:
        if response.headers.get("Content-Encoding", PLAIN).lower() != PLAIN:
            raise AnswerTooLarge(f"The host {asked.host[:253]!r} answered with a packed body, which nobody asked for.")
        body = b""
        async for part in response.aiter_raw():
            body += part
            if len(body) > most_bytes:
                raise AnswerTooLarge(f"The host {asked.host[:253]!r} answered with more than {most_bytes} bytes.")
        return Answer(response.status_code, response.headers, body)


@cache
def _trust() -> ssl.SSLContext:
    """Return the machine's list of certificate authorities, read once."""
    return ssl.create_default_context()
