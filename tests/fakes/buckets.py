"""Buckets of S3 and GCS on loopback: the forms are read strictly, the rest of their HTTP is as much as the libraries use."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http.multipartparser import MultiPartParser

from integrations.storage import gcs as gcs_storage
from integrations.storage import s3 as s3_storage
from rocketsdr import env, storages
from tests.fakes import form_policy
from tests.fakes.form_policy import Dialect, Refused

KEY_ID, SECRET, REGION = "AKIATESTTESTTESTTEST", "a/secret+of/the+tests/aaaaaaaaaaaaaaaaaa", "eu-central-1"
EMAIL = "uploads@tests.iam.gserviceaccount.com"
BUCKET, PREFIX = "rocketsdr-tests", "some/where"
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Answer:
    status: int
    body: bytes = b""
    content_type: str = "application/xml"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes

    @property
    def segments(self) -> list[str]:
        return [unquote(part) for part in self.path.strip("/").split("/")]


@dataclass
class FakeBucket:
    """What lies in the bucket, what was asked of it, and switches for what may go wrong."""

    dialect: Dialect
    objects: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    later: timedelta = timedelta()  # how far its clock is ahead of ours
    down: bool = False  # it answers everything but forms with 503
    gone: bool = False  # there is no such bucket
    url: str = ""

    def key(self, name: str) -> str:
        return f"{PREFIX}/{name}"

    def uploads(self) -> dict[str, bytes]:
        """Return what lies where the forms put it."""
        return {key: content for key, content in self.objects.items() if "/kept/" not in key}

    def put(self, key: str, content: bytes, content_type: str = "") -> None:
        self.objects[key], self.types[key] = content, content_type

    def take_form(self, asked: Asked) -> Answer:
        try:
            parts = _parts(asked)
            taken = form_policy.read_form(parts, bucket=BUCKET, dialect=self.dialect, now=datetime.now(UTC) + self.later)
        except Refused as refused:
            return Answer(refused.status, f"<Error><Code>{escape(refused.code)}</Code></Error>".encode())
        self.put(taken.key, taken.content, taken.content_type)
        return Answer(201, f"<PostResponse><Key>{escape(taken.key)}</Key></PostResponse>".encode())

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError


def _parts(asked: Asked) -> form_policy.Parts:
    """Return the parts of a form in their order."""
    message = message_from_bytes(b"Content-Type: " + asked.headers["Content-Type"].encode() + b"\r\n\r\n" + asked.body)
    meta = {"CONTENT_TYPE": asked.headers["Content-Type"], "CONTENT_LENGTH": str(len(asked.body))}
    MultiPartParser(meta, BytesIO(asked.body), []).parse()  # what Django cannot read is no form
    parts = cast("list[Message]", message.get_payload())
    named = [(part.get_param("name", header="content-disposition"), part.get_payload(decode=True)) for part in parts]
    return [(str(name), cast("bytes", content)) for name, content in named]


# --- S3 --------------------------------------------------------------------------------------------------------------------------


class S3(FakeBucket):
    """Path-style S3: /bucket/key."""

    def answer(self, asked: Asked) -> Answer:
        bucket, *rest = asked.segments
        if asked.method == "POST" and asked.headers.get_content_type() == "multipart/form-data":
            return self.take_form(asked)
        if self.down:
            return self._error(503, "SlowDown")
        if f"Credential={KEY_ID}/" not in asked.headers.get("Authorization", ""):
            return self._error(403, "AccessDenied")
        if bucket != BUCKET or self.gone:
            return self._error(404, "NoSuchBucket")
        return self._object(asked, "/".join(rest)) if rest and rest[0] else self._list(asked)

    def _error(self, status: int, code: str) -> Answer:
        return Answer(status, f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode())

    def _object(self, asked: Asked, key: str) -> Answer:
        if asked.method == "PUT":
            self.put(key, asked.body, asked.headers.get("Content-Type", ""))
            return Answer(200, headers={"ETag": '"x"'})
        if asked.method == "DELETE":
            self.objects.pop(key, None)
            return Answer(204)
        if key not in self.objects:
            return self._error(404, "NoSuchKey")
        return _ranged(asked, self.objects[key], {"ETag": '"x"', "Last-Modified": "Tue, 17 Nov 2026 09:00:00 GMT"})

    def _list(self, asked: Asked) -> Answer:
        keys, folders = _listed(self.objects, asked.query.get("prefix", ""), asked.query.get("delimiter", ""))
        contents = "".join(f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size></Contents>" for key in keys)
        prefixes = "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in folders)
        return Answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}{prefixes}</ListBucketResult>".encode())


# --- GCS -------------------------------------------------------------------------------------------------------------------------


class Gcs(FakeBucket):
    """The JSON interface for objects, the XML one for forms."""

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            return self._json(200, {"access_token": "a-token-of-the-tests", "expires_in": 3600, "token_type": "Bearer"})
        if asked.method == "POST" and asked.path == f"/{BUCKET}/":
            return self.take_form(asked)
        if self.down:
            return self._json(503, {"error": {"code": 503, "message": "No."}})
        if asked.headers.get("Authorization") != "Bearer a-token-of-the-tests":
            return self._json(401, {"error": {"code": 401, "message": "No."}})
        return self._known(asked)

    def _known(self, asked: Asked) -> Answer:
        found = re.fullmatch(rf"/(upload/|download/|)storage/v1/b/{BUCKET}/o(?:/(.+))?", asked.path)
        if found is None or self.gone:
            return self._json(404, {"error": {"code": 404, "message": "No such bucket."}})
        door, key = found[1], unquote(found[2] or "")
        if door == "upload/":
            return self._upload(asked)
        return self._object(asked, key, media=bool(door)) if key else self._list(asked)

    def _json(self, status: int, body: object) -> Answer:
        return Answer(status, json.dumps(body).encode(), "application/json")

    def _metadata(self, key: str) -> dict[str, str]:
        return {"name": key, "bucket": BUCKET, "size": str(len(self.objects[key])), "generation": "1", "contentType": self.types[key]}

    def _upload(self, asked: Asked) -> Answer:
        message = message_from_bytes(b"Content-Type: " + asked.headers["Content-Type"].encode() + b"\r\n\r\n" + asked.body)
        metadata, content = cast("list[Message]", message.get_payload())
        key = json.loads(str(metadata.get_payload()))["name"]
        self.put(key, cast("bytes", content.get_payload(decode=True)), content.get_content_type())
        return self._json(200, self._metadata(key))

    def _object(self, asked: Asked, key: str, *, media: bool) -> Answer:
        if key not in self.objects:
            return self._json(404, {"error": {"code": 404, "message": "No such object."}})
        if asked.method == "DELETE":
            del self.objects[key]
            return Answer(204)
        return _ranged(asked, self.objects[key], {}) if media else self._json(200, self._metadata(key))

    def _list(self, asked: Asked) -> Answer:
        keys, folders = _listed(self.objects, asked.query.get("prefix", ""), asked.query.get("delimiter", ""))
        return self._json(200, {"items": [self._metadata(key) for key in keys], "prefixes": folders})


def _listed(objects: dict[str, bytes], prefix: str, delimiter: str) -> tuple[list[str], list[str]]:
    """Return the keys below a prefix, and the folders that stand for those behind the next delimiter."""
    below = [key for key in sorted(objects) if key.startswith(prefix)]
    if not delimiter:
        return below, []
    deeper = {key for key in below if delimiter in key.removeprefix(prefix)}
    folders = {prefix + key.removeprefix(prefix).partition(delimiter)[0] + delimiter for key in deeper}
    return [key for key in below if key not in deeper], sorted(folders)


def _ranged(asked: Asked, content: bytes, headers: dict[str, str]) -> Answer:
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.headers.get("Range", ""))
    if wanted is None:
        return Answer(200, content, "text/csv", headers)
    first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
    if first >= len(content):
        return Answer(416)
    return Answer(206, content[first : last + 1], "text/csv", {**headers, "Content-Range": f"bytes {first}-{last}/{len(content)}"})


# --- Serving -------------------------------------------------------------------------------------------------------------------


def _handler(bucket: FakeBucket) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, parts.path, query, self.headers, body)
            bucket.asked.append(asked)
            answer = bucket.answer(asked)
            self.send_response(answer.status)
            length = str(len(answer.body))
            for name, value in {"Content-Type": answer.content_type, "Content-Length": length, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests look at `asked`."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that reads no further and hangs up is none."""


@contextmanager
def serving(bucket: FakeBucket) -> Iterator[FakeBucket]:
    """Serve the bucket on a free port as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), _handler(bucket))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="bucket")
    thread.start()
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def s3() -> FakeBucket:
    return S3(form_policy.aws(key_id=KEY_ID, secret=SECRET, region=REGION))


def gcs() -> FakeBucket:
    return Gcs(form_policy.google(email=EMAIL, public_key=PRIVATE_KEY.public_key()))


def s3_url(bucket: FakeBucket) -> str:
    """Return what STORAGE_URL says of a running bucket."""
    return f"s3://{KEY_ID}:{quote(SECRET, safe='')}@{BUCKET}/{PREFIX}?region={REGION}&endpoint={quote(bucket.url, safe='')}"


def gcs_url(bucket: FakeBucket) -> str:
    return f"gs://{BUCKET}/{PREFIX}?endpoint={quote(bucket.url, safe='')}"


def service_account(bucket: FakeBucket, email: str = EMAIL) -> str:
    """Return the key file of the service account, whose tokens come from the bucket's own server."""
    pem = PRIVATE_KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    told = {"type": "service_account", "project_id": "tests", "private_key_id": "1", "private_key": pem, "client_email": email}
    return json.dumps({**told, "client_id": "1", "token_uri": f"{bucket.url}/token"})


@contextmanager
def in_use(kind: str, *, settings: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[FakeBucket]:
    """Make a bucket the installation's storage, from STORAGE_URL on, as long as the block lasts."""
    monkeypatch.setattr(s3_storage, "ATTEMPTS", 1)  # nobody waits
    monkeypatch.setitem(gcs_storage.PATIENCE, "retry", None)
    with serving(s3() if kind == "s3" else gcs()) as bucket:
        if kind == "gcs":
            key_file = folder / "service-account.json"
            key_file.write_text(service_account(bucket))
            monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file))
        use(s3_url(bucket) if kind == "s3" else gcs_url(bucket), settings)
        yield bucket


def use(storage_url: str, settings: Any) -> None:
    """Make this the installation's storage, as an operator does."""
    entry = storages.storage_of(env.parsed(storage_url, schemes=storages.SCHEMES, name="STORAGE_URL"))
    settings.STORAGES = {**settings.STORAGES, "default": entry}


def send(
    url: str, fields: dict[str, str], content: bytes, *, filename: str = "leads.csv", content_type: str = "text/csv"
) -> httpx2.Response:
    """Send a form as curl does: the fields in their order, then the file."""
    return httpx2.post(url, data=fields, files={"file": (filename, content, content_type)}, timeout=30, trust_env=False)
