"""Settings → Your account → Sessions, and what ends them."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as project
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from rocketsdr.accounts import passwords, tasks
from rocketsdr.accounts.models import AuditEvent
from rocketsdr.accounts.security import sessions
from rocketsdr.lib.errors import NotFound
from tests import factories
from tests.rocketsdr.accounts.security.codes import code_of
from tests.rocketsdr.accounts.security.conftest import PASSWORD, SECRET

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1"
NEW = "a new and longer one"


@pytest.fixture
def laptop(sign_in):
    browser = Client(REMOTE_ADDR="203.0.113.9", headers={"User-Agent": FIREFOX})
    sign_in(browser)
    return browser


@pytest.fixture
def phone(sign_in):
    browser = Client(REMOTE_ADDR="2001:db8::7", headers={"User-Agent": SAFARI})
    sign_in(browser)
    return browser


def is_in(browser):
    return browser.get("/settings/account/").status_code == 200


def row_of(browser):
    return UserSession.objects.get(session_key=browser.session.session_key)


def test_a_person_sees_where_they_are_signed_in(laptop, phone):
    text = laptop.get("/settings/account/").content.decode()
    for said in ("Firefox on Linux", "203.0.113.9", "Safari on iPhone", "2001:db8::7", "This one"):
        assert said in text
    assert phone.session.session_key not in text


def test_one_session_is_ended_and_the_others_stay(laptop, phone):
    said = laptop.post(f"/settings/account/sessions/{row_of(phone).id}/end/", follow=True).content.decode()
    assert "Safari on iPhone is signed out." in said
    assert (is_in(laptop), is_in(phone)) == (True, False)


def test_ending_ones_own_session_signs_out(laptop, phone):
    assert laptop.post(f"/settings/account/sessions/{row_of(laptop).id}/end/")["Location"] == "/sign-in/"
    assert (is_in(laptop), is_in(phone)) == (False, True)


def test_all_other_sessions_are_ended_at_once(laptop, phone, sign_in, client):
    sign_in(client)
    assert "Signed out in 2 other places." in laptop.post("/settings/account/sessions/end-others/", follow=True).content.decode()
    assert (is_in(laptop), is_in(phone), is_in(client)) == (True, False, False)


def test_a_strangers_session_is_not_there(laptop, ada):
    bill = factories.UserFactory.create(email="bill@initech.example", password=PASSWORD)
    theirs = Client()
    theirs.force_login(bill)
    theirs.get("/settings/account/")
    row = row_of(theirs)
    assert laptop.post(f"/settings/account/sessions/{row.id}/end/").status_code == 404
    with pytest.raises(NotFound):
        sessions.get_session(user=ada, session_id=row.id)
    assert row not in sessions.list_sessions(user=ada)
    laptop.post("/settings/account/sessions/end-others/")
    assert is_in(theirs)


def test_ending_sessions_takes_a_post(laptop, phone):
    assert laptop.get(f"/settings/account/sessions/{row_of(phone).id}/end/").status_code == 405
    assert laptop.get("/settings/account/sessions/end-others/").status_code == 405


def test_last_seen_moves_at_most_once_a_minute_and_knows_a_new_address(laptop):
    before = row_of(laptop).last_seen_at
    laptop.get("/")
    assert row_of(laptop).last_seen_at == before
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=2))
    laptop.get("/", REMOTE_ADDR="198.51.100.7")
    row = row_of(laptop)
    assert row.last_seen_at >= before
    assert row.ip == "198.51.100.7"


def test_a_session_from_before_there_was_a_list_is_in_it_at_its_next_page(laptop, phone):
    UserSession.objects.all().delete()
    phone.get("/")
    assert "Safari on iPhone" in laptop.get("/settings/account/").content.decode()


def test_what_has_expired_is_deleted_with_its_line(laptop, phone):
    Session.objects.filter(session_key=phone.session.session_key).update(expire_date=timezone.now() - timedelta(days=1))
    assert "accounts.purge_sessions" in {entry["task"] for entry in project.CELERY_BEAT_SCHEDULE.values()}
    tasks.purge_sessions(hint="from a newer caller")
    assert [row.session_key for row in UserSession.objects.all()] == [laptop.session.session_key]
    assert Session.objects.count() == 1


# --- Passwords -----------------------------------------------------------------------------------------------------------------


def change(browser, **changes):
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **changes}
    return browser.post("/settings/account/password/", given, follow=True)


def test_a_new_password_ends_the_other_sessions_and_is_told(laptop, phone, ada, jobs):
    before = laptop.session.session_key
    said = change(laptop).content.decode()
    assert "Your new password is saved." in said
    assert (is_in(laptop), is_in(phone)) == (True, False)
    assert laptop.session.session_key != before
    assert AuditEvent.objects.get().action == "password.changed"
    assert ("accounts.send_notice", {"user_id": ada.pk, "notice": "password.changed"}) in jobs.all
    assert [row.session_key for row in sessions.list_sessions(user=ada)] == [laptop.session.session_key]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oldpassword": "wrong"}, "type your current password"),
        ({"password1": "password", "password2": "password"}, "too common"),
        ({"password2": "something else"}, "The two passwords differ."),
    ],
)
def test_a_password_that_is_not_taken_changes_nothing(laptop, phone, ada, changes, said):
    assert said in change(laptop, **changes).content.decode()
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
    assert is_in(phone)


def test_guessing_the_present_password_is_refused_after_a_while(laptop):
    answers = [change(laptop, oldpassword="wrong").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def choose_by_link(mailoutbox, ada, browser):
    passwords.send_reset_link(user_id=ada.pk)
    link = mailoutbox[-1].body.partition("http://")[2].split()[0].partition("/")[2]
    form = browser.get(f"/{link}", follow=True)
    return browser.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)


def test_a_password_by_the_link_ends_every_session_and_signs_nobody_in(laptop, phone, client, ada, mailoutbox, jobs):
    assert "Your new password is saved" in choose_by_link(mailoutbox, ada, client).content.decode()
    assert (is_in(laptop), is_in(phone), is_in(client)) == (False, False, False)
    assert not UserSession.objects.filter(user=ada).exists()
    assert AuditEvent.objects.get().action == "password.reset"
    assert ("accounts.send_notice", {"user_id": ada.pk, "notice": "password.reset"}) in jobs.all


def test_a_new_password_does_not_stand_in_for_the_second_factor(client, ada, app, mailoutbox):
    choose_by_link(mailoutbox, ada, client)
    assert client.post("/sign-in/", {"login": ada.email, "password": NEW})["Location"] == "/sign-in/code/"
    assert not is_in(client)
    client.post("/sign-in/code/", {"code": code_of(SECRET)})
    assert is_in(client)


# --- Fixation and cookies --------------------------------------------------------------------------------------------------------


@pytest.mark.attack(26)
def test_a_session_that_somebody_else_has_set_is_not_the_one_that_is_signed_in(client, ada, app, sign_in):
    """Row 26: whoever plants a session id before the sign-in holds nothing after it, with or without a code in between."""
    attacker = Client()
    attacker.get("/join/abcdefgh/")  # anonymous, with a session in the database
    planted = attacker.session.session_key
    client.cookies["sessionid"] = planted
    assert sign_in(next="/settings/members/")["Location"] == "/sign-in/code/"
    client.post("/sign-in/code/", {"code": code_of(SECRET)})
    assert client.get("/settings/members/").status_code == 200
    assert client.session.session_key != planted
    assert attacker.get("/settings/members/")["Location"].startswith("/sign-in/")


def test_a_made_up_session_id_is_never_taken_over(client, ada, sign_in):
    client.cookies["sessionid"] = "a" * 32
    sign_in()
    assert client.session.session_key != "a" * 32


def test_the_cookie_of_a_session_goes_to_no_script_no_other_site_and_over_https_only(client, sign_in, settings):
    settings.SESSION_COOKIE_SECURE = True  # as behind an https PUBLIC_URL
    sign_in()
    cookie = client.cookies["sessionid"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


def test_signing_out_ends_the_session_in_the_database(laptop):
    key = laptop.session.session_key
    laptop.post("/sign-out/")
    assert not Session.objects.filter(session_key=key).exists()
