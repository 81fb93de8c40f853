"""What people have let in: one connection however often they consent, seen in its workspace alone, ended at its next call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from oauth2_provider.models import AccessToken, RefreshToken

from rocketsdr.accounts import connections, tasks
from rocketsdr.accounts.actor import READ_SCOPES, MissingScope
from rocketsdr.accounts.models import AuditEvent, Connection, Consent, Membership, OAuthApplication, User
from rocketsdr.accounts.oauth import fixed_client
from rocketsdr.lib.clock import now as real_now
from rocketsdr.lib.errors import NotFound
from tests import factories
from tests.oauth import RESOURCE, Flow, other_client


@pytest.fixture
def flow(owner) -> Flow:
    return Flow().sign_in(owner)


@pytest.fixture
def pair(flow, workspace):
    return flow.connect(workspace)


@pytest.fixture
def connection(pair) -> Connection:
    return Connection.objects.get()


def actor_of(pair, resource=RESOURCE):
    return connections.actor_of_token(pair["access_token"], resource=resource, now=real_now())


# --- What it may -------------------------------------------------------------------------------------------------------------------


def test_a_token_speaks_for_its_person_in_one_workspace(pair, connection, owner, workspace):
    actor = actor_of(pair)
    assert (actor.workspace_id, actor.user_id, actor.via) == (workspace.id, owner.pk, "mcp")
    assert actor.credential == connection.credential == f"connection:{connection.pk}"
    assert actor.scopes == {"campaigns:read", "leads:read"}
    assert (actor.may_approve, actor.policy, actor.toolset) == (False, "", "core")


def test_it_takes_one_statement(pair, django_assert_num_queries):
    actor_of(pair)
    with django_assert_num_queries(1):
        actor_of(pair)


def test_what_it_may_ask_for_is_what_the_person_may_but_never_to_manage(pair, owner):
    assert "campaigns:send" in actor_of(pair).askable
    assert "admin" not in actor_of(pair).within_reach
    Membership.objects.filter(user=owner).update(role="viewer")
    assert actor_of(pair).within_reach == READ_SCOPES


def test_a_token_that_says_admin_does_not_get_it(pair):
    AccessToken.objects.update(scope="admin leads:read")
    assert actor_of(pair).scopes == {"leads:read"}


@pytest.mark.attack(103)
def test_row_103_leaving_or_another_role_counts_at_the_next_call(flow, workspace, owner):
    pair = flow.connect(workspace, scope="leads:read leads:write")
    Membership.objects.filter(user=owner).update(role="viewer")
    assert actor_of(pair).scopes == {"leads:read"}
    Membership.objects.filter(user=owner).delete()
    assert actor_of(pair) is None


@pytest.mark.attack(104)
def test_row_104_a_consent_for_one_workspace_is_none_for_another(flow, workspace, owner):
    other = factories.MembershipFactory.create(user=owner).workspace
    assert actor_of(flow.connect(workspace)).workspace_id == workspace.id
    assert actor_of(flow.connect(other)).workspace_id == other.id
    assert Connection.objects.count() == 2


@pytest.mark.parametrize("resource", ["https://evil.example/api/mcp", f"{RESOURCE}/", "", RESOURCE.removesuffix("/mcp")])
@pytest.mark.attack(50)
def test_row_50_a_token_counts_at_its_own_resource_alone(pair, resource):
    assert actor_of(pair, resource) is None


@pytest.mark.attack(51)
def test_row_51_a_token_for_everything_counts_nowhere(pair):
    AccessToken.objects.update(resource=[])
    assert actor_of(pair) is None


@pytest.mark.attack(57)
def test_row_57_a_token_of_nobody_or_of_no_client_is_none(pair):
    token = AccessToken.objects.get()
    for gone in ({"user": None}, {"application": None}):
        AccessToken.objects.update(**gone)
        assert actor_of(pair) is None
        AccessToken.objects.update(user=token.user, application=token.application)
    assert actor_of(pair) is not None


@pytest.mark.parametrize("text", ["", "x", "a\x00b", "é", " ", "x" * 5000, "\r\nX: y"])
def test_any_other_text_is_no_token(db, text):
    assert connections.actor_of_token(text, resource=RESOURCE, now=real_now()) is None


def test_an_expired_token_is_none(pair):
    AccessToken.objects.update(expires=timezone.now() - timedelta(hours=1))
    assert actor_of(pair) is None


def test_the_last_use_is_noted_once_a_minute(pair, connection, django_assert_num_queries):
    actor_of(pair)
    connection.refresh_from_db()
    assert connection.last_used_at is not None
    Connection.objects.update(last_used_at=real_now() - timedelta(minutes=2))
    with django_assert_num_queries(2):
        actor_of(pair)


# --- One connection ----------------------------------------------------------------------------------------------------------------


def test_a_wider_consent_stays_the_same_connection(flow, workspace, pair, connection):
    wider = flow.connect(workspace, scope="campaigns:send leads:read")
    assert actor_of(wider).credential == actor_of(pair).credential
    assert "campaigns:send" not in actor_of(pair).scopes
    connection.refresh_from_db()
    assert connection.scopes == ["campaigns:read", "campaigns:send", "leads:read"]
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == ["connection.made", "connection.widened"]


def test_clients_that_share_a_registration_are_told_apart_by_where_they_lead(flow, workspace):
    for place in (
        "https://claude.ai/api/mcp/auth_callback",
        "https://chatgpt.com/connector_platform_oauth_redirect",
        "http://localhost:1/",
    ):
        flow.redirect_uri = place
        flow.connect(workspace)
    assert list(Connection.objects.order_by("id").values_list("returns_to", flat=True)) == ["claude.ai", "chatgpt.com", "this computer"]


def test_a_connection_that_was_ended_is_followed_by_a_new_one(flow, workspace, pair, connection, person, now):
    connections.revoke_connection(actor=person, connection_id=connection.pk, now=now)
    assert actor_of(flow.connect(workspace)).credential != connection.credential


# --- Seen and ended ----------------------------------------------------------------------------------------------------------------


def test_another_workspaces_connection_does_not_exist(connection, stranger, now):
    theirs = stranger.actor
    assert connections.list_connections(actor=theirs) == []
    for verb in (connections.get_connection, lambda **ids: connections.revoke_connection(now=now, **ids)):
        with pytest.raises(NotFound):
            verb(actor=theirs, connection_id=connection.pk)
        with pytest.raises(NotFound):
            verb(actor=theirs, connection_id=0)


def test_connections_are_listed_the_newest_first(flow, workspace, connection, person, now):
    connections.revoke_connection(actor=person, connection_id=connection.pk, now=now)
    flow.connect(workspace)
    newest, oldest = connections.list_connections(actor=person)
    assert (oldest.pk, oldest.revoked_at, newest.revoked_at) == (connection.pk, now, None)


def test_revoking_ends_every_token_at_the_next_call(flow, workspace, pair, connection, person, now):
    second = flow.connect(workspace)
    assert connections.revoke_connection(actor=person, connection_id=connection.pk, now=now).revoked_at == now
    assert (actor_of(pair), actor_of(second)) == (None, None)
    assert flow.refresh(pair["refresh_token"]).status_code == flow.refresh(second["refresh_token"]).status_code == 400
    assert not AccessToken.objects.exists()
    connections.revoke_connection(actor=person, connection_id=connection.pk, now=now)
    assert AuditEvent.objects.filter(action="connection.revoked").count() == 1


def test_only_its_person_or_a_manager_revokes(connection, viewer, person, now, workspace):
    with pytest.raises(MissingScope):
        connections.revoke_connection(actor=viewer, connection_id=connection.pk, now=now)
    mine = Flow(scope="leads:read").sign_in(User.objects.get(pk=viewer.user_id))
    mine.connect(workspace)
    theirs = Connection.objects.get(user_id=viewer.user_id)
    assert connections.revoke_connection(actor=viewer, connection_id=theirs.pk, now=now).revoked_at == now
    assert connections.revoke_connection(actor=person, connection_id=connection.pk, now=now).revoked_at == now


# --- The person is told --------------------------------------------------------------------------------------------------------------


def test_the_person_is_told_once_whom_they_let_in(flow, workspace, owner, jobs):
    flow = other_client(name="Claude\r\nBcc: x@evil.example").sign_in(owner)
    flow.connect(workspace)
    assert jobs.names == ["accounts.send_connection_notice"]
    for _ in range(3):
        tasks.send_connection_notice(**jobs.all[0][1])
    [told] = mail.outbox
    assert (told.to, told.subject) == ([owner.email], "Claude Bcc: x@evil.example is connected to Acme")
    for said in ("client.example", "See leads", workspace.name):
        assert said in told.body
    flow.connect(workspace)  # nothing new in it
    assert len(jobs.names) == 1
    flow.connect(workspace, scope="campaigns:send")
    tasks.send_connection_notice(**jobs.all[1][1])
    assert "real e-mails go to real people" in mail.outbox[1].body


def test_a_notice_that_was_lost_is_made_up_for(pair, jobs):
    Consent.objects.update(created_at=real_now() - timedelta(minutes=6))
    tasks.tidy_connections()
    assert jobs.names == ["accounts.send_connection_notice"] * 2
    Consent.objects.update(created_at=real_now() - timedelta(days=8))
    tasks.tidy_connections()
    assert len(jobs.names) == 2  # no news any more


# --- Tidying -----------------------------------------------------------------------------------------------------------------------


def test_what_has_run_out_is_cleared_away(flow, workspace, pair, connection):
    flow.code(workspace)  # never exchanged
    Consent.objects.update(created_at=real_now() - timedelta(hours=2))
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=91))
    for _ in range(3):
        tasks.clear_expired_tokens()
        tasks.tidy_connections()
    connection.refresh_from_db()
    assert connection.revoked_at is not None
    assert not RefreshToken.objects.exists()
    assert not Consent.objects.filter(connection__isnull=True).exists()
    assert AuditEvent.objects.filter(action="connection.run_out").count() == 1


def test_what_is_in_use_stays(pair, connection):
    Consent.objects.update(created_at=real_now() - timedelta(days=80))
    tasks.clear_expired_tokens()
    tasks.tidy_connections()
    assert actor_of(pair) is not None
    cache.clear()


# --- The fixed client --------------------------------------------------------------------------------------------------------------


def test_the_fixed_client_is_put_right_and_stays_disabled(db):
    OAuthApplication.objects.filter(client_id="rocketsdr").update(
        redirect_uris="https://evil.example/", client_secret="x", skip_authorization=True, disabled_at=factories.NOW
    )
    for _ in range(3):
        fixed_client.ensure_after_migrate()
    client = OAuthApplication.objects.get(client_id="rocketsdr")
    assert (client.client_secret, client.hash_client_secret, client.client_type) == ("", False, "public")
    assert (client.skip_authorization, client.user, client.disabled_at) == (False, None, factories.NOW)
    assert client.redirect_uris.split() == list(fixed_client.REDIRECT_URIS)
    client.full_clean(exclude=["client_secret"])
