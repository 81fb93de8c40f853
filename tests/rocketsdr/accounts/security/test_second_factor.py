"""Setting up a second factor, signing in with it, and losing it."""

import base64
import re
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from rocketsdr.accounts.models import AuditEvent, User
from rocketsdr.accounts.security import second_factor
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import NotFound
from tests import factories
from tests.rocketsdr.accounts.security.codes import code_of
from tests.rocketsdr.accounts.security.conftest import PASSWORD, SECRET

SET_UP = "/settings/account/second-factor/set-up/"
CODES = "/settings/account/second-factor/recovery-codes/"


def actions():
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


@pytest.fixture
def confirmed(client, ada, sign_in):
    """Ada signed in, and has just confirmed her password."""
    sign_in()
    client.post("/settings/account/confirm/", {"password": PASSWORD})
    return client


def test_setting_up_asks_for_the_password_first(client, sign_in):
    sign_in()
    asked = client.get(SET_UP)
    assert asked["Location"] == f"/settings/account/confirm/?next={SET_UP.replace('/', '%2F')}"
    assert "Confirm that it is you" in client.get(asked["Location"]).content.decode()
    wrong = client.post("/settings/account/confirm/", {"password": "wrong", "next": SET_UP})
    assert wrong.status_code == 200
    assert client.post("/settings/account/confirm/", {"password": PASSWORD, "next": SET_UP})["Location"] == SET_UP


def test_the_page_shows_a_code_to_scan_and_the_same_key_to_type(confirmed):
    response = confirmed.get(SET_UP)
    text = response.content.decode()
    key = re.findall(r'<pre id="secret"[^>]*>([A-Z2-7]{32})</pre>', text)[0]
    image = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', text)[0]
    assert b"<svg" in base64.b64decode(image)
    assert unquote(response.context["totp_url"]) == f"otpauth://totp/ada@acme.example?secret={key}&issuer=RocketSDR (127.0.0.1)"
    assert "no-store" in response["Cache-Control"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", text)


@pytest.mark.django_db(transaction=True)
def test_after_the_first_code_it_is_on_its_secret_is_encrypted_and_other_sessions_end(confirmed, ada, jobs, sign_in, workspace):
    elsewhere = Client()
    sign_in(elsewhere)
    assert elsewhere.get("/").status_code == 200
    key = re.findall(r'<pre id="secret"[^>]*>([A-Z2-7]{32})</pre>', confirmed.get(SET_UP).content.decode())[0]
    assert "Incorrect code" in confirmed.post(SET_UP, {"code": "000000"}).content.decode()
    done = confirmed.post(SET_UP, {"code": code_of(key)})
    assert done["Location"] == CODES
    stored = Authenticator.objects.get(user=ada, type="totp").data["secret"]
    assert key not in stored
    assert crypto.decrypt(stored) == key
    assert confirmed.get("/").status_code == 200  # this session has shown a code
    assert elsewhere.get("/").status_code == 302
    assert actions() == ["second_factor.added"]
    event = AuditEvent.objects.get()
    assert (event.workspace_id, event.user_id, event.facts) == (workspace.id, ada.pk, {"member": ada.pk, "sessions_ended": 1})
    assert ("accounts.send_notice", {"user_id": ada.pk, "notice": "second_factor.added"}) in jobs.all


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_are_shown_once_and_can_be_downloaded(confirmed):
    key = re.findall(r'<pre id="secret"[^>]*>([A-Z2-7]{32})</pre>', confirmed.get(SET_UP).content.decode())[0]
    shown = confirmed.post(SET_UP, {"code": code_of(key)}, follow=True)
    codes = re.findall(
        r"^(?:<pre[^>]*>)?(\d{8})(?:</pre>)?$", re.findall(r"<pre.*?</pre>", shown.content.decode(), re.DOTALL)[0], re.MULTILINE
    )
    assert len(codes) == 10
    file = re.findall(r'download="rocketsdr-recovery-codes.txt" href="data:text/plain;charset=utf-8,([^"]+)"', shown.content.decode())[0]
    assert unquote(file).split("\n")[1:-1] == codes
    assert "no-store" in shown["Cache-Control"]
    again = confirmed.get(CODES).content.decode()
    assert "shown once" in again
    assert not any(code in again for code in codes)


def test_the_password_alone_opens_nothing_any_more(client, app, sign_in):
    asked = sign_in(next="/settings/integrations/")
    assert asked["Location"] == "/sign-in/code/"
    assert client.get("/")["Location"] == "/sign-in/?next=/"
    assert "Your second factor" in client.get("/sign-in/code/").content.decode()
    wrong = client.post("/sign-in/code/", {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()
    assert actions() == ["second_factor.refused"]
    assert client.post("/sign-in/code/", {"code": code_of(SECRET)})["Location"] == "/settings/integrations/"
    assert client.get("/settings/integrations/").status_code == 200


def test_a_code_of_the_period_before_or_after_is_taken_and_an_older_one_is_not(client, app, sign_in):
    for periods, status in ((-1, 302), (1, 302), (-3, 200)):
        client.logout()
        sign_in()
        assert client.post("/sign-in/code/", {"code": code_of(SECRET, periods=periods)}).status_code == status


def test_a_code_counts_once_whoever_has_seen_it(client, app, sign_in):
    seen = code_of(SECRET)
    sign_in()
    assert client.post("/sign-in/code/", {"code": seen}).status_code == 302
    thief = Client()
    sign_in(thief)
    for written in (seen, f"{seen[:3]} {seen[3:]}"):
        assert "Incorrect code" in thief.post("/sign-in/code/", {"code": written}).content.decode()


def test_a_recovery_code_opens_once_and_is_told(client, app, recovery_codes, sign_in, ada, jobs):
    sign_in()
    assert client.post("/sign-in/code/", {"code": recovery_codes[0]}).status_code == 302
    assert actions() == ["recovery_code.used"]
    assert AuditEvent.objects.get().facts == {"member": ada.pk, "left": 9}
    assert ("accounts.send_notice", {"user_id": ada.pk, "notice": "recovery_code.used"}) in jobs.all
    client.logout()
    sign_in()
    assert "Incorrect code" in client.post("/sign-in/code/", {"code": recovery_codes[0]}).content.decode()


def test_guessing_codes_is_refused_for_a_while_from_every_network_and_even_with_the_right_one(client, app, sign_in):
    sign_in()
    answers = [client.post("/sign-in/code/", {"code": "000000"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    elsewhere = Client(REMOTE_ADDR="203.0.113.99")
    sign_in(elsewhere)
    assert elsewhere.post("/sign-in/code/", {"code": code_of(SECRET)}).status_code == 429


def test_the_code_page_without_a_password_before_it_goes_back_to_the_sign_in(client, app):
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"
    assert client.post("/sign-in/code/", {"code": code_of(SECRET)})["Location"] == "/sign-in/"


def test_somebody_with_a_second_factor_confirms_with_it_and_never_with_the_password_alone(client, app, sign_in):
    sign_in()
    client.post("/sign-in/code/", {"code": code_of(SECRET)})
    remove = "/settings/account/second-factor/remove/"
    assert client.post(remove)["Location"].startswith("/settings/account/confirm/code/")
    assert Authenticator.objects.filter(type="totp").exists()
    by_password = client.post("/settings/account/confirm/", {"password": PASSWORD, "next": remove})
    assert by_password["Location"].startswith("/settings/account/confirm/code/")
    assert client.post(remove)["Location"].startswith("/settings/account/confirm/code/")
    assert Authenticator.objects.filter(type="totp").exists()
    done = client.post("/settings/account/confirm/code/", {"code": code_of(SECRET, periods=1), "next": remove})
    assert done["Location"] == "/settings/account/second-factor/"  # what was asked for goes on
    assert not Authenticator.objects.exists()  # the recovery codes go with it
    assert actions() == ["second_factor.removed"]


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_end_the_old_ones(client, app, recovery_codes, sign_in):
    sign_in()
    client.post("/sign-in/code/", {"code": code_of(SECRET)})
    client.post("/settings/account/confirm/code/", {"code": code_of(SECRET, periods=1)})
    assert "The 10 old ones work no more" in client.get(f"{CODES}new/").content.decode()
    shown = client.post(f"{CODES}new/", follow=True).content.decode()
    assert "Keep these now" in shown
    assert not any(code in shown for code in recovery_codes)
    assert actions() == ["recovery_codes.renewed"]


# --- Who must have one -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked_for", "operator", "owner_", "member"),
    [
        ("nobody", False, False, False),
        ("operators", True, False, False),
        ("owners", True, True, False),
        ("everybody", True, True, True),
    ],
)
def test_each_value_of_the_setting_includes_those_before_it(settings, owner, ada, asked_for, operator, owner_, member):
    settings.SECOND_FACTOR_FOR = asked_for
    staff = factories.UserFactory.create(is_staff=True)
    assert [second_factor.must_have(user) for user in (staff, owner, ada)] == [operator, owner_, member]


@pytest.mark.django_db(transaction=True)
def test_an_operator_without_one_sees_the_set_up_and_nothing_else(client, settings, ada):
    settings.SECOND_FACTOR_FOR = "operators"
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    client.force_login(ada)
    for address in ("/admin/", "/admin/accounts/user/", "/", "/settings/members/", "/settings/account/"):
        assert client.get(address)["Location"] == SET_UP
    assert client.post("/admin/accounts/apikey/", {"action": "revoke"})["Location"] == SET_UP
    asked = client.get(SET_UP, follow=True)
    assert "asks for a second factor: set one up first" in asked.content.decode()
    client.post("/settings/account/confirm/", {"password": PASSWORD})
    key = re.findall(r'<pre id="secret"[^>]*>([A-Z2-7]{32})</pre>', client.get(SET_UP).content.decode())[0]
    assert client.post(SET_UP, {"code": code_of(key)})["Location"] == CODES
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.all().delete()  # taken away again: asked for again
    assert client.get("/admin/")["Location"] == SET_UP
    assert client.post("/sign-out/")["Location"] == "/sign-in/"


def test_a_session_that_never_showed_a_code_owes_it_however_it_was_signed_in(client, ada, app):
    client.force_login(ada)
    owes = client.get("/settings/members/")
    assert owes["Location"] == "/settings/account/confirm/code/?next=%2Fsettings%2Fmembers%2F"
    assert client.post("/workspace/pause/")["Location"] == "/settings/account/confirm/code/?next=%2F"
    shown = client.post("/settings/account/confirm/code/", {"code": code_of(SECRET), "next": "/settings/members/"})
    assert shown["Location"] == "/settings/members/"
    assert client.get("/settings/members/").status_code == 200


def test_agents_and_public_pages_are_asked_for_nothing(client, settings, owner, api_key):
    settings.SECOND_FACTOR_FOR = "everybody"
    assert client.get("/sign-in/").status_code == 200
    assert "Cookie" not in client.get("/healthz").get("Vary", "")
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = client.post("/api/mcp", body, content_type="application/json", headers={"X-API-Key": api_key.secret})
    assert answer.status_code == 200


@pytest.mark.parametrize(("embedded", "role", "urged"), [(False, "owner", True), (True, "owner", False), (False, "admin", False)])
def test_owners_are_urged_by_a_notice_at_home_but_not_on_ones_own_computer(client, settings, workspace, embedded, role, urged):
    settings.EMBEDDED = embedded
    client.force_login(factories.MembershipFactory.create(workspace=workspace, role=role).user)
    assert ("deserves more than a password" in client.get("/").content.decode()) is urged


def test_whoever_has_one_is_urged_no_more(settings, ada, app):
    settings.EMBEDDED = False
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    ada.refresh_from_db()
    assert not second_factor.is_urged(ada)


# --- Losing it -----------------------------------------------------------------------------------------------------------------


def test_a_reset_takes_it_all_away_ends_all_sessions_and_tells_the_person(client, ada, app, sign_in, jobs):
    sign_in()
    client.post("/sign-in/code/", {"code": code_of(SECRET)})
    second_factor.reset(email=" ADA@acme.example", via="shell")
    assert not Authenticator.objects.exists()
    assert client.get("/").status_code == 302
    assert sign_in()["Location"] == "/"
    event = AuditEvent.objects.get(action="second_factor.reset")
    assert (event.via, event.user_id, event.facts) == ("shell", None, {"member": ada.pk, "sessions_ended": 1})
    assert ("accounts.send_notice", {"user_id": ada.pk, "notice": "second_factor.reset"}) in jobs.all
    with pytest.raises(second_factor.NoSecondFactor):
        second_factor.reset(email=ada.email, via="shell")
    with pytest.raises(NotFound):
        second_factor.reset(email="nobody@acme.example", via="shell")


def test_an_operator_resets_it_in_the_admin_but_not_that_of_somebody_mightier(client, ada, app):
    boss = factories.UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(boss)
    page = "/admin/mfa/authenticator/"
    assert "Second factors reset: 1." in client.post(page, {"action": "reset", "_selected_action": [app.pk]}, follow=True).content.decode()
    assert AuditEvent.objects.get(action="second_factor.reset").user_id == boss.pk
    assert not Authenticator.objects.filter(user=ada).exists()
