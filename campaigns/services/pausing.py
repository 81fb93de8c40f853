"""Stopping everything that a workspace sends, and saying what that holds back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.models import Campaign, Delivery, Sender, SenderStatus
from campaigns.models.campaign import LAUNCHED
from campaigns.models.delivery import NOT_STARTED
from rocketsdr.accounts import pausing
from rocketsdr.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a pause of the workspace holds back: launched campaigns, senders that could send, planned e-mails."""

    campaigns: int
    senders: int
    queued: int


@transaction.atomic
def pause_all(*, actor: Actor, reason: str = "", now: datetime) -> Stopped:
    """Stop all mail of the workspace now. It waits for nothing: an e-mail whose DATA has begun arrives, every other one is held."""
    pausing.pause(actor=actor, reason=reason, now=now)
    launched = Campaign.objects.of_workspace(actor.workspace_id).filter(status__in=LAUNCHED)
    able = Sender.objects.filter(workspace_id=actor.workspace_id).exclude(status=SenderStatus.PAUSED)
    held = Delivery.objects.filter(campaign__in=launched, status__in=NOT_STARTED)
    return Stopped(campaigns=launched.count(), senders=able.count(), queued=held.count())
