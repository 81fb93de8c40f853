"""Uploads to a bucket: the form goes to somebody else's server, and we learn of the file when we ask for it.

A bucket takes a form as often as it is sent until it expires, and the last file stands. So the first read moves what it finds to
a key that no form names, under the upload's row lock, and from then on only that is read: sending the form again changes nothing.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import datetime
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction

from integrations.models import Upload
from integrations.storage.contracts import CONTENT_TYPE, SignedForm
from integrations.storage.errors import StorageFailed

logger = logging.getLogger(__name__)

FORM_FIELDS = {"Content-Type": CONTENT_TYPE, "success_action_status": "201"}
SPOOLED = 2 * 1024 * 1024  # bytes of a file that goes out; a longer one waits in a temporary file
CONNECT_SECONDS, ANSWER_SECONDS = 5, 20


def failed(reason: str, *, transient: bool = True) -> StorageFailed:
    """Return what a caller is told; the reason, a vendor's word without anybody's data, is for the operator."""
    logger.error("The file storage failed: %s", reason)
    return StorageFailed("The file storage does not work now.", transient=transient, fix="Try again in a minute.")


class Bucket(Storage):
    """What S3 and GCS have in common; it stands before the library's storage, whose errors it translates."""

    def first_file(self, upload: Upload, *, now: datetime) -> bytes | None:
        kept = self.read(upload.kept_key, limit=upload.max_bytes)
        return self._keep_first(upload, now) if kept is None else kept

    @transaction.atomic
    def _keep_first(self, upload: Upload, now: datetime) -> bytes | None:
        """Take what the form has brought out of its reach; of two readers the second finds what the first one has kept."""
        uploads = Upload.objects.filter(id=upload.id)
        uploads.select_for_update(no_key=True).first()
        kept = self.read(upload.kept_key, limit=upload.max_bytes)
        if kept is not None:  # by a rival, or by a call that was rehearsed and taken back
            return kept
        content = self.read(upload.key, limit=upload.max_bytes)
        if content is not None:
            self.write(upload.kept_key, content)
            uploads.filter(received_at=None).update(received_at=now, size=len(content))
        return content

    @abstractmethod
    def sign_form(self, upload: Upload) -> SignedForm:
        """Sign the bucket's own form on this machine."""

    @abstractmethod
    def read(self, key: str, *, limit: int) -> bytes | None:
        """Return an object, None when there is none; of one that is longer than `limit` no more is read, and it is refused."""

    @abstractmethod
    def write(self, key: str, content: bytes) -> None:
        """Store an object."""

    @abstractmethod
    def probe(self) -> None:
        """Ask for one name in the bucket: the network, the credentials and the bucket itself have to be there."""

    @abstractmethod
    def translated(self) -> AbstractContextManager[None]:
        """Turn what the vendor's library raises into `StorageFailed`."""

    # --- What Django asks of a storage, with the vendor's errors translated ----------------------------------------------------

    def open(self, name: str, mode: str = "rb") -> File[Any]:
        with self.translated():
            opened = super().open(name, mode)
            opened.seek(0)  # fetches it now, while a failure can still be told
            return opened

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        with self.translated():
            return super().save(name, content, max_length)

    def delete(self, name: str) -> None:
        with self.translated():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with self.translated():
            return super().exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with self.translated():
            return super().listdir(path)
