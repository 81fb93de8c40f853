from uuid import uuid4

import pytest
from django.test import Client
from redis.exceptions import ConnectionError as NoRedis

from campaigns.models import Suppression
from campaigns.services.composing import unsubscribe_url
from rocketsdr.accounts import throttle
from tests import factories

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def address(enrollment):
    enrollment.refresh_from_db()
    return f"/u/{enrollment.opt_out_token}/"


@pytest.fixture
def recipient():
    """A browser or mail program that knows nothing of us, with the checks of a real server."""
    return Client(enforce_csrf_checks=True)


def test_the_link_in_the_mail_is_this_page(enrollment, address, settings):
    assert unsubscribe_url(enrollment) == settings.PUBLIC_URL + address


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_page_changes_nothing_however_often(recipient, enrollment, address, method):
    for _ in range(3):
        response = getattr(recipient, method)(address)
        assert response.status_code == 200
    enrollment.refresh_from_db()
    assert enrollment.status == "active"
    assert Suppression.objects.count() == 0


def test_the_page_says_who_writes_to_whom_and_keeps_out_of_search_engines(recipient, address):
    response = recipient.get(address)
    text = response.content.decode()
    assert "No more e-mails from Acme?" in text
    assert "a•••@customer.example" in text
    assert "ada@customer.example" not in text
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},  # multipart, as RFC 8058 recommends
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {},  # the button of the page
        {"data": "not a form", "content_type": "multipart/form-data; boundary=x"},
    ],
)
def test_a_post_unsubscribes_at_once_without_cookie_or_redirect(recipient, enrollment, address, body):
    response = recipient.post(address, **body)
    assert response.status_code == 200
    assert "You are unsubscribed" in response.content.decode()
    assert not response.cookies
    entry = Suppression.objects.get()
    assert (entry.workspace_id, entry.value, entry.reason) == (enrollment.workspace_id, "ada@customer.example", "unsubscribed")
    enrollment.refresh_from_db()
    assert enrollment.status == "unsubscribed"


def test_unsubscribing_again_changes_nothing_more(recipient, address):
    for _ in range(3):
        assert recipient.post(address, ONE_CLICK).status_code == 200
    assert Suppression.objects.count() == 1
    assert "You are unsubscribed" in recipient.get(address).content.decode()


def test_another_workspace_may_still_write(recipient, address, stranger):
    theirs = factories.LeadFactory.create(workspace=stranger.workspace, email="ada@customer.example")
    enrolled = factories.EnrollmentFactory.create(campaign=stranger.campaign, lead=theirs)
    recipient.post(address, ONE_CLICK)
    enrolled.refresh_from_db()
    assert enrolled.status == "active"
    assert not Suppression.objects.filter(workspace=stranger.workspace).exists()


def test_an_unknown_link_is_not_found_and_says_so(recipient, db):
    for response in (recipient.get(f"/u/{uuid4()}/"), recipient.post(f"/u/{uuid4()}/", ONE_CLICK)):
        assert response.status_code == 404
        assert "This link belongs to no e-mail of ours." in response.content.decode()
    assert recipient.get("/u/123/").status_code == 404


def test_other_methods_are_refused(recipient, address):
    assert recipient.put(address).status_code == recipient.delete(address).status_code == 405


def test_an_opt_out_is_obeyed_also_while_redis_does_not_answer(recipient, address, monkeypatch):
    def no_answer(*_: object, **__: object) -> None:
        raise NoRedis

    monkeypatch.setattr(throttle, "get_usage", no_answer)
    assert recipient.post(address, ONE_CLICK).status_code == 200
    assert Suppression.objects.count() == 1
