from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from campaigns.models import Delivery, DeliveryStatus, Enrollment, EnrollmentStatus, Event, Lead
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.pages import LIMIT, Page, page
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Invalid, NotFound

SEARCHED = ("email", "full_name", "company")


@dataclass(frozen=True, slots=True)
class LeadView:
    """A lead and how far it is: in the campaign that was asked for, or in the one that it joined last."""

    lead: Lead
    enrollment: Enrollment | None
    steps_sent: int
    last_event: Event | None

    @property
    def status(self) -> str:
        """The state of its sequence; `not_enrolled` where there is none."""
        return self.enrollment.status if self.enrollment else "not_enrolled"


def get_lead(*, actor: Actor, lead_id: int) -> Lead:
    """Return one lead of the actor's workspace."""
    return get_leads(actor=actor, lead_ids=[lead_id])[lead_id]


def get_leads(*, actor: Actor, lead_ids: Collection[int]) -> dict[int, Lead]:
    """Return leads of the actor's workspace by their ids, in one statement; the first id that is none of them is named."""
    found = Lead.objects.filter(workspace_id=actor.workspace_id).in_bulk(set(lead_ids)) if lead_ids else {}
    missing = next((each for each in lead_ids if each not in found), None)
    if missing is not None:
        raise NotFound(f"No such lead: {missing!s:.60}.", fix="list_leads shows the ids.", lead_id=missing)
    return found


def list_leads(
    *,
    actor: Actor,
    campaign_id: int | None = None,
    status: EnrollmentStatus | str | None = None,
    query: str | None = None,
    limit: int = LIMIT,
    cursor: str | None = None,
) -> Page[LeadView]:
    """Return the workspace's leads, the newest first: those of a campaign, in a state, or with a text in address, name or company."""
    leads, enrollments = matching(actor=actor, campaign_id=campaign_id, status=status, query=query)
    return _views(page(leads, limit=limit, cursor=cursor), enrollments, campaign_id)


def matching(
    *, actor: Actor, campaign_id: int | None = None, status: EnrollmentStatus | str | None = None, query: str | None = None
) -> tuple[QuerySet[Lead], QuerySet[Enrollment]]:
    """Return those leads of the workspace in no order, and the enrollments that were asked for."""
    enrollments = _enrollments(actor, campaign_id, status)
    leads = Lead.objects.filter(_search(query), workspace_id=actor.workspace_id, archived_at__isnull=True)
    if campaign_id is not None or status is not None:
        leads = leads.filter(Exists(enrollments.filter(lead=OuterRef("pk"))))
    return leads, enrollments


def _enrollments(actor: Actor, campaign_id: int | None, status: str | None) -> QuerySet[Enrollment]:
    if status is not None and status not in EnrollmentStatus.values:
        raise Invalid(f"Unknown status {status!r:.60}.", field="status", fix=f"Use one of {', '.join(EnrollmentStatus.values)}.")
    enrollments = Enrollment.objects.filter(workspace_id=actor.workspace_id)
    if campaign_id is not None:
        enrollments = enrollments.filter(campaign=get_campaign(actor=actor, campaign_id=campaign_id))
    return enrollments if status is None else enrollments.filter(status=status)


def _search(query: str | None) -> Q:
    found = Q()
    text = (query or "").strip().replace("\x00", "")
    for column in SEARCHED if text else ():
        found |= Q(**{f"{column}__icontains": text})
    return found


def _views(leads: Page[Lead], enrollments: QuerySet[Enrollment], campaign_id: int | None) -> Page[LeadView]:
    """Add the state of each lead on the page, in three queries however long it is."""
    newest = enrollments.filter(lead__in=leads.items).order_by("lead_id", "-id").distinct("lead_id").select_related("campaign")
    joined = {enrollment.lead_id: enrollment for enrollment in newest}
    sent = Delivery.objects.filter(enrollment__in=joined.values(), status=DeliveryStatus.SENT).order_by()
    steps = dict(sent.values_list("enrollment_id").annotate(step=Max("step__position")))
    events = Event.objects.filter(lead__in=leads.items)
    if campaign_id is not None:
        events = events.filter(campaign_id=campaign_id)
    last = {event.lead_id: event for event in events.order_by("lead_id", "-at", "-id").distinct("lead_id")}

    def view(lead: Lead) -> LeadView:
        enrollment = joined.get(lead.id)
        return LeadView(lead, enrollment, steps.get(enrollment.id, 0) if enrollment else 0, last.get(lead.id))

    return leads.map(view)
