"""Every page of the admin: it opens, it is searched and filtered, it shows no secret, and more rows need no more queries."""

import uuid
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns import models
from campaigns.models.lead_import import ImportStatus
from integrations.models import Upload
from rocketsdr.accounts import approvals, audit, undo
from rocketsdr.accounts.actor import READ_SCOPES
from rocketsdr.accounts.models import Clock, Invitation, OAuthApplication, PinnedClient, QuotaUse, Workspace
from rocketsdr.accounts.services import actor_of_member, issue_api_key
from rocketsdr.lib import crypto
from tests import factories

NOW = factories.NOW
OURS = {"accounts", "integrations", "campaigns", "mcp_gateway"}
PAGES = sorted(admin.site._registry, key=lambda model: model._meta.label)
SHOWN_ELSEWHERE = {"mcp_gateway"}  # the gateway's own pages have their own tests


@pytest.fixture
def operator(client, db):
    user = factories.UserFactory.create(email="operator@rocketsdr.example", is_staff=True, is_superuser=True, password="operators only")
    client.force_login(user)
    return client


@pytest.fixture
def secrets():
    return set()


@pytest.fixture
def fill(secrets):
    """Add one more row of everything, in a workspace of its own."""

    def once():
        member = factories.MembershipFactory.create(user__password="open sesame")
        workspace = member.workspace
        actor = actor_of_member(user=member.user, workspace_id=workspace.id)
        assert actor is not None
        issued = issue_api_key(actor=actor, name="Claude", scopes=READ_SCOPES, now=NOW)
        sender = factories.SenderFactory.create(workspace=workspace, smtp=True)
        sender.account.password = f"smtp-{uuid.uuid4()}"
        sender.account.save()
        data = factories.DataAccountFactory.create(workspace=workspace, key=f"vendors-key-{uuid.uuid4()}")
        factories.DataSpendFactory.create(workspace=workspace)
        found = f"Person {uuid.uuid4()}"
        factories.DataCacheEntryFactory.create(workspace=workspace, answer={"people": [{"full_name": found}]})
        campaign = factories.CampaignFactory.create(workspace=workspace, senders=[sender], running=True)
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
        person = factories.PersonFactory.create(directory__workspace=workspace)
        models.DirectoryLoad.objects.create(directory=person.directory, filename="people.csv", digest="d" * 64, created_at=NOW)
        models.Technology.objects.create(name=f"Tool {uuid.uuid4()}", name_key=str(uuid.uuid4()))
        models.Audience.objects.create(workspace=workspace, name="Heads of data", targeting={"seniorities": ["head"]}, created_at=NOW)
        models.SenderDay.objects.create(sender=sender, day=date(2026, 11, 17), used=3)
        Upload.objects.create(
            workspace=workspace,
            key=f"uploads/{uuid.uuid4()}",
            filename="leads.csv",
            max_bytes=9,
            created_at=NOW,
            expires_at=NOW + timedelta(hours=1),
        )
        Workspace.objects.filter(id=workspace.id).update(approval_policy="approval")
        approvals.ask(actor=actor, kind="campaigns.launch", subject_id=campaign.id, digest="d" * 64, text="Send it.", now=NOW)
        app = {"secret": crypto.encrypt(f"TOTP{uuid.uuid4()}")}
        Authenticator.objects.create(user=member.user, type="totp", data=app)
        session = UserSession.objects.create(user=member.user, ip="203.0.113.9", session_key=uuid.uuid4().hex, user_agent="Firefox/140")
        invitation = Invitation.objects.create(
            workspace=workspace,
            email="ada@customer.example",
            role="member",
            invited_by=member.user,
            digest=crypto.digest(str(uuid.uuid4())),
            created_at=NOW,
            expires_at=NOW + timedelta(days=7),
        )
        undo.remember(audit.record(actor, "campaign.launched", campaign), before={"words": "Somebody's words"})
        QuotaUse.objects.create(workspace=workspace, name="create_campaign", day=date(2026, 11, 17), used=2)
        Clock.objects.get_or_create(id=1)
        PinnedClient.objects.create(client_id=f"https://{uuid.uuid4()}.example/client.json", state="same", checked_at=NOW)
        client = OAuthApplication.objects.create(
            name="Connector", client_type="public", authorization_grant_type="authorization-code", user=member.user
        )
        consent = factories.ConsentFactory.create(
            connection__membership=member, connection__application=client, code_digest=f"c0de{uuid.uuid4().hex}"
        )
        secrets.update(
            [
                consent.code_digest,
                issued.secret,
                issued.key.digest,
                sender.account.password,
                data.key,
                found,
                str(enrollment.opt_out_token),
                member.user.password,
                client.client_secret,
                app["secret"],
                session.session_key,
                str(invitation.digest),
                "Somebody's words",
            ]
        )

    return once


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def detail(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def test_every_model_of_ours_has_its_page():
    ours = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    assert ours - set(PAGES) == set()


def test_every_list_and_every_row_opens_and_shows_no_secret(operator, fill, secrets):
    fill()
    empty = []
    for model in PAGES:
        pages = [operator.get(changelist(model)), operator.get(changelist(model), {"q": "nothing such 12"})]
        row = model._default_manager.first()
        pages += [operator.get(detail(row))] if row else []
        empty += [model._meta.label] if row is None and model._meta.app_label in OURS - SHOWN_ELSEWHERE else []
        assert [page.status_code for page in pages] == [200] * len(pages), model._meta.label
        leaked = [secret for secret in secrets for page in pages if secret in page.content.decode()]
        assert leaked == [], model._meta.label
    assert empty == []


def test_every_filter_opens(operator, fill):
    fill()
    for model in PAGES:
        shown = operator.get(changelist(model)).context["cl"]
        choices = [list(spec.choices(shown))[-1]["query_string"] for spec in shown.filter_specs]
        assert {operator.get(changelist(model) + query).status_code for query in choices} <= {200}, model._meta.label


def test_more_rows_need_no_more_queries(operator, fill):
    fill()
    few = {model: queries_of(operator, model) for model in PAGES}
    for _ in range(3):
        fill()
    more = {model._meta.label: (few[model], now) for model in PAGES if (now := queries_of(operator, model)) > few[model]}
    assert more == {}


def queries_of(client, model):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(changelist(model)).status_code == 200
    return len(queries)


def test_the_log_and_what_happened_cannot_be_changed_or_deleted(operator, fill):
    fill()
    for name in (
        "accounts.AuditEvent",
        "accounts.AuditHead",
        "campaigns.Event",
        "campaigns.Delivery",
        "accounts.Approval",
    ):
        model = next(model for model in PAGES if model._meta.label == name)
        row = model._default_manager.first()
        assert operator.post(detail(row), {"action": "x"}).status_code == 403, name
        assert operator.post(detail(row).replace("change", "delete"), {"post": "yes"}).status_code == 403, name
        actions = operator.get(changelist(model)).context["action_form"]
        assert "delete_selected" not in str(actions), name


def test_the_admin_is_for_operators_through_the_one_sign_in(client, owner):
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/sign-in/?next=")
    client.force_login(owner)
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/campaigns/lead/").status_code == 302
