"""Makers of rows for tests: each gives a whole, valid row, and everything that hangs together is of one workspace."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from campaigns import models
from integrations.models import DataAccount, DataCacheEntry, DataSpend, MailAccount
from rocketsdr.accounts.models import Connection, Consent, Membership, OAuthApplication, User, Workspace
from rocketsdr.accounts.models.workspace import Role

NOW = datetime(2026, 11, 17, 10, tzinfo=UTC)  # a Tuesday
DIGEST = "d" * 64


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}@example.com")

    @classmethod
    def _create(cls, model_class: type[User], *args: object, **fields: object) -> User:
        return User.objects.create_user(**fields)  # type: ignore[arg-type]  # the fields come from the declarations above


class WorkspaceFactory(DjangoModelFactory[Workspace]):
    class Meta:
        model = Workspace

    name = Sequence(lambda n: f"Company {n}")
    postal_address = "1 Main Street, Springfield"


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    workspace = SubFactory(WorkspaceFactory)
    user = SubFactory(UserFactory)
    role = Role.OWNER


class OAuthApplicationFactory(DjangoModelFactory[OAuthApplication]):
    """A public client as one registers itself."""

    class Meta:
        model = OAuthApplication

    name = Sequence(lambda n: f"Client {n}")
    client_type = "public"
    client_secret = ""
    hash_client_secret = False
    authorization_grant_type = "authorization-code"
    registration_source = "dcr"
    redirect_uris = "https://client.example/callback"


class ConnectionFactory(DjangoModelFactory[Connection]):
    """A client that the owner of a workspace has let in, as the tables show it; its tokens are made by the doors alone."""

    class Meta:
        model = Connection
        exclude = ["membership"]

    membership = SubFactory(MembershipFactory)
    workspace = SelfAttribute("membership.workspace")
    user = SelfAttribute("membership.user")
    application = SubFactory(OAuthApplicationFactory)
    resource = "http://127.0.0.1:8000/api/mcp"
    returns_to = "client.example"
    scopes = ["campaigns:read", "leads:read"]
    created_at = NOW - timedelta(hours=1)


class ConsentFactory(DjangoModelFactory[Consent]):
    class Meta:
        model = Consent

    connection = SubFactory(ConnectionFactory)
    workspace = SelfAttribute("connection.workspace")
    code_digest = Sequence(lambda n: f"{n:064x}")
    returns_to = "client.example"
    created_at = NOW - timedelta(hours=1)


class ProductFactory(DjangoModelFactory[models.Product]):
    class Meta:
        model = models.Product

    workspace = SubFactory(WorkspaceFactory)
    name = Sequence(lambda n: f"Analytics Suite {n}")
    description = "Self-serve product analytics for B2B teams"
    value_props = ["Answers without SQL", "Set up in an afternoon"]
    proof_points = ["412 teams use it every day"]
    url = "https://analytics.example"


class PersonaFactory(DjangoModelFactory[models.Persona]):
    class Meta:
        model = models.Persona

    workspace = SubFactory(WorkspaceFactory)
    name = Sequence(lambda n: f"Data lead {n}")
    title = "Head of Data"
    description = "Answers for the numbers of the company"
    pains = ["Every question becomes a ticket"]


class MailAccountFactory(DjangoModelFactory[MailAccount]):
    """The built-in mailbox; `smtp=True` makes an account at a server."""

    class Meta:
        model = MailAccount

    class Params:
        smtp = Trait(
            provider=MailAccount.Provider.SMTP,
            host="mail.example.com",
            username="sales",
            password="open sesame",
            tls=MailAccount.Tls.STARTTLS,
        )

    workspace = SubFactory(WorkspaceFactory)
    provider = MailAccount.Provider.BUILTIN
    address = Sequence(lambda n: f"sales{n}@company.example")


class DataAccountFactory(DjangoModelFactory[DataAccount]):
    """An account at a vendor of lead data."""

    class Meta:
        model = DataAccount

    workspace = SubFactory(WorkspaceFactory)
    provider = "people_data_labs"
    key = Sequence(lambda n: f"vendors-key-{n:08}")
    monthly_budget = 100
    created_at = NOW


class DataSpendFactory(DjangoModelFactory[DataSpend]):
    class Meta:
        model = DataSpend

    workspace = SubFactory(WorkspaceFactory)
    provider = "people_data_labs"
    month = NOW.date().replace(day=1)
    used = 7


class DataCacheEntryFactory(DjangoModelFactory[DataCacheEntry]):
    """An answer in which nobody was found."""

    class Meta:
        model = DataCacheEntry

    workspace = SubFactory(WorkspaceFactory)
    provider = "people_data_labs"
    digest = Sequence(lambda n: f"{n:064x}")
    answer = {"people": [], "total": 0, "next": "", "credits": 0}
    licence = "From People Data Labs."
    fetched_at = NOW
    expires_at = NOW + timedelta(days=30)


class SenderFactory(DjangoModelFactory[models.Sender]):
    """A sender through the built-in mailbox: no cap, any hour; `smtp=True` makes one with a cap that keeps sending hours."""

    class Meta:
        model = models.Sender

    class Params:
        smtp = Trait(account__smtp=True, daily_cap=30, any_hour=False)

    workspace = SubFactory(WorkspaceFactory)
    account = SubFactory(MailAccountFactory, workspace=SelfAttribute("..workspace"), address=SelfAttribute("..email"))
    email = Sequence(lambda n: f"sales{n}@company.example")
    from_name = "Grace Hopper"
    any_hour = True


class CampaignFactory(DjangoModelFactory[models.Campaign]):
    """A draft with product and persona and no steps; `running=True` makes one whose e-mails may leave, `senders=[…]` gives it senders."""

    class Meta:
        model = models.Campaign
        skip_postgeneration_save = True

    class Params:
        running = Trait(
            status=models.CampaignStatus.RUNNING,
            launched_at=NOW - timedelta(hours=1),
            hold_until=NOW - timedelta(minutes=50),
            launch_digest=DIGEST,
            approved_digest=DIGEST,
        )

    workspace = SubFactory(WorkspaceFactory)
    name = Sequence(lambda n: f"CSV Outreach Batch {n}")
    product = SubFactory(ProductFactory, workspace=SelfAttribute("..workspace"))
    persona = SubFactory(PersonaFactory, workspace=SelfAttribute("..workspace"))
    created_at = NOW - timedelta(hours=2)

    @post_generation
    def senders(self, create: bool, extracted: list[models.Sender] | None, **_: object) -> None:
        if create and extracted:
            self.senders.set(extracted)


class StepFactory(DjangoModelFactory[models.SequenceStep]):
    class Meta:
        model = models.SequenceStep

    campaign = SubFactory(CampaignFactory)
    position = LazyAttribute(lambda step: step.campaign.steps.count() + 1)
    wait_days = LazyAttribute(lambda step: 0 if step.position == 1 else 3)
    subject = LazyAttribute(lambda step: "A question about {{ lead.company }}" if step.position == 1 else "")
    body = "Hello {{ lead.first_name }},\n\n{{ product.description }}."


class LeadFactory(DjangoModelFactory[models.Lead]):
    class Meta:
        model = models.Lead

    workspace = SubFactory(WorkspaceFactory)
    email = Sequence(lambda n: f"ada{n}@customer.example")
    full_name = "Ada Lovelace"
    first_name = "Ada"
    last_name = "Lovelace"
    company = "Analytical Engines"
    title = "Head of Data"
    created_at = NOW - timedelta(hours=2)
    updated_at = NOW - timedelta(hours=2)


class EnrollmentFactory(DjangoModelFactory[models.Enrollment]):
    class Meta:
        model = models.Enrollment

    campaign = SubFactory(CampaignFactory, running=True)
    workspace = SelfAttribute("campaign.workspace")
    lead = SubFactory(LeadFactory, workspace=SelfAttribute("..workspace"))
    created_at = NOW - timedelta(hours=1)


class DeliveryFactory(DjangoModelFactory[models.Delivery]):
    """A queued e-mail of an enrolment, due now, of the campaign's first step; `sent=True` makes one that has left."""

    class Meta:
        model = models.Delivery

    class Params:
        sent = Trait(
            status=models.DeliveryStatus.SENT,
            sent_at=NOW - timedelta(minutes=30),
            attempts=1,
            message_id=Sequence(lambda n: f"<{n}@company.example>"),
            sender=SubFactory(SenderFactory, workspace=SelfAttribute("..workspace")),
        )

    enrollment = SubFactory(EnrollmentFactory)
    sender = SelfAttribute("enrollment.sender")
    workspace = SelfAttribute("enrollment.workspace")
    campaign = SelfAttribute("enrollment.campaign")
    lead = SelfAttribute("enrollment.lead")
    step = LazyAttribute(lambda delivery: delivery.campaign.steps.first() or StepFactory(campaign=delivery.campaign))
    status = models.DeliveryStatus.QUEUED
    due_at = NOW
    created_at = NOW - timedelta(hours=1)


class ConversationFactory(DjangoModelFactory[models.Conversation]):
    class Meta:
        model = models.Conversation

    campaign = SubFactory(CampaignFactory, running=True)
    workspace = SelfAttribute("campaign.workspace")
    lead = SubFactory(LeadFactory, workspace=SelfAttribute("..workspace"))
    subject = "Re: Cutting cloud spend"
    preview = "Happy to talk on Tuesday"
    last_message_at = NOW
    created_at = NOW


class InboundMessageFactory(DjangoModelFactory[models.InboundMessage]):
    class Meta:
        model = models.InboundMessage

    conversation = SubFactory(ConversationFactory)
    workspace = SelfAttribute("conversation.workspace")
    message_id = Sequence(lambda n: f"<reply{n}@customer.example>")
    from_address = SelfAttribute("conversation.lead.email")
    subject = SelfAttribute("conversation.subject")
    text = "Happy to talk on Tuesday.\n"
    received_at = NOW


class SuppressionFactory(DjangoModelFactory[models.Suppression]):
    class Meta:
        model = models.Suppression

    workspace = SubFactory(WorkspaceFactory)
    kind = models.Suppression.Kind.EMAIL
    value = Sequence(lambda n: f"no{n}@customer.example")
    reason = models.SuppressionReason.MANUAL
    created_at = NOW


class JobFactory(DjangoModelFactory[models.Job]):
    """An export of leads on its way; `launch=True` makes the job of a launch that is being read."""

    class Meta:
        model = models.Job

    class Params:
        launch = Trait(
            kind=models.JobKind.LAUNCH,
            tool="create_campaign",
            request={},
            campaign=SubFactory(
                CampaignFactory, workspace=SelfAttribute("..workspace"), status=models.CampaignStatus.IMPORTING, launched_at=NOW
            ),
        )

    workspace = SubFactory(WorkspaceFactory)
    kind = models.JobKind.EXPORT
    tool = "export_data"
    request = {"kind": "leads", "format": "csv", "filters": {}}
    created_at = NOW
    updated_at = NOW
    expires_at = NOW + timedelta(days=7)


class EventFactory(DjangoModelFactory[models.Event]):
    class Meta:
        model = models.Event

    campaign = SubFactory(CampaignFactory, running=True)
    workspace = SelfAttribute("campaign.workspace")
    lead = SubFactory(LeadFactory, workspace=SelfAttribute("..workspace"))
    step = 1
    kind = models.EventKind.SENT
    at = NOW


class DirectoryFactory(DjangoModelFactory[models.Directory]):
    class Meta:
        model = models.Directory

    name = Sequence(lambda n: f"Directory {n}")
    created_at = NOW


class AudienceFactory(DjangoModelFactory[models.Audience]):
    class Meta:
        model = models.Audience

    workspace = SubFactory(WorkspaceFactory)
    name = Sequence(lambda n: f"Audience {n}")
    targeting = {"locations": ["DE"], "seniorities": ["vp"]}
    created_at = NOW


class CompanyFactory(DjangoModelFactory[models.Company]):
    class Meta:
        model = models.Company

    directory = SubFactory(DirectoryFactory)
    key = Sequence(lambda n: f"company-{n}.example")
    name = Sequence(lambda n: f"Company {n}")
    domain = SelfAttribute("key")


class PersonFactory(DjangoModelFactory[models.Person]):
    """A VP of sales in Berlin, at a software publisher of 51 to 200 people."""

    class Meta:
        model = models.Person

    directory = SubFactory(DirectoryFactory)
    company = SubFactory(CompanyFactory, directory=SelfAttribute("..directory"))
    key = Sequence(lambda n: uuid.UUID(int=n + 1))
    email = Sequence(lambda n: f"person{n}@company.example")
    full_name = "Ada Lovelace"
    first_name = "Ada"
    last_name = "Lovelace"
    title = "VP Sales"
    location = "Berlin, Germany"
    country, city = 276, 2950159
    seniority, function, size_band, industry = 5, 7, 4, 5132
    updated_at = NOW
