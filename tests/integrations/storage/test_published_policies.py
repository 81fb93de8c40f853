"""The policies that we sign, and the strict reader that the tests hold them against, agree with the vendors' published examples."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from google.cloud.storage import Client
from google.oauth2 import service_account

from integrations.models import Upload
from integrations.storage.gcs import GcsBucket
from integrations.storage.s3 import S3Bucket
from tests.fakes import buckets, form_policy

VECTORS = Path(__file__).parent / "vectors"
AWS = json.loads((VECTORS / "aws_post_policy.json").read_text())
GCS = json.loads((VECTORS / "gcs_post_policies.json").read_text())["postPolicyV4Tests"]
EMAIL = "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com"
AWS_DAY = datetime(2015, 12, 29, tzinfo=UTC)
UPLOAD = Upload(workspace_id=1, key="uploads/1/x/leads.csv", max_bytes=2 * 1024 * 1024)


def google_credentials() -> service_account.Credentials:
    info = json.loads(buckets.service_account(buckets.gcs(), EMAIL))
    made: service_account.Credentials = service_account.Credentials.from_service_account_info(info)
    return made


def google_dialect() -> form_policy.Dialect:
    return form_policy.google(email=EMAIL, public_key=buckets.PRIVATE_KEY.public_key())


@pytest.fixture
def at(monkeypatch):
    """Set the libraries' clock."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr("google.cloud.storage.client._NOW", lambda _: moment)
        monkeypatch.setattr("google.cloud.storage._signing._NOW", lambda _: moment)
        for module in ("botocore.auth", "botocore.signers"):
            monkeypatch.setattr(f"{module}.get_current_datetime", lambda *_, **__: moment.replace(tzinfo=None))

    return set_clock


# --- Amazon ----------------------------------------------------------------------------------------------------------------------


def test_the_strict_reader_and_the_library_both_give_amazon_s_published_signature():
    day, secret, region = AWS["date"], AWS["secret_access_key"], AWS["region"]
    assert form_policy.aws_signature(AWS["policy_base64"], secret=secret, day=day, region=region) == AWS["expected_signature"]
    request = AWSRequest()
    request.context["timestamp"] = f"{day}T000000Z"
    signed = S3SigV4PostAuth(Credentials(AWS["access_key_id"], secret), "s3", region).signature(AWS["policy_base64"], request)
    assert signed == AWS["expected_signature"]


def aws_example() -> form_policy.Parts:
    """The form of Amazon's example, filled in as its policy allows."""
    fields = {
        "key": "user/user1/photo.jpg",
        "acl": "public-read",
        "success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
        "Content-Type": "image/jpeg",
        "x-amz-meta-uuid": "14365123651274",
        "x-amz-server-side-encryption": "AES256",
        "X-Amz-Credential": f"{AWS['access_key_id']}/20151229/us-east-1/s3/aws4_request",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": "20151229T000000Z",
        "x-amz-meta-tag": "",
        "Policy": AWS["policy_base64"],
        "X-Amz-Signature": AWS["expected_signature"],
    }
    return [*((name, value.encode()) for name, value in fields.items()), ("file", b"...")]


def read_aws_example(parts: form_policy.Parts, now: datetime = AWS_DAY) -> form_policy.Taken:
    dialect = form_policy.aws(key_id=AWS["access_key_id"], secret=AWS["secret_access_key"], region=AWS["region"])
    return form_policy.read_form(parts, bucket="sigv4examplebucket", dialect=dialect, now=now)


def test_the_strict_reader_takes_amazon_s_example_and_nothing_beside_it():
    assert read_aws_example(aws_example()).key == "user/user1/photo.jpg"
    spoiled = {"key": b"user/user2/x", "acl": b"private", "Content-Type": b"text/csv", "x-amz-meta-uuid": b"0"}
    for name, value in spoiled.items():
        with pytest.raises(form_policy.Refused):
            read_aws_example([(each, value if each == name else old) for each, old in aws_example()])
    for extra in ("x-amz-meta-b", "key"):
        with pytest.raises(form_policy.Refused):
            read_aws_example([(extra, b"user/user1/x"), *aws_example()])
    with pytest.raises(form_policy.Refused, match="expired"):
        read_aws_example(aws_example(), now=AWS_DAY + timedelta(hours=36))


def test_our_form_for_s3_is_signed_as_amazon_s_example_is(at):
    at(AWS_DAY)
    pair = {"access_key": AWS["access_key_id"], "secret_key": AWS["secret_access_key"]}
    bucket = S3Bucket(bucket_name="sigv4examplebucket", region_name=AWS["region"], addressing="virtual", **pair)
    form = bucket.sign_form(UPLOAD)
    assert form.url == "https://sigv4examplebucket.s3.amazonaws.com/"
    document = json.loads(base64.b64decode(form.fields["policy"]))
    assert document["expiration"] == "2015-12-29T00:15:00Z"
    ours, theirs = (_names(each["conditions"]) for each in (document, json.loads(AWS["policy_decoded"])))
    assert {"bucket", "key", "content-type", "x-amz-credential", "x-amz-algorithm", "x-amz-date"} <= ours & theirs
    assert ours - theirs == {"success_action_status", "content-length-range"}
    expected = form_policy.aws_signature(form.fields["policy"], secret=pair["secret_key"], day="20151229", region="us-east-1")
    assert form.fields["x-amz-signature"] == expected
    parts = [*((name, value.encode()) for name, value in form.fields.items()), ("file", b"email\n")]
    assert read_aws_example(parts).key == UPLOAD.key


def _names(conditions: list[Any]) -> set[str]:
    kinds = map(form_policy._condition, conditions)
    return {kind if kind == "content-length-range" else name for kind, name, _ in kinds}


def test_a_form_of_another_region_or_key_is_none_of_this_bucket_s(at):
    at(AWS_DAY)
    for named, region in (("AKIAANOTHER", "us-east-1"), (AWS["access_key_id"], "eu-west-1")):
        client = boto3.Session(aws_access_key_id=named, aws_secret_access_key=AWS["secret_access_key"], region_name=region).client("s3")
        form = client.generate_presigned_post("sigv4examplebucket", "user/user1/x")
        parts = [*((name, value.encode()) for name, value in form["fields"].items()), ("file", b"...")]
        with pytest.raises(form_policy.Refused):
            read_aws_example(parts)


# --- Google ----------------------------------------------------------------------------------------------------------------------


def google_form(asked: dict[str, Any]) -> dict[str, Any]:
    """Sign what a published example asks for."""
    conditions = asked.get("conditions", {})
    listed = [["starts-with", *conditions["startsWith"]]] if "startsWith" in conditions else []
    listed += [["content-length-range", *conditions["contentLengthRange"]]] if "contentLengthRange" in conditions else []
    form: dict[str, Any] = Client(project="tests", credentials=google_credentials()).generate_signed_post_policy_v4(
        asked["bucket"],
        asked["object"],
        expiration=timedelta(seconds=asked["expiration"]),
        conditions=listed,
        fields=asked.get("fields"),
        virtual_hosted_style=asked.get("urlStyle") == "VIRTUAL_HOSTED_STYLE",
        bucket_bound_hostname=asked.get("bucketBoundHostname"),
        scheme=asked["scheme"],
    )
    return form


@pytest.mark.parametrize("example", GCS, ids=[each["description"] for each in GCS])
def test_the_library_signs_google_s_published_policies_and_the_strict_reader_reads_them(example, at):
    asked, expected = example["policyInput"], example["policyOutput"]
    at(datetime.fromisoformat(asked["timestamp"]))
    form = google_form(asked)
    signature = form["fields"].pop("x-goog-signature")
    assert form["url"] == expected["url"]
    assert form["fields"] == {name: value for name, value in expected["fields"].items() if name != "x-goog-signature"}
    assert json.loads(base64.b64decode(form["fields"]["policy"])) == json.loads(expected["expectedDecodedPolicy"])
    fields = {**form["fields"], **_filled_in(asked), "x-goog-signature": signature}
    parts = [*((name, value.encode()) for name, value in fields.items()), ("file", b"x" * 250)]
    now = datetime.fromisoformat(asked["timestamp"])
    taken = form_policy.read_form(parts, bucket=asked["bucket"], dialect=google_dialect(), now=now)
    assert taken.key == asked["object"]
    with pytest.raises(form_policy.Refused, match="expired"):
        form_policy.read_form(parts, bucket=asked["bucket"], dialect=google_dialect(), now=now + timedelta(seconds=10))
    with pytest.raises(form_policy.Refused, match="bucket"):
        form_policy.read_form(parts, bucket="another", dialect=google_dialect(), now=now)


def _filled_in(asked: dict[str, Any]) -> dict[str, str]:
    """Return the fields that a condition leaves to whoever sends the form."""
    field, beginning = asked.get("conditions", {}).get("startsWith", ("", ""))
    return {field.removeprefix("$"): f"{beginning}-read"} if field else {}


def test_our_form_for_gcs_has_the_shape_of_google_s_examples(at):
    example = GCS[0]["policyInput"]
    at(datetime.fromisoformat(example["timestamp"]))
    bucket = GcsBucket(bucket_name=example["bucket"], endpoint="", credentials=google_credentials())
    form = bucket.sign_form(UPLOAD)
    assert form.url == GCS[0]["policyOutput"]["url"]
    document = json.loads(base64.b64decode(form.fields["policy"]))
    published = json.loads(GCS[0]["policyOutput"]["expectedDecodedPolicy"])["conditions"]
    shared = [each for each in published if "key" not in each]
    assert document["conditions"] == [
        ["content-length-range", 1, UPLOAD.max_bytes],
        {"Content-Type": "text/csv"},
        {"success_action_status": "201"},
        shared[0],
        {"key": UPLOAD.key},
        *shared[1:],
    ]
    assert document["expiration"] == "2020-01-23T04:50:30Z"
    parts = [*((name, value.encode()) for name, value in form.fields.items()), ("file", b"email\n")]
    now = datetime.fromisoformat(example["timestamp"])
    assert form_policy.read_form(parts, bucket=example["bucket"], dialect=google_dialect(), now=now).content_type == "text/csv"
