"""Where files lie, from STORAGE_URL to what Django is told.

file:///folder · s3://[KEY:SECRET@]bucket/prefix?region=…[&endpoint=https://…][&addressing=path|virtual] ·
gs://bucket/prefix[?endpoint=https://…]. Credentials that the URL does not name are found as the vendor's library finds them.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from rocketsdr import env
from rocketsdr.env import BadSetting, Url

SCHEMES = ("file", "s3", "gs")
ADDRESSING = ("path", "virtual")


def storage_of(url: Url) -> dict[str, Any]:
    """Return the entry of STORAGES for the files of the installation."""
    return {"file": _disk, "s3": _s3, "gs": _gcs}[url.scheme](url)


def _disk(url: Url) -> dict[str, Any]:
    modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {"BACKEND": "integrations.storage.disk.DiskStorage", "OPTIONS": {"location": url.path, **modes}}


def _s3(url: Url) -> dict[str, Any]:
    _needs("boto3", extra="s3")
    options = _options(url, "region", "endpoint", "addressing")
    region = options.get("region") or env.optional("AWS_REGION") or env.optional("AWS_DEFAULT_REGION")
    endpoint = options.get("endpoint", "")
    if not region and not endpoint:
        raise BadSetting("STORAGE_URL names no region: add the bucket's, as in s3://bucket/prefix?region=eu-central-1.")
    addressing = options.get("addressing") or ("path" if endpoint else "virtual")
    if addressing not in ADDRESSING:
        raise BadSetting(f"STORAGE_URL has addressing={addressing}: set it to {' or '.join(ADDRESSING)}.")
    found = {"region_name": region or "us-east-1", "endpoint_url": endpoint or None, "addressing": addressing}
    return {"BACKEND": "integrations.storage.s3.S3Bucket", "OPTIONS": {**_place(url), **found, **_credentials(url)}}


def _gcs(url: Url) -> dict[str, Any]:
    _needs("google.cloud.storage", extra="gcs")
    if url.username or url.password:
        raise BadSetting("STORAGE_URL has a user: name the service account's key file in GOOGLE_APPLICATION_CREDENTIALS instead.")
    endpoint = _options(url, "endpoint").get("endpoint", "")
    return {"BACKEND": "integrations.storage.gcs.GcsBucket", "OPTIONS": {**_place(url), "endpoint": endpoint}}


def _place(url: Url) -> dict[str, str]:
    if not url.host:
        raise BadSetting(f"STORAGE_URL names no bucket: write {url.scheme}://bucket/prefix.")
    return {"bucket_name": url.host, "location": url.path.strip("/")}


def _credentials(url: Url) -> dict[str, str | None]:
    """Return the key pair of the URL, and no session's token of the environment beside it; nothing when there is none."""
    if bool(url.username) != bool(url.password):
        raise BadSetting("STORAGE_URL has half of a key: write s3://KEY:SECRET@bucket, with the signs in the secret as %XX, or neither.")
    return {"access_key": url.username, "secret_key": url.password, "security_token": None} if url.username else {}


def _options(url: Url, *known: str) -> dict[str, str]:
    unknown = sorted(set(url.options) - {*known})
    if unknown:
        raise BadSetting(f"STORAGE_URL has the option {unknown[0]!r:.40}: {url.scheme}:// knows {', '.join(known)}.")
    if not url.options.get("endpoint", "https://").startswith(("https://", "http://")):
        raise BadSetting("STORAGE_URL has an endpoint that is no address: write endpoint=https://storage.example.com.")
    return url.options


def _needs(module: str, *, extra: str) -> None:
    try:
        found = find_spec(module)
    except ModuleNotFoundError:  # not even its parent is there
        found = None
    if found is None:
        raise BadSetting(f"STORAGE_URL needs the library {module}: install requirements-{extra}.lock.")
