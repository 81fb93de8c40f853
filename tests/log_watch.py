"""No secret in any log line: every secret that the product makes during a run is remembered, and every log record is looked through.

It stands where records are handled, below every logger, so that neither `propagate` nor a handler hides one. A test in which a
secret shows up fails and says which logger said what kind of secret; the secret itself is never printed. As a plugin of pytest it
is registered by conftest.py, before anything of Django is imported: many libraries take what makes their tokens by name.
"""

from __future__ import annotations

import functools
import logging
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

SHORTEST = 12  # characters; what is shorter is guessed sooner than found, and words of a log line would look like it
WINDOW = 8
AT_THE_END = "after the last test"


@dataclass(frozen=True)
class Leak:
    """A secret stood in a log line."""

    kind: str
    logger: str
    level: str
    test: str

    def __str__(self) -> str:
        return f"{self.test}: the logger {self.logger!r} said, at {self.level}, {self.kind}"


@dataclass
class Watch:
    """Remembers secrets, and looks for them in log records."""

    current_test: str = "before the first test"
    looked_through: int = 0
    _kinds: dict[str, str] = field(default_factory=dict)
    _by_beginning: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _leaks: list[Leak] = field(default_factory=list)

    def remember(self, secret: object, kind: str) -> None:
        """Note a secret of this kind (such as "an API key")."""
        text = secret.decode(errors="replace") if isinstance(secret, bytes) else str(secret or "")
        if len(text) >= SHORTEST and text not in self._kinds:
            self._kinds[text] = kind
            self._by_beginning[text[:WINDOW]].add(text)

    def forget(self, secret: str) -> None:
        """Say that this is no secret after all."""
        self._kinds.pop(secret, None)
        self._by_beginning[secret[:WINDOW]].discard(secret)

    def look_through(self, record: logging.LogRecord) -> None:
        """Note a leak for each secret in what a handler would write of this record."""
        self.looked_through += 1
        for kind in self.kinds_in(_written(record)):
            self._leaks.append(Leak(kind, record.name, record.levelname, self.current_test))

    def kinds_in(self, text: str) -> set[str]:
        """Return the kinds of the secrets in a text, in one pass over it however many are known."""
        known = self._by_beginning
        starts = (at for at in range(len(text) - WINDOW + 1) if text[at : at + WINDOW] in known)
        return {self._kinds[secret] for at in starts for secret in known[text[at : at + WINDOW]] if text.startswith(secret, at)}

    def take(self) -> list[Leak]:
        """Return the leaks since the last time, each once."""
        leaks, self._leaks = list(dict.fromkeys(self._leaks)), []
        return leaks


def _written(record: logging.LogRecord) -> str:
    """Return the text of a record with its exception and its stack."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # logging itself complains about such a record
        text = f"{record.msg} {record.args}"
    shown = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info and record.exc_info[1] else ""
    return f"{text}\n{shown}\n{record.exc_text or ''}\n{record.stack_info or ''}"


# --- Where secrets are made ------------------------------------------------------------------------------------------------------


def returned(watch: Watch, owner: Any, name: str, kind: str) -> None:
    """Remember whatever this function returns."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def noting(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        watch.remember(result, kind)
        return result

    setattr(owner, name, noting)


def given(watch: Watch, owner: Any, name: str, kind: str, *, at: int) -> None:
    """Remember the argument at this place of this function."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def noting(*args: Any, **kwargs: Any) -> Any:
        if len(args) > at:
            watch.remember(args[at], kind)
        return original(*args, **kwargs)

    setattr(owner, name, noting)


def watch_libraries(watch: Watch) -> None:
    """Stand beside what makes tokens, before anybody imports it by name."""
    import secrets

    import oauthlib.common
    from django.contrib.auth.tokens import PasswordResetTokenGenerator
    from django.contrib.sessions.backends import base as sessions
    from django.core.signing import Signer
    from django.middleware import csrf
    from django.utils import crypto

    returned(watch, oauthlib.common, "generate_token", "an OAuth code or token")
    for owner in (crypto, sessions, csrf):  # who has imported it by name already keeps the name
        returned(watch, owner, "get_random_string", "a session's or a form's key")
    returned(watch, PasswordResetTokenGenerator, "make_token", "the token of a reset link")
    returned(watch, Signer, "sign", "something signed")
    for name in ("token_urlsafe", "token_hex"):
        returned(watch, secrets, name, "a random token")


def watch_product(watch: Watch) -> None:
    """Stand beside the product's own secrets, when Django is set up."""
    from django.conf import settings
    from django.contrib.auth.base_user import AbstractBaseUser

    from integrations.storage.contracts import SignedForm
    from rocketsdr.lib import crypto

    returned(watch, crypto, "random_token", "a token of ours")
    given(watch, crypto, "encrypt", "a password that is stored encrypted", at=0)
    given(watch, AbstractBaseUser, "set_password", "a person's password", at=1)
    _watch_forms(watch, SignedForm)
    for kind, values in _settings(settings).items():
        for value in values:
            watch.remember(value, kind)


def _watch_forms(watch: Watch, form: Any) -> None:
    original = form.__init__

    @functools.wraps(original)
    def noting(self: Any, url: str, fields: dict[str, str]) -> None:
        original(self, url=url, fields=fields)
        for name, value in fields.items():
            if name.endswith(("signature", "security-token")):
                watch.remember(value, "the signature of an upload form")

    form.__init__ = noting


def _settings(settings: Any) -> dict[str, Iterable[object]]:
    return {
        "SECRET_KEY": [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS],
        "a key of FERNET_KEYS": settings.FERNET_KEYS,
        "a pepper of API_KEY_PEPPERS": settings.API_KEY_PEPPERS,
        "the database's password": [settings.DATABASES["default"]["PASSWORD"]],
        "the password of EMAIL_URL": [settings.EMAIL_HOST_PASSWORD],
        "REDIS_URL with its password": [settings.REDIS_URL] if "@" in settings.REDIS_URL else [],
    }


# --- Where records are handled, and the plugin ---------------------------------------------------------------------------------


class Plugin:
    """Fails the test, or the run, in which a secret was logged."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self._call_handlers: Callable[..., None] = logging.Logger.callHandlers
        self._late: list[str] = []

    def start(self) -> None:
        """Look through every record from now on."""
        watch, call_handlers = self.watch, self._call_handlers

        def looking(logger: logging.Logger, record: logging.LogRecord) -> None:
            watch.look_through(record)
            call_handlers(logger, record)

        setattr(logging.Logger, "callHandlers", looking)  # noqa: B010 - every record of every logger passes here

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.watch.current_test = item.nodeid
        result = yield
        self.watch.current_test = f"after {item.nodeid}"
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Any:
        result = yield
        leaks = self.watch.take()
        if leaks:
            pytest.fail(_said(leaks), pytrace=False)
        return result

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the run for what was logged outside of tests; a worker of pytest-xdist tells its controller."""
        late = [*map(str, self.watch.take()), *self._late]
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["leaks"] = late
        elif late:
            self._late = late
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self._late += getattr(node, "workeroutput", {}).get("leaks", [])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for leak in self._late:
            terminalreporter.write_line(f"A secret in a log line: {leak}", red=True)


def _said(leaks: list[Leak]) -> str:
    return "\n".join(["A secret stands in a log line:", *map(str, leaks)])


WATCH = Watch()
PLUGIN = Plugin(WATCH)
