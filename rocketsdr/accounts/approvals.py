"""Approvals: what an act of real consequence meets before it takes effect, whatever door it came through.

A service that acts asks `ask`; the answer says whether the act is approved now, and until when it is held. What a decision sets
in motion is a verb that the app registers by name in its `apps.py`.

Who decides: a signed-in person, or an agent whose key an owner has given `may_approve`. No credential ever approves what it has
asked for itself, whatever its owner allowed: a second one, or a person, has looked at it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor, parts_of, stricter
from rocketsdr.accounts.models.approval import Approval, ApprovalStatus
from rocketsdr.accounts.models.workspace import ApprovalPolicy, Workspace
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid, NotFound

DECIDABLE_FOR = timedelta(days=7)
LONGEST_NOTE = 500  # characters

Effect = Callable[[Actor, Approval, datetime], None]
Refusal = Callable[[Approval, datetime], None]


class NotDecidable(Conflict):
    code = "approval_not_decidable"


class ApprovalOutdated(Conflict):
    code = "approval_outdated"


class OnlyPeopleApprove(Forbidden):
    code = "only_people_approve"


@dataclass(frozen=True, slots=True)
class Gate:
    """What the policy says to an act: approved now and held until `hold_until`, or waiting for the approval `approval_id`."""

    approved: bool
    hold_until: datetime | None = None
    approval_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of the people whom an act reaches."""

    lead_id: int
    email: str
    name: str
    company: str


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody has to see who decides: how many people it reaches, some of them, and the words that they would read."""

    population_size: int = 0
    population: tuple[Recipient, ...] = ()
    words: str = ""


Show = Callable[[Sequence[Approval]], dict[int, Review]]


def _show_nothing(approvals: Sequence[Approval]) -> dict[int, Review]:
    """Show what is no more than its sentence."""
    return {}


@dataclass(frozen=True, slots=True)
class Act:
    """A kind of act that can wait for an approval: what each decision sets in motion, who may decide, what there is to see."""

    approve: Effect
    refuse: Refusal  # a rejection, or the end without a decision
    people_only: bool = False
    show: Show = _show_nothing


_acts: dict[str, Act] = {}


def register(kind: str, act: Act) -> None:
    """Name what an approval of this kind sets in motion."""
    _acts[kind] = act


def policy_of(actor: Actor) -> ApprovalPolicy:
    """Return the policy that this caller's acts meet: the workspace's or the credential's own, whichever is stricter."""
    return _policy_of(actor, Workspace.objects.only("approval_policy").get(id=actor.workspace_id))


def _policy_of(actor: Actor, workspace: Workspace) -> ApprovalPolicy:
    return ApprovalPolicy(stricter(workspace.approval_policy, actor.policy))


def ask(*, actor: Actor, kind: str, subject_id: int, digest: str, text: str, now: datetime) -> Gate:
    """Meet the caller's policy: go on after the hold, or file an approval that replaces an older one of the same act.

    Under `confirm` the door has asked before it called the service, and a person at a page has clicked: what comes here is confirmed.
    """
    workspace = Workspace.objects.get(id=actor.workspace_id)
    if _policy_of(actor, workspace) == ApprovalPolicy.APPROVAL:
        return Gate(approved=False, approval_id=file(actor=actor, kind=kind, subject_id=subject_id, digest=digest, text=text, now=now).id)
    withdraw(actor=actor, kind=kind, subject_id=subject_id, now=now)
    return Gate(approved=True, hold_until=now + timedelta(minutes=workspace.hold_minutes))


def file(*, actor: Actor, kind: str, subject_id: int, digest: str, text: str, now: datetime) -> Approval:
    """Let an act wait for a decision, whatever the policy; it replaces an older request for the same act."""
    withdraw(actor=actor, kind=kind, subject_id=subject_id, now=now)
    return Approval.objects.create(
        workspace_id=actor.workspace_id,
        kind=kind,
        subject_id=subject_id,
        digest=digest,
        text=text,
        requested_by_id=actor.user_id,
        requested_with=actor.credential,
        created_at=now,
        expires_at=now + DECIDABLE_FOR,
    )


def withdraw(*, actor: Actor, kind: str, subject_id: int, now: datetime) -> None:
    """Take back what still waits for this act, because the act itself has changed or gone."""
    pending = Approval.objects.filter(workspace_id=actor.workspace_id, kind=kind, subject_id=subject_id, status=ApprovalStatus.PENDING)
    pending.update(status=ApprovalStatus.WITHDRAWN, decided_at=now)


def get_approval(*, actor: Actor, approval_id: int) -> Approval:
    """Return one approval of the actor's workspace."""
    try:
        return Approval.objects.get(id=approval_id, workspace_id=actor.workspace_id)
    except Approval.DoesNotExist:
        raise NotFound("No such approval.", approval_id=approval_id) from None


def pending(*, actor: Actor, now: datetime) -> list[Approval]:
    """Return what waits for a decision in the actor's workspace, the oldest first."""
    waiting = Approval.objects.decidable(now).filter(workspace_id=actor.workspace_id)
    return list(waiting.select_related("requested_by").order_by("id"))


def decided(*, actor: Actor, now: datetime, before: int | None = None, limit: int) -> list[Approval]:
    """Return what waits no more in the actor's workspace: decided, taken back, or ended without a decision; the newest request first."""
    over = Approval.objects.filter(workspace_id=actor.workspace_id).exclude(status=ApprovalStatus.PENDING, expires_at__gt=now)
    older = over.filter(id__lt=before) if before else over
    return list(older.select_related("requested_by", "decided_by").order_by("-id")[:limit])


@transaction.atomic
def decide(*, actor: Actor, approval_id: int, approve: bool, digest: str, note: str = "", now: datetime) -> Approval:
    """Approve or reject what a person has reviewed; the digest proves that it is still the same thing."""
    actor.require("oversight:write")
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"The note has {len(note)} characters; {LONGEST_NOTE} are kept.", field="note", fix="Make it shorter.")
    approval = get_approval(actor=actor, approval_id=approval_id)
    _check_may_decide(actor, approval, approve=approve)
    if approval.digest != digest:
        raise ApprovalOutdated("The act has changed since this was reviewed.", fix="Review it again and decide on its new digest.")
    if not Approval.objects.decidable(now).filter(id=approval.id).exists():
        raise _not_decidable(approval)
    if approve:  # first, because whoever pauses the same act locks it before the approval too
        _acts[approval.kind].approve(actor, approval, now)
    status = ApprovalStatus.APPROVED if approve else ApprovalStatus.REJECTED
    decided = Approval.objects.decidable(now).filter(id=approval.id)
    if decided.update(status=status, decided_by_id=actor.user_id, decided_at=now, note=note) != 1:
        raise _not_decidable(get_approval(actor=actor, approval_id=approval_id))
    approval.refresh_from_db()
    if not approve:
        _acts[approval.kind].refuse(approval, now)
    audit.record(actor, f"approval.{approval.status}", approval, kind=approval.kind, act_on=approval.subject_id)
    return approval


def _check_may_decide(actor: Actor, approval: Approval, *, approve: bool) -> None:
    """Refuse agents: without their owner's word, for what only people decide, and for approving what they have asked for themselves."""
    fix = "Ask a person to decide on the approvals page."
    if actor.user_id is None or (actor.credential and not actor.may_approve):
        raise OnlyPeopleApprove("An approval is decided by a signed-in person.", fix=fix)
    if actor.credential and _acts[approval.kind].people_only:
        raise OnlyPeopleApprove(f"{approval.kind} is decided by people only.", fix=fix)
    if approve and set(actor.credentials) & set(parts_of(approval.requested_with)):
        raise OnlyPeopleApprove("A credential never approves what it has asked for itself.", fix=fix)


def effect_of(approval: Approval) -> str:
    """Say what a decision has set in motion."""
    return approval.text if approval.status == ApprovalStatus.APPROVED else "Nothing happens."


def reviews(approvals: Sequence[Approval]) -> dict[int, Review]:
    """Return what there is to see of each of these approvals, by id."""
    kinds = {approval.kind for approval in approvals} & _acts.keys()
    shown = [_acts[kind].show([each for each in approvals if each.kind == kind]) for kind in sorted(kinds)]
    seen = {approval_id: review for part in shown for approval_id, review in part.items()}
    return {approval.id: seen.get(approval.id, Review()) for approval in approvals}


@transaction.atomic
def expire(*, now: datetime) -> None:
    """End the approvals that nobody decided in time, and with them the acts that wait for them."""
    late = Approval.objects.filter(status=ApprovalStatus.PENDING, expires_at__lte=now)
    for approval in late.order_by("id").select_for_update(skip_locked=True, no_key=True):
        _acts[approval.kind].refuse(approval, now)
        Approval.objects.filter(id=approval.id).update(status=ApprovalStatus.WITHDRAWN, decided_at=now)


def _not_decidable(approval: Approval) -> NotDecidable:
    status = "expired" if approval.status == ApprovalStatus.PENDING else approval.status
    fix = "Ask for the act again." if status == "expired" else ""
    return NotDecidable(f"The approval is {status} and cannot be decided any more.", fix=fix, status=status)
