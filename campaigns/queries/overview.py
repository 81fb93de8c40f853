"""Campaigns as a person looks at them: a list with its numbers, and a name for what a draft shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from django.core.serializers.json import DjangoJSONEncoder

from campaigns.models import Campaign
from campaigns.queries.analytics import Counters, campaign_counters
from campaigns.queries.campaigns import get_campaign, list_campaigns, promise
from campaigns.queries.pages import LIMIT, Page
from rocketsdr.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class Row:
    """One campaign with its numbers."""

    campaign: Campaign
    counters: Counters


def list_rows(
    *, actor: Actor, status: str | None = None, query: str | None = None, limit: int = LIMIT, cursor: str | None = None
) -> Page[Row]:
    """Return one page of the workspace's campaigns with their numbers, the newest first, in as many queries however long it is."""
    page = list_campaigns(actor=actor, status=status, query=query, limit=limit, cursor=cursor)
    counted = campaign_counters(actor=actor, campaign_ids=[each.id for each in page.items])
    return page.map(lambda campaign: Row(campaign, counted[campaign.id]))


def draft_digest(*, actor: Actor, campaign_id: int) -> str:
    """Name what a draft would do now: another name means that somebody has changed it since it was looked at."""
    campaign = get_campaign(actor=actor, campaign_id=campaign_id)
    facts = [each.updated_at for each in (campaign.product, campaign.persona) if each]
    files = list(campaign.lead_imports.order_by("id").values_list("content_digest", "status"))
    whole = [promise(campaign=campaign), facts, files, campaign.enrollments.count()]
    return hashlib.sha256(json.dumps(whole, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()
