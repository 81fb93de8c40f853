"""Typed readers of the environment; a missing or wrong value stops the start with one sentence that names the variable."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


class BadSetting(SystemExit):
    """A variable of the environment is missing or wrong; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Url:
    """The parts of a connection URL, decoded."""

    text: str
    scheme: str
    username: str
    password: str
    host: str  # keeps its case: it may be the folder of a socket, written %2Ffolder or ?host=/folder
    port: int | None
    path: str
    options: dict[str, str]

    def __repr__(self) -> str:
        return f"<Url {self.scheme}://{self.host}{self.path}>"


def optional(name: str) -> str | None:
    """Return the variable, or None when it is unset or blank."""
    return os.environ.get(name, "").strip() or None


def text(name: str, default: str | None = None, *, secret: bool = False, choices: Sequence[str] = ()) -> str:
    """Return the variable as it stands; without a default it is required."""
    value = _given(name, default, hint=f"one of {', '.join(choices)}" if choices else "a value")
    if choices and value not in choices:
        raise BadSetting(f"{name} is {_shown(value, secret=secret)}: set it to one of {', '.join(choices)}.")
    return value


def flag(name: str, *, default: bool | None = None) -> bool:
    """Return the variable as yes or no."""
    value = _given(name, None if default is None else str(default), hint="on or off").lower()
    if value not in YES | NO:
        raise BadSetting(f"{name} is {value!r}: set it to on or off.")
    return value in YES


def integer(name: str, default: int | None = None, *, low: int | None = None, high: int | None = None) -> int:
    """Return the variable as a whole number between low and high."""
    value = _given(name, None if default is None else str(default), hint="a whole number")
    try:
        number = int(value)
    except ValueError:
        raise BadSetting(f"{name} is {value!r}: set it to a whole number.") from None
    if (low is not None and number < low) or (high is not None and number > high):
        raise BadSetting(f"{name} is {number}: set it to a whole number {_range(low, high)}.")
    return number


def listed(name: str, default: Sequence[str] | None = None, *, secret: bool = False) -> list[str]:
    """Return the parts of a comma list without blanks; without a default at least one is required."""
    value = optional(name)
    if value is None and default is not None:
        return [*default]
    parts = [part.strip() for part in (value or "").split(",") if part.strip()]
    if not parts:
        found = "not set" if value is None else f"{_shown(value, secret=secret)}, which holds nothing"
        raise BadSetting(f"{name} is {found}: set it to one or more values with commas between them.")
    return parts


def url(name: str, default: str | None = None, *, schemes: tuple[str, ...]) -> Url:
    """Return the parts of the URL in the variable; its value is never shown, as it may hold a password."""
    return parsed(_given(name, default, hint=f"a URL that starts with {schemes[0]}://"), schemes=schemes, name=name)


def parsed(value: str, *, schemes: tuple[str, ...], name: str) -> Url:
    """Take a URL apart; `name` is what the error calls it."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:  # its text may show a part of the password
        form = f"{schemes[0]}://user:password@host:port/name"
        raise BadSetting(f"{name} is no URL: write {form}, with the signs in user and password as %XX.") from None
    if parts.scheme not in schemes:
        expected = " or ".join(f"{scheme}://" for scheme in schemes)
        found = repr(parts.scheme) if parts.scheme else "no scheme"
        raise BadSetting(f"{name} starts with {found}: start it with {expected}.")
    options = dict(parse_qsl(parts.query))
    return Url(
        text=value,
        scheme=parts.scheme,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=options.pop("host", "") or _host(parts.netloc, parts.hostname),
        port=port,
        path=unquote(parts.path),
        options=options,
    )


def _given(name: str, default: str | None, *, hint: str) -> str:
    value = optional(name)
    if value is not None:
        return value
    if default is None:
        raise BadSetting(f"{name} is not set: set it to {hint}.")
    return default


def _shown(value: str, *, secret: bool) -> str:
    return "not what is expected" if secret else repr(value)


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"of at most {high}"
    return f"of at least {low}" if high is None else f"from {low} to {high}"


def _host(netloc: str, hostname: str | None) -> str:
    raw = netloc.rpartition("@")[2]
    return unquote(raw.partition(":")[0]) if "%" in raw else hostname or ""
