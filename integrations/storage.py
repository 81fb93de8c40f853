"""Files that come in by themselves: a signed form that anybody may post once, and the file behind its address.

The form is what S3 and GCS call a POST policy: the policy names every field, the exact key and the size that is allowed, and
its signature is all that the receiver has to trust. Nothing here is ever handed out again over HTTP.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from integrations.models import Upload
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound

MAX_BYTES = 2 * 1024 * 1024
FORM_LIFETIME = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)  # time enough to make a campaign of the file
MAX_FILENAME = 100

FILE_FIELD = "file"
POLICY_FIELD, SIGNATURE_FIELD = "policy", "x-rocketsdr-signature"
ALGORITHM = "HMAC-SHA256"
SALT = "rocketsdr.uploads"

_NEW_FORM = "Ask get_csv_upload_url for a new form and send all its fields as they are."
_UPLOAD_FIRST = "Call get_csv_upload_url, POST the file to its uploadUrl, then give its gcsUrl."


class IncompleteForm(Invalid):
    code, http_status = "upload_field_missing", 400


class UnsignedForm(Forbidden):
    code = "upload_form_forged"


class ExpiredForm(Forbidden):
    code = "upload_form_expired"


class UsedForm(Conflict):
    code = "upload_form_used"


class FileTooLarge(Invalid):
    code, http_status = "upload_too_large", 413


class NotACsvFile(Invalid):
    code, http_status = "upload_not_csv", 400


class NothingUploaded(Conflict):
    code = "upload_not_received"


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
    """Sign a form that whoever holds it may send once, within a quarter of an hour, with one CSV file for this workspace."""
    check_filename(filename, field="filename")
    upload = Upload(workspace_id=actor.workspace_id, filename=filename, max_bytes=MAX_BYTES, created_at=now, expires_at=now + FORM_LIFETIME)
    upload.key = f"uploads/{actor.workspace_id}/{upload.id}/{_safe(filename)}"
    upload.save(force_insert=True)
    audit.record(actor, "upload.offered", upload=str(upload.id))
    return UploadOffer(
        upload=upload,
        url=_address(),
        fields=_signed_fields(upload),
        gcs_url=url_of(upload),
        expires_at=upload.expires_at,
        max_bytes=upload.max_bytes,
    )


def receive_upload(*, fields: Mapping[str, str], file: UploadedFile[bytes] | None, now: datetime) -> Upload:
    """Store the file of a signed form. What fails leaves the form as it was, so that it can be sent again."""
    policy = _signed_policy(fields)
    _check_time(policy, now)
    _check_fields(policy, fields)
    content = _checked_content(policy, file)
    return _store(key=fields["key"], content=content, now=now)


def read_upload(*, actor: Actor, url: str, now: datetime) -> ReceivedFile:
    """Return the file that stands behind one of this workspace's own upload addresses."""
    upload = _get_upload(actor, url, now)
    if upload.received_at is None:
        raise NothingUploaded("No file has been uploaded to this address yet.", fix=_UPLOAD_FIRST, csv_url=url)
    try:
        with default_storage.open(upload.key) as stored:
            return ReceivedFile(filename=upload.filename, content=stored.read())
    except FileNotFoundError:
        raise _no_such_upload(url) from None


def purge_uploads(*, now: datetime) -> int:
    """Delete the files and forms that nobody can use any more; return how many."""
    stale = Upload.objects.filter(created_at__lte=now - KEPT_FOR)
    purged = 0
    for upload in stale.iterator():
        default_storage.delete(upload.key)
        default_storage.delete(upload.key.rpartition("/")[0])  # on a disk the folder stays behind otherwise
        upload.delete()
        purged += 1
    return purged


def url_of(upload: Upload) -> str:
    """Return the address that stands for the file; it can be given as csv_url and not be opened."""
    return f"{_address()}{upload.id}/{quote(upload.key.rpartition('/')[2])}"


def check_filename(filename: str, *, field: str) -> None:
    """Refuse what is not the plain name of a CSV file."""
    fix = "Give a plain name such as leads.csv."
    if not filename.lower().endswith(".csv"):
        raise Invalid(f"{filename!r:.120} does not end in .csv.", field=field, fix=fix)
    if len(filename) > MAX_FILENAME:
        raise Invalid(f"The file name has {len(filename)} characters; {MAX_FILENAME} are allowed.", field=field, fix=fix)
    if not filename.isprintable() or "/" in filename or "\\" in filename:
        raise Invalid(f"{filename!r:.120} is more than the name of a file.", field=field, fix=fix)


def _safe(filename: str) -> str:
    """Return a name that every storage takes: ASCII letters, digits, dots, dashes and underscores."""
    plain = unicodedata.normalize("NFKD", filename[: -len(".csv")]).encode("ascii", "ignore").decode()
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '_', plain).strip('_') or 'leads'}.csv"


def _address() -> str:
    return f"{settings.PUBLIC_URL}/uploads/"


# --- The form and its signature ------------------------------------------------------------------------------------------------


def _signed_fields(upload: Upload) -> dict[str, str]:
    fields = {
        "key": upload.key,
        "Content-Type": "text/csv",
        "success_action_status": "201",
        "x-rocketsdr-algorithm": ALGORITHM,
    }
    conditions = [*({name: value} for name, value in fields.items()), ["content-length-range", 1, upload.max_bytes]]
    document = {"expiration": upload.expires_at.isoformat(), "conditions": conditions}
    policy = base64.b64encode(json.dumps(document).encode()).decode()
    return {**fields, POLICY_FIELD: policy, SIGNATURE_FIELD: _signature(policy, settings.SECRET_KEY)}


def _signature(policy: str, secret: str) -> str:
    return salted_hmac(SALT, policy, secret=secret, algorithm="sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class _Policy:
    expires_at: datetime
    fields: dict[str, str]
    sizes: range


def _signed_policy(fields: Mapping[str, str]) -> _Policy:
    """Return what the form allows, if we have signed it with a key that is still in use."""
    policy, signature = _present(fields, POLICY_FIELD), _present(fields, SIGNATURE_FIELD)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(_signature(policy, key), signature) for key in keys):
        raise UnsignedForm("The form's signature does not fit its policy.", fix=_NEW_FORM)
    document: dict[str, Any] = json.loads(base64.b64decode(policy))
    *exact, (_, smallest, largest) = document["conditions"]
    expected = {name: value for condition in exact for name, value in condition.items()}
    return _Policy(datetime.fromisoformat(document["expiration"]), expected, range(smallest, largest + 1))


def _check_time(policy: _Policy, now: datetime) -> None:
    if policy.expires_at <= now:
        raise ExpiredForm(f"The form expired at {policy.expires_at:%Y-%m-%d %H:%M:%S} UTC.", fix=_NEW_FORM)


def _check_fields(policy: _Policy, fields: Mapping[str, str]) -> None:
    for name, value in policy.fields.items():
        if _present(fields, name) != value:
            raise UnsignedForm(f"The field {name} is not as it was signed.", fix=_NEW_FORM, field=name)
    unknown = sorted(set(fields) - {*policy.fields, POLICY_FIELD, SIGNATURE_FIELD})
    if unknown:
        raise UnsignedForm(f"The field {unknown[0]!r:.60} is not part of the form.", fix=_NEW_FORM, field=unknown[0][:60])


def _present(fields: Mapping[str, str], name: str) -> str:
    if name not in fields:
        raise IncompleteForm(f"The field {name} is missing from the form.", field=name, fix=_NEW_FORM)
    return fields[name]


def _checked_content(policy: _Policy, file: UploadedFile[bytes] | None) -> bytes:
    if file is None:
        fix = f"Add the file as a field named {FILE_FIELD}, after the others: -F file=@leads.csv;type=text/csv"
        raise IncompleteForm(f"The form has no file in the field {FILE_FIELD}, or it broke off.", field=FILE_FIELD, fix=fix)
    if not str(file.name).lower().endswith(".csv"):
        raise NotACsvFile(f"{file.name!r:.120} does not end in .csv.", field=FILE_FIELD, fix="Export the list as CSV and send that file.")
    content: bytes = file.read()
    if len(content) >= policy.sizes.stop:
        raise too_large(policy.sizes.stop - 1)
    if len(content) not in policy.sizes:
        raise NotACsvFile("The file is empty.", field=FILE_FIELD, fix="Send a header line and one line per person.")
    return content


def too_large(allowed: int) -> FileTooLarge:
    """Return the refusal of a file with more bytes than the form allows."""
    return FileTooLarge(
        f"The file is over the limit of {allowed:,} bytes ({allowed / 1024 / 1024:g} MB).",
        field=FILE_FIELD,
        fix="Split it into several files, or remove the columns that no e-mail uses.",
        max_bytes=allowed,
    )


# --- The rows ------------------------------------------------------------------------------------------------------------------


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
        raise Invalid(f"{url!r:.200} is not an upload address of this server.", field="csv_url", fix=_UPLOAD_FIRST)
    mine = Upload.objects.filter(workspace_id=actor.workspace_id, created_at__gt=now - KEPT_FOR)
    try:
        upload = mine.get(id=UUID(url.removeprefix(_address()).partition("/")[0]))
    except (ValueError, Upload.DoesNotExist):
        raise _no_such_upload(url) from None
    if url_of(upload) != url:
        raise _no_such_upload(url)
    return upload


def _no_such_upload(url: str) -> NotFound:
    return NotFound("No such upload; files are kept for a day.", fix=_UPLOAD_FIRST, csv_url=url)
