"""What every storage does for uploads, besides keeping files as Django's storages do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from integrations.models import Upload

CONTENT_TYPE = "text/csv"
FORM_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form that takes one file: POST `fields`, then the file, to `url`. Its policy names every field, the key and the sizes."""

    url: str
    fields: dict[str, str]


class UploadStorage(Protocol):
    """A storage that takes files by a form which this machine signs, without asking anybody."""

    def sign_form(self, upload: Upload) -> SignedForm:
        """Sign a form that is good for FORM_LIFETIME and for nothing but this upload's key."""

    def first_file(self, upload: Upload, *, now: datetime) -> bytes | None:
        """Return the file as it was when it was first seen, None when none is there; it is never longer than the form allows."""

    def probe(self) -> None:
        """Ask the storage whether it is there for us: `OSError` or `StorageFailed` when it is not."""
