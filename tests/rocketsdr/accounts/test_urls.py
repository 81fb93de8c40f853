"""Signing in and out through the real pages."""

import re

import pytest
from django.urls import NoReverseMatch, reverse

from rocketsdr.accounts.models import User
from tests import factories

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(workspace):
    return factories.MembershipFactory.create(workspace=workspace, user__email="ada@acme.example", user__password=PASSWORD).user


def sign_in(client, login, password, **more):
    return client.post("/sign-in/", {"login": login, "password": password, **more})


def body(response):
    return re.sub(r'(name="csrfmiddlewaretoken" |name="login" )?value="[^"]*"', "", response.content.decode())


def test_a_person_signs_in_with_their_address_in_any_case_and_lands_at_home(client, ada):
    response = sign_in(client, "Ada@ACME.example", PASSWORD)
    assert (response.status_code, response["Location"]) == (302, "/")
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert b"Acme" in client.get("/").content


def test_after_signing_in_a_person_goes_on_where_they_were_but_to_no_other_site(client, ada):
    asked = client.get("/settings/integrations/")
    assert asked["Location"] == "/sign-in/?next=/settings/integrations/"
    assert sign_in(client, ada.email, PASSWORD, next="/settings/integrations/")["Location"] == "/settings/integrations/"
    client.logout()
    assert sign_in(client, ada.email, PASSWORD, next="https://evil.example/")["Location"] == "/"


@pytest.mark.attack(102)
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, ada):
    wrong, unknown = sign_in(client, ada.email, "wrong"), sign_in(client, "nobody@acme.example", "wrong")
    assert wrong.status_code == unknown.status_code == 200
    assert body(wrong) == body(unknown)
    assert "not correct" in body(wrong)


@pytest.mark.attack(102)
def test_guessing_is_refused_for_a_while_whoever_exists_and_even_with_the_right_password(client, ada):
    for login in (ada.email, "nobody@acme.example"):
        assert {sign_in(client, login, "wrong").status_code for _ in range(10)} == {200}
    refused, unknown = sign_in(client, ada.email, PASSWORD), sign_in(client, "nobody@acme.example", PASSWORD)
    assert refused.status_code == unknown.status_code == 429
    without_the_time = [re.sub(r"again in .* minutes?\.", "", body(answer)) for answer in (refused, unknown)]
    assert without_the_time[0] == without_the_time[1]
    assert "Too many tries" in body(refused)
    assert int(refused["Retry-After"]) > 0


def test_guessing_many_addresses_from_one_network_is_refused_too(client, db):
    answers = [sign_in(client, f"person{n}@acme.example", "wrong").status_code for n in range(101)]
    assert answers == [200] * 100 + [429]


def test_somebody_switched_off_does_not_get_in(client, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert sign_in(client, ada.email, PASSWORD)["Location"] == "/sign-in/inactive/"
    assert b"switched off" in client.get("/sign-in/inactive/").content
    assert client.get("/")["Location"] == "/sign-in/?next=/"


def test_signing_out_takes_a_post(client, ada):
    client.force_login(ada)
    assert b"Sign out?" in client.get("/sign-out/").content
    assert client.get("/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_nobody_signs_up_by_themselves(client, db):
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    assert b"People are invited" in client.get("/sign-in/").content


def test_asking_for_a_new_password_says_the_same_to_everybody_and_hands_both_to_a_worker(client, ada, jobs):
    known, unknown = (client.post("/password/reset/", {"email": email}) for email in (ada.email, "nobody@acme.example"))
    assert known["Location"] == unknown["Location"] == "/password/reset/sent/"
    assert jobs.waiting == [("accounts.send_reset_link", {"user_id": ada.pk}), ("accounts.send_reset_link", {"user_id": 0})]
    assert b"Look into your mail" in client.get("/password/reset/sent/").content


def test_asking_for_a_new_password_again_and_again_is_refused(client, ada):
    answers = [client.post("/password/reset/", {"email": ada.email}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
