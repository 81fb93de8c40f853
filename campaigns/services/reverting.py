"""Taking an import back: whoever came with it goes, unless they were written to or are somewhere else too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.models import Campaign, Conversation, Delivery, DeliveryStatus, Enrollment, Event, EventKind, Lead, LeadImport, RenderedEmail
from campaigns.models.lead_import import ImportStatus
from campaigns.queries.imports import get_import
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict

SHOWN = 100  # of those who are kept, told one by one
_MAY_HAVE_IT = [DeliveryStatus.CLAIMED, DeliveryStatus.INFLIGHT, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN]
_UNHEARD = [EventKind.SUPPRESSED, EventKind.BLOCKED]  # happened here alone; everything else means that somebody was written to


class NotRevertible(Conflict):
    code = "import_not_revertible"


@dataclass(frozen=True, slots=True)
class Kept:
    """A lead of the import that stays, and why."""

    lead_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Reverted:
    """An import that is taken back: how many leads are gone, how many left its campaign alone, and some of those who stay."""

    lead_import: LeadImport
    removed: int
    left_campaign: int
    kept_total: int
    kept: list[Kept]


@transaction.atomic
def revert(*, actor: Actor, import_id: int, now: datetime) -> Reverted:
    """Take an import back where nobody was contacted; a second time there is nothing left to do.

    What the import has changed of leads that were there before stays as it is.
    """
    lead_import = get_import(actor=actor, import_id=import_id)
    if lead_import.status != ImportStatus.DONE:
        raise NotRevertible(f"The import is {lead_import.status}.", fix="Only one that is done is taken back.", status=lead_import.status)
    if LeadImport.objects.filter(id=lead_import.id, reverted_at=None).update(reverted_at=now) != 1:
        return Reverted(lead_import, 0, 0, 0, [])
    Campaign.objects.select_for_update(no_key=True).get(id=lead_import.campaign_id)
    came = _locked(lead_import)
    left = _leave_campaign(came)
    removed = _remove(lead_import)
    kept_total, kept = _kept(lead_import)
    audit.record(actor, "leads.reverted", lead_import, removed=removed, left_campaign=left, kept=kept_total)
    lead_import.refresh_from_db(fields=["reverted_at"])
    return Reverted(lead_import, removed, left, kept_total, kept)


def _locked(lead_import: LeadImport) -> QuerySet[Enrollment]:
    """Lock enrollments and their e-mails, in the order in which everybody does: who would send one now waits, and finds it gone."""
    came = Enrollment.objects.filter(came_by=lead_import)
    list(came.order_by("id").select_for_update().values_list("id", flat=True))
    list(Delivery.objects.filter(enrollment__in=came).order_by("id").select_for_update(of=("self",)).values_list("id", flat=True))
    return came


def _contacted() -> Q:
    """Say of an enrollment that its lead may have been written to in this campaign, or has answered."""
    here = {"campaign_id": OuterRef("campaign_id"), "lead_id": OuterRef("lead_id")}
    mail = Delivery.objects.filter(enrollment=OuterRef("pk"), status__in=_MAY_HAVE_IT)
    heard = Event.objects.filter(**here).exclude(kind__in=_UNHEARD)
    return Q(Exists(mail)) | Q(Exists(heard)) | Q(Exists(Conversation.objects.filter(**here)))


def _leave_campaign(came: QuerySet[Enrollment]) -> int:
    """Take those out of the campaign who were not contacted, with what was written for them."""
    free = list(came.filter(~_contacted()).values_list("id", "campaign_id", "lead_id"))
    enrollments = [each for each, _, _ in free]
    RenderedEmail.objects.filter(delivery__enrollment_id__in=enrollments).delete()
    Delivery.objects.filter(enrollment_id__in=enrollments).delete()
    if free:
        Event.objects.filter(campaign_id=free[0][1], lead_id__in=[lead_id for _, _, lead_id in free]).delete()
    Enrollment.objects.filter(id__in=enrollments).delete()
    return len(free)


def _remove(lead_import: LeadImport) -> int:
    """Delete the leads that the import has made and that are nowhere else."""
    elsewhere = (model.objects.filter(lead=OuterRef("pk")) for model in (Enrollment, Delivery, Event, Conversation))
    made = Lead.objects.filter(made_by=lead_import)
    for rows in elsewhere:
        made = made.filter(~Exists(rows))
    removed, _ = made.delete()
    return removed


def _kept(lead_import: LeadImport) -> tuple[int, list[Kept]]:
    """Return those of the import who stay: still in its campaign, or in another one."""
    in_campaign = Enrollment.objects.filter(came_by=lead_import)
    stay = Lead.objects.filter(Q(made_by=lead_import) | Q(enrollments__in=in_campaign)).distinct()
    inside = set(in_campaign.values_list("lead_id", flat=True))
    shown = stay.order_by("id").values_list("id", flat=True)[:SHOWN]
    reasons = {True: "They may have been written to already.", False: "They are in another campaign too."}
    return stay.count(), [Kept(lead_id, reasons[lead_id in inside]) for lead_id in shown]
