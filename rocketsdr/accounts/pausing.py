"""The kill switch of a workspace: any credential may stop all of its mail, and only people let it go on.

The moment stands in a column that the claim of an e-mail reads, and the last look before DATA too, so nothing has to be found and
stopped one by one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from rocketsdr.accounts import approvals, audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.approvals import ApprovalOutdated
from rocketsdr.accounts.models import Approval, Workspace
from rocketsdr.lib.errors import Conflict, Forbidden
from rocketsdr.lib.jobs import enqueue

KIND = "workspace.resume"


class NotPaused(Conflict):
    code = "workspace_not_paused"


class OnlyPeopleResume(Forbidden):
    code = "only_people_resume"


@transaction.atomic
def pause(*, actor: Actor, reason: str = "", now: datetime) -> Workspace:
    """Stop all mail of the workspace from this moment. Asking twice changes nothing: the first moment and its reason stay."""
    running = Workspace.objects.filter(id=actor.workspace_id, paused_at__isnull=True)
    stopped = running.update(paused_at=now, pause_reason=" ".join(reason.split())[:300]) == 1
    workspace = Workspace.objects.get(id=actor.workspace_id)
    if stopped:
        audit.record(actor, "workspace.paused", workspace)
    return workspace


@transaction.atomic
def ask_to_resume(*, actor: Actor, now: datetime) -> Approval:
    """Ask people to lift the pause; nothing is sent until one of them approves it."""
    workspace = Workspace.objects.get(id=actor.workspace_id)
    if workspace.paused_at is None:
        raise _not_paused()
    why = f" Its reason: {workspace.pause_reason}" if workspace.pause_reason else ""
    text = f"Let the workspace {workspace.name!r} send again; it is paused since {workspace.paused_at:%Y-%m-%d %H:%M} UTC.{why}"
    approval = approvals.file(actor=actor, kind=KIND, subject_id=workspace.id, digest=_digest(workspace), text=text, now=now)
    audit.record(actor, "workspace.resume_requested", approval)
    return approval


@transaction.atomic
def lift(*, actor: Actor, now: datetime) -> Workspace:
    """Let a paused workspace send again: a signed-in person may, an agent never."""
    if actor.user_id is None or actor.credential:
        raise OnlyPeopleResume("A pause is lifted by a signed-in person.", fix="Call resume_all: it asks them to.")
    actor.require("oversight:write")
    _let_go_on(actor, Workspace.objects.get(id=actor.workspace_id))
    approvals.withdraw(actor=actor, kind=KIND, subject_id=actor.workspace_id, now=now)
    return Workspace.objects.get(id=actor.workspace_id)


def approve(actor: Actor, approval: Approval, now: datetime) -> None:
    """Lift the pause that was reviewed; a later one is another."""
    workspace = Workspace.objects.get(id=actor.workspace_id)
    if workspace.paused_at is not None and _digest(workspace) != approval.digest:
        raise ApprovalOutdated("The workspace was paused again since.", fix="Ask again with resume_all, or lift the pause yourself.")
    _let_go_on(actor, workspace)


def refuse(approval: Approval, now: datetime) -> None:
    """Leave the workspace paused."""


def _let_go_on(actor: Actor, workspace: Workspace) -> None:
    same_pause = Workspace.objects.filter(id=workspace.id, paused_at__isnull=False, paused_at=workspace.paused_at)
    if same_pause.update(paused_at=None, pause_reason="") != 1:
        raise _not_paused()
    audit.record(actor, "workspace.resumed", workspace)
    enqueue("campaigns.tick")


def _not_paused() -> NotPaused:
    return NotPaused("The workspace is not paused.", fix="There is nothing to lift; get_campaign says what keeps a campaign from sending.")


def _digest(workspace: Workspace) -> str:
    """Name one pause: whose, since when and why."""
    pause = f"{workspace.id} {workspace.paused_at:%Y-%m-%dT%H:%M:%S.%f%z} {workspace.pause_reason}"
    return hashlib.sha256(pause.encode()).hexdigest()


ACT = approvals.Act(approve, refuse, people_only=True)
