"""The queue of approvals, each with what there is to see of the act that waits."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.queries.pages import LIMIT, Page, page
from rocketsdr.accounts import approvals
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.approvals import Review
from rocketsdr.accounts.models import Approval


@dataclass(frozen=True, slots=True)
class Shown:
    """An approval with what somebody has to see who decides on it."""

    approval: Approval
    review: Review


def list_approvals(*, actor: Actor, status: str | None = None, limit: int = LIMIT, cursor: str | None = None) -> Page[Shown]:
    """Return the workspace's approvals, the newest first."""
    found = Approval.objects.filter(workspace_id=actor.workspace_id)
    if status:
        found = found.filter(status=status)
    rows = page(found, limit=limit, cursor=cursor, order=("-id",))
    reviews = approvals.reviews(rows.items)
    return rows.map(lambda approval: Shown(approval, reviews[approval.id]))


def show(*, actor: Actor, approval_id: int) -> Shown:
    """Return one approval of the actor's workspace."""
    approval = approvals.get_approval(actor=actor, approval_id=approval_id)
    return Shown(approval, approvals.reviews([approval])[approval.id])
