"""Approvals: what an act of real consequence meets before it takes effect, whatever door it came through.

A service that acts asks `ask`; the answer says whether the act is approved now, and until when it is held. What a decision sets
in motion is a verb that the app registers by name in its `apps.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models.approval import Approval, ApprovalStatus
from rocketsdr.accounts.models.workspace import ApprovalPolicy, Workspace
from rocketsdr.lib.errors import Conflict, Forbidden, NotFound

DECIDABLE_FOR = timedelta(days=7)

Effect = Callable[[Actor, Approval, datetime], None]
Refusal = Callable[[Approval, datetime], None]
_effects: dict[str, tuple[Effect, Refusal]] = {}


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


def register(kind: str, effect: Effect, refusal: Refusal) -> None:
    """Name what an approval of this kind sets in motion, and what its rejection or its end without a decision does."""
    _effects[kind] = effect, refusal


def ask(*, actor: Actor, kind: str, subject_id: int, digest: str, text: str, now: datetime) -> Gate:
    """Meet the workspace's policy: go on after the hold, or file an approval that replaces an older one of the same act."""
    workspace = Workspace.objects.get(id=actor.workspace_id)
    withdraw(actor=actor, kind=kind, subject_id=subject_id, now=now)
    if workspace.approval_policy == ApprovalPolicy.COOLING_OFF:
        return Gate(approved=True, hold_until=now + timedelta(minutes=workspace.hold_minutes))
    approval = Approval.objects.create(
        workspace=workspace,
        kind=kind,
        subject_id=subject_id,
        digest=digest,
        text=text,
        requested_by_id=actor.user_id,
        requested_with=actor.credential,
        created_at=now,
        expires_at=now + DECIDABLE_FOR,
    )
    return Gate(approved=False, approval_id=approval.id)


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


@transaction.atomic
def decide(*, actor: Actor, approval_id: int, approve: bool, digest: str, note: str = "", now: datetime) -> Approval:
    """Approve or reject what a person has reviewed; the digest proves that it is still the same thing."""
    actor.require("oversight:write")
    approval = get_approval(actor=actor, approval_id=approval_id)
    if actor.user_id is None or actor.credential:
        raise OnlyPeopleApprove("An approval is decided by a signed-in person.", fix="Open the approvals page and decide there.")
    if approval.digest != digest:
        raise ApprovalOutdated("The act has changed since this was reviewed.", fix="Review it again and decide on its new digest.")
    if not Approval.objects.decidable(now).filter(id=approval.id).exists():
        raise _not_decidable(approval)
    if approve:  # first, because whoever pauses the same act locks it before the approval too
        _effects[approval.kind][0](actor, approval, now)
    status = ApprovalStatus.APPROVED if approve else ApprovalStatus.REJECTED
    decided = Approval.objects.decidable(now).filter(id=approval.id)
    if decided.update(status=status, decided_by_id=actor.user_id, decided_at=now, note=note) != 1:
        raise _not_decidable(get_approval(actor=actor, approval_id=approval_id))
    approval.refresh_from_db()
    if not approve:
        _effects[approval.kind][1](approval, now)
    audit.record(actor, f"approval.{approval.status}", approval, kind=approval.kind, act_on=approval.subject_id)
    return approval


@transaction.atomic
def expire(*, now: datetime) -> None:
    """End the approvals that nobody decided in time, and with them the acts that wait for them."""
    late = Approval.objects.filter(status=ApprovalStatus.PENDING, expires_at__lte=now)
    for approval in late.order_by("id").select_for_update(skip_locked=True, no_key=True):
        _effects[approval.kind][1](approval, now)
        Approval.objects.filter(id=approval.id).update(status=ApprovalStatus.WITHDRAWN, decided_at=now)


def _not_decidable(approval: Approval) -> NotDecidable:
    status = "expired" if approval.status == ApprovalStatus.PENDING else approval.status
    fix = "Ask for the act again." if status == "expired" else ""
    return NotDecidable(f"The approval is {status} and cannot be decided any more.", fix=fix, status=status)
