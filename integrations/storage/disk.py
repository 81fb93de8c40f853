"""Uploads on a local disk: the form comes to our own door (views/uploads.py), which takes it once."""

from __future__ import annotations

import contextlib
from datetime import datetime

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from integrations.models import Upload
from integrations.storage import own_form
from integrations.storage.contracts import SignedForm


class DiskStorage(FileSystemStorage):
    """A folder that every process of the installation sees."""

    def sign_form(self, upload: Upload) -> SignedForm:
        return SignedForm(url=f"{settings.PUBLIC_URL}/uploads/", fields=own_form.fields_of(upload))

    def first_file(self, upload: Upload, *, now: datetime) -> bytes | None:
        if upload.received_at is None:  # what a try that was killed has left is no file
            return None
        with contextlib.suppress(FileNotFoundError), self.open(upload.key) as stored:
            content: bytes = stored.read()
            return content
        return None

    def probe(self) -> None:
        self.exists("ready")
