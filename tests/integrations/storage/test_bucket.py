"""Uploads to S3 and to GCS: the bucket takes nothing but what the form says, and what was first read is what is read for ever."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.core.files.storage import default_storage
from django.db import transaction

from integrations import storage
from integrations.models import Upload
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Conflict, Invalid, NotFound
from tests.fakes import buckets

pytestmark = pytest.mark.django_db

LEADS = b"email\nada@example.com\n"
OTHERS = b"email\neve@example.com\n"
LIMIT = 2 * 1024 * 1024
COMMON = {"key", "Content-Type", "success_action_status", "policy"}


@pytest.fixture
def offer(actor, now, bucket):
    return storage.offer_upload(actor=actor, filename="batch-1.csv", now=now)


@pytest.fixture
def send(offer):
    def send_form(fields=None, content=LEADS):
        return buckets.send(offer.url, offer.fields if fields is None else fields, content)

    return send_form


@pytest.fixture
def read(offer, actor, now):
    def read_file(at=now):
        return storage.read_upload(actor=actor, url=offer.gcs_url, now=at).content

    return read_file


def mark(bucket):
    return bucket.dialect.mark


def policy_of(fields):
    return json.loads(base64.b64decode(fields["policy"]))


def with_policy(fields, document):
    return {**fields, "policy": base64.b64encode(json.dumps(document).encode()).decode()}


# --- The offer -------------------------------------------------------------------------------------------------------------------


def test_the_form_is_the_bucket_s_own_and_signing_it_asks_nobody(offer, bucket, workspace, now):
    upload = Upload.objects.get()
    assert offer.url.removesuffix("/") == f"{bucket.url}/{buckets.BUCKET}"
    assert offer.fields["key"] == bucket.key(f"uploads/{workspace.id}/{upload.id}/batch-1.csv")
    assert set(offer.fields) == COMMON | {f"{mark(bucket)}-{each}" for each in ("algorithm", "credential", "date", "signature")}
    assert (offer.fields["Content-Type"], offer.fields["success_action_status"]) == ("text/csv", "201")
    assert (offer.expires_at, offer.max_bytes) == (now + timedelta(minutes=15), LIMIT)
    assert bucket.asked == []


def test_the_policy_names_every_field_exactly_the_size_and_a_quarter_of_an_hour(offer, bucket):
    document = policy_of(offer.fields)
    exact = {name: value for each in document["conditions"] if isinstance(each, dict) for name, value in each.items()}
    signed = {name: value for name, value in offer.fields.items() if name not in {"policy", f"{mark(bucket)}-signature"}}
    assert exact == {**signed, "bucket": buckets.BUCKET}
    assert [each for each in document["conditions"] if not isinstance(each, dict)] == [["content-length-range", 1, LIMIT]]
    left = datetime.fromisoformat(document["expiration"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


def test_the_address_of_the_file_is_ours_on_every_storage(offer, settings):
    assert offer.gcs_url == f"{settings.PUBLIC_URL}/uploads/{offer.upload.id}/batch-1.csv"


def test_a_session_s_token_is_a_signed_field_too(settings, monkeypatch, actor, now):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", buckets.KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", buckets.SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-session-of-the-tests")
    buckets.use("s3://rocketsdr-tests?region=eu-central-1", settings)
    offer = storage.offer_upload(actor=actor, filename="batch-1.csv", now=now)
    assert offer.url == "https://rocketsdr-tests.s3.eu-central-1.amazonaws.com/"
    assert {"x-amz-security-token": "a-session-of-the-tests"} in policy_of(offer.fields)["conditions"]
    assert offer.fields["x-amz-security-token"] == "a-session-of-the-tests"


# --- What the bucket takes, and what it refuses --------------------------------------------------------------------------------


def test_a_form_as_it_is_takes_the_file_to_its_key_with_its_type(send, offer, bucket):
    assert send().status_code == 201
    assert bucket.objects == {offer.fields["key"]: LEADS}
    assert bucket.types == {offer.fields["key"]: "text/csv"}


def refused(answer, bucket, status=403):
    assert answer.status_code == status, answer.text
    assert bucket.objects == {}


def test_a_changed_key_is_refused(send, offer, bucket, stranger, now):
    theirs = storage.offer_upload(actor=stranger.actor, filename="batch-1.csv", now=now)
    for key in (theirs.fields["key"], offer.fields["key"] + "x", offer.fields["key"].replace("/uploads/", "/exports/"), ""):
        refused(send({**offer.fields, "key": key}), bucket)
    refused(send({**theirs.fields, "key": offer.fields["key"]}), bucket)


def test_another_content_type_is_refused(send, offer, bucket):
    for content_type in ("text/html", "text/csv; charset=utf-8", "application/octet-stream", ""):
        refused(send({**offer.fields, "Content-Type": content_type}), bucket)


def test_two_megabytes_pass_and_a_byte_more_does_not(send, bucket):
    refused(send(content=b"x" * (LIMIT + 1)), bucket, 400)
    refused(send(content=b""), bucket, 400)
    assert send(content=b"x" * LIMIT).status_code == 201


def test_an_expired_form_is_refused(send, bucket):
    bucket.later = timedelta(minutes=15)
    refused(send(), bucket)
    bucket.later = timedelta(minutes=14)
    assert send().status_code == 201


def test_an_extra_field_is_refused(send, offer, bucket):
    for extra in ("acl", "x-amz-acl", "x-amz-meta-a", "x-goog-meta-a", "Content-Encoding", "success_action_redirect", "tagging"):
        refused(send({**offer.fields, extra: "public-read"}), bucket)


def test_a_missing_field_is_refused(send, offer, bucket):
    for name in offer.fields:
        answer = send({key: value for key, value in offer.fields.items() if key != name})
        assert answer.status_code in {400, 403}
    assert bucket.objects == {}


def test_a_policy_that_allows_more_or_longer_is_refused(send, offer, bucket):
    document = policy_of(offer.fields)
    wider = [each for each in document["conditions"] if isinstance(each, dict)] + [["content-length-range", 0, 10**9]]
    for altered in ({**document, "expiration": "2099-01-01T00:00:00Z"}, {**document, "conditions": wider}):
        refused(send(with_policy(offer.fields, altered)), bucket)


def test_a_forged_signature_is_refused(send, offer, bucket):
    name = f"{mark(bucket)}-signature"
    good = offer.fields[name]
    for signature in ("0" * len(good), good[:-1], ("1" if good[0] == "0" else "0") + good[1:]):
        refused(send({**offer.fields, name: signature}), bucket)


# --- Reading: bounded, and always the first file -------------------------------------------------------------------------------


def test_a_file_is_read_back_and_its_row_says_when_and_how_much(send, read, now):
    send()
    assert read() == LEADS
    upload = Upload.objects.get()
    assert (upload.received_at, upload.size) == (now, len(LEADS))
    assert not AuditEvent.objects.filter(action="upload.received").exists()  # nobody told us when it came


def test_a_form_sent_again_after_the_first_read_changes_nothing(send, read):
    send()
    assert read() == LEADS
    assert send(content=OTHERS).status_code == 201  # the bucket takes it, as buckets do
    assert read() == LEADS


def test_until_the_first_read_the_last_file_stands(send, read):
    send()
    send(content=OTHERS)
    assert read() == OTHERS


def test_what_a_rehearsal_has_read_is_what_the_act_reads(send, read, bucket):
    send()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert read() == LEADS
        raise ZeroDivisionError  # as a dry run takes back what it has done
    assert Upload.objects.get().received_at is None
    send(content=OTHERS)
    assert read() == LEADS


def test_of_two_readers_at_once_the_second_gets_what_the_first_one_has_kept(send, read, offer, monkeypatch):
    send()
    backend: Any = default_storage.__class__
    locked = backend._keep_first

    def overtaken(self, upload, now):
        monkeypatch.undo()
        assert read() == LEADS  # a rival, between our look and our lock
        send(content=OTHERS)
        return locked(self, upload, now)

    monkeypatch.setattr(backend, "_keep_first", overtaken)
    assert read() == LEADS


def test_a_form_without_its_file_says_what_to_do(read, bucket):
    with pytest.raises(Conflict) as caught:
        read()
    assert caught.value.code == "upload_not_received"
    assert "POST" in caught.value.fix


def test_a_file_that_is_gone_is_not_found(send, read, bucket):
    send()
    read()
    bucket.objects.clear()
    with pytest.raises(NotFound):
        read()


def test_a_strangers_upload_does_not_exist_and_the_bucket_is_not_even_asked(send, offer, bucket, stranger, now):
    send()
    bucket.asked.clear()
    with pytest.raises(NotFound):
        storage.read_upload(actor=stranger.actor, url=offer.gcs_url, now=now)
    assert bucket.asked == []


def test_no_address_of_a_bucket_is_ever_read(actor, bucket, now):
    for url in (f"{bucket.url}/{buckets.BUCKET}/x.csv", f"s3://{buckets.BUCKET}/x.csv", f"gs://{buckets.BUCKET}/x.csv"):
        with pytest.raises(Invalid):
            storage.read_upload(actor=actor, url=url, now=now)
    assert bucket.asked == []


def test_what_other_hands_have_put_there_is_not_read_past_the_limit(offer, read, bucket):
    bucket.put(offer.fields["key"], b"x" * (5 * LIMIT))
    with pytest.raises(storage.FileTooLarge):
        read()
    bucket.put(offer.fields["key"], b"")
    assert read() == b""


# --- Forgetting ------------------------------------------------------------------------------------------------------------------


def test_files_and_what_was_kept_of_them_are_deleted_after_a_day(send, read, bucket, actor, now):
    send()
    read()
    send(content=OTHERS)
    fresh = storage.offer_upload(actor=actor, filename="fresh.csv", now=now + timedelta(hours=1))
    assert (storage.purge_uploads(now=now + timedelta(hours=23)), len(bucket.objects)) == (0, 2)
    assert [storage.purge_uploads(now=now + timedelta(days=1)) for _ in range(3)] == [1, 0, 0]
    assert bucket.objects == {}
    assert list(Upload.objects.all()) == [fresh.upload]


def test_a_purge_that_the_bucket_does_not_answer_keeps_the_row_for_the_next_one(send, bucket, now):
    send()
    bucket.down = True
    with pytest.raises(storage.StorageFailed):
        storage.purge_uploads(now=now + timedelta(days=1))
    bucket.down = False
    assert storage.purge_uploads(now=now + timedelta(days=1)) == 1


# --- When it does not work -----------------------------------------------------------------------------------------------------


def test_a_bucket_that_is_down_is_an_honest_error_and_leaves_everything_as_it_was(send, read, bucket, caplog):
    send()
    bucket.down = True
    with caplog.at_level(logging.INFO), pytest.raises(storage.StorageFailed) as caught:
        read()
    assert (caught.value.code, caught.value.http_status, caught.value.transient) == ("storage_failed", 503, True)
    assert buckets.BUCKET not in caught.value.message
    (line,) = [record.getMessage() for record in caplog.records if record.name == "integrations.storage.bucket"]
    assert line in {"The file storage failed: SlowDown", "The file storage failed: ServiceUnavailable 503"}
    bucket.down = False
    assert read() == LEADS


def test_a_bucket_that_does_not_exist_is_an_error_too(read, bucket):
    bucket.gone = True
    with pytest.raises((storage.StorageFailed, storage.NothingUploaded)):
        read()
    with pytest.raises(storage.StorageFailed):
        storage.probe()


def test_credentials_that_are_missing_are_named_to_the_operator(settings, monkeypatch, actor, now, caplog, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    buckets.use("s3://rocketsdr-tests?region=eu-central-1", settings)
    with pytest.raises(storage.StorageFailed):
        storage.offer_upload(actor=actor, filename="batch-1.csv", now=now)
    assert "The file storage failed: NoCredentialsError" in caplog.text
    assert not Upload.objects.exists()


def test_readiness_covers_the_bucket(client, bucket):
    assert client.get("/readyz").json() == {"ready": True, "failing": []}
    bucket.down = True
    assert client.get("/readyz").json() == {"ready": False, "failing": ["storage"]}
    bucket.down, bucket.gone = False, True
    assert client.get("/readyz").json() == {"ready": False, "failing": ["storage"]}


# --- A machine of Google's without a key file ----------------------------------------------------------------------------------


class Machine:
    """The credentials of a machine that has an account and no key."""

    token_state, token, service_account_email, universe_domain = None, "a-token-of-the-tests", buckets.EMAIL, "googleapis.com"

    def refresh(self, request):
        """Have it already."""


@pytest.mark.parametrize("bucket", ["gcs"], indirect=True)
def test_without_a_key_google_signs_for_the_machine_s_account(bucket, actor, now, monkeypatch):
    def sign(text, token, email):
        assert (token, email) == ("a-token-of-the-tests", buckets.EMAIL)
        return base64.b64encode(buckets.PRIVATE_KEY.sign(text, padding.PKCS1v15(), hashes.SHA256()))

    in_use: Any = default_storage
    monkeypatch.setattr(in_use.client, "_credentials", Machine())
    monkeypatch.setattr("google.cloud.storage.client._sign_message", sign)
    offer = storage.offer_upload(actor=actor, filename="batch-1.csv", now=now)
    assert buckets.send(offer.url, offer.fields, LEADS).status_code == 201


@pytest.mark.parametrize("bucket", ["gcs"], indirect=True)
def test_a_person_s_own_credentials_cannot_sign_and_that_is_said(bucket, actor, now, monkeypatch, caplog):
    monkeypatch.setattr(Machine, "service_account_email", None)
    in_use: Any = default_storage
    monkeypatch.setattr(in_use.client, "_credentials", Machine())
    with pytest.raises(storage.StorageFailed):
        storage.offer_upload(actor=actor, filename="batch-1.csv", now=now)
    assert "a service account is needed" in caplog.text
