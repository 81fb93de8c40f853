"""What matters in a workspace today: what waits for a person, what runs, and what a new workspace still needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, Model, OuterRef, QuerySet, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from campaigns.models import Campaign, CampaignStatus, Conversation, Persona, Product, Sender, SenderStatus
from campaigns.models.campaign import LAUNCHED
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import ApiKey, Approval, AuditEvent, Workspace


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person: acts to decide on, threads that nobody has read."""

    approvals: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Today(Waiting):
    """The numbers of a workspace, and which of its first steps it has taken."""

    running: int = 0
    getting_ready: int = 0
    paused: int = 0
    drafts: int = 0
    senders: int = 0
    senders_resting: int = 0
    has_product: bool = False
    has_persona: bool = False
    has_agent: bool = False
    has_launched: bool = False

    @property
    def is_set_up(self) -> bool:
        """Say whether every first step is taken."""
        return self.has_product and self.has_persona and self.senders > 0 and self.has_agent and self.has_launched


def waiting(*, actor: Actor, now: datetime) -> Waiting:
    """Return what waits for a person in the actor's workspace, in one statement."""
    return Waiting(**_asked(actor, _waiting(now)))


def today(*, actor: Actor, now: datetime) -> Today:
    """Return the actor's workspace as it is today, in one statement."""
    campaigns, senders = Campaign.objects.all(), Sender.objects.all()
    asked = {
        **_waiting(now),
        "running": _number(campaigns.filter(status=CampaignStatus.RUNNING)),
        "getting_ready": _number(campaigns.filter(status__in=[CampaignStatus.IMPORTING, CampaignStatus.SCHEDULED])),
        "paused": _number(campaigns.filter(status=CampaignStatus.PAUSED)),
        "drafts": _number(campaigns.filter(status=CampaignStatus.DRAFT)),
        "senders": _number(senders),
        "senders_resting": _number(senders.exclude(status=SenderStatus.ACTIVE)),
        "has_product": _is_there(Product.objects.all()),
        "has_persona": _is_there(Persona.objects.all()),
        "has_agent": Case(
            When(_is_there(ApiKey.objects.filter(revoked_at=None)) | _is_there(AuditEvent.objects.exclude(credential="")), then=True),
            default=False,
        ),
        "has_launched": _is_there(campaigns.filter(status__in=[*LAUNCHED, CampaignStatus.PAUSED, CampaignStatus.COMPLETED])),
    }
    return Today(**_asked(actor, asked))


Asked = dict[str, Combinable]


def _waiting(now: datetime) -> Asked:
    return {
        "approvals": _number(Approval.objects.decidable(now)),
        "unread": _number(Conversation.objects.filter(unread=True)),
    }


def _asked(actor: Actor, asked: Asked) -> dict[str, Any]:
    answers = Workspace.objects.filter(id=actor.workspace_id).values_list(*asked.values()).get()
    return dict(zip(asked, answers, strict=True))


def _number(rows: QuerySet[Model]) -> Coalesce:
    """Return how many of these rows are the workspace's."""
    mine = rows.filter(workspace_id=OuterRef("id")).order_by().values("workspace_id")
    return Coalesce(Subquery(mine.annotate(number=Count("id")).values("number")), 0, output_field=IntegerField())


def _is_there(rows: QuerySet[Model]) -> Exists:
    return Exists(rows.filter(workspace_id=OuterRef("id")))
