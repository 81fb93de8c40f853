"""A bucket of Amazon S3, or of a server that speaks its language (MinIO, R2, Ceph, Wasabi)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from storages.backends.s3 import S3Storage

from integrations.models import Upload
from integrations.storage.bucket import ANSWER_SECONDS, CONNECT_SECONDS, FORM_FIELDS, SPOOLED, Bucket, failed
from integrations.storage.contracts import CONTENT_TYPE, FORM_LIFETIME, SignedForm
from integrations.storage.errors import too_large

ATTEMPTS = 3


class S3Bucket(Bucket, S3Storage):  # type: ignore[misc]  # django-storages ships no types
    """Django's storage, and the form with which a bucket takes one file."""

    def __init__(self, *, addressing: str, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            # Servers that only speak the language know no newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(**options, client_config=config, max_memory_size=SPOOLED, file_overwrite=False)

    def sign_form(self, upload: Upload) -> SignedForm:
        conditions = [*({name: value} for name, value in FORM_FIELDS.items()), ["content-length-range", 1, upload.max_bytes]]
        with self.translated():
            if self._client._request_signer._credentials is None:
                raise NoCredentialsError
            form = self._client.generate_presigned_post(
                self.bucket_name,
                self._normalize_name(upload.key),
                Fields=FORM_FIELDS,
                Conditions=conditions,
                ExpiresIn=int(FORM_LIFETIME.total_seconds()),  # of the real clock, which is the bucket's
            )
        return SignedForm(url=form["url"], fields=form["fields"])

    def read(self, key: str, *, limit: int) -> bytes | None:
        with self.translated():
            try:
                answer = self._client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(key))
            except self._client.exceptions.NoSuchKey:
                return None
            with closing(answer["Body"]) as body:
                content: bytes = body.read(limit + 1)
        if len(content) > limit:
            raise too_large(limit)
        return content

    def write(self, key: str, content: bytes) -> None:
        with self.translated():
            self._client.put_object(Bucket=self.bucket_name, Key=self._normalize_name(key), Body=content, ContentType=CONTENT_TYPE)

    def probe(self) -> None:
        with self.translated():
            self._client.list_objects_v2(Bucket=self.bucket_name, Prefix=self.location, MaxKeys=1)

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except ClientError as exc:
            status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            raise failed(str(exc.response.get("Error", {}).get("Code")), transient=status >= 500) from exc
        except (BotoCoreError, Boto3Error) as exc:
            raise failed(type(exc).__name__) from exc

    @property
    def _client(self) -> Any:
        return self.connection.meta.client
