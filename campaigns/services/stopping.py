"""Ending a lead's sequence: no later e-mail of it leaves, whatever was queued or claimed already."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from campaigns.models import Delivery, Enrollment, EnrollmentStatus, Event, EventKind

ENDABLE = [EnrollmentStatus.ACTIVE, EnrollmentStatus.FINISHED, EnrollmentStatus.BLOCKED]


@transaction.atomic
def end(enrollments: QuerySet[Enrollment], *, status: EnrollmentStatus, kind: EventKind, step: int | None = None, now: datetime) -> int:
    """End the enrollments that still run or have run out by themselves; return how many planned e-mails were cancelled."""
    ended = list(enrollments.filter(status__in=ENDABLE).order_by("id").select_for_update(of=("self",), no_key=True))
    ids = [enrollment.id for enrollment in ended]
    Enrollment.objects.filter(id__in=ids).update(status=status, ended_at=now)
    Event.objects.bulk_create(
        Event(workspace_id=each.workspace_id, campaign_id=each.campaign_id, lead_id=each.lead_id, step=step, kind=kind, at=now)
        for each in ended
    )
    return Delivery.objects.cancel_rest(
        Enrollment.objects.filter(id__in=ids), reason=f"The lead has {EnrollmentStatus(status).label.lower()}."
    )


def lock_lead(lead_id: int) -> dict[int, Enrollment]:
    """Lock a lead's enrollments in one order, before any of their deliveries (two orders would deadlock); return them by id."""
    return {each.id: each for each in Enrollment.objects.filter(lead_id=lead_id).order_by("id").select_for_update(no_key=True)}
