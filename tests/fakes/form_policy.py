"""How S3 and GCS read a signed form, by the letter of their documents: what the policy does not name is refused.

Written apart from the libraries that sign: it shares no code with them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Parts = list[tuple[str, bytes]]
FILE = "file"


class Refused(Exception):
    """The bucket's answer to a form that it does not take."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Dialect:
    """What the two vendors call the same things, and how each verifies: `verify(policy, credential, signature)`."""

    mark: str  # x-amz or x-goog
    algorithm: str
    scope: tuple[str, ...]  # what follows the day in the credential
    verify: Callable[[str, str, str], bool]


@dataclass(frozen=True)
class Taken:
    """An object as the form brings it."""

    key: str
    content: bytes
    content_type: str


def read_form(parts: Parts, *, bucket: str, dialect: Dialect, now: datetime) -> Taken:
    """Take a form apart and hold it against its own policy; every doubt refuses it."""
    fields, content = _fields(parts)
    policy = _required(fields, "policy")
    _check_signature(fields, policy, dialect)
    document = _document(policy)
    if datetime.fromisoformat(document["expiration"]) <= now:
        raise Refused(403, "AccessDenied: the policy has expired")
    _check_day(fields, dialect, now)
    _check_conditions(document["conditions"], fields, bucket=bucket, size=len(content))
    _check_nothing_else(document["conditions"], fields, dialect)
    return Taken(_required(fields, "key"), content, fields.get("content-type", "binary/octet-stream"))


def _fields(parts: Parts) -> tuple[dict[str, str], bytes]:
    """Return the fields by their names in lower case; the file is the last part, and no name comes twice."""
    names = [name.lower() for name, _ in parts]
    if len(set(names)) != len(names) or not names or names[-1] != FILE:
        raise Refused(400, "InvalidArgument: the form needs one file as its last part, and each field once")
    return {name.lower(): value.decode() for name, value in parts[:-1]}, parts[-1][1]


def _required(fields: dict[str, str], name: str) -> str:
    if not fields.get(name):
        raise Refused(403, f"AccessDenied: the field {name} is missing")
    return fields[name]


def _check_signature(fields: dict[str, str], policy: str, dialect: Dialect) -> None:
    if _required(fields, f"{dialect.mark}-algorithm") != dialect.algorithm:
        raise Refused(400, "InvalidArgument: the algorithm")
    credential, signature = _required(fields, f"{dialect.mark}-credential"), _required(fields, f"{dialect.mark}-signature")
    if not dialect.verify(policy, credential, signature):
        raise Refused(403, "SignatureDoesNotMatch")


def _document(policy: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(base64.b64decode(policy, validate=True))
    except (binascii.Error, ValueError) as exc:
        raise Refused(400, "InvalidPolicyDocument") from exc
    if sorted(document) != ["conditions", "expiration"]:
        raise Refused(400, "InvalidPolicyDocument")
    return document


def _check_day(fields: dict[str, str], dialect: Dialect, now: datetime) -> None:
    signed_at = datetime.strptime(f"{_required(fields, f'{dialect.mark}-date')}+0000", "%Y%m%dT%H%M%SZ%z")
    day, *scope = fields[f"{dialect.mark}-credential"].split("/")[1:]
    if day != f"{signed_at:%Y%m%d}" or tuple(scope) != dialect.scope:
        raise Refused(403, "AccessDenied: the credential is of another day or place")
    if (now - signed_at).days >= 7:
        raise Refused(403, "AccessDenied: the signature is too old")


def _check_conditions(conditions: list[Any], fields: dict[str, str], *, bucket: str, size: int) -> None:
    values = {**fields, "bucket": bucket}
    for condition in conditions:
        kind, name, wanted = _condition(condition)
        if kind == "content-length-range":
            if size > int(wanted):
                raise Refused(400, "EntityTooLarge")
            if size < int(name):
                raise Refused(400, "EntityTooSmall")
            continue
        value = values.get(name)
        if value is None or not (value.startswith(wanted) if kind == "starts-with" else value == wanted):
            raise Refused(403, f"AccessDenied: the policy's condition on {name} failed")


def _condition(condition: Any) -> tuple[str, str, str]:
    """Return the kind of a condition, its field (or the smallest size), its value (or the largest size)."""
    if isinstance(condition, dict):
        ((name, wanted),) = condition.items()
        return "eq", str(name).lower(), str(wanted)
    kind, name, wanted = condition
    if kind not in {"eq", "starts-with", "content-length-range"}:
        raise Refused(400, "InvalidPolicyDocument")
    return kind, str(name).lower().removeprefix("$"), str(wanted)


def _check_nothing_else(conditions: list[Any], fields: dict[str, str], dialect: Dialect) -> None:
    named = {name for kind, name, _ in map(_condition, conditions) if kind != "content-length-range"}
    extra = set(fields) - named - {"policy", f"{dialect.mark}-signature"}
    if extra:
        raise Refused(403, f"AccessDenied: extra input fields: {', '.join(sorted(extra))}")


# --- The two ways to sign ------------------------------------------------------------------------------------------------------


def aws_signature(policy: str, *, secret: str, day: str, region: str, service: str = "s3") -> str:
    """Return Signature Version 4 of a policy: a chain of HMACs from the secret to the request."""
    key = f"AWS4{secret}".encode()
    for word in (day, region, service, "aws4_request"):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    return hmac.new(key, policy.encode(), hashlib.sha256).hexdigest()


def aws(*, key_id: str, secret: str, region: str) -> Dialect:
    def verify(policy: str, credential: str, signature: str) -> bool:
        named, day, *_ = [*credential.split("/"), ""]
        return named == key_id and hmac.compare_digest(aws_signature(policy, secret=secret, day=day, region=region), signature)

    return Dialect("x-amz", "AWS4-HMAC-SHA256", (region, "s3", "aws4_request"), verify)


def google(*, email: str, public_key: rsa.RSAPublicKey) -> Dialect:
    def verify(policy: str, credential: str, signature: str) -> bool:
        try:
            public_key.verify(bytes.fromhex(signature), policy.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return credential.split("/", maxsplit=1)[0] == email

    return Dialect("x-goog", "GOOG4-RSA-SHA256", ("auto", "storage", "goog4_request"), verify)
