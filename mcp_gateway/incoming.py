"""A request to the gateway as the web server has read it: what the endpoint asks of Django's request, without the rest of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http.request import split_domain_port, validate_host


class Headers(dict[str, str]):
    """Header fields by their names in lower case; asked for however they are spelt."""

    @classmethod
    def of(cls, fields: Iterable[tuple[bytes, bytes]]) -> Headers:
        """Read them as the server gives them; what is sent twice stands in one field, as HTTP has it."""
        headers = cls()
        for raw, value in fields:
            name, text = raw.decode("latin-1"), value.decode("latin-1")
            headers[name] = f"{headers[name]},{text}" if name in headers else text
        return headers

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request; `scheme` is what the client has used, `payload` the bytes of the body, None where they are over the limit."""

    method: str
    path: str
    scheme: str
    server: str
    headers: Headers
    payload: bytes | None

    def get_host(self) -> str:
        """Return the host that the client named, or refuse one that this installation does not answer to."""
        host: str = self.headers.get("host", self.server)
        if not _is_allowed(host, tuple(settings.ALLOWED_HOSTS)):
            raise DisallowedHost(f"Invalid HTTP_HOST header: {host[:200]!r}.")
        return host

    @property
    def content_type(self) -> str:
        stated: str = self.headers.get("content-type", "")
        return stated.partition(";")[0].strip().lower()

    @property
    def body(self) -> bytes:
        if self.payload is None:
            raise RequestDataTooBig
        return self.payload


@lru_cache(maxsize=64)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)
