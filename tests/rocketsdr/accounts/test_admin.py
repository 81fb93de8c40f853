import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission

from rocketsdr.accounts import approvals
from rocketsdr.accounts.actor import Caps
from rocketsdr.accounts.approvals import Act
from rocketsdr.accounts.models import ApiKey, Approval, AuditEvent, AuditHead, Membership, User, Workspace
from rocketsdr.accounts.services import actor_of_api_key, revoke_api_key
from rocketsdr.lib.clock import now
from tests import factories


@pytest.fixture
def boss(db):
    return factories.UserFactory.create(email="boss@rocketsdr.example", is_staff=True, is_superuser=True)


@pytest.fixture
def page(client, boss):
    client.force_login(boss)
    return client


def act(client, model, action, *rows):
    return client.post(
        f"/admin/accounts/{model}/", {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    ).content.decode()


def test_an_operator_revokes_keys_and_the_log_says_by_which_door(page, boss, api_key):
    assert "Keys revoked: 1." in act(page, "apikey", "revoke", api_key.key)
    assert actor_of_api_key(api_key.secret, now=now()) is None
    event = AuditEvent.objects.get(action="api_key.revoked")
    assert (event.via, event.user_id, event.workspace_id) == ("admin", boss.pk, api_key.key.workspace_id)


def test_an_operator_who_may_only_look_runs_no_action(client, api_key):
    watcher = factories.UserFactory.create(is_staff=True)
    watcher.user_permissions.set(Permission.objects.filter(codename="view_apikey"))
    client.force_login(watcher)
    assert client.get("/admin/accounts/apikey/").status_code == 200
    act(client, "apikey", "revoke", api_key.key)
    assert actor_of_api_key(api_key.secret, now=now()) is not None


@pytest.fixture
def approval(person, workspace, monkeypatch):
    Workspace.objects.update(approval_policy="approval")
    monkeypatch.setitem(approvals._acts, "test.act", Act(lambda actor, approval, now: None, lambda approval, now: None))
    gate = approvals.ask(actor=person, kind="test.act", subject_id=7, digest="d" * 64, text="Do it.", now=now())
    assert gate.approval_id is not None
    return Approval.objects.get(id=gate.approval_id)


@pytest.mark.parametrize(("action", "status", "said"), [("approve", "approved", "Approved: 1."), ("reject", "rejected", "Rejected: 1.")])
def test_an_operator_decides_approvals_once(page, boss, approval, action, status, said):
    assert said in act(page, "approval", action, approval)
    approval.refresh_from_db()
    assert (approval.status, approval.decided_by) == (status, boss)
    assert "cannot be decided any more" in act(page, "approval", action, approval)


def test_the_chain_of_the_log_is_verified_at_a_click(page, api_key, workspace):
    head = AuditHead.objects.get()
    assert "all 1 events hold" in act(page, "audithead", "verify", head)
    AuditEvent.objects.update(action="something.else")
    assert "broken at [1]" in act(page, "audithead", "verify", head)


def test_a_new_person_gets_no_password_until_one_is_set(page):
    page.post("/admin/accounts/user/add/", {"email": "Ada@ACME.example", "name": "Ada", **no_memberships()})
    ada = User.objects.get(email="ada@acme.example")
    assert not ada.has_usable_password()
    text = page.get(f"/admin/accounts/user/{ada.pk}/change/").content.decode()
    assert f"/admin/accounts/user/{ada.pk}/password/" in text
    new = {"password1": "a new and longer one", "password2": "a new and longer one", "usable_password": "true"}
    page.post(f"/admin/accounts/user/{ada.pk}/password/", new)
    ada.refresh_from_db()
    assert ada.check_password("a new and longer one")


def no_memberships():
    return {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}


def test_a_new_address_ends_the_old_ones_right_to_sign_in(page):
    ada = factories.UserFactory.create(email="ada@acme.example", password="open sesame")
    EmailAddress.objects.create(user=ada, email="ada@acme.example", primary=True)
    page.post(f"/admin/accounts/user/{ada.pk}/change/", {"email": "ada@globex.example", "is_active": "on", **no_memberships()})
    page.logout()
    assert page.post("/sign-in/", {"login": "ada@acme.example", "password": "open sesame"}).status_code == 200
    assert page.post("/sign-in/", {"login": "ada@globex.example", "password": "open sesame"}).status_code == 302


def test_an_operator_who_may_not_everything_makes_nobody_more_powerful(client, boss):
    operator = factories.UserFactory.create(email="operator@rocketsdr.example", is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client.force_login(operator)
    client.post(
        f"/admin/accounts/user/{operator.pk}/change/", {"email": operator.email, "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    )
    operator.refresh_from_db()
    assert (operator.is_staff, operator.is_superuser) == (True, False)
    assert client.get(f"/admin/accounts/user/{boss.pk}/password/").status_code == 403
    assert client.post(f"/admin/accounts/user/{boss.pk}/change/", {"email": "taken@over.example"}).status_code == 403


def test_changing_a_workspace_or_a_membership_is_in_the_log(page, workspace, owner):
    page.post(f"/admin/accounts/workspace/{workspace.id}/change/", workspace_form(workspace, name="Acme Ltd"))
    workspace.refresh_from_db()
    assert workspace.name == "Acme Ltd"
    membership = Membership.objects.get(user=owner)
    other = factories.MembershipFactory.create(workspace=workspace, role="owner")
    page.post(f"/admin/accounts/membership/{membership.id}/change/", {"workspace": workspace.id, "user": owner.pk, "role": "viewer"})
    page.post(f"/admin/accounts/membership/{membership.id}/delete/", {"post": "yes"})
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "workspace.changed",
        "membership.set",
        "membership.ended",
    ]
    assert list(Membership.objects.all()) == [other]
    assert page.post(f"/admin/accounts/membership/{other.id}/delete/", {"post": "yes"}).status_code == 409  # the last owner
    assert list(Membership.objects.all()) == [other]


def test_an_operator_adds_somebody_to_a_workspace_once(page, workspace, boss):
    new = {"workspace": workspace.id, "user": boss.pk, "role": "admin"}
    page.post("/admin/accounts/membership/add/", new)
    assert Membership.objects.get(user=boss).role == "admin"
    again = page.post("/admin/accounts/membership/add/", new)
    assert "already exists" in again.content.decode()
    assert AuditEvent.objects.filter(action="membership.set").count() == 1


def workspace_form(workspace, **changes):
    kept = {
        "name": workspace.name,
        "postal_address": "1 Main Street",
        "timezone": "UTC",
        "approval_policy": "cooling_off",
        "hold_minutes": 10,
    }
    return {**kept, "quota_limits": "{}", **no_memberships(), **changes}


def test_the_state_of_a_workspace_is_not_edited(page, workspace):
    page.post(f"/admin/accounts/workspace/{workspace.id}/change/", workspace_form(workspace, paused_at_0="2026-01-01", paused_at_1="10:00"))
    workspace.refresh_from_db()
    assert workspace.paused_at is None


def test_a_key_is_not_added_here_and_its_scopes_stay_as_they_were_made(page, api_key):
    assert page.get("/admin/accounts/apikey/add/").status_code == 403
    page.post(f"/admin/accounts/apikey/{api_key.key.id}/change/", {"scopes": "admin", "toolset": "full"})
    assert ApiKey.objects.get().scopes == api_key.key.scopes


RULES = {"toolset": "full", "approval_policy": "approval", "may_approve": "on", "calls_per_day": 9, "sends_per_day": 4}


def test_an_operator_changes_the_rules_of_a_key_and_the_log_says_so(page, boss, api_key):
    shown = page.get(f"/admin/accounts/apikey/{api_key.key.id}/change/").content.decode()
    assert api_key.key.digest not in shown
    page.post(f"/admin/accounts/apikey/{api_key.key.id}/change/", RULES)
    key = ApiKey.objects.get()
    assert (key.toolset, key.approval_policy, key.may_approve, key.caps) == ("full", "approval", True, Caps(calls=9, sends=4))
    event = AuditEvent.objects.get(action="api_key.changed")
    assert (event.via, event.user_id, event.facts["sends_per_day"]) == ("admin", boss.pk, 4)


def test_an_operator_who_does_not_own_the_workspace_lets_no_agent_approve(client, api_key):
    operator = factories.UserFactory.create(is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename__in=["change_apikey", "view_apikey"]))
    client.force_login(operator)
    client.post(f"/admin/accounts/apikey/{api_key.key.id}/change/", RULES)
    key = ApiKey.objects.get()
    assert (key.toolset, key.may_approve) == ("full", False)
    membership = factories.MembershipFactory.create(workspace=key.workspace, user=operator, role="admin")
    client.post(f"/admin/accounts/apikey/{api_key.key.id}/change/", RULES)
    assert not ApiKey.objects.get().may_approve
    Membership.objects.filter(id=membership.id).update(role="owner")
    client.post(f"/admin/accounts/apikey/{api_key.key.id}/change/", RULES)
    assert ApiKey.objects.get().may_approve


def test_a_cap_of_nothing_is_refused_on_the_page(page, api_key):
    answer = page.post(f"/admin/accounts/apikey/{api_key.key.id}/change/", {**RULES, "calls_per_day": 0})
    assert answer.status_code == 200
    assert ApiKey.objects.get().calls_per_day is None


def test_the_rules_of_a_revoked_key_are_history(page, person, api_key):
    revoke_api_key(actor=person, key_id=api_key.key.id, now=now())
    assert page.post(f"/admin/accounts/apikey/{api_key.key.id}/change/", RULES).status_code == 403


def test_an_operator_pauses_a_workspace_and_lifts_the_pause(page, workspace):
    assert "Workspaces paused: 1." in act(page, "workspace", "pause", workspace)
    workspace.refresh_from_db()
    assert (workspace.paused_at is not None, workspace.pause_reason) == (True, "By an operator.")
    assert "Pauses lifted: 1." in act(page, "workspace", "lift_pause", workspace)
    workspace.refresh_from_db()
    assert workspace.paused_at is None
    assert "is not paused" in act(page, "workspace", "lift_pause", workspace)
