"""Our own form, for the local disk: a policy as S3 and GCS know it, and the strict reader of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.crypto import constant_time_compare, salted_hmac

from integrations.models import Upload
from integrations.storage.contracts import CONTENT_TYPE
from integrations.storage.errors import FILE_FIELD, NEW_FORM, ExpiredForm, IncompleteForm, NotACsvFile, UnsignedForm, too_large

POLICY_FIELD, SIGNATURE_FIELD = "policy", "x-rocketsdr-signature"
ALGORITHM = "HMAC-SHA256"
SALT = "rocketsdr.uploads"


def fields_of(upload: Upload) -> dict[str, str]:
    """Return the signed fields of a form that takes this upload's file."""
    fields = {
        "key": upload.key,
        "Content-Type": CONTENT_TYPE,
        "success_action_status": "201",
        "x-rocketsdr-algorithm": ALGORITHM,
    }
    conditions = [*({name: value} for name, value in fields.items()), ["content-length-range", 1, upload.max_bytes]]
    document = {"expiration": upload.expires_at.isoformat(), "conditions": conditions}
    policy = base64.b64encode(json.dumps(document).encode()).decode()
    return {**fields, POLICY_FIELD: policy, SIGNATURE_FIELD: _signature(policy, settings.SECRET_KEY)}


def content_of(fields: Mapping[str, str], file: UploadedFile[bytes] | None, *, now: datetime) -> bytes:
    """Return the file of a form that is wholly as it was signed; everything else is refused with its reason."""
    policy = _signed_policy(fields)
    _check_time(policy, now)
    _check_fields(policy, fields)
    return _checked_content(policy, file)


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
        raise UnsignedForm("The form's signature does not fit its policy.", fix=NEW_FORM)
    document: dict[str, Any] = json.loads(base64.b64decode(policy))
    *exact, (_, smallest, largest) = document["conditions"]
    expected = {name: value for condition in exact for name, value in condition.items()}
    return _Policy(datetime.fromisoformat(document["expiration"]), expected, range(smallest, largest + 1))


def _check_time(policy: _Policy, now: datetime) -> None:
    if policy.expires_at <= now:
        raise ExpiredForm(f"The form expired at {policy.expires_at:%Y-%m-%d %H:%M:%S} UTC.", fix=NEW_FORM)


def _check_fields(policy: _Policy, fields: Mapping[str, str]) -> None:
    for name, value in policy.fields.items():
        if _present(fields, name) != value:
            raise UnsignedForm(f"The field {name} is not as it was signed.", fix=NEW_FORM, field=name)
    unknown = sorted(set(fields) - {*policy.fields, POLICY_FIELD, SIGNATURE_FIELD})
    if unknown:
        raise UnsignedForm(f"The field {unknown[0]!r:.60} is not part of the form.", fix=NEW_FORM, field=unknown[0][:60])


def _present(fields: Mapping[str, str], name: str) -> str:
    if name not in fields:
        raise IncompleteForm(f"The field {name} is missing from the form.", field=name, fix=NEW_FORM)
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
