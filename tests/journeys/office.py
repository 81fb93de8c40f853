"""An office in small: agents with keys, the people who watch them, the platform's workers and clock, and a receiver of all its mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from random import Random
from typing import Any, TypeVar

from django.db import connection, models

from campaigns import tasks
from campaigns.models import Campaign, CampaignStatus, Persona, Product, Sender
from campaigns.queries.approvals import show
from campaigns.services import campaigns, launching, personas, products
from campaigns.services.campaigns import CampaignSpec
from rocketsdr.accounts import approvals, pausing
from rocketsdr.accounts.actor import ALL_SCOPES, Actor, parts_of
from rocketsdr.accounts.models import Approval, Workspace
from rocketsdr.accounts.services import IssuedKey, KeyRules, issue_api_key
from rocketsdr.celery import app
from rocketsdr.lib.errors import DomainError
from tests import factories
from tests.conftest import Jobs
from tests.fakes.recorder import LATER, TAKES, Recorder
from tests.journeys.conftest import Agent
from tests.journeys.notary import Breach, Notary, Review

T = TypeVar("T")
RUNAWAY = 100  # jobs that one round of work may take; more is a loop


@dataclass
class Watch:
    """A clock that only moves when it is read, by a millisecond, and when a test moves it."""

    at: datetime

    def now(self, _: tzinfo) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


class Pick:
    """Choices that one number has made beforehand."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)

    def of(self, options: Sequence[T]) -> T:
        return self._random.choice(options)

    def once_in(self, times: int) -> bool:
        return self._random.randrange(times) == 0


@dataclass(frozen=True, slots=True)
class Policies:
    """What the acts of the agents meet: the workspace's policy, the first key's own, and whether an owner lets that one approve."""

    workspace: str
    key: str
    may_approve: bool = False


@dataclass
class Office:
    recorder: Recorder
    jobs: Jobs
    watch: Watch
    policies: Policies
    tally: Counter[str] = field(default_factory=Counter)
    uploads: list[str] = field(default_factory=list)
    read: list[Review | Approval] = field(default_factory=list)  # what the person has read and may decide some time

    def __post_init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE accounts_workspace, accounts_user RESTART IDENTITY CASCADE")
        self.jobs.sent.clear()
        self.recorder.take()
        self.recorder.answer = TAKES
        owner = factories.MembershipFactory.create(
            workspace__approval_policy=self.policies.workspace, workspace__quota_limits={"create_campaign": 10_000}
        )
        self.workspace: Workspace = owner.workspace
        self.person = Actor(workspace_id=self.workspace.id, user_id=owner.user.pk, via="web", scopes=ALL_SCOPES)
        self._furnish()
        self.keys = [self._key(self.policies.may_approve), self._key(may_approve=False)]
        self.agents = [Agent(key.secret) for key in self.keys]
        self.notary = Notary(self.workspace.id, [self.sender.signature], tally=self.tally)

    def _furnish(self) -> None:
        self.sender = factories.SenderFactory.create(workspace=self.workspace, signature="Grace")
        factories.ProductFactory.create(workspace=self.workspace)
        factories.PersonaFactory.create(workspace=self.workspace)
        old = factories.EnrollmentFactory.create(campaign__workspace=self.workspace, campaign__status="archived")
        factories.ConversationFactory.create(campaign=old.campaign, lead=old.lead)

    def _key(self, may_approve: bool) -> IssuedKey:
        rules = KeyRules(policy=self.policies.key, may_approve=may_approve)
        return issue_api_key(actor=self.person, name="Claude", scopes=ALL_SCOPES, rules=rules, now=self.watch.at)

    # --- What there is -----------------------------------------------------------------------------------------------------------

    def ids(self, model: type[models.Model]) -> list[int]:
        """Return the newest rows of the workspace, or an id that is nobody's."""
        rows = model._default_manager.filter(workspace_id=self.workspace.id).order_by("-id")
        return list(rows.values_list("id", flat=True)[:8]) or [999_999]

    def approvals(self, status: str = "pending") -> list[Approval]:
        return list(Approval.objects.filter(workspace_id=self.workspace.id, status=status).order_by("-id")[:8])

    def campaigns(self, *statuses: str) -> list[Campaign]:
        return list(Campaign.objects.filter(workspace_id=self.workspace.id, status__in=statuses).order_by("-id")[:8])

    # --- Agents ------------------------------------------------------------------------------------------------------------------

    def call(self, tool: str, *, by: int = 0, **arguments: Any) -> dict[str, Any]:
        """Let an agent call a tool; whatever comes of it, nothing may leave that nobody approved."""
        review = self._review(int(arguments["approval_id"])) if tool == "resolve_approval" else None
        result = self.agents[by].result(tool, **arguments)
        data = result["structuredContent"]
        self.tally[f"tool {tool}"] += 1
        self.tally[f"refused: {data.get('code')}" if result["isError"] else "calls that worked"] += 1
        meta = result.get("_meta", {})
        if tool == "resolve_approval" and data.get("status") == "approved" and not (meta.get("replayed") or meta.get("dry_run")):
            self._approved_by_agent(by, review)
        self.check()
        return data if isinstance(data, dict) else {}

    def _approved_by_agent(self, by: int, review: Review | Approval | None) -> None:
        """Take down an approval by an agent, which an owner must have let approve, of what another one has asked for."""
        approval_id = review.approval_id if isinstance(review, Review) else 0
        asked_with = parts_of(Approval.objects.get(id=approval_id).requested_with) if approval_id else []
        if not self.keys[by].key.may_approve or not isinstance(review, Review) or self.keys[by].key.credential in asked_with:
            raise Breach(f"The agent {by} has approved {review}.")
        self.notary.approved.add(review.approval_id)
        self.notary.license(review)
        self.tally["approved by an agent that may"] += 1

    def _review(self, approval_id: int) -> Review | Approval | None:
        approval = Approval.objects.filter(id=approval_id, workspace_id=self.workspace.id).first()
        return Review.of(approval) if approval and approval.kind == launching.KIND else approval

    # --- People ------------------------------------------------------------------------------------------------------------------

    def reads(self, approval: Approval) -> Review | Approval:
        """Let the person look at what waits: what stands there now is what they may decide on later."""
        shown = show(actor=self.person, approval_id=approval.id)
        assert shown.approval.digest == approval.digest
        review = self._review(approval.id)
        assert review is not None
        self.read.append(review)
        return review

    def decides(self, review: Review | Approval, *, approve: bool = True) -> bool:
        """Let the person decide on what they have read, however long ago; say whether it was still that."""
        approval_id = review.approval_id if isinstance(review, Review) else review.id
        try:
            approvals.decide(actor=self.person, approval_id=approval_id, approve=approve, digest=review.digest, now=self.watch.at)
        except DomainError as error:
            self.tally[f"too late: {error.code}"] += 1
            return False
        self.tally["approved" if approve else "rejected"] += 1
        if approve:
            self.notary.approved.add(approval_id)
        if approve and isinstance(review, Review):
            self.notary.license(review)
        self.check()
        return True

    def approves_all(self) -> None:
        """Let the person read and approve whatever waits now."""
        for approval in self.approvals():
            self.decides(self.reads(approval))

    def signs(self, signature: str) -> None:
        """Let the person change how the sender signs."""
        Sender.objects.filter(id=self.sender.id).update(signature=signature)
        self.notary.signatures.append(signature)

    def rewords(self, words: str) -> None:
        """Let the person change what is said of every product and persona."""
        for product_id in self.ids(Product):
            products.update_product(actor=self.person, product_id=product_id, changes={"description": words}, now=self.watch.at)
        for persona_id in self.ids(Persona):
            personas.update_persona(actor=self.person, persona_id=persona_id, changes={"title": words}, now=self.watch.at)

    def pauses(self, pick: Pick) -> None:
        """Let the person stop one campaign, or everything."""
        launched = self.campaigns(CampaignStatus.SCHEDULED, CampaignStatus.RUNNING)
        if launched and pick.once_in(2):
            campaigns.pause(actor=self.person, campaign_id=pick.of(launched).id, now=self.watch.at)
        else:
            pausing.pause(actor=self.person, now=self.watch.at)
        self.check()

    def lifts(self) -> None:
        """Let the person end the pause of the workspace, if there is one."""
        if Workspace.objects.get(id=self.workspace.id).paused_at is not None:
            pausing.lift(actor=self.person, now=self.watch.at)

    def launches(self, pick: Pick) -> None:
        """Let the person launch a draft, or resume what is paused, where their own act needs an approval too."""
        if self.policies.workspace != "approval":
            return
        paused, drafts = self.campaigns(CampaignStatus.PAUSED), self.campaigns(CampaignStatus.DRAFT)
        spec = CampaignSpec(product_id=self.ids(Product)[-1], persona_id=self.ids(Persona)[-1])
        try:
            if paused and pick.once_in(2):
                campaigns.resume(actor=self.person, campaign_id=pick.of(paused).id, now=self.watch.at)
            elif drafts:
                campaigns.finalize(actor=self.person, campaign_id=pick.of(drafts).id, spec=spec, now=self.watch.at)
        except DomainError as error:
            self.tally[f"a person could not: {error.code}"] += 1

    # --- The platform ------------------------------------------------------------------------------------------------------------

    def works(self, *, rounds: int = 1) -> None:
        """Let beat and the workers do whatever there is to do now."""
        for _ in range(rounds):
            self.jobs.sent.append((tasks.tick.name, {}))
            for _ in range(RUNAWAY):
                self.jobs.sent[:] = [each for place, each in enumerate(self.jobs.sent) if each not in self.jobs.sent[:place]]
                self.does(0)
            assert not self.jobs.sent, "the jobs never end"
        self.check()

    def does(self, place: int) -> None:
        """Let a worker do one of the jobs that wait, in any order."""
        if self.jobs.sent:
            name, ids = self.jobs.sent.pop(place % len(self.jobs.sent))
            app.tasks[name].run(**ids)

    def waits(self, by: timedelta) -> None:
        self.watch.at += by

    def answers(self, *, later: bool) -> None:
        """Let the receiver take e-mails, or put them off."""
        self.recorder.answer = LATER if later else TAKES

    def check(self) -> None:
        self.notary.check(self.recorder.take())
