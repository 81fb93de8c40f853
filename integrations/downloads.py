"""Files that go out by a link: made by a worker, fetched by whoever holds the link while it is good, gone a day later.

The link names the workspace, the file and the moment at which it ends, and its signature is all that the door has to trust. The
folder of a file says when it may be deleted, so that a file whose maker died is found too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.signing import BadSignature, Signer
from django.db import transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import NotFound

FOLDER = "exports"
GOOD_FOR = timedelta(days=1)
SALT = "rocketsdr.downloads"


class NoSuchDownload(NotFound):
    code = "download_not_found"


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it is handed out."""

    name: str
    file: IO[bytes]


def keep(*, workspace_id: int, name: str, file: IO[bytes], good_until: datetime) -> str:
    """Store a file that can be fetched until `good_until`; return its key."""
    file.seek(0)
    return default_storage.save(f"{FOLDER}/{_hour(good_until + timedelta(hours=1))}/{workspace_id}-{name}", File(file))


def drop(key: str) -> None:
    """Delete a file that nobody is to fetch."""
    default_storage.delete(key)


def link(*, workspace_id: int, key: str, name: str, good_until: datetime) -> str:
    """Return the address under which anybody who knows it gets the file until `good_until`; always the same one."""
    told = {"w": workspace_id, "k": key, "n": name, "u": int(good_until.timestamp())}
    return f"{settings.PUBLIC_URL}/exports/{quote(_signer().sign_object(told, compress=True), safe=':')}"


@transaction.atomic
def fetch(*, token: str, now: datetime) -> Download:
    """Open the file behind a link; a link that is over, forged, without its file or its workspace is answered alike."""
    told = _told(token)
    if told["u"] <= now.timestamp() or not Workspace.objects.filter(id=told["w"]).exists():
        raise _gone()
    try:
        file = default_storage.open(told["k"])
    except FileNotFoundError:
        raise _gone() from None
    holder = Actor(workspace_id=told["w"], user_id=None, via="web", scopes=frozenset(), credential="download link")
    audit.record(holder, "export.downloaded", file=told["k"], size=file.size)
    return Download(name=told["n"], file=file)


def purge(*, now: datetime) -> int:
    """Delete the files whose links are over; return how many."""
    try:
        hours, _ = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    purged = 0
    for hour in sorted(hour for hour in hours if hour <= _hour(now)):
        folder = f"{FOLDER}/{hour}"
        _, names = default_storage.listdir(folder)
        for name in names:
            default_storage.delete(f"{folder}/{name}")
            purged += 1
        default_storage.delete(folder)  # on a disk the folder stays behind otherwise
    return purged


def _told(token: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = _signer().unsign_object(token)
    except BadSignature:
        raise _gone() from None
    return told


def _signer() -> Signer:
    return Signer(salt=SALT)


def _hour(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H}"


def _gone() -> NoSuchDownload:
    return NoSuchDownload("No such file; a link works for a day.", fix="Ask for the export again.")
