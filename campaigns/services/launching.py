"""From a wish to launch to the first e-mail: wait for the leads and their e-mails, meet the approval policy, then hold.

Every step looks at the rows and may be taken again at any time: after the import, after the writing, and at every tick.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.contrib.postgres.aggregates import StringAgg
from django.db import transaction
from django.db.models import CharField, Func, Value
from django.db.models.functions import Cast, Concat

from campaigns.models import Campaign, CampaignStatus, DeliveryStatus, RenderedEmail
from campaigns.models.lead_import import ImportStatus
from campaigns.services import following, preparing, sequences
from rocketsdr.accounts import approvals, audit, undo
from rocketsdr.accounts.actor import Actor, job_actor
from rocketsdr.accounts.models import Approval
from rocketsdr.accounts.models.approval import ApprovalStatus
from rocketsdr.lib.errors import Conflict, Invalid
from rocketsdr.lib.jobs import enqueue

KIND = "campaigns.launch"


class NotLaunchable(Conflict):
    code = "campaign_not_launchable"


def request(*, actor: Actor, campaign: Campaign, now: datetime) -> None:
    """Freeze what the campaign says and start it as soon as its leads are read and their first e-mails written."""
    _check_complete(campaign)
    facts = sequences.facts_of(campaign)
    draft = Campaign.objects.filter(id=campaign.id, status=CampaignStatus.DRAFT)
    if draft.update(status=CampaignStatus.IMPORTING, facts=facts, launched_at=now, **_asked_by(actor)) != 1:
        raise NotLaunchable(f"The campaign is {campaign.status}; only a draft is launched.", status=campaign.status)
    undo.remember(audit.record(actor, "campaign.launched", campaign))
    campaign.refresh_from_db()
    if not advance(campaign_id=campaign.id, now=now):
        enqueue("campaigns.write_first_emails", campaign_id=campaign.id)


def _asked_by(actor: Actor) -> dict[str, str]:
    """Return what a campaign remembers of who launched it, because the policy is met later, by a job."""
    return {"launched_with": actor.credential, "launch_policy": approvals.policy_of(actor)}


def _check_complete(campaign: Campaign) -> None:
    if not campaign.lead_imports.standing().exists():
        fix = "Give csv_content, csv_url from get_csv_upload_url, targeting or leads."
        raise Invalid("The campaign has no leads.", field="csv_content", fix=fix)
    real_senders = campaign.senders.filter(any_hour=False)
    if real_senders.exists() and not campaign.workspace.postal_address.strip():
        raise NotLaunchable(
            "The workspace has no postal address, which the law asks for at the foot of every e-mail.",
            fix="Set it in the workspace's settings (an operator can in the admin).",
        )


@transaction.atomic
def advance(*, campaign_id: int, now: datetime) -> bool:
    """Schedule a launched campaign whose leads are read and whose first e-mails are written; say whether it is scheduled now."""
    campaign = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("workspace").get(id=campaign_id)
    if campaign.status != CampaignStatus.IMPORTING or not _is_ready(campaign):
        return False
    _meet_policy(campaign, now)
    preparing.release(campaign, due_at=now)
    following.settle_launch(campaign_id=campaign.id, now=now)
    enqueue("campaigns.tick")
    return True


def _is_ready(campaign: Campaign) -> bool:
    unread = campaign.lead_imports.filter(status=ImportStatus.PENDING)
    return not unread.exists() and preparing.all_written(campaign)


def _meet_policy(campaign: Campaign, now: datetime) -> None:
    """Ask in the name of who launched the campaign: under today's policy, or the one of the launch where that was stricter."""
    actor = Actor(
        workspace_id=campaign.workspace_id,
        user_id=campaign.created_by_id,
        via="job",
        credential=campaign.launched_with,
        policy=campaign.launch_policy,
    )
    digest = _digest(campaign)
    gate = approvals.ask(actor=actor, kind=KIND, subject_id=campaign.id, digest=digest, text=_what_happens(campaign), now=now)
    Campaign.objects.filter(id=campaign.id).update(
        status=CampaignStatus.SCHEDULED,
        launch_digest=digest,
        approved_digest=digest if gate.approved else "",
        hold_until=gate.hold_until,
    )


def schedule_again(campaign: Campaign, *, actor: Actor, now: datetime) -> None:
    """Start a paused campaign again: what it will do is met by the policy anew."""
    Campaign.objects.filter(id=campaign.id).update(**_asked_by(actor))
    if campaign.launch_digest:
        campaign.refresh_from_db()
        _meet_policy(campaign, now)
    else:
        Campaign.objects.filter(id=campaign.id).update(status=CampaignStatus.IMPORTING)
        enqueue("campaigns.write_first_emails", campaign_id=campaign.id)


def begin_again(campaign: Campaign, *, actor: Actor, now: datetime) -> None:
    """Stop a launched campaign that has got new leads until their first e-mails are written and the policy is met for all of it."""
    going = Campaign.objects.filter(id=campaign.id, status__in=[CampaignStatus.SCHEDULED, CampaignStatus.RUNNING])
    if going.update(status=CampaignStatus.IMPORTING, hold_until=None, **_asked_by(actor)) != 1:
        raise NotLaunchable(f"The campaign is {campaign.status}.", status=campaign.status)
    forget_review(campaign)
    approvals.withdraw(actor=actor, kind=KIND, subject_id=campaign.id, now=now)
    audit.record(actor, "campaign.launched_again", campaign)
    enqueue("campaigns.write_first_emails", campaign_id=campaign.id)


def forget_review(campaign: Campaign) -> None:
    """Have the campaign reviewed as a whole before it sends again: there is something in it that nobody has seen."""
    Campaign.objects.filter(id=campaign.id).update(launch_digest="", approved_digest="")


def approve_launch(actor: Actor, approval: Approval, now: datetime) -> None:
    """Let a reviewed launch go, if it is still what was reviewed."""
    waiting = Campaign.objects.filter(id=approval.subject_id, workspace_id=actor.workspace_id, launch_digest=approval.digest)
    if waiting.filter(status=CampaignStatus.SCHEDULED).update(approved_digest=approval.digest, hold_until=now) != 1:
        raise NotLaunchable("The campaign does not wait for this approval any more.")
    if _digest(waiting.get()) != approval.digest:
        raise approvals.ApprovalOutdated(
            "The campaign has changed since this was reviewed.", fix="Pause and resume it: it is reviewed again then, as it is now."
        )
    enqueue("campaigns.tick")


def refuse_launch(approval: Approval, now: datetime) -> None:
    """Pause a launch that a person has rejected, or that nobody decided in time; it can be resumed, and is reviewed again then."""
    why = "rejected" if approval.status == "rejected" else "not approved in time"
    scheduled = Campaign.objects.filter(id=approval.subject_id, launch_digest=approval.digest, status=CampaignStatus.SCHEDULED)
    scheduled.update(status=CampaignStatus.PAUSED, paused_at=now, pause_reason=f"The launch was {why}.")


def let_go(*, now: datetime) -> None:
    """Start the campaigns whose hold is over and whose launch is approved, if each is still what was reviewed; another waits anew."""
    released = Campaign.objects.released(now)
    for campaign in released.order_by("id").select_for_update(of=("self",), skip_locked=True, no_key=True):
        if _digest(campaign) == campaign.launch_digest:
            released.filter(id=campaign.id).update(status=CampaignStatus.RUNNING)
        else:
            review_again(campaign, now=now)


def review_again(campaign: Campaign, *, now: datetime) -> None:
    """Take back the review of a scheduled campaign that has changed: what it will do now meets the policy anew."""
    _meet_policy(campaign, now)
    audit.record(job_actor(campaign.workspace_id), "campaign.review_withdrawn", campaign)


def reviewed(workspace_id: int) -> list[int]:
    """Return the workspace's launched campaigns that somebody has approved, or may be reading now, and that may still write to people."""
    acts = Approval.objects.filter(workspace_id=workspace_id, kind=KIND, status__in=[ApprovalStatus.PENDING, ApprovalStatus.APPROVED])
    going = [CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.COMPLETED]  # a witness may bring a completed one back
    return list(Campaign.objects.filter(id__in=acts.values("subject_id"), status__in=going).values_list("id", flat=True))


def halt(*, campaign_id: int, reason: str, now: datetime) -> None:
    """Pause a launch that cannot go on, with the reason."""
    waiting = Campaign.objects.filter(id=campaign_id, status=CampaignStatus.IMPORTING)
    if waiting.update(status=CampaignStatus.PAUSED, paused_at=now, pause_reason=reason[:300]) == 1:
        following.fail_launch(campaign_id=campaign_id, reason=reason, now=now)


class _Sha256(Func):
    """The hash of a text, in PostgreSQL's core; Django's own asks for an extension."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"


def _digest(campaign: Campaign) -> str:
    """Name everything that the launch will do: to whom, in which words, from whom, when."""
    emails = RenderedEmail.objects.filter(delivery__campaign=campaign, delivery__step__position=1)
    one = Concat(
        Cast("delivery__lead_id", CharField()), Value(" "), "delivery__lead__email", Value(" "), "digest", output_field=CharField()
    )
    everyone = StringAgg(one, delimiter=Value("\n"), order_by="delivery__lead_id", default=Value(""))
    population = emails.aggregate(everyone=_Sha256(everyone))["everyone"]
    steps = list(campaign.steps.values_list("position", "wait_days", "subject", "body"))
    senders = list(campaign.senders.order_by("id").values_list("id", "email", "from_name", "signature"))
    hours = [campaign.timezone, campaign.send_days, str(campaign.send_from), str(campaign.send_to)]
    whole = json.dumps([campaign.id, population, steps, senders, hours, campaign.facts], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _what_happens(campaign: Campaign) -> str:
    number = campaign.deliveries.filter(status=DeliveryStatus.PREPARED).count()
    senders = ", ".join(sender.email for sender in campaign.senders.order_by("id"))
    return (
        f"Send the {campaign.steps.count()}-step campaign {campaign.name!r} to {number:,} lead{'' if number == 1 else 's'} from {senders}."
    )
