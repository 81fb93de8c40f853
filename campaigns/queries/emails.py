"""The e-mails themselves: what the first ones of a campaign say, and what one lead got and will get."""

from __future__ import annotations

from campaigns.models import Delivery, DeliveryStatus
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.leads import get_lead
from rocketsdr.accounts.actor import Actor

FIRST = 3
OF_LEAD = 50  # the newest
NEVER = [DeliveryStatus.BLOCKED, DeliveryStatus.CANCELLED, DeliveryStatus.FAILED]


def first_emails(*, actor: Actor, campaign_id: int, limit: int = FIRST) -> list[Delivery]:
    """Return some of the campaign's first e-mails with their words: those that will go out, or have gone."""
    written = get_campaign(actor=actor, campaign_id=campaign_id).deliveries.filter(step__position=1, email__isnull=False)
    return list(written.exclude(status__in=NEVER).select_related("lead", "sender", "email").order_by("lead_id")[:limit])


def emails_of_lead(*, actor: Actor, lead_id: int) -> list[Delivery]:
    """Return what one lead got and will get, from every campaign of the workspace, the newest first."""
    lead = get_lead(actor=actor, lead_id=lead_id)
    mine = Delivery.objects.filter(workspace_id=actor.workspace_id, lead=lead)
    return list(mine.select_related("campaign", "step", "sender", "email").order_by("-id")[:OF_LEAD])
