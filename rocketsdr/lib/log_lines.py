"""What stands in our logs, and what never does.

Nothing of ours logs a secret, and the tests hold every log record against every secret that they make. This is for what comes from
elsewhere: libraries that log whole requests are kept from it at every LOG_LEVEL, and what looks like a credential in the text of an
error or of an address is masked on its way out.
"""

from __future__ import annotations

import logging
import re
from typing import Any

MASK = "[…]"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

# At DEBUG these write statements with their values, or requests with their headers; the last ones write whole addresses at INFO.
_TALKATIVE = ("django.db.backends", "oauthlib", "oauth2_provider", "boto3", "botocore", "s3transfer", "urllib3", "google", "kombu")
_INDISCREET = ("httpx2", "httpcore2")
_OF_REQUESTS = ("django.request", "django.security.csrf")  # these write the path of what they refuse

_NAMES = (
    r"(?:x[-_])?api[-_]?key|(?:access|refresh|id|csrfmiddleware|security|x-(?:amz|goog)-security)[-_]?token|token|code(?:_verifier)?|"
    r"(?:client_)?secret|password\d?|signature|x-(?:amz|goog|rocketsdr)-signature"
)
_SHAPES = (
    (re.compile(r"\b(rsdr_live_[a-z0-9]{8}_)[a-z0-9]+"), r"\1"),
    (re.compile(r"\b(rsdr_secret_)\w+"), r"\1"),
    (re.compile(r"\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE), r"\1"),
    (re.compile(rf"([?&;](?:{_NAMES})=)[^&\s\"'#;]+", re.IGNORECASE), r"\1"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)", re.IGNORECASE), r"\1"),  # the password of a connection's URL
)
# A part of a path that opens something by itself: a link to an export, a new password, an invitation. Words have no digit or capital.
_OPENS = re.compile(r"(?<=/)(?=[^/?]*[0-9A-Z])[\w.~:=%+-]{20,}")


def redacted(text: str) -> str:
    """Return the text with what looks like a credential masked; which key it was stays readable."""
    for shape, kept in _SHAPES:
        text = shape.sub(kept + MASK, text)
    return text


class Redacting(logging.Formatter):
    """Writes a record with its exception, masked."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class RedactArguments(logging.Filter):
    """Masks the addresses that others log: Django those of refused requests, the web server those of its access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(each) if isinstance(each, str) else each for each in record.args)
        return True


def _masked(argument: str) -> str:
    text = redacted(argument)
    return _OPENS.sub(MASK, text) if text.startswith("/") else text


def config(level: str) -> dict[str, Any]:
    """Return Django's LOGGING for this level: every line goes to standard error."""
    talkative = {name: {"level": _at_least("INFO", level)} for name in _TALKATIVE}
    indiscreet = {name: {"level": _at_least("WARNING", level)} for name in _INDISCREET}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.Redacting", "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "filters": {"addresses": {"()": f"{__name__}.RedactArguments"}},
        "loggers": {**talkative, **indiscreet, **{name: {"filters": ["addresses"]} for name in _OF_REQUESTS}},
    }


def _at_least(lowest: str, level: str) -> str:
    return max(lowest, level, key=LEVELS.index)
