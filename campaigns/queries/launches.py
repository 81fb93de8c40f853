"""What a launch would do, shown to whoever decides on it: how many it reaches, some of them, and the words that they would read."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from campaigns.models import Campaign, Delivery, DeliveryStatus, SequenceStep
from rocketsdr.accounts.approvals import Recipient, Review
from rocketsdr.accounts.models import Approval

RECIPIENTS = 10  # of each launch, shown by name
EMAILS = 3  # of each launch, shown in full


def reviews(approvals: Sequence[Approval]) -> dict[int, Review]:
    """Return what there is to see of each launch, by approval; of one that has changed since, nothing."""
    digests = {approval.digest for approval in approvals}
    campaigns = Campaign.objects.filter(id__in=[each.subject_id for each in approvals], launch_digest__in=digests).in_bulk()
    first = _first_emails([*campaigns])
    sizes = dict(first.values_list("campaign_id").annotate(Count("id")))
    shown = [
        (approval, campaigns[approval.subject_id])
        for approval in approvals
        if approval.subject_id in campaigns and campaigns[approval.subject_id].launch_digest == approval.digest
    ]
    samples = _samples(first)
    later = _later_steps([*campaigns])
    return {
        approval.id: _review(sizes.get(campaign.id, 0), samples.get(campaign.id, []), later.get(campaign.id, []))
        for approval, campaign in shown
    }


def _first_emails(campaign_ids: list[int]) -> QuerySet[Delivery]:
    """Return the first e-mails of these campaigns that will go out, or have gone."""
    never = [DeliveryStatus.BLOCKED, DeliveryStatus.CANCELLED, DeliveryStatus.FAILED]
    return Delivery.objects.filter(campaign_id__in=campaign_ids, step__position=1).exclude(status__in=never)


def _samples(first: QuerySet[Delivery]) -> dict[int, list[Delivery]]:
    place = Window(RowNumber(), partition_by=F("campaign_id"), order_by="lead_id")
    found: dict[int, list[Delivery]] = {}
    chosen = first.annotate(place=place).filter(place__lte=RECIPIENTS).select_related("lead", "email", "sender")
    for delivery in chosen.order_by("campaign_id", "lead_id"):
        found.setdefault(delivery.campaign_id, []).append(delivery)
    return found


def _later_steps(campaign_ids: list[int]) -> dict[int, list[SequenceStep]]:
    found: dict[int, list[SequenceStep]] = {}
    for step in SequenceStep.objects.filter(campaign_id__in=campaign_ids, position__gt=1).order_by("position"):
        found.setdefault(step.campaign_id, []).append(step)
    return found


def _review(size: int, sample: list[Delivery], later: list[SequenceStep]) -> Review:
    people = (Recipient(each.lead_id, each.lead.email, each.lead.full_name, each.lead.company) for each in sample)
    words = [*(_email(each) for each in sample[:EMAILS]), *(_template(step) for step in later)]
    return Review(size, tuple(people), "\n\n".join(words))


def _email(delivery: Delivery) -> str:
    """Return one e-mail in full."""
    heads = [f"From: {delivery.sender}", f"To: {delivery.lead.full_name} <{delivery.lead.email}>", f"Subject: {delivery.email.subject}"]
    return "\n".join([*heads, "", delivery.email.body_text.strip()])


def _template(step: SequenceStep) -> str:
    """Return a later e-mail as its template: its words are written when it is planned."""
    subject = f"Subject: {step.subject}" if step.subject else "(in the same thread)"
    return "\n".join([f"E-mail {step.position}, {step.wait_days} days later, to whoever has not answered:", subject, "", step.body.strip()])
