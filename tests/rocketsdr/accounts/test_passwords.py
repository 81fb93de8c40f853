import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from rocketsdr.accounts import passwords, tasks
from rocketsdr.accounts.models import User
from tests import factories

NEW = "a new and longer one"


@pytest.fixture
def ada(db):
    return factories.UserFactory.create(email="ada@acme.example", password="the old one")


@pytest.fixture
def link(ada, mailoutbox):
    passwords.send_reset_link(user_id=ada.pk)
    return re.findall(r"http://127\.0\.0\.1:\d+(/\S+)", mailoutbox[0].body)[0]


def test_the_link_lets_its_owner_choose_a_password_once(client, ada, link, mailoutbox):
    assert mailoutbox[0].to == [ada.email]
    form = client.get(link, follow=True)
    assert "set-password" in form.request["PATH_INFO"]  # the key does not stay in the address
    saved = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your new password is saved" in saved.content.decode()
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert "does not work any more" in client.get(link, follow=True).content.decode()


def test_a_weak_password_is_refused_with_the_reason(client, link):
    form = client.get(link, follow=True)
    refused = client.post(form.request["PATH_INFO"], {"password1": "password", "password2": "password"})
    assert "too common" in refused.content.decode()


def test_an_invented_link_opens_nothing(client, ada):
    answer = client.get("/password/reset/key-abcdef-0123456789/")
    assert "does not work any more" in answer.content.decode()


def test_nobody_gets_no_mail_and_neither_does_somebody_switched_off(ada, mailoutbox):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    tasks.send_reset_link(user_id=ada.pk)
    tasks.send_reset_link(user_id=0)
    assert mailoutbox == []


def test_a_person_without_a_password_gets_their_first_one_this_way(db, mailoutbox):
    invited = factories.UserFactory.create(email="new@acme.example")
    assert not invited.has_usable_password()
    tasks.send_reset_link(user_id=invited.pk, hint="from a newer caller")
    assert invited.email in mailoutbox[0].body


@pytest.mark.attack(102)
def test_a_known_and_an_unknown_address_look_alike_to_who_asks(client, ada, django_assert_num_queries):
    """Row 102: what differs happens in a worker, after the answer."""
    with django_assert_num_queries(2):
        known = client.post("/password/reset/", {"email": ada.email})
    with django_assert_num_queries(2):
        unknown = client.post("/password/reset/", {"email": "nobody@acme.example"})
    assert (known.status_code, known.headers, known.content) == (unknown.status_code, unknown.headers, unknown.content)


@pytest.mark.attack(102)
def test_signing_in_hashes_a_password_once_whoever_exists(client, ada, monkeypatch):
    """Row 102: the hash is what takes the time; an unknown address and somebody without a password cost one too."""
    factories.UserFactory.create(email="new@acme.example")
    hashed = []
    encode = MD5PasswordHasher.encode

    def count(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    for login in (ada.email, "nobody@acme.example", "new@acme.example"):
        hashed.clear()
        client.post("/sign-in/", {"login": login, "password": "wrong"})
        assert len(hashed) == 1, login
