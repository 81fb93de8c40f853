"""The companies of the browser tests: made by the product's own verbs in the database of the running product."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from campaigns.models import Campaign, Conversation, Enrollment, Persona, Product, Sender
from campaigns.services import directories, personas, products, saved_audiences
from campaigns.services.senders import add_builtin_sender
from integrations import leads_data, mailbox
from integrations.providers import builtin_mailbox
from integrations.views import recipient
from rocketsdr import embedded
from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES, Actor
from rocketsdr.accounts.models import Approval, Connection, Membership, User, Workspace
from rocketsdr.accounts.models.workspace import Role
from rocketsdr.accounts.oauth import clients
from rocketsdr.accounts.people import invitations
from rocketsdr.accounts.services import KeyRules, actor_of_member, create_workspace, issue_api_key
from rocketsdr.lib.clock import now
from tests.browser.agent import Agent, eventually

PASSWORD = "correct horse battery staple"
HASHER = PBKDF2PasswordHasher()  # the server's; the tests have a quicker one
HASHED = HASHER.encode(PASSWORD, HASHER.salt())  # once: it is slow on purpose
LEADS = "email,first_name,last_name,company\n{0},Ada,Lovelace,Analytical Engines\n"


@dataclass(frozen=True)
class Company:
    """A workspace and its owner."""

    workspace: Workspace
    owner: User
    password: str = PASSWORD

    @property
    def actor(self) -> Actor:
        """The owner at a page."""
        actor = actor_of_member(user=self.owner, workspace_id=self.workspace.id)
        assert actor is not None
        return actor

    def agent(self, origin: str, *, policy: str = "") -> Agent:
        """Return an agent with a new key that may do everything, under the workspace's policy or a stricter one of its own."""
        issued = issue_api_key(actor=self.actor, name="An agent", scopes=ALL_SCOPES, rules=KeyRules(policy=policy), now=now())
        return Agent(origin, issued.secret)


@dataclass(frozen=True)
class Furnished(Company):
    """A company with one of everything; `ids` are the parts of addresses that name them."""

    ids: dict[str, str] = field(default_factory=dict)


def person(name: str) -> User:
    """Make somebody who can sign in with PASSWORD."""
    user = User.objects.create_user(f"{name}-{token_hex(4)}@company.example")
    User.objects.filter(pk=user.pk).update(password=HASHED)
    user.refresh_from_db()
    return user


def operator() -> User:
    """Make somebody who may do everything in the admin."""
    user = person("operator")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    user.refresh_from_db()
    return user


def open_company(name: str = "Acme", owner: User | None = None) -> Company:
    """Open a company with a sender into the built-in mailbox; its owner is new, or the one given."""
    owner = owner or person("owner")
    workspace = create_workspace(name=name, owner_email=owner.email, postal_address="1 Main Street, Springfield", now=now())
    company = Company(workspace, owner)
    if not Sender.objects.filter(workspace=workspace).exists():
        add_builtin_sender(actor=company.actor, now=now())
    return company


def offer(company: Company) -> tuple[Product, Persona]:
    """Describe what the company sells, and to whom."""
    product = products.create_product(
        actor=company.actor,
        name="Analytics Suite",
        description="Self-serve product analytics for B2B teams",
        value_props=["Answers without SQL", "Set up in an afternoon"],
        proof_points=["412 teams use it every day"],
        url="https://analytics.example",
        now=now(),
    )
    buyer = {"name": "Data lead", "title": "Head of Data", "pains": ["Every question becomes a ticket"]}
    return product, personas.create_persona(actor=company.actor, **buyer, now=now())  # type: ignore[arg-type]  # texts and a list of them


def somebody() -> str:
    """Return the address of a lead whom nobody has written to yet."""
    return f"ada-{token_hex(4)}@customer.example"


def launch(company: Company, agent: Agent, *, name: str, lead: str) -> int:
    """Let an agent launch a campaign to one person; return its id."""
    product, persona = offer(company)
    made = agent.call(
        "create_campaign", name=name, type="csv", product_id=product.id, persona_id=persona.id, csv_content=LEADS.format(lead)
    )
    campaign_id: int = made["campaign_id"]
    return campaign_id


def mails_at(email: str) -> list[builtin_mailbox.ReceivedMail]:
    """Return what has arrived in the built-in mailbox for an address, the newest first."""
    return builtin_mailbox.messages(embedded.home() / "mailbox", to=email)


def send_at_once(company: Company) -> None:
    """Let the company's campaigns go out without a hold."""
    Workspace.objects.filter(id=company.workspace.id).update(hold_minutes=0)


def furnish(company: Company, origin: str) -> Furnished:
    """Let agents work in the company until there is one of everything."""
    lead, held = somebody(), somebody()
    send_at_once(company)
    agent = company.agent(origin)
    sent = launch(company, agent, name="Close the month faster", lead=lead)
    waiting = launch(company, company.agent(origin, policy="approval"), name="Answers without SQL", lead=held)
    key = issue_api_key(actor=company.actor, name="Reads only", scopes=READ_SCOPES, expires_at=now() + timedelta(days=30), now=now()).key
    mail = eventually(lambda: mails_at(lead))[0]
    eventually(Approval.objects.filter(subject_id=waiting, workspace=company.workspace).exists)
    campaign, forgetful = Campaign.objects.get(id=sent), person("forgetful")
    answered = answer(mail)
    directory = directories.get_or_open(name="People", workspace_id=company.workspace.id, now=now())
    directories.make_up(directory=directory, number=400, seed="a", now=now())
    audience = saved_audiences.save_audience(
        actor=company.actor, name="Sales in Germany", targeting={"locations": ["DE"], "functions": ["sales"]}, now=now()
    )
    named = {
        "audience_id": audience.id,
        "key_id": key.id,
        "mail_id": mail.id,
        "campaign_id": sent,
        "lead_id": answered.lead_id,
        "thread_id": answered.id,
        "products/asset_id": campaign.product_id,
        "personas/asset_id": campaign.persona_id,
        "password/uidb36": user_pk_to_url_str(forgetful),
        "password/key": default_token_generator.make_token(forgetful),
        "u/token": Enrollment.objects.get(campaign=campaign).opt_out_token,
        **_programs(company),
        "provider": leads_data.connect(actor=company.actor, provider="apollo", key=token_hex(12), monthly_budget=500, now=now()).provider,
        **_people(company),
    }
    return Furnished(company.workspace, company.owner, ids={name: str(value) for name, value in named.items()})


def answer(mail: builtin_mailbox.ReceivedMail) -> Conversation:
    """Let the recipient answer; return the thread that the answer stands in."""
    raw = recipient.reply(mail, text="Happy to talk. Would Tuesday at ten suit you?", now=now())
    mailbox.receive(raw=raw, now=now())
    return eventually(lambda: Conversation.objects.filter(lead__email=mail.to_address).first())


def _programs(company: Company) -> dict[str, int]:
    """Make a client of the company's own, and let it in."""
    uris = ["https://crm.example/callback"]
    client = clients.create_client(actor=company.actor, name="Our CRM", confidential=True, redirect_uris=uris).client
    connection = Connection.objects.create(
        workspace=company.workspace,
        user=company.owner,
        application=client,
        resource="http://127.0.0.1/api/mcp",
        returns_to="crm.example",
        scopes=["campaigns:read", "leads:write"],
        created_at=now(),
    )
    return {"client_pk": client.pk, "connection_id": connection.pk}


def _people(company: Company) -> dict[str, int]:
    """Let a second person in, and invite a third."""
    member = Membership.objects.create(workspace=company.workspace, user=person("member"), role=Role.MEMBER)
    invitation = invitations.invite(actor=company.actor, email=f"{token_hex(4)}@company.example", role="viewer", now=now())
    return {"membership_id": member.pk, "invitation_id": invitation.pk}
