from datetime import timedelta

import pytest
from django.conf import settings as project
from django.db import IntegrityError, transaction

from rocketsdr.accounts import tasks
from rocketsdr.accounts.actor import MissingScope
from rocketsdr.accounts.models import AuditEvent, Invitation
from rocketsdr.accounts.people import invitations
from rocketsdr.accounts.services import actor_of_member
from rocketsdr.lib import clock, crypto
from rocketsdr.lib.errors import Forbidden, Invalid, NotFound
from tests import factories
from tests.fakes.mailbox import scripted_server
from tests.rocketsdr.accounts.people.links import links, token_of


@pytest.fixture(autouse=True)
def _on_a_tuesday(now):
    offset = now - clock.now()
    clock.use_offset_source(lambda: offset)


@pytest.fixture
def admin(workspace):
    user = factories.MembershipFactory.create(workspace=workspace, user__email="admin@acme.example", role="admin").user
    return actor_of_member(user=user, workspace_id=workspace.id)


@pytest.fixture
def invitation(person, now):
    return invitations.invite(actor=person, email=" New@Acme.EXAMPLE ", role="member", now=now)


def test_an_invitation_is_stored_logged_and_handed_to_a_worker_with_no_secret(invitation, person, jobs, now):
    assert (invitation.email, invitation.role, invitation.expires_at) == ("new@acme.example", "member", now + timedelta(days=7))
    assert invitation.digest is None
    assert jobs.all == [("accounts.send_invitation", {"invitation_id": invitation.id})]
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id, event.facts) == ("invitation.made", invitation.id, {"role": "member"})


def test_the_mail_says_who_invites_where_and_until_when_and_only_a_digest_of_its_link_is_kept(invitation, person, mailoutbox):
    tasks.send_invitation(invitation_id=invitation.id, hint="from a newer caller")
    mail = mailoutbox[0]
    assert (mail.to, mail.subject) == (["new@acme.example"], "Join Acme at RocketSDR")
    assert "owner@acme.example" in mail.body
    assert "24 November 2026, 10:00 UTC" in mail.body
    invitation.refresh_from_db()
    token = token_of(mail)
    assert len(token) == 40
    assert invitation.digest == crypto.digest(token)
    assert token not in str(Invitation.objects.values().get())


def test_the_job_run_three_times_sends_one_mail(invitation, mailoutbox):
    for _ in range(3):
        tasks.send_invitation(invitation_id=invitation.id)
    assert len(mailoutbox) == 1


def test_nothing_is_mailed_for_what_is_revoked_expired_or_not_there(invitation, person, mailoutbox, now):
    invitations.send(invitation_id=invitation.id, now=now + timedelta(days=7))
    invitations.revoke(actor=person, invitation_id=invitation.id, now=now)
    invitations.send(invitation_id=invitation.id, now=now)
    invitations.send(invitation_id=0, now=now)
    assert mailoutbox == []


def test_the_mail_goes_through_a_real_server_and_a_refusal_is_tried_again_up_to_five_times(invitation, settings, jobs, now):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with scripted_server({"RCPT": ["451 later", "250 ok"]}) as server:
        settings.EMAIL_PORT = server.port
        invitations.send(invitation_id=invitation.id, now=now)
        invitation.refresh_from_db()
        assert (invitation.mailed_at, invitation.digest, invitation.mail_tries) == (None, None, 1)
        jobs.sent.clear()
        tasks.send_due_invitations()
        assert jobs.all[-1] == ("accounts.send_invitation", {"invitation_id": invitation.id})
        invitations.send(invitation_id=invitation.id, now=now)
    invitation.refresh_from_db()
    assert invitation.mailed_at == now
    assert server.said.count("rcpt TO:<new@acme.example>") == 2
    Invitation.objects.update(mailed_at=None, mail_tries=invitations.MOST_TRIES)
    before = len(jobs.all)
    tasks.send_due_invitations()
    assert len(jobs.all) == before


def test_sending_again_makes_a_new_link_and_ends_the_old_one(invitation, person, mailoutbox, now):
    tasks.send_invitation(invitation_id=invitation.id)
    later = now + timedelta(days=3)
    invitations.resend(actor=person, invitation_id=invitation.id, now=later)
    assert not Invitation.objects.filter(digest=crypto.digest(token_of(mailoutbox[0]))).exists()
    tasks.send_invitation(invitation_id=invitation.id)
    first, second = links(mailoutbox)
    assert first != second
    invitation.refresh_from_db()
    assert invitation.expires_at == later + timedelta(days=7)
    assert AuditEvent.objects.filter(action="invitation.resent").count() == 1


def test_an_invitation_is_revoked_once(invitation, person, now):
    invitations.revoke(actor=person, invitation_id=invitation.id, now=now)
    for verb in (invitations.revoke, invitations.resend):
        with pytest.raises(invitations.InvitationClosed):
            verb(actor=person, invitation_id=invitation.id, now=now)
    assert AuditEvent.objects.filter(action="invitation.revoked").count() == 1
    assert invitations.list_invitations(actor=person) == []


@pytest.mark.parametrize("role", ["owner"])
def test_an_admin_invites_no_owner_and_touches_no_invitation_of_one(admin, person, now, role):
    with pytest.raises(Forbidden):
        invitations.invite(actor=admin, email="new@acme.example", role=role, now=now)
    owners = invitations.invite(actor=person, email="new@acme.example", role=role, now=now)
    for verb in (invitations.revoke, invitations.resend):
        with pytest.raises(Forbidden):
            verb(actor=admin, invitation_id=owners.id, now=now)
    owners.refresh_from_db()
    assert (owners.revoked_at, owners.invited_by_id) == (None, person.user_id)


def test_a_viewer_neither_invites_nor_lists_who_is_invited(viewer, now):
    with pytest.raises(MissingScope):
        invitations.invite(actor=viewer, email="new@acme.example", role="viewer", now=now)
    with pytest.raises(MissingScope):
        invitations.list_invitations(actor=viewer)


def test_a_stranger_sees_and_touches_no_invitation_of_ours(invitation, person, stranger, now):
    for verb in (invitations.revoke, invitations.resend):
        with pytest.raises(NotFound):
            verb(actor=stranger.actor, invitation_id=invitation.id, now=now)
    assert invitations.list_invitations(actor=stranger.actor) == []
    assert invitations.list_invitations(actor=person) == [invitation]


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a b@acme.example", "a@acme.example\nBcc: x@y.example"])
def test_what_is_no_address_is_refused(person, now, email):
    with pytest.raises(Invalid) as caught:
        invitations.invite(actor=person, email=email, role="member", now=now)
    assert caught.value.field == "email"
    assert not Invitation.objects.exists()


def test_a_member_and_an_address_that_is_invited_already_are_refused(invitation, person, now):
    with pytest.raises(invitations.AlreadyMember):
        invitations.invite(actor=person, email="OWNER@acme.example", role="member", now=now)
    with pytest.raises(invitations.AlreadyInvited):
        invitations.invite(actor=person, email="new@acme.example", role="viewer", now=now)
    expired = now + timedelta(days=8)
    again = invitations.invite(actor=person, email="new@acme.example", role="viewer", now=expired)
    assert [row.id for row in invitations.list_invitations(actor=person)] == [again.id]


def test_one_open_invitation_of_an_address_is_what_the_database_allows(invitation, now):
    invitation.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        invitation.save(force_insert=True)


def test_a_workspace_has_so_many_open_invitations_and_no_more(invitation, person, now, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_OPEN", 1)
    with pytest.raises(invitations.TooManyInvitations):
        invitations.invite(actor=person, email="more@acme.example", role="member", now=now)


def test_what_ended_a_month_ago_is_deleted(invitation, now):
    invitations.purge(now=now + timedelta(days=36))
    assert Invitation.objects.exists()
    invitations.purge(now=now + timedelta(days=38))
    assert not Invitation.objects.exists()


def test_the_jobs_that_nobody_asks_for_are_in_the_schedule():
    scheduled = {entry["task"] for entry in project.CELERY_BEAT_SCHEDULE.values()}
    assert {"accounts.send_due_invitations", "accounts.purge_invitations"} <= scheduled
