"""What speaks against writing to somebody: every gate that fails, with its evidence. One place, whoever asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Max, Q

from campaigns.models import (
    Campaign,
    CampaignStatus,
    Delivery,
    DeliveryStatus,
    Enrollment,
    Event,
    EventKind,
    LawfulBasis,
    Lead,
    Suppression,
)
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.leads import get_leads
from campaigns.rules import texts
from campaigns.rules.email_addresses import Address, Refused, normalise
from campaigns.rules.email_kinds import disposable_domain_of, free_provider_of, role_of
from campaigns.rules.given_pages import span_of
from campaigns.rules.targeting.places import locate
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Invalid

MOST = 500  # people of one question
LIMIT = 40  # of them on a page: about as many as an answer has room for
RECENTLY = timedelta(days=30)
CONSENT_FIRST = {276: "Germany", 124: "Canada"}  # where the law asks for consent before the first e-mail, companies included

Decision = Literal["allow", "allow_at_risk", "deny"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that speaks against an e-mail; it forbids it, or makes it a risk that a person has to weigh."""

    gate: str
    forbids: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Screened:
    """Somebody, whether they may be written to, and what speaks against it."""

    email: str
    lead_id: int | None
    gates: list[Gate]
    last_contacted: datetime | None

    @property
    def decision(self) -> Decision:
        if any(gate.forbids for gate in self.gates):
            return "deny"
        return "allow_at_risk" if self.gates else "allow"


@dataclass(frozen=True, slots=True)
class Screening:
    """A page of those who were asked about, in their order; the counts are of all of them."""

    results: list[Screened]
    total: int
    next_cursor: str | None
    counts: dict[str, int]
    failing: dict[str, int]


def screen_page(
    *,
    actor: Actor,
    emails: Sequence[str] = (),
    lead_ids: Sequence[int] = (),
    campaign_id: int | None = None,
    limit: int = LIMIT,
    cursor: str | None = None,
    now: datetime,
) -> Screening:
    """Screen all who are asked about, and return a page of them."""
    found = screen(actor=actor, emails=emails, lead_ids=lead_ids, campaign_id=campaign_id, now=now)
    given, field = (list(emails), "emails") if emails else ([str(each) for each in lead_ids], "lead_ids")
    span = span_of(given, field=field, limit=limit, cursor=cursor)
    decisions: Counter[str] = Counter(each.decision for each in found)
    failed = Counter(gate.gate for each in found for gate in each.gates)
    return Screening(found[span.start : span.end], len(found), span.next_cursor, decisions, failed)


def screen(
    *, actor: Actor, emails: Sequence[str] = (), lead_ids: Sequence[int] = (), campaign_id: int | None = None, now: datetime
) -> list[Screened]:
    """Say of each address or lead what speaks against writing to them; with a campaign also what speaks against it there."""
    actor.require("leads:read")
    if bool(emails) == bool(lead_ids) or len(emails) + len(lead_ids) > MOST:
        raise Invalid("Either emails or lead_ids are screened.", field="emails", fix=f"Send 1 to {MOST} of one of them.")
    campaign = get_campaign(actor=actor, campaign_id=campaign_id) if campaign_id is not None else None
    leads = get_leads(actor=actor, lead_ids=lead_ids)
    asked = list(emails) or [leads[each].email for each in lead_ids]
    facts = _Facts(actor.workspace_id, campaign, [normalise(each) for each in asked], now)
    return [facts.screened(given, read) for given, read in zip(asked, facts.read, strict=True)]


class _Facts:
    """What is known of some people, read in as many statements however many they are."""

    def __init__(self, workspace_id: int, campaign: Campaign | None, read: Sequence[Address | Refused], now: datetime) -> None:
        self.read, self.campaign, self.now = read, campaign, now
        self.is_paused = Workspace.objects.filter(id=workspace_id, paused_at__isnull=False).exists()
        keys = {each.key for each in read if isinstance(each, Address) and texts.is_storable(each.key)}
        leads = Lead.objects.filter(workspace_id=workspace_id, email_key__in=keys, archived_at=None)
        self.leads: dict[str, Lead] = {lead.email_key: lead for lead in leads}
        ids = [lead.id for lead in self.leads.values()]
        named = Q(kind=Suppression.Kind.EMAIL, value__in=keys) | Q(kind=Suppression.Kind.DOMAIN, value__in={_domain(key) for key in keys})
        self.suppressions = {each.value: each for each in Suppression.objects.filter(named, workspace_id=workspace_id)}
        inside = Enrollment.objects.filter(campaign=campaign, lead__in=ids) if campaign else Enrollment.objects.none()
        self.inside = dict(inside.values_list("lead_id", "status"))
        sent = Delivery.objects.filter(lead__in=ids, status=DeliveryStatus.SENT).order_by()
        self.contacted: Mapping[int, datetime] = dict(sent.values_list("lead_id").annotate(at=Max("sent_at")))
        replies = Event.objects.filter(lead__in=ids, kind=EventKind.REPLIED).order_by()
        self.replied: Mapping[int, datetime] = dict(replies.values_list("lead_id").annotate(at=Max("at")))

    def screened(self, given: str, read: Address | Refused) -> Screened:
        if isinstance(read, Refused):
            return Screened(given, None, [*self._of_all(), Gate("invalid_address", forbids=True, evidence=read.reason)], None)
        lead = self.leads.get(read.key)
        gates = [*self._of_all(), *self._of_address(read.key), *(self._of_lead(lead) if lead else ())]
        return Screened(read.address, lead.id if lead else None, gates, self.contacted.get(lead.id) if lead else None)

    def _of_all(self) -> Iterator[Gate]:
        if self.is_paused:
            yield Gate("workspace_paused", forbids=True, evidence="The workspace is paused (pause_all).")
        if self.campaign is not None and self.campaign.status in (CampaignStatus.COMPLETED, CampaignStatus.ARCHIVED):
            yield Gate("campaign_over", forbids=True, evidence=f"The campaign is {self.campaign.status}.")

    def _of_address(self, key: str) -> Iterator[Gate]:
        local, _, domain = key.rpartition("@")
        for gate, value in (("suppressed", key), ("domain_suppressed", domain)):
            if (entry := self.suppressions.get(value)) is not None:
                evidence = f"{value} is suppressed since {entry.created_at:%Y-%m-%d}: {entry.get_reason_display()}."
                yield Gate(gate, forbids=True, evidence=evidence)
        kinds = {
            "role_account": (role_of(local), "{} is read by several people."),
            "disposable_domain": (disposable_domain_of(domain), "{} gives out throw-away addresses."),
            "free_mail": (free_provider_of(domain), "{} is free mail: a private person, to whom other law applies."),
        }
        yield from (Gate(name, forbids=False, evidence=words.format(found)) for name, (found, words) in kinds.items() if found)

    def _of_lead(self, lead: Lead) -> Iterator[Gate]:
        if (status := self.inside.get(lead.id)) is not None:
            yield Gate("in_campaign", forbids=True, evidence=f"They are in the campaign already ({status}).")
        if (at := self.contacted.get(lead.id)) is not None and at > self.now - RECENTLY:
            yield Gate("contacted_recently", forbids=False, evidence=f"The last e-mail to them left on {at:%Y-%m-%d}.")
        if (at := self.replied.get(lead.id)) is not None:
            yield Gate("replied_before", forbids=False, evidence=f"They answered on {at:%Y-%m-%d}: see get_inbox.")
        country = _consent_first(lead) if lead.lawful_basis == LawfulBasis.UNKNOWN else ""
        if country:
            yield Gate("no_lawful_basis", forbids=False, evidence=f"{country} asks for consent first, and no lawful basis is recorded.")


def _consent_first(lead: Lead) -> str:
    return CONSENT_FIRST.get(locate(country=lead.country).country, "") if lead.country else ""


def _domain(key: str) -> str:
    return key.rpartition("@")[2]
