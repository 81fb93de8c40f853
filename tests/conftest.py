"""The services that the tests run on, and their cast: our workspace with its people and things, and a stranger's."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rocketsdr import embedded
from tests import log_watch

PROJECT = Path(__file__).resolve().parent.parent
collect_ignore = ["browser"]  # needs Chromium and a running product: `make browser`
RUN = os.environ.setdefault("ROCKETSDR_TEST_RUN", str(os.getpid()))  # the workers of pytest-xdist inherit it
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")
os.environ["ROCKETSDR_EMBEDDED_FSYNC"] = "off"
if "ROCKETSDR_HOME" not in os.environ:
    (PROJECT / ".rocketsdr").mkdir(mode=0o700, exist_ok=True)
    os.environ["ROCKETSDR_HOME"] = str(PROJECT / ".rocketsdr" / "test")
RUN_FILES = embedded.home() / "runs" / RUN  # what the tests of this run store; removed at its end
os.environ.setdefault("STORAGE_URL", f"file://{RUN_FILES}/storage")
embedded.join()

log_watch.watch_libraries(log_watch.WATCH)

import django  # noqa: E402 - the environment above decides what the settings read
from django.conf import settings  # noqa: E402 - likewise

_current_test = ""


def _cache_key(key: str, key_prefix: str, version: int) -> str:
    """Give every test an empty cache of its own, in all its threads."""
    return f"test:{RUN}:{WORKER}:{_current_test}:{key_prefix}:{version}:{key}"


# Runs at the same time share the servers, not the data.
DATABASE: dict[str, Any] = settings.DATABASES["default"]
DATABASE.setdefault("TEST", {})["NAME"] = f"test_rocketsdr_{RUN}"
CACHE: dict[str, Any] = {**settings.CACHES["default"], "KEY_FUNCTION": _cache_key}
settings.CACHES["default"] = CACHE
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS[1:]]  # quick, not safe
settings.TOOL_CALLS_EVERY = 0  # records are there when the call returns
settings.MAILBOX_DIR = RUN_FILES / "mailbox"
STORAGES: dict[str, Any] = settings.STORAGES
STORAGE: dict[str, Any] = STORAGES["default"]["OPTIONS"]
STORAGE["location"] = f"{STORAGE['location']}{WORKER}"  # what one worker purges is its own
django.setup()
log_watch.watch_product(log_watch.WATCH)

from django.core.cache.backends.redis import RedisCache  # noqa: E402 - likewise
from django.db import connection  # noqa: E402 - models exist from here on
from django_ratelimit import core as ratelimit  # noqa: E402

from campaigns import models  # noqa: E402
from campaigns.models import Campaign, Conversation, Enrollment, Lead, Persona, Product, Sender, SequenceStep  # noqa: E402
from rocketsdr.accounts import approvals, audit  # noqa: E402
from rocketsdr.accounts.actor import ALL_SCOPES, READ_SCOPES, Actor  # noqa: E402
from rocketsdr.accounts.models import Approval, AuditEvent, User, Workspace  # noqa: E402
from rocketsdr.accounts.models.workspace import Role  # noqa: E402
from rocketsdr.accounts.services import IssuedKey, issue_api_key  # noqa: E402
from rocketsdr.lib import clock  # noqa: E402
from rocketsdr.lib import jobs as jobs_module  # noqa: E402
from tests import factories  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(log_watch.PLUGIN, "log_watch")
    log_watch.PLUGIN.start()


def pytest_unconfigure() -> None:
    if not WORKER:
        shutil.rmtree(RUN_FILES, ignore_errors=True)


@pytest.fixture(autouse=True)
def _apart(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the test apart from the others: an empty cache, the machine's own clock."""
    global _current_test  # noqa: PLW0603 - one test at a time
    _current_test = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]  # an id may be longer than a key of the cache
    clock.use_offset_source(None)
    yield
    clock.use_offset_source(None)


@pytest.fixture(autouse=True)
def _clears_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `cache.clear()` empty the cache of this test alone: the backend's own empties that of every test that runs at the time."""

    def clear(_: RedisCache) -> None:
        global _current_test  # noqa: PLW0603 - one test at a time
        _current_test = hashlib.sha256(_current_test.encode()).hexdigest()[:16]

    monkeypatch.setattr(RedisCache, "clear", clear)


@pytest.fixture(autouse=True)
def _one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all tries of a test counted together: the library's windows end by the clock, and one may end in the middle of a test."""
    began = int(time.time())
    monkeypatch.setattr(ratelimit, "_get_window", lambda _, period: began + period)


# --- Jobs: nothing is handed to a worker ---------------------------------------------------------------------------------------


Job = tuple[str, dict[str, int | str]]


@dataclass
class Jobs:
    """What the services have enqueued: sent after a commit, or waiting for the commit that most tests never make."""

    sent: list[Job] = field(default_factory=list)

    @property
    def waiting(self) -> list[Job]:
        sent = {id(ids) for _, ids in self.sent}  # what a test has run itself stays in Django's list
        calls = [entry[1] for entry in connection.run_on_commit]
        return [call.args for call in calls if isinstance(call, partial) and call.func == self.send and id(call.args[1]) not in sent]

    @property
    def all(self) -> list[Job]:
        return [*self.sent, *self.waiting]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.all]

    def send(self, name: str, ids: dict[str, int | str]) -> None:
        self.sent.append((name, ids))


@pytest.fixture(autouse=True)
def jobs(monkeypatch: pytest.MonkeyPatch) -> Jobs:
    captured = Jobs()
    monkeypatch.setattr(jobs_module, "_send", captured.send)
    return captured


# --- Our workspace -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def now() -> datetime:
    return factories.NOW


@pytest.fixture
def workspace(db: None) -> Workspace:
    return factories.WorkspaceFactory.create(name="Acme")


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return factories.MembershipFactory.create(workspace=workspace, user__email="owner@acme.example", role=Role.OWNER).user


@pytest.fixture
def actor(workspace: Workspace, owner: User) -> Actor:
    """An agent with a key that may do everything."""
    return Actor(workspace_id=workspace.id, user_id=owner.pk, via="mcp", scopes=ALL_SCOPES, credential="key:1")


@pytest.fixture
def person(workspace: Workspace, owner: User) -> Actor:
    """The owner at a page of the web app."""
    return Actor(workspace_id=workspace.id, user_id=owner.pk, via="web", scopes=ALL_SCOPES)


@pytest.fixture
def viewer(workspace: Workspace) -> Actor:
    """A person who may only look."""
    member = factories.MembershipFactory.create(workspace=workspace, user__email="viewer@acme.example", role=Role.VIEWER)
    return Actor(workspace_id=workspace.id, user_id=member.user.pk, via="web", scopes=READ_SCOPES)


@pytest.fixture
def api_key(person: Actor, now: datetime) -> IssuedKey:
    return issue_api_key(actor=person, name="Claude", scopes=ALL_SCOPES, now=now)


@pytest.fixture
def product(workspace: Workspace) -> Product:
    return factories.ProductFactory.create(workspace=workspace, name="Analytics Suite")


@pytest.fixture
def persona(workspace: Workspace) -> Persona:
    return factories.PersonaFactory.create(workspace=workspace, name="Data lead")


@pytest.fixture
def sender(workspace: Workspace) -> Sender:
    """A sender through the built-in mailbox: no cap, any hour."""
    return factories.SenderFactory.create(workspace=workspace, email="grace@acme.example")


@pytest.fixture
def draft(workspace: Workspace, product: Product, persona: Persona, sender: Sender) -> Campaign:
    """A draft with everything but steps and leads."""
    return factories.CampaignFactory.create(workspace=workspace, product=product, persona=persona, senders=[sender])


@pytest.fixture
def campaign(workspace: Workspace, product: Product, persona: Persona, sender: Sender) -> Campaign:
    """A running campaign of two steps without leads."""
    made = factories.CampaignFactory.create(workspace=workspace, product=product, persona=persona, senders=[sender], running=True)
    factories.StepFactory.create_batch(2, campaign=made)
    return made


@pytest.fixture
def lead(workspace: Workspace) -> Lead:
    return factories.LeadFactory.create(workspace=workspace, email="ada@customer.example")


@pytest.fixture
def enrollment(campaign: Campaign, lead: Lead) -> Enrollment:
    """The lead in the running campaign; nothing is planned yet."""
    return factories.EnrollmentFactory.create(campaign=campaign, lead=lead)


# --- Somebody else ---------------------------------------------------------------------------------------------------------------


@dataclass
class Stranger:
    """Another workspace with one of everything: none of it may ever be seen from ours."""

    actor: Actor
    workspace: Workspace
    product: Product
    persona: Persona
    sender: Sender
    campaign: Campaign
    step: SequenceStep
    lead: Lead
    enrollment: Enrollment
    conversation: Conversation
    job: models.Job

    @property
    def lead_import(self) -> models.LeadImport:
        """An import of theirs that is done."""
        about = {"content_digest": "d" * 64, "status": "done", "created_at": factories.NOW}
        return models.LeadImport.objects.create(workspace=self.workspace, campaign=self.campaign, **about)

    @property
    def event(self) -> AuditEvent:
        """Something they did."""
        return audit.record(self.actor, "product.created", self.product)

    @property
    def approval(self) -> Approval:
        """Something that waits for a decision of theirs."""
        asks = partial(approvals.file, actor=self.actor, kind="campaigns.launch", text="Send it.", now=factories.NOW)
        return asks(subject_id=self.campaign.id, digest=self.campaign.launch_digest)


@pytest.fixture
def stranger(db: None) -> Stranger:
    member = factories.MembershipFactory.create(workspace__name="Initech", user__email="bill@initech.example")
    workspace = member.workspace
    sender = factories.SenderFactory.create(workspace=workspace, email="bill@initech.example")
    product, persona = factories.ProductFactory.create(workspace=workspace), factories.PersonaFactory.create(workspace=workspace)
    campaign = factories.CampaignFactory.create(workspace=workspace, product=product, persona=persona, senders=[sender], running=True)
    enrollment = factories.EnrollmentFactory.create(campaign=campaign, lead__email="peter@initech-customer.example")
    return Stranger(
        actor=Actor(workspace_id=workspace.id, user_id=member.user.pk, via="mcp", scopes=ALL_SCOPES, credential="key:2"),
        workspace=workspace,
        product=product,
        persona=persona,
        sender=sender,
        campaign=campaign,
        step=factories.StepFactory.create(campaign=campaign),
        lead=enrollment.lead,
        enrollment=enrollment,
        conversation=factories.ConversationFactory.create(campaign=campaign, lead=enrollment.lead),
        job=factories.JobFactory.create(workspace=workspace),
    )
