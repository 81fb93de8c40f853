"""Where an authorization code may be sent: what a client may register, and whether what it asks for is what it has registered.

Addresses are compared as they are written, character by character. The one exception is that of RFC 8252 7.3: a program on the person's
own computer listens on whatever port it gets, so that a loopback address is stored without its port and matches with any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from difflib import SequenceMatcher
from urllib.parse import SplitResult, urlsplit

from django.core.cache import cache
from oauth2_provider.settings import oauth2_settings
from redis.exceptions import RedisError

from rocketsdr.lib.errors import Invalid

MOST = 12  # addresses of one client; its own `rocketsdr` has more, because everybody shares it
LONGEST = 500
LOOPBACK_HOSTS = ("127.0.0.1", "[::1]", "localhost")
# Never private-use schemes: what they name is run, or read, by the browser itself.
HOSTILE = frozenset({"javascript", "data", "vbscript", "file", "blob", "filesystem", "about", "ftp", "ws", "wss", "mailto", "view-source"})
REFUSED_FOR = 24 * 3600  # seconds that the last refused address of a client is remembered

_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]|localhost)):\d{1,5}(?=[/?]|\Z)")
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*|\[[0-9a-f:.]+\]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*")
_DOTS = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})


class RedirectRefused(Invalid):
    code = "invalid_redirect_uri"


# --- What may be registered ------------------------------------------------------------------------------------------------------


def canonical(uri: str) -> str:
    """Return the address as it is stored and compared: a loopback address loses its port."""
    return _LOOPBACK.sub(r"\1", uri, count=1) if uri.startswith("http://") else uri


def checked(uris: Sequence[str]) -> list[str]:
    """Return the addresses as they are stored, each once; refuse the first that may not be registered, and too many."""
    if not uris:
        raise RedirectRefused("A client needs a redirect URI.", field="redirect_uris", fix="Give the one that its documentation names.")
    if len(uris) > MOST:
        fix = "Leave out those that it does not use."
        raise RedirectRefused(f"{len(uris)} redirect URIs are too many: at most {MOST}.", field="redirect_uris", fix=fix)
    for uri in uris:
        if words := fault(canonical(uri)):
            raise RedirectRefused(f"The redirect URI {uri[:100]!r} is refused: {words}.", field="redirect_uris")
    return list(dict.fromkeys(map(canonical, uris)))


def accepted(uris: Sequence[str]) -> list[str]:
    """Return, of the addresses that a client asks for by itself, those that it may have, as it wrote them.

    One of a program's own scheme that this server does not know is left out, so that it spoils no others; all else that is wrong is
    refused, as is a client of which nothing is left.
    """
    known = [uri for uri in uris if not _is_of_unknown_program(uri)] or uris
    checked(known if len(uris) <= MOST else uris)
    return list(dict.fromkeys(known))


def fault(uri: str) -> str:
    """Return in a few words why an address may not be registered; nothing for one that may."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "it is no URI"
    return next((words for check in _CHECKS if (words := check(uri, parts))), "")


def _text_fault(uri: str, _: SplitResult) -> str:
    if not 0 < len(uri) <= LONGEST:
        return f"it is longer than {LONGEST} characters" if uri else "it is empty"
    if "*" in uri:
        return "it holds a *, and a pattern matches nothing here: write every address in full"
    if "#" in uri:
        return "it has a fragment (#), which RFC 6749 forbids"
    if not _CHARACTERS.fullmatch(uri):
        return "it holds a space or a character that no URI has: write one address a line, and escape what is not ASCII"
    return ""


def _scheme_fault(uri: str, parts: SplitResult) -> str:
    if parts.scheme and not uri.startswith(f"{parts.scheme}:"):
        return "its scheme is not written in lower case"
    if parts.scheme not in oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES:
        return f"the scheme {parts.scheme or '(none)'} is not allowed: use https, or http on a loopback address{_programs()}"
    return ""


def _programs() -> str:
    """Return the words that name the schemes of known programs."""
    names = sorted(set(oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES) - {"https", "http"})
    return f", or {', '.join(names)}" if names else ""


def _place_fault(_: str, parts: SplitResult) -> str:
    if "@" in parts.netloc:
        return "it carries a user name before the host"
    host, port = _host_and_port(parts)
    if parts.scheme == "http":
        if host not in LOOPBACK_HOSTS:
            return "http is only for a program on the person's own computer (127.0.0.1, [::1] or localhost): use https"
        return "leave out the port: a program on the person's computer may use any" if port else ""
    if parts.scheme == "https" and not _HOST.fullmatch(host):
        return "its host is missing, or not written as a host is: in lower case, with letters, digits, hyphens and dots"
    if parts.scheme == "https" and (port in {":", ":443"} or port.startswith(":0")):
        return f"leave out {port}: it is what https uses anyway, and addresses are compared as they are written"
    return ""


def _path_fault(_: str, parts: SplitResult) -> str:
    if any(segment.lower() in _DOTS for segment in parts.path.split("/")):
        return "its path holds . or .., which a browser takes out"
    return ""


_CHECKS: tuple[Callable[[str, SplitResult], str], ...] = (_text_fault, _scheme_fault, _place_fault, _path_fault)


def _host_and_port(parts: SplitResult) -> tuple[str, str]:
    """Return the host as it is written, and the port with its colon."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(:.*)?", parts.netloc)
    return (found[1], found[2] or "") if found else (parts.netloc, "")


def _is_of_unknown_program(uri: str) -> bool:
    """Say whether this is a well written address of a scheme that only one program knows."""
    scheme, colon, _ = uri.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme) or len(uri) > LONGEST or not _CHARACTERS.fullmatch(uri):
        return False
    return scheme.lower() not in HOSTILE and scheme.lower() not in oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES


# --- Whether it matches ----------------------------------------------------------------------------------------------------------


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Say whether a request may ask for this address."""
    return canonical(uri) in registered


def difference(uri: str, registered: Sequence[str]) -> str:
    """Return a sentence that names what keeps an address from matching, against the most similar one; nothing for one that matches."""
    if is_registered(uri, registered):
        return ""
    if (words := fault(canonical(uri))) or not registered:
        return f"It can match nothing: {words}." if words else "This client has no redirect URI."
    asked = canonical(uri)
    nearest = max(registered, key=lambda each: SequenceMatcher(None, each, asked, autojunk=False).ratio())
    return f"Nearest is {nearest}: {'; '.join(_differences(urlsplit(asked), urlsplit(nearest), asked, nearest))}."


def _differences(asked: SplitResult, kept: SplitResult, uri: str, nearest: str) -> list[str]:
    """Name each part that differs."""
    (host, port), (kept_host, kept_port) = _host_and_port(asked), _host_and_port(kept)
    pairs = [
        ("scheme", asked.scheme, kept.scheme),
        ("host", host, kept_host),
        ("port", port.removeprefix(":"), kept_port.removeprefix(":")),
        ("query", *((f"?{each.query}" if "?" in text else "") for each, text in ((asked, uri), (kept, nearest)))),
    ]
    found = [f"the {part} is {new or 'missing'} in place of {old or 'none'}" for part, new, old in pairs if new != old]
    return [*found, *_difference_of_paths(asked.path, kept.path)]


def _difference_of_paths(asked: str, kept: str) -> list[str]:
    if asked == kept:
        return []
    if asked.rstrip("/") == kept.rstrip("/"):
        return ["the slash at its end is missing" if kept.endswith("/") else "it has a slash too much at its end"]
    if asked.lower() == kept.lower():
        return [f"the path {asked} differs from {kept} in upper and lower case"]
    return [f"the path is {asked or 'missing'} in place of {kept or 'none'}"]


# --- What was refused, for the page of those whose client it is --------------------------------------------------------------------


def remember_refused(client_pk: int, uri: str) -> None:
    """Keep the address that a request has asked for in vain, for a day and instead of the one before."""
    with suppress(RedisError):  # a hint, and nothing that anybody should wait for
        cache.set(f"oauth:refused-redirect:{client_pk}", uri[:LONGEST], REFUSED_FOR)


def last_refused(client_pk: int) -> str:
    """Return the address that a request of this client was last refused for; empty where there was none today."""
    with suppress(RedisError):
        return str(cache.get(f"oauth:refused-redirect:{client_pk}") or "")
    return ""
