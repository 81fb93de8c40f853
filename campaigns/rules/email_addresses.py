"""What is an e-mail address, and which one does a cell of a spreadsheet mean.

The verdict on an address is that of `email-validator` (local part of at most 64 characters, no SMTPUTF8, no DNS); a
pattern that is stricter than the library says yes to the plain ones without asking it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

MAX_LENGTH = 254

_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]++"
_WORD = r"[A-Za-z0-9]++"
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*+)@(?:{_WORD}(?:-{_WORD})*+\.)++[A-Za-z]++")
_PLAIN_PART = 63  # no label of a shorter domain can be too long, and no local part
_RESERVED_ENDINGS = tuple(f"{mark}{name}" for name in SPECIAL_USE_DOMAIN_NAMES for mark in "@.")

_IN_ANGLES = re.compile(r"[^<>]*+<([^<>@]*+@[^<>]*+)>")
_BETWEEN = re.compile(r"[\s,;|/<>()\[\]\"“”]+")
_AROUND = ' \t\r\n"“”<>()[],;:'
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))


class Address(NamedTuple):
    """An address that mail can be sent to: the local part as it was given, the domain in lower-case ASCII."""

    address: str
    key: str  # the whole in lower case: two addresses with one key are one person


class Refused(NamedTuple):
    """Why mail cannot be sent to this."""

    code: str
    reason: str


def normalise(raw: str, *, allow_test_domains: bool = False, before_slow_check: Callable[[], None] | None = None) -> Address | Refused:
    """Return the one address that a person meant by this text, or why there is none.

    "Ada Lovelace <ada@example.com>", "mailto:ada@example.com?subject=hi" and punctuation around an address are
    unwrapped. Two different addresses are refused, for nobody can say which one is meant. Whoever reads many of them
    is told by `before_slow_check` of each that the pattern leaves to the library, and may raise.
    """
    if plain := _plain(raw):
        return plain
    text = raw.translate(_INVISIBLE).strip()
    if not text:
        return Refused("no_email", "There is no e-mail address.")
    mentioned = [_unwrapped(word) for word in _BETWEEN.split(text) if "@" in word[1:-1]]
    different = len({word.lower() for word in mentioned})
    if different > 1:
        return Refused("several_addresses", f"{_quoted(text)} holds {different} e-mail addresses; keep the one to write to.")
    said_twice = len(mentioned) > 1
    meant = mentioned[0] if said_twice else _unwrapped(text)
    return check(meant, allow_test_domains=allow_test_domains, before_slow_check=before_slow_check)


def check(address: str, *, allow_test_domains: bool = False, before_slow_check: Callable[[], None] | None = None) -> Address | Refused:
    """Say whether exactly this text is an address that mail can be sent to; nothing is unwrapped or trimmed."""
    if plain := _plain(address):
        return plain
    if len(address) > MAX_LENGTH:
        return Refused("email_too_long", f"The e-mail address has {len(address)} characters; {MAX_LENGTH} are allowed.")
    if "@" not in address:
        return Refused("invalid_email", f"{_quoted(address)} is not an e-mail address: it has no @.")
    if before_slow_check is not None:
        before_slow_check()
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=allow_test_domains)
    except EmailNotValidError as exc:
        return _refusal(address, exc)
    given = f"{address.rpartition('@')[0]}@{found.ascii_domain}"
    return Address(given, given.lower())


def _plain(address: str) -> Address | None:
    match = _PLAIN.fullmatch(address)
    if match is None:
        return None
    at = match.end(1)
    key = address.lower()
    if at > _PLAIN_PART or len(key) - at > _PLAIN_PART or key.endswith(_RESERVED_ENDINGS):
        return None
    return Address(address if address == key else address[:at] + key[at:], key)


def _refusal(address: str, exc: EmailNotValidError) -> Refused:
    local = address.rpartition("@")[0]
    if local and not local.isascii():
        reason = f"{_quoted(address)} has letters other than a-z before the @, which many mail servers do not take."
        return Refused("non_ascii_local_part", reason)
    if address.lower().endswith(_RESERVED_ENDINGS):
        return Refused("reserved_domain", f"{_quoted(address)} ends in a reserved name that never gets mail.")
    return Refused("invalid_email", f"{_quoted(address)} is not an e-mail address: {exc}"[:400])


def _unwrapped(text: str) -> str:
    if angles := _IN_ANGLES.fullmatch(text):
        text = angles[1]
    text = text.strip(_AROUND)
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0].strip()
    if text[:1] == text[-1:] == "'":
        text = text.strip("'")
    return text.rstrip(".")


def _quoted(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:80])
    return f"“{shown}…”" if len(text) > len(shown) else f"“{shown}”"
