from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password

from rocketsdr.accounts.actor import MissingScope
from rocketsdr.accounts.models import AuditEvent, OAuthApplication
from rocketsdr.accounts.oauth import clients
from rocketsdr.accounts.oauth.clients import DisabledByOperator, NoSecret
from rocketsdr.accounts.oauth.redirects import RedirectRefused
from rocketsdr.lib.errors import Invalid, LimitReached, NotFound
from tests import factories
from tests.oauth import CALLBACK, Flow, asked_back

OTHERS = OAuthApplication.objects.exclude(client_id="rocketsdr")  # which every installation has
HOME = "https://app.example/cb"


@pytest.fixture
def made(person):
    return clients.create_client(actor=person, name="Reports", confidential=True, redirect_uris=[HOME, CALLBACK])


def flow_of(issued, user) -> Flow:
    return Flow(client_id=issued.client.client_id, redirect_uri=HOME).sign_in(user)


# --- Making and changing ---------------------------------------------------------------------------------------------------------


def test_a_client_belongs_to_its_workspace_and_its_maker(made, workspace, owner):
    client = OTHERS.get()
    assert (client.workspace, client.made_by, client.user) == (workspace, owner, None)
    assert (client.registration_source, client.authorization_grant_type) == ("manual", "authorization-code")
    assert client.redirect_uris == f"{HOME} http://127.0.0.1/callback"
    assert not client.registered_itself
    client.full_clean()


def test_a_secret_is_stored_as_a_quick_digest_alone(made):
    stored = OTHERS.get().client_secret
    assert made.secret.startswith("rsdr_secret_")
    assert made.secret not in stored
    assert stored.startswith("rsdr_digest$")
    assert check_password(made.secret, stored)
    assert not check_password(f"{made.secret}x", stored)
    assert not check_password("", stored)


def test_saving_a_client_again_does_not_digest_the_digest(made):
    client = OTHERS.get()
    stored = client.client_secret
    client.save()
    client.refresh_from_db()
    assert client.client_secret == stored


def test_a_public_client_has_no_secret(person):
    issued = clients.create_client(actor=person, name="Phone", confidential=False, redirect_uris=[CALLBACK])
    assert (issued.secret, OTHERS.get().client_secret) == ("", "")
    with pytest.raises(NoSecret):
        clients.rotate_secret(actor=person, client_pk=issued.client.pk)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "Cla\u202eude", "Cla\u200bude"])
def test_a_name_that_people_could_not_read_is_refused(person, name):
    with pytest.raises(Invalid):
        clients.create_client(actor=person, name=name, confidential=False, redirect_uris=[HOME])
    assert not OTHERS.exists()


@pytest.mark.parametrize(
    "uris", [[], ["http://app.example/cb"], [HOME, "javascript:alert(1)"], [f"{HOME} {HOME}"], [HOME] * 13, ["windsurf://x"]]
)
def test_a_redirect_that_the_policy_refuses_makes_and_changes_nothing(person, made, uris):
    with pytest.raises(RedirectRefused):
        clients.create_client(actor=person, name="More", confidential=False, redirect_uris=uris)
    with pytest.raises(RedirectRefused):
        clients.change_client(actor=person, client_pk=made.client.pk, name="More", redirect_uris=uris)
    kept = OTHERS.get()
    assert (kept.name, kept.redirect_uris) == ("Reports", f"{HOME} http://127.0.0.1/callback")


def test_a_workspace_has_no_more_clients_than_somebody_can_look_after(person, monkeypatch):
    monkeypatch.setattr(clients, "MOST_CLIENTS", 1)
    clients.create_client(actor=person, name="One", confidential=False, redirect_uris=[HOME])
    with pytest.raises(LimitReached):
        clients.create_client(actor=person, name="Two", confidential=False, redirect_uris=[HOME])


def test_every_change_is_in_the_audit_log_without_addresses(person, made, now):
    pk = made.client.pk
    clients.change_client(actor=person, client_pk=pk, name="Reports", redirect_uris=[HOME])
    clients.rotate_secret(actor=person, client_pk=pk)
    for _ in range(2):
        clients.disable_client(actor=person, client_pk=pk, now=now)
    for _ in range(2):
        clients.enable_client(actor=person, client_pk=pk)
    clients.delete_client(actor=person, client_pk=pk)
    events = AuditEvent.objects.filter(action__startswith="oauth_client.").order_by("sequence")
    assert [event.action.removeprefix("oauth_client.") for event in events] == [
        *("made", "changed", "secret_rotated", "disabled", "enabled", "deleted")
    ]
    assert "app.example" not in str([event.facts for event in events])


# --- Who may -----------------------------------------------------------------------------------------------------------------------


def verbs(actor, pk, now):
    return [
        lambda: clients.get_client(actor=actor, client_pk=pk),
        lambda: clients.change_client(actor=actor, client_pk=pk, name="Taken", redirect_uris=[HOME]),
        lambda: clients.rotate_secret(actor=actor, client_pk=pk),
        lambda: clients.disable_client(actor=actor, client_pk=pk, now=now),
        lambda: clients.enable_client(actor=actor, client_pk=pk),
        lambda: clients.delete_client(actor=actor, client_pk=pk),
    ]


def test_a_strangers_client_is_not_there(stranger, made, now):
    for pk in (made.client.pk, 999_999):
        for verb in verbs(stranger.actor, pk, now):
            with pytest.raises(NotFound, match="No such client"):
                verb()
    assert clients.list_clients(actor=stranger.actor) == []
    assert OTHERS.get().name == "Reports"


def test_a_client_of_no_workspace_is_nobodys(person, now):
    own = factories.OAuthApplicationFactory.create()
    for verb in verbs(person, own.pk, now):
        with pytest.raises(NotFound):
            verb()
    assert clients.list_clients(actor=person) == []


def test_only_who_manages_the_workspace_touches_its_clients(viewer, made, now):
    for verb in verbs(viewer, made.client.pk, now):
        with pytest.raises(MissingScope):
            verb()
    with pytest.raises(MissingScope):
        clients.list_clients(actor=viewer)
    with pytest.raises(MissingScope):
        clients.create_client(actor=viewer, name="Mine", confidential=False, redirect_uris=[HOME])


# --- What it can do ---------------------------------------------------------------------------------------------------------------


def test_a_confidential_client_connects_with_its_secret_in_the_form_or_by_basic_and_not_without(made, owner, workspace):
    flow = flow_of(made, owner)
    for wrong in ({}, {"client_secret": ""}, {"client_secret": "wrong"}):
        refused = flow.exchange(flow.code(workspace), **wrong)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    pair = flow.exchange(flow.code(workspace), client_secret=made.secret)
    assert pair.status_code == 200, pair.content
    again = flow.refresh(pair.json()["refresh_token"], client_secret=made.secret)
    assert again.status_code == 200
    assert flow.refresh(again.json()["refresh_token"]).status_code == 401


def test_a_rotated_secret_ends_the_old_one(person, made, owner, workspace):
    flow = flow_of(made, owner)
    new = clients.rotate_secret(actor=person, client_pk=made.client.pk).secret
    assert flow.exchange(flow.code(workspace), client_secret=made.secret).status_code == 401
    assert flow.exchange(flow.code(workspace), client_secret=new).status_code == 200


def test_a_workspaces_client_connects_to_that_workspace_alone(made, owner, workspace, stranger):
    both = factories.MembershipFactory.create(workspace=stranger.workspace, user=owner)
    flow = flow_of(made, owner)
    page = flow.ask().content.decode()
    assert workspace.name in page
    assert f'value="{both.workspace_id}"' not in page
    assert flow.decide(stranger.workspace).status_code == 404
    assert "code" in asked_back(flow.decide(workspace))


def test_a_person_of_another_workspace_is_told_whose_client_it_is(made, stranger):
    outsider = factories.MembershipFactory.create(workspace=stranger.workspace).user
    answer = flow_of(made, outsider).ask()
    assert answer.status_code == 403
    assert "belongs to a workspace that you are no member of" in answer.content.decode()


def test_a_disabled_client_is_unknown_until_it_is_enabled(person, made, owner, workspace, now):
    flow = flow_of(made, owner)
    code = flow.code(workspace)
    clients.disable_client(actor=person, client_pk=made.client.pk, now=now)
    assert flow.ask().status_code == 400
    assert flow.exchange(code, client_secret=made.secret).status_code == 401
    clients.enable_client(actor=person, client_pk=made.client.pk)
    assert flow.ask().status_code == 200


def test_what_the_operator_has_disabled_no_workspace_enables(person, made, owner):
    OAuthApplication.objects.filter(pk=made.client.pk).update(disabled_at=factories.NOW, disabled_by_operator=True)
    with pytest.raises(DisabledByOperator):
        clients.enable_client(actor=person, client_pk=made.client.pk)
    assert flow_of(made, owner).ask().status_code == 400


def test_the_consent_page_says_whose_client_it_is(made, owner, workspace):
    page = flow_of(made, owner).ask().content.decode()
    assert f"made by {owner.email} for {workspace.name}" in page
