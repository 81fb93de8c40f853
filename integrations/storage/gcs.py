"""A bucket of Google Cloud Storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError, NotFound, RequestRangeNotSatisfiable, RetryError
from google.auth.exceptions import GoogleAuthError
from google.cloud.storage import Bucket as GoogleBucket
from google.cloud.storage import Client
from google.cloud.storage.retry import DEFAULT_RETRY
from google.oauth2 import service_account
from requests import RequestException
from storages.backends.gcloud import GoogleCloudStorage

from integrations.models import Upload
from integrations.storage.bucket import ANSWER_SECONDS, CONNECT_SECONDS, FORM_FIELDS, SPOOLED, Bucket, failed
from integrations.storage.contracts import CONTENT_TYPE, FORM_LIFETIME, SignedForm
from integrations.storage.errors import too_large

PATIENCE: dict[str, Any] = {"timeout": (CONNECT_SECONDS, ANSWER_SECONDS), "retry": DEFAULT_RETRY.with_timeout(ANSWER_SECONDS)}


class _Patient(GoogleBucket):  # type: ignore[misc]  # the library ships no types
    """The library's bucket, which for the calls that Django's storage makes of it would try again for two minutes."""

    def get_blob(self, name: str, **options: Any) -> Any:
        return super().get_blob(name, **{**options, **PATIENCE})

    def delete_blob(self, name: str, **options: Any) -> None:
        super().delete_blob(name, **{**options, **PATIENCE})

    def list_blobs(self, **options: Any) -> Any:
        return super().list_blobs(**{**options, **PATIENCE})


class GcsBucket(Bucket, GoogleCloudStorage):  # type: ignore[misc]  # django-storages ships no types
    """Django's storage, and the form with which a bucket takes one file."""

    _client: Client | None
    _bucket: GoogleBucket | None

    def __init__(self, *, endpoint: str, **options: Any) -> None:
        self._endpoint = {"api_endpoint": endpoint} if endpoint else None
        super().__init__(**options, max_memory_size=SPOOLED, file_overwrite=False)

    def sign_form(self, upload: Upload) -> SignedForm:
        with self.translated():
            form = self.client.generate_signed_post_policy_v4(
                self.bucket_name,
                self._normalize_name(upload.key),
                expiration=FORM_LIFETIME,  # of the real clock, which is the bucket's
                conditions=[["content-length-range", 1, upload.max_bytes]],
                fields=FORM_FIELDS,
                **self._signer(),
            )
        return SignedForm(url=form["url"], fields=form["fields"])

    def read(self, key: str, *, limit: int) -> bytes | None:
        blob = self.bucket.blob(self._normalize_name(key))
        with self.translated():
            try:  # raw: a file that says it is compressed is not blown up
                content: bytes = blob.download_as_bytes(start=0, end=limit, raw_download=True, **PATIENCE)
            except NotFound:
                return None
            except RequestRangeNotSatisfiable:  # it is empty
                return b""
        if len(content) > limit:
            raise too_large(limit)
        return content

    def write(self, key: str, content: bytes) -> None:
        blob = self.bucket.blob(self._normalize_name(key))
        with self.translated():
            blob.upload_from_string(content, content_type=CONTENT_TYPE, **PATIENCE)

    def probe(self) -> None:
        with self.translated():
            next(iter(self.bucket.list_blobs(prefix=self.location, max_results=1)), None)

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except RetryError as exc:  # its cause is the last of the failures
            raise failed(f"{type(exc.cause).__name__}, again and again") from exc
        except GoogleAPICallError as exc:
            raise failed(f"{type(exc).__name__} {exc.code}", transient=not exc.code or exc.code >= 500) from exc
        except (GoogleAPIError, GoogleAuthError, RequestException) as exc:
            raise failed(type(exc).__name__) from exc

    @property
    def client(self) -> Client:
        if self._client is None:
            with self.translated():
                self._client = Client(project=self.project_id, credentials=self.credentials, client_options=self._endpoint)
        return self._client

    @property
    def bucket(self) -> GoogleBucket:
        if self._bucket is None:
            self._bucket = _Patient(self.client, self.bucket_name)
        return self._bucket

    def _signer(self) -> dict[str, str]:
        """Return nothing for a key that lies on this machine; a machine of Google's without one has Google sign for its account."""
        self.credentials = self.client._credentials
        if isinstance(self.credentials, service_account.Credentials):
            return {}
        try:
            email, token = self._get_iam_sign_blob_params()
        except AttributeError:
            raise failed("these credentials of Google Cloud cannot sign: a service account is needed", transient=False) from None
        return {"service_account_email": email, "access_token": token}
