"""Files that come in by themselves: a signed form that anybody may post, and the file behind its address.

The form is what S3 and GCS call a POST policy: the policy names every field, the exact key and the size that is allowed, and
its signature is all that the receiver has to trust. On a local disk the receiver is ours. Nothing here is ever handed out again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from integrations.models import Upload
from integrations.storage import own_form
from integrations.storage.contracts import FORM_LIFETIME, UploadStorage
from integrations.storage.errors import UPLOAD_FIRST, NothingUploaded, UsedForm
from integrations.storage.filenames import check_filename, stored_name
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Invalid, NotFound

MAX_BYTES = 2 * 1024 * 1024
KEPT_FOR = timedelta(days=1)  # time enough to make a campaign of the file


@dataclass(frozen=True, slots=True)
class UploadOffer:
    """A form that takes one file: POST `fields` and the file to `url` before `expires_at`; the file is `gcs_url` from then on."""

    upload: Upload
    url: str
    fields: dict[str, str]
    gcs_url: str
    expires_at: datetime
    max_bytes: int


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file as it was uploaded."""

    filename: str
    content: bytes


@transaction.atomic
def offer_upload(*, actor: Actor, filename: str, now: datetime) -> UploadOffer:
    """Sign a form with which whoever holds it may send one CSV file for this workspace, within a quarter of an hour."""
    check_filename(filename, field="filename")
    upload = Upload(workspace_id=actor.workspace_id, filename=filename, max_bytes=MAX_BYTES, created_at=now, expires_at=now + FORM_LIFETIME)
    upload.key = f"uploads/{actor.workspace_id}/{upload.id}/{stored_name(filename)}"
    form = _storage().sign_form(upload)
    upload.save(force_insert=True)
    audit.record(actor, "upload.offered", upload=str(upload.id))
    return UploadOffer(
        upload=upload,
        url=form.url,
        fields=form.fields,
        gcs_url=url_of(upload),
        expires_at=upload.expires_at,
        max_bytes=upload.max_bytes,
    )


def receive_upload(*, fields: Mapping[str, str], file: UploadedFile[bytes] | None, now: datetime) -> Upload:
    """Store the file of a form of our own. What fails leaves the form as it was, so that it can be sent again."""
    content = own_form.content_of(fields, file, now=now)
    return _store(key=fields["key"], content=content, now=now)


def read_upload(*, actor: Actor, url: str, now: datetime) -> ReceivedFile:
    """Return the file that stands behind one of this workspace's own upload addresses: the same one, however often it is asked for."""
    upload = _get_upload(actor, url, now)
    content = _storage().first_file(upload, now=now)
    if content is not None:
        return ReceivedFile(filename=upload.filename, content=content)
    if upload.received_at is None:
        raise NothingUploaded("No file has been uploaded to this address yet.", fix=UPLOAD_FIRST, csv_url=url)
    raise _no_such_upload(url)


def purge_uploads(*, now: datetime) -> int:
    """Delete the files and forms that nobody can use any more; return how many."""
    stale = Upload.objects.filter(created_at__lte=now - KEPT_FOR)
    purged = 0
    for upload in stale.iterator():
        default_storage.delete(upload.key)
        default_storage.delete(upload.kept_key)
        default_storage.delete(upload.folder)  # on a disk it stays behind otherwise
        upload.delete()
        purged += 1
    return purged


def probe() -> None:
    """Ask the storage whether it is there for us: `OSError` or `StorageFailed` when it is not."""
    _storage().probe()


def url_of(upload: Upload) -> str:
    """Return the address that stands for the file; it can be given as csv_url and not be opened."""
    return f"{_address()}{upload.id}/{quote(upload.key.rpartition('/')[2])}"


def _address() -> str:
    return f"{settings.PUBLIC_URL}/uploads/"


def _storage() -> UploadStorage:
    return cast("UploadStorage", default_storage)  # rocketsdr.storages names no other


@transaction.atomic
def _store(*, key: str, content: bytes, now: datetime) -> Upload:
    # The changed row stays locked until the file is written: a rival waits and finds the form used, and a failed write,
    # a killed process too, takes the change back.
    if Upload.objects.receivable(now).filter(key=key).update(received_at=now, size=len(content)) != 1:
        raise UsedForm("The form has been used already.", fix="Ask get_csv_upload_url for a new form, or use the gcsUrl of this one.")
    upload = Upload.objects.get(key=key)
    default_storage.delete(key)  # what an earlier try may have left half-written
    default_storage.save(key, ContentFile(content))
    holder = Actor(workspace_id=upload.workspace_id, user_id=None, via="rest", scopes=frozenset(), credential="upload form")
    audit.record(holder, "upload.received", upload=str(upload.id), size=len(content))
    return upload


def _get_upload(actor: Actor, url: str, now: datetime) -> Upload:
    if not url.startswith(_address()):
        raise Invalid(f"{url!r:.200} is not an upload address of this server.", field="csv_url", fix=UPLOAD_FIRST)
    mine = Upload.objects.filter(workspace_id=actor.workspace_id, created_at__gt=now - KEPT_FOR)
    try:
        upload = mine.get(id=UUID(url.removeprefix(_address()).partition("/")[0]))
    except (ValueError, Upload.DoesNotExist):
        raise _no_such_upload(url) from None
    if url_of(upload) != url:
        raise _no_such_upload(url)
    return upload


def _no_such_upload(url: str) -> NotFound:
    return NotFound("No such upload; files are kept for a day.", fix=UPLOAD_FIRST, csv_url=url)
