"""POST /uploads/ as curl and a browser send it, and as nobody should."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from campaigns.models import Lead
from campaigns.services import campaigns, importing
from campaigns.services.campaigns import CampaignSpec
from integrations import storage
from integrations.models import Upload
from integrations.views import uploads
from rocketsdr.lib import clock

pytestmark = pytest.mark.django_db

LEADS = b"contact name,email,company\nAda Lovelace,ada@example.com,Analytical Engine\n"
LIMIT = 2 * 1024 * 1024


def csv(content=LEADS, name="batch-1.csv", content_type="text/csv"):
    return SimpleUploadedFile(name, content, content_type=content_type)


@pytest.fixture
def offer(actor):
    return storage.offer_upload(actor=actor, filename="batch-1.csv", now=clock.now())


@pytest.fixture
def post(offer):
    def post_form(fields=None, **parts):
        sent = {**(offer.fields if fields is None else fields), **(parts or {"file": csv()})}
        return Client(enforce_csrf_checks=True).post("/uploads/", sent)

    return post_form


def refused(answer, status, code):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["fix"]
    assert not Upload.objects.filter(received_at__isnull=False).exists()


def test_a_form_sent_by_anybody_becomes_the_file_behind_csv_url(post, offer, actor, product, persona, sender):
    answer = post()
    assert answer.status_code == 201
    assert answer.json() == {"gcsUrl": offer.gcs_url, "size": len(LEADS)}
    spec = CampaignSpec(name="CSV Outreach Batch 1", type="csv", product_id=product.id, persona_id=persona.id, csv_url=offer.gcs_url)
    outcome = campaigns.create(actor=actor, spec=spec, launch=True, now=clock.now())
    assert outcome.attached is not None
    assert outcome.attached.accepted == 1
    importing.run(lead_import_id=outcome.attached.lead_import.id, now=clock.now())
    assert Lead.objects.get().full_name == "Ada Lovelace"


def test_the_order_of_the_fields_and_the_type_of_the_part_do_not_matter(offer):
    parts = {"file": csv(content_type="application/vnd.ms-excel"), **offer.fields}
    assert Client().post("/uploads/", parts).status_code == 201


def test_nothing_is_ever_handed_out(post, offer, client):
    post()
    path = offer.gcs_url.removeprefix(settings.PUBLIC_URL)
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert client.get("/uploads/").status_code == 405
    assert client.get(f"/uploads/{offer.fields['key']}").status_code == 404


def test_a_forged_form_is_refused(post, offer):
    refused(post({**offer.fields, "x-rocketsdr-signature": "0" * 64}), 403, "upload_form_forged")


def test_an_expired_form_is_refused(post, offer):
    clock.use_offset_source(lambda: storage.FORM_LIFETIME)
    refused(post(), 403, "upload_form_expired")


def test_a_form_for_another_workspaces_key_is_refused(post, offer, stranger):
    theirs = storage.offer_upload(actor=stranger.actor, filename="batch-1.csv", now=clock.now())
    refused(post({**offer.fields, "key": theirs.fields["key"]}), 403, "upload_form_forged")


@pytest.mark.parametrize(
    "name", ["key", "Content-Type", "success_action_status", "x-rocketsdr-algorithm", "policy", "x-rocketsdr-signature"]
)
def test_a_missing_field_is_named(post, offer, name):
    answer = post({key: value for key, value in offer.fields.items() if key != name})
    refused(answer, 400, "upload_field_missing")
    assert name in answer.json()["error"]["message"]


def test_a_missing_file_is_named(post):
    refused(post(upload=csv()), 400, "upload_field_missing")


def test_a_second_use_is_refused(post):
    assert post().status_code == 201
    answer = post()
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "upload_form_used")


def test_another_kind_of_file_is_refused(post):
    refused(post(file=csv(name="leads.xlsx")), 400, "upload_not_csv")
    refused(post(file=csv(name="../../x.exe")), 400, "upload_not_csv")


# --- Size: what counts is what arrives ---------------------------------------------------------------------------------------------


def test_a_file_of_two_megabytes_passes(post):
    assert post(file=csv(b"x" * LIMIT)).status_code == 201


def test_a_file_over_two_megabytes_is_refused(post):
    for beyond in (1, 50_000, LIMIT):
        refused(post(file=csv(b"x" * (LIMIT + beyond))), 413, "upload_too_large")


def test_many_small_files_do_not_add_up_to_more(post):
    parts = {f"file{number}": csv(b"x" * (LIMIT // 2)) for number in range(3)}
    refused(post(**parts), 413, "upload_too_large")


class Counting(BytesIO):
    """A body that knows how much of it was asked for."""

    taken = 0

    def read(self, size=-1):
        data = super().read(size)
        self.taken += len(data)
        return data


def raw(offer, content, *, length=None, body=None):
    """A request whose Content-Length is the sender's word, as it reaches us from the web server."""
    body = body if body is not None else encode_multipart(BOUNDARY, {**offer.fields, "file": csv(content)})
    stream = Counting(body)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/uploads/",
        "CONTENT_TYPE": MULTIPART_CONTENT,
        "CONTENT_LENGTH": str(len(body) if length is None else length),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": stream,
    }
    return uploads.receive(WSGIRequest(environ)), stream


def test_a_body_that_announces_too_much_is_not_read_at_all(offer):
    for length in (None, 10**12):
        answer, stream = raw(offer, b"x" * (10 * LIMIT), length=length)
        assert answer.status_code == 413
        assert stream.taken == 0


def test_a_content_length_that_promises_less_stores_no_part_of_the_file(offer):
    body = encode_multipart(BOUNDARY, {**offer.fields, "file": csv(b"x" * 100_000)})
    for length in (len(body) - 40, len(body) - 5_000, 3_000, 10):
        answer, _ = raw(offer, b"", body=body, length=length)
        assert answer.status_code == 400
    assert Upload.objects.get().received_at is None
    answer, _ = raw(offer, b"", body=body)
    assert answer.status_code == 201


def test_a_content_length_that_promises_more_changes_nothing(offer):
    answer, _ = raw(offer, LEADS, length=50_000)
    assert answer.status_code == 201


def test_a_body_that_breaks_off_stores_nothing(offer):
    body = encode_multipart(BOUNDARY, {**offer.fields, "file": csv(b"x" * 100_000)})
    answer, _ = raw(offer, b"", body=body[:50_000], length=len(body))
    assert answer.status_code == 400
    assert Upload.objects.get().received_at is None


@pytest.mark.parametrize("length", ["", "-5", "nonsense"])
def test_a_content_length_that_is_no_number_is_no_crash(offer, length):
    answer, _ = raw(offer, LEADS, length=length)
    assert answer.status_code == 400


# --- Other bodies ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("text/csv", LEADS),
        ("application/x-www-form-urlencoded", b"key=x"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data; boundary=é", b"--x\r\n"),
        (MULTIPART_CONTENT, b""),
    ],
    ids=["json", "csv", "urlencoded", "no boundary", "no parts", "odd boundary", "no body"],
)
def test_a_body_that_is_no_form_is_refused_with_a_way_out(client, content_type, body):
    answer = client.generic("POST", "/uploads/", body, content_type=content_type)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {"upload_field_missing", "upload_form_unreadable"}
    assert answer.json()["error"]["fix"]


def test_fields_without_end_are_refused(offer, client):
    many = {f"field{number}": "x" for number in range(2_000)}
    assert client.post("/uploads/", {**offer.fields, **many}).json()["error"]["code"] == "upload_form_unreadable"
    assert client.post("/uploads/", {**offer.fields, "note": "x" * 5_000_000}).json()["error"]["code"] == "upload_too_large"


def test_somebody_who_tries_without_end_is_slowed_down(client):
    answers = [client.post("/uploads/", {}) for _ in range(121)]
    assert {answer.status_code for answer in answers[:120]} == {400}
    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["code"] == "too_many_requests"
    assert int(answers[-1]["Retry-After"]) > 0
