"""Requests to our own public address, and to no other: each has an end, follows no redirect and reads no more than it needs."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Literal, Self
from urllib.parse import urlsplit

import httpx2

SECONDS = 5.0  # of one request, from the name to the last byte
MOST_BYTES = 1_000_000

Kind = Literal["timeout", "name", "refused", "tls", "broken"]


class NoAnswer(Exception):
    """Nothing came back that is HTTP; `kind` says where it ended."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status < 400


class Caller:
    """Calls the server at one address, `base`. Use it as a context manager, so that its connections are closed."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._http = httpx2.AsyncClient(verify=_trust(), trust_env=False, timeout=None, headers={"User-Agent": "RocketSDR"})

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, **headers: str) -> Reply:
        """Return the answer to a GET."""
        return await self._bounded("GET", path, headers, None)

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Return the answer to a POST of JSON."""
        return await self._bounded("POST", path, {"Content-Type": "application/json", **headers}, body)

    async def first_part(self, path: str, headers: Mapping[str, str]) -> Reply:
        """Return the beginning of a stream that does not end by itself."""
        return await self._bounded("GET", path, headers, None, whole=False)

    async def _bounded(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, *, whole: bool = True) -> Reply:
        try:
            async with asyncio.timeout(SECONDS):
                return await self._call(method, path, headers, body, whole=whole)
        except TimeoutError:
            raise NoAnswer("timeout", f"no answer within {SECONDS:.0f} seconds") from None
        except (httpx2.HTTPError, OSError) as error:
            raise _no_answer(error) from error

    async def _call(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, *, whole: bool) -> Reply:
        began, read = monotonic(), b""
        async with self._http.stream(method, f"{self.base}{path}", headers=dict(headers), content=body) as response:
            async for part in response.aiter_bytes():
                read += part
                if not whole or len(read) > MOST_BYTES:
                    break
            return Reply(response.status_code, response.headers, read, monotonic() - began)


async def certificate_ends_at(base: str) -> float | None:
    """Return when the certificate of an https address ends, in seconds since the epoch; None where nobody says."""
    parts = urlsplit(base)
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=_trust())
    except TimeoutError:
        raise NoAnswer("timeout", f"no answer within {SECONDS:.0f} seconds") from None
    except OSError as error:
        raise _no_answer(error) from error
    certificate = writer.get_extra_info("peercert") or {}
    writer.transport.abort()
    return ssl.cert_time_to_seconds(certificate["notAfter"]) if "notAfter" in certificate else None


async def addresses_of(base: str) -> list[str]:
    """Return the addresses that the name has here."""
    parts = urlsplit(base)
    try:
        async with asyncio.timeout(SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise NoAnswer("timeout", f"no answer within {SECONDS:.0f} seconds") from None
    except OSError as error:
        raise _no_answer(error) from error
    return [str(entry[4][0]) for entry in found]


@cache
def _trust() -> ssl.SSLContext:
    """Return the certificate authorities that clients trust, read once."""
    return httpx2.create_ssl_context()


def _no_answer(error: BaseException) -> NoAnswer:
    """Say where it ended, by what lies at the bottom of the error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return NoAnswer("tls", getattr(cause, "verify_message", "") or cause.reason or "the handshake failed")
        if isinstance(cause, socket.gaierror):
            return NoAnswer("name", "the name was not found")
        if isinstance(cause, ConnectionRefusedError):
            return NoAnswer("refused", "nobody listens there")
        cause = cause.__cause__ or cause.__context__
    return NoAnswer("broken", f"the connection broke ({type(error).__name__})")
