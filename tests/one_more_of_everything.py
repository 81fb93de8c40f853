"""One more row of every table, in a workspace of its own, for the tests of the admin's pages; and the secrets that are in the rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from campaigns import models
from campaigns.models.lead_import import ImportStatus
from integrations.models import Upload
from rocketsdr.accounts import approvals, audit, undo
from rocketsdr.accounts.actor import READ_SCOPES, Actor
from rocketsdr.accounts.models import Clock, Invitation, Membership, OAuthApplication, PinnedClient, QuotaUse, Workspace
from rocketsdr.accounts.services import actor_of_member, issue_api_key
from rocketsdr.lib import crypto
from tests import factories

NOW = factories.NOW


def add() -> set[str]:
    """Add one more row of everything; return the secrets, which no page may show."""
    member = factories.MembershipFactory.create(user__password="open sesame")
    actor = actor_of_member(user=member.user, workspace_id=member.workspace_id)
    assert actor is not None
    sender = factories.SenderFactory.create(workspace=member.workspace, smtp=True)
    campaign = factories.CampaignFactory.create(workspace=member.workspace, senders=[sender], running=True)
    _directory(member.workspace)
    return {
        *_integrations(member.workspace, sender),
        *_campaign(campaign, sender),
        *_person(member),
        *_connection(member),
        *_oversight(actor, campaign),
    }


def _integrations(workspace: Workspace, sender: models.Sender) -> Iterator[str]:
    sender.account.password = f"smtp-{uuid.uuid4()}"
    sender.account.save()
    data = factories.DataAccountFactory.create(workspace=workspace, key=f"vendors-key-{uuid.uuid4()}")
    factories.DataSpendFactory.create(workspace=workspace)
    found = f"Person {uuid.uuid4()}"
    factories.DataCacheEntryFactory.create(workspace=workspace, answer={"people": [{"full_name": found}]})
    Upload.objects.create(
        workspace=workspace,
        key=f"uploads/{uuid.uuid4()}",
        filename="leads.csv",
        max_bytes=9,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    yield from (sender.account.password, data.key, found)


def _campaign(campaign: models.Campaign, sender: models.Sender) -> Iterator[str]:
    workspace = campaign.workspace
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, sender=sender, lead__workspace=workspace)
    enrollment.refresh_from_db()
    delivery = factories.DeliveryFactory.create(enrollment=enrollment, sender=sender)
    models.RenderedEmail.objects.create(delivery=delivery, subject="Hello", body_text="Hello", digest="d" * 64)
    imported = models.LeadImport.objects.create(
        workspace=workspace,
        campaign=campaign,
        filename="leads.csv",
        content=b"email\nsecret-row@customer.example\n",
        content_digest="d" * 64,
        status=ImportStatus.DONE,
        rows=1,
        rejected=1,
        created_at=NOW,
    )
    models.LeadImportProblem.objects.create(lead_import=imported, line=2, outcome="rejected", code="x", reason="No address.", text="x")
    conversation = factories.ConversationFactory.create(campaign=campaign, lead=enrollment.lead)
    factories.InboundMessageFactory.create(conversation=conversation)
    factories.SuppressionFactory.create(workspace=workspace)
    factories.JobFactory.create(workspace=workspace)
    factories.EventFactory.create(campaign=campaign, lead=enrollment.lead)
    models.SenderDay.objects.create(sender=sender, day=date(2026, 11, 17), used=3)
    yield str(enrollment.opt_out_token)


def _directory(workspace: Workspace) -> None:
    person = factories.PersonFactory.create(directory__workspace=workspace)
    models.DirectoryLoad.objects.create(directory=person.directory, filename="people.csv", digest="d" * 64, created_at=NOW)
    models.Technology.objects.create(name=f"Tool {uuid.uuid4()}", name_key=str(uuid.uuid4()))
    models.Audience.objects.create(workspace=workspace, name="Heads of data", targeting={"seniorities": ["head"]}, created_at=NOW)


def _person(member: Membership) -> Iterator[str]:
    app = {"secret": crypto.encrypt(f"TOTP{uuid.uuid4()}")}
    Authenticator.objects.create(user=member.user, type="totp", data=app)
    session = UserSession.objects.create(user=member.user, ip="203.0.113.9", session_key=uuid.uuid4().hex, user_agent="Firefox/140")
    invitation = Invitation.objects.create(
        workspace=member.workspace,
        email="ada@customer.example",
        role="member",
        invited_by=member.user,
        digest=crypto.digest(str(uuid.uuid4())),
        created_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )
    yield from (member.user.password, app["secret"], session.session_key, str(invitation.digest))


def _connection(member: Membership) -> Iterator[str]:
    PinnedClient.objects.create(client_id=f"https://{uuid.uuid4()}.example/client.json", state="same", checked_at=NOW)
    client = OAuthApplication.objects.create(
        name="Connector", client_type="public", authorization_grant_type="authorization-code", user=member.user
    )
    consent = factories.ConsentFactory.create(
        connection__membership=member, connection__application=client, code_digest=f"c0de{uuid.uuid4().hex}"
    )
    yield from (consent.code_digest, client.client_secret)


def _oversight(actor: Actor, campaign: models.Campaign) -> Iterator[str]:
    issued = issue_api_key(actor=actor, name="Claude", scopes=READ_SCOPES, now=NOW)
    Workspace.objects.filter(id=campaign.workspace_id).update(approval_policy="approval")
    approvals.ask(actor=actor, kind="campaigns.launch", subject_id=campaign.id, digest="d" * 64, text="Send it.", now=NOW)
    undo.remember(audit.record(actor, "campaign.launched", campaign), before={"words": "Somebody's words"})
    QuotaUse.objects.create(workspace=campaign.workspace, name="create_campaign", day=date(2026, 11, 17), used=2)
    Clock.objects.get_or_create(id=1)
    yield from (issued.secret, issued.key.digest, "Somebody's words")
