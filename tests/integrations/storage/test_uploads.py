"""Files come in by a signed form, once, as small and as named as it says, and only into the workspace that asked for it."""

from __future__ import annotations

import base64
import json
import threading
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from campaigns.rules import csv_rows
from integrations import storage
from integrations.models import Upload
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.lib.errors import Conflict, DomainError, Invalid, NotFound

pytestmark = pytest.mark.django_db

LEADS = b"email\nada@example.com\n"


def csv(content=LEADS, name="batch-1.csv"):
    return SimpleUploadedFile(name, content, content_type="text/csv")


@pytest.fixture
def offer(actor, now):
    return storage.offer_upload(actor=actor, filename="batch-1.csv", now=now)


@pytest.fixture
def send(offer, now):
    def send_form(fields=None, file=None, at=now):
        return storage.receive_upload(fields=offer.fields if fields is None else fields, file=file or csv(), now=at)

    return send_form


def refused(code, call, **named):
    with pytest.raises(DomainError) as caught:
        call(**named)
    assert caught.value.code == code
    assert caught.value.fix
    return caught.value


def policy_of(fields):
    return json.loads(base64.b64decode(fields["policy"]))


def with_policy(fields, document):
    """The form with another policy, signed by somebody who does not have our key."""
    return {**fields, "policy": base64.b64encode(json.dumps(document).encode()).decode()}


# --- The offer -------------------------------------------------------------------------------------------------------------------


def test_an_offer_names_everything_that_a_form_post_needs(offer, workspace, now):
    upload = Upload.objects.get()
    assert offer.url == f"{settings.PUBLIC_URL}/uploads/"
    assert offer.gcs_url == f"{settings.PUBLIC_URL}/uploads/{upload.id}/batch-1.csv"
    assert (offer.expires_at, offer.max_bytes) == (now + timedelta(minutes=15), 2 * 1024 * 1024)
    assert offer.fields["key"] == upload.key == f"uploads/{workspace.id}/{upload.id}/batch-1.csv"
    conditions = policy_of(offer.fields)["conditions"]
    assert {"key": upload.key} in conditions
    assert ["content-length-range", 1, 2 * 1024 * 1024] in conditions
    assert all(isinstance(value, str) for value in offer.fields.values())


def test_a_form_takes_what_an_import_takes():
    assert storage.MAX_BYTES == csv_rows.MAX_BYTES


@pytest.mark.parametrize(
    "filename", ["leads.xlsx", "leads", "", "../leads.csv", "a/b.csv", "a\\b.csv", "x" * 97 + ".csv", "a\x00.csv", "a\n.csv"]
)
def test_only_plain_names_of_csv_files_get_a_form(actor, now, filename):
    with pytest.raises(Invalid) as caught:
        storage.offer_upload(actor=actor, filename=filename, now=now)
    assert caught.value.field == "filename"
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("filename", "stored"),
    [
        ("Batch 1.CSV", "Batch_1.csv"),
        ("Führungskräfte (neu).csv", "Fuhrungskrafte_neu.csv"),
        ("名簿.csv", "leads.csv"),
        (".csv", "leads.csv"),
        ("x" * 96 + ".csv", "x" * 96 + ".csv"),
    ],
)
def test_every_name_of_a_csv_file_finds_a_place_in_every_storage(actor, now, filename, stored):
    offer = storage.offer_upload(actor=actor, filename=filename, now=now)
    assert offer.upload.key.rpartition("/")[2] == stored
    storage.receive_upload(fields=offer.fields, file=csv(), now=now)
    assert storage.read_upload(actor=actor, url=offer.gcs_url, now=now) == storage.ReceivedFile(filename, LEADS)


# --- The happy end ---------------------------------------------------------------------------------------------------------------


def test_a_sent_form_stores_the_file_for_the_workspace_that_asked_for_it(send, offer, actor, now):
    upload = send()
    assert (upload.received_at, upload.size) == (now, len(LEADS))
    with default_storage.open(upload.key) as stored:
        assert stored.read() == LEADS
    assert storage.read_upload(actor=actor, url=offer.gcs_url, now=now).content == LEADS
    assert list(AuditEvent.objects.order_by("sequence").values_list("action", "user_id")) == [
        ("upload.offered", actor.user_id),
        ("upload.received", None),
    ]


def test_a_form_signed_with_an_older_key_works_until_the_key_is_dropped(send, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", []
    refused("upload_form_forged", send)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert send().size == len(LEADS)


# --- Forms that are not as they were signed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["key", "Content-Type", "success_action_status", "x-rocketsdr-algorithm", "policy", "x-rocketsdr-signature"]
)
def test_every_field_has_to_be_there(send, offer, name):
    error = refused("upload_field_missing", send, fields={key: value for key, value in offer.fields.items() if key != name})
    assert (error.http_status, error.field) == (400, name)
    assert name in error.message


def test_the_fields_of_the_offer_are_those_that_are_tested(offer):
    assert set(offer.fields) == {"key", "Content-Type", "success_action_status", "x-rocketsdr-algorithm", "policy", "x-rocketsdr-signature"}


@pytest.mark.parametrize("name", ["key", "Content-Type", "success_action_status", "x-rocketsdr-algorithm"])
def test_a_field_that_says_something_else_than_the_policy_is_refused(send, offer, name):
    error = refused("upload_form_forged", send, fields={**offer.fields, name: f"{offer.fields[name]}x"})
    assert error.http_status == 403


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", "\x00", "x" * 10_000])
def test_a_forged_signature_is_refused(send, offer, signature):
    assert refused("upload_form_forged", send, fields={**offer.fields, "x-rocketsdr-signature": signature}).http_status == 403


@pytest.mark.parametrize("policy", ["", "e30=", "not base64", "é"])
def test_an_unsigned_policy_is_not_even_read(send, offer, policy):
    refused("upload_form_forged", send, fields={**offer.fields, "policy": policy})


def test_a_policy_that_allows_more_or_longer_is_refused(send, offer, now):
    document = policy_of(offer.fields)
    later = {**document, "expiration": (now + timedelta(days=365)).isoformat()}
    *exact, _ = document["conditions"]
    bigger = {**document, "conditions": [*exact, ["content-length-range", 0, 10**9]]}
    for altered in (later, bigger):
        refused("upload_form_forged", send, fields=with_policy(offer.fields, altered))


def test_a_field_that_the_policy_does_not_know_is_refused(send, offer):
    assert refused("upload_form_forged", send, fields={**offer.fields, "acl": "public-read"}).http_status == 403


def test_the_signature_of_one_form_does_not_open_another(actor, stranger, send, offer, now):
    theirs = storage.offer_upload(actor=stranger.actor, filename="batch-1.csv", now=now)
    refused("upload_form_forged", send, fields={**offer.fields, "key": theirs.fields["key"]})
    refused("upload_form_forged", send, fields={**offer.fields, "key": theirs.fields["key"], "policy": theirs.fields["policy"]})
    assert not Upload.objects.filter(received_at__isnull=False).exists()


def test_a_form_expires_to_the_second(send, now):
    assert refused("upload_form_expired", send, at=now + timedelta(minutes=15)).http_status == 403
    assert send(at=now + timedelta(minutes=15) - timedelta(seconds=1)).size == len(LEADS)


def test_a_form_is_used_once(send, offer, actor, now):
    send()
    assert refused("upload_form_used", send, file=csv(b"email\neve@example.com\n")).http_status == 409
    assert storage.read_upload(actor=actor, url=offer.gcs_url, now=now).content == LEADS


# --- Files that the form does not allow ------------------------------------------------------------------------------------------


def test_two_megabytes_pass_and_a_byte_more_does_not(actor, send, now):
    error = refused("upload_too_large", send, file=csv(b"x" * (2 * 1024 * 1024 + 1)))
    assert error.http_status == 413
    assert "2,097,152 bytes (2 MB)" in error.message
    assert send(file=csv(b"x" * (2 * 1024 * 1024))).size == 2 * 1024 * 1024


@pytest.mark.parametrize("name", ["leads.xlsx", "leads.csv.exe", "leads"])
def test_only_a_csv_file_is_taken(send, name):
    assert refused("upload_not_csv", send, file=csv(name=name)).http_status == 400
    assert send(file=csv(name="LEADS.CSV"))


def test_an_empty_file_is_refused_and_leaves_the_form_usable(send):
    refused("upload_not_csv", send, file=csv(b""))
    assert send()


def test_a_form_without_a_file_is_refused(offer, now):
    with pytest.raises(storage.IncompleteForm) as caught:
        storage.receive_upload(fields=offer.fields, file=None, now=now)
    assert caught.value.field == "file"


# --- What goes wrong underneath ----------------------------------------------------------------------------------------------------


def test_a_storage_that_fails_leaves_the_form_usable(send, offer, monkeypatch):
    monkeypatch.setattr(type(default_storage), "save", lambda *_: (_ for _ in ()).throw(OSError("disk full")), raising=False)
    with pytest.raises(OSError, match="disk full"):
        send()
    monkeypatch.undo()
    assert Upload.objects.get().received_at is None
    assert send().size == len(LEADS)


def test_what_a_killed_try_left_half_written_is_replaced(send, offer, actor, now):
    path = Path(default_storage.path(offer.fields["key"]))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"email\nada@ex")
    send()
    assert storage.read_upload(actor=actor, url=offer.gcs_url, now=now).content == LEADS
    assert [each.name for each in path.parent.iterdir()] == ["batch-1.csv"]


@pytest.mark.django_db(transaction=True)
def test_of_two_forms_sent_at_once_one_wins_whole(actor, now):
    offer = storage.offer_upload(actor=actor, filename="batch-1.csv", now=now)
    contents = [b"email\n" + name * 50_000 for name in (b"a@example.com\n", b"b@example.com\n", b"c@example.com\n")]
    stored, codes = [], []

    def send(content):
        try:
            storage.receive_upload(fields=offer.fields, file=csv(content), now=now)
            stored.append(content)
        except DomainError as exc:
            codes.append(exc.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["upload_form_used"] * 2
    assert [storage.read_upload(actor=actor, url=offer.gcs_url, now=now).content] == stored


# --- Reading and forgetting --------------------------------------------------------------------------------------------------------


def test_an_address_without_a_file_says_what_to_do(actor, offer, now):
    with pytest.raises(Conflict) as caught:
        storage.read_upload(actor=actor, url=offer.gcs_url, now=now)
    assert caught.value.code == "upload_not_received"
    assert "POST" in caught.value.fix


def test_a_strangers_upload_does_not_exist(send, offer, stranger, now):
    send()
    with pytest.raises(NotFound):
        storage.read_upload(actor=stranger.actor, url=offer.gcs_url, now=now)


def test_only_the_exact_address_stands_for_the_file(send, offer, actor, now):
    send()
    other = str(UUID(int=7))
    spoiled = [f"{offer.gcs_url}x", offer.gcs_url.replace("batch-1.csv", ""), offer.gcs_url.replace(offer.gcs_url.split("/")[-2], other)]
    for url in [*spoiled, f"{offer.url}nonsense/batch-1.csv", offer.url, f"{offer.gcs_url}?x=1"]:
        with pytest.raises(NotFound):
            storage.read_upload(actor=actor, url=url, now=now)


@pytest.mark.parametrize(
    "url", ["", "https://storage.example/leads.csv", "file:///etc/passwd", "http://127.0.0.1:8000.evil.example/uploads/x"]
)
def test_no_other_address_is_ever_read(actor, now, url):
    with pytest.raises(Invalid) as caught:
        storage.read_upload(actor=actor, url=url, now=now)
    assert caught.value.field == "csv_url"


def test_files_and_forms_are_deleted_after_a_day(send, offer, actor, now):
    upload = send()
    fresh = storage.offer_upload(actor=actor, filename="fresh.csv", now=now + timedelta(hours=1))
    assert storage.purge_uploads(now=now + timedelta(hours=23)) == 0
    assert storage.read_upload(actor=actor, url=offer.gcs_url, now=now + timedelta(hours=23)).content == LEADS
    day_later = now + timedelta(days=1)
    with pytest.raises(NotFound):
        storage.read_upload(actor=actor, url=offer.gcs_url, now=day_later)
    for purged in (1, 0, 0):
        assert storage.purge_uploads(now=day_later) == purged
    folder = upload.key.rpartition("/")[0]
    assert not default_storage.exists(upload.key)
    assert not default_storage.exists(folder)
    assert list(Upload.objects.all()) == [fresh.upload]


def test_a_file_that_is_gone_is_not_found(send, offer, actor, now):
    default_storage.delete(send().key)
    with pytest.raises(NotFound):
        storage.read_upload(actor=actor, url=offer.gcs_url, now=now)
