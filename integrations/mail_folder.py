"""A folder of received e-mails, one file each: whole when it is there, found again by its id."""

from __future__ import annotations

import email
import email.policy
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import count as counter
from itertools import islice
from pathlib import Path
from time import time_ns

_ID = re.compile(r"[0-9]{19,20}-[0-9]{1,10}-[0-9]{1,10}")
_numbers = counter(1)


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One e-mail as its recipient got it; `to_address` and `from_address` are those of the envelope."""

    id: str
    to_address: str
    from_address: str
    subject: str
    received_at: datetime
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes = field(repr=False)


def messages(
    directory: str | os.PathLike[str], *, to: str = "", senders: Collection[str] | None = None, before: str = "", limit: int = 100
) -> list[ReceivedMail]:
    """Return the e-mails in a folder, the newest first.

    `to` is a part of the recipient's address, `senders` are whole addresses in lower case, `before` is the id where the last page
    ended. Only what is returned is parsed.
    """
    older = (mail_id for mail_id in reversed(_ids(directory)) if not before or mail_id < before)
    stored = (found for mail_id in older if (found := _stored(directory, mail_id)))
    wanted = (found for found in stored if to.lower() in found.to.lower() and (senders is None or found.sender.lower() in senders))
    return [_read(found) for found in islice(wanted, limit)]


def get(directory: str | os.PathLike[str], id: str) -> ReceivedMail | None:  # noqa: A002  # the name that a page's address gives it
    """Return one e-mail, or None when there is none of that id."""
    found = _stored(directory, id) if _ID.fullmatch(id) else None
    return _read(found) if found else None


def count(directory: str | os.PathLike[str]) -> int:
    """Return how many e-mails there are."""
    return len(_ids(directory))


def clear(directory: str | os.PathLike[str]) -> None:
    """Throw all e-mails away."""
    for mail_id in _ids(directory):
        (_new(directory) / mail_id).unlink(missing_ok=True)


def _ids(directory: str | os.PathLike[str]) -> list[str]:
    try:
        return sorted(file.name for file in _new(directory).iterdir() if _ID.fullmatch(file.name))
    except FileNotFoundError:
        return []


def _new(directory: str | os.PathLike[str]) -> Path:
    return Path(directory) / "new"


@dataclass(frozen=True, slots=True)
class _Stored:
    id: str
    sender: str
    to: str
    at: str
    raw: bytes


def _stored(directory: str | os.PathLike[str], mail_id: str) -> _Stored | None:
    """Return a file in its two halves: what the envelope said, and the message untouched."""
    try:
        envelope, _, raw = (_new(directory) / mail_id).read_bytes().partition(b"\n\n")
    except FileNotFoundError:
        return None
    said = dict(line.split(": ", 1) for line in envelope.decode("utf-8", "replace").split("\n"))
    return _Stored(id=mail_id, sender=said["X-Envelope-From"], to=said["X-Envelope-To"], at=said["X-Received-At"], raw=raw)


def _read(stored: _Stored) -> ReceivedMail:
    message = email.message_from_bytes(stored.raw, policy=email.policy.default)
    return ReceivedMail(
        id=stored.id,
        to_address=stored.to,
        from_address=stored.sender,
        subject=str(message.get("Subject", "")),
        received_at=datetime.fromisoformat(stored.at),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((name, str(value)) for name, value in message.items()),
        raw=stored.raw,
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    try:
        return str(part.get_content()).replace("\r\n", "\n") if part else ""
    except LookupError:  # a character set that nobody knows
        return ""


class Store:
    """The folder of a mailbox: a message is written aside and appears under its name when it is whole."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self._new = _new(directory)
        self._aside = Path(directory) / "tmp"
        for folder in (self._new, self._aside):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, mail_from: str, recipients: list[str], content: bytes) -> str:
        """Write one message to the disk and return its id."""
        mail_id = f"{time_ns():020d}-{os.getpid()}-{next(_numbers)}"
        now = datetime.now(UTC).isoformat()
        envelope = f"X-Envelope-From: {mail_from}\nX-Envelope-To: {', '.join(recipients)}\nX-Received-At: {now}\n\n"
        aside = self._aside / mail_id
        with aside.open("xb") as file:
            file.write(envelope.encode() + content)
        aside.rename(self._new / mail_id)
        return mail_id
