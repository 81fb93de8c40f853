"""Who gets no mail any more: what the workspace adds, what recipients ask for, and addresses that do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from campaigns.models import Delivery, DeliveryStatus, Enrollment, EnrollmentStatus, Event, EventKind, Lead, Suppression, SuppressionReason
from campaigns.rules import email_addresses, texts
from campaigns.services import stopping
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor, job_actor
from rocketsdr.lib.errors import Invalid, NotFound

Kind = Suppression.Kind

# An entry only ever gets stronger: what the recipient said outlives what a server said, and that outlives what somebody typed.
STRENGTH = [SuppressionReason.MANUAL, SuppressionReason.BOUNCED, SuppressionReason.COMPLAINT, SuppressionReason.UNSUBSCRIBED]
OPTED_OUT = [SuppressionReason.COMPLAINT, SuppressionReason.UNSUBSCRIBED]
RUNNING = [EnrollmentStatus.ACTIVE, EnrollmentStatus.BLOCKED]  # a blocked one goes on when its e-mail can be written after all
NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An entry of the suppression list, whether it is new, and how many planned e-mails it has stopped."""

    entry: Suppression
    created: bool
    stopped_messages: int


@dataclass(frozen=True, slots=True)
class OptOut:
    """What the unsubscribe page may say to whoever holds the link: enough for its owner, little for anybody else."""

    workspace_name: str
    masked_email: str
    already_out: bool


@transaction.atomic
def suppress(
    *, actor: Actor, value: str, reason: SuppressionReason | str = SuppressionReason.MANUAL, note: str = "", now: datetime
) -> Suppressed:
    """Send nothing more to an address, or to anybody at a domain, and stop at once what is planned for them.

    A domain covers exactly itself: `example.com` says nothing about `mail.example.com`, which can be added as well.
    """
    kind, key = _named(value)
    chosen = _reason(reason)
    checked = _checked_note(note)
    status, event = EnrollmentStatus.SUPPRESSED, EventKind.SUPPRESSED
    stopped = stopping.end(_running(actor.workspace_id, kind, key), status=status, kind=event, now=now)
    entry, created = _enter(actor.workspace_id, kind, key, chosen, checked, now)
    if created or stopped:
        audit.record(actor, "suppression.added", entry, kind=entry.kind, reason=entry.reason, stopped_messages=stopped)
    return Suppressed(entry=entry, created=created, stopped_messages=stopped)


@transaction.atomic
def opt_out(*, token: UUID, now: datetime) -> OptOut:
    """Obey the unsubscribe link of an e-mail: nothing more goes to its reader from this workspace."""
    enrollment = _enrollment(token)
    sent = Delivery.objects.filter(enrollment=enrollment, status=DeliveryStatus.SENT)
    _opt_out(enrollment, step=sent.aggregate(last=Max("step__position"))["last"], now=now)
    return describe_opt_out(token=token)


@transaction.atomic
def opt_out_by_reply(*, delivery: Delivery, now: datetime) -> None:
    """Obey a reader who has answered an e-mail with a wish to get no more: nothing more goes to them from this workspace."""
    _opt_out(delivery.enrollment, step=delivery.step.position, now=now)


def describe_opt_out(*, token: UUID) -> OptOut:
    """Say whose mail an unsubscribe link ends, and to whom."""
    enrollment = _enrollment(token)
    lead = enrollment.lead
    entries = Suppression.objects.filter(workspace_id=lead.workspace_id, kind=Kind.EMAIL, value=lead.email_key, reason__in=OPTED_OUT)
    return OptOut(workspace_name=enrollment.workspace.name, masked_email=_masked(lead.email), already_out=entries.exists())


@transaction.atomic
def note_bounce(*, delivery: Delivery, now: datetime) -> None:
    """Send nothing more to an address whose server says that it does not exist."""
    status, kind = EnrollmentStatus.BOUNCED, EventKind.BOUNCED
    stopping.lock_lead(delivery.lead_id)
    bounced = Enrollment.objects.filter(id=delivery.enrollment_id)
    stopped = stopping.end(bounced, status=status, kind=kind, step=delivery.step.position, now=now)
    _end_for_reader(job_actor(delivery.workspace_id), delivery.lead, SuppressionReason.BOUNCED, status, stopped, now)


def _opt_out(answered: Enrollment, *, step: int | None, now: datetime) -> None:
    """End all that this reader gets; the campaign whose e-mail they answered always hears of it, with the step."""
    status, kind = EnrollmentStatus.UNSUBSCRIBED, EventKind.UNSUBSCRIBED
    stopping.lock_lead(answered.lead_id)
    stopped = stopping.end(Enrollment.objects.filter(id=answered.id), status=status, kind=kind, step=step, now=now)
    heard = Event.objects.filter(campaign_id=answered.campaign_id, lead_id=answered.lead_id, kind=kind)
    if not heard.exists():  # it had ended otherwise, by a reply for one
        Event.objects.create(
            workspace_id=answered.workspace_id, campaign_id=answered.campaign_id, lead_id=answered.lead_id, step=step, kind=kind, at=now
        )
    actor = Actor(workspace_id=answered.workspace_id, user_id=None, via="recipient", scopes=frozenset())
    _end_for_reader(actor, answered.lead, SuppressionReason.UNSUBSCRIBED, status, stopped, now)


def _end_for_reader(actor: Actor, lead: Lead, reason: SuppressionReason, status: EnrollmentStatus, stopped: int, now: datetime) -> None:
    """Suppress a reader's address and end their sequences in the workspace's other campaigns."""
    entry, created = _enter(lead.workspace_id, Kind.EMAIL, lead.email_key, reason, "", now)
    others = _running(lead.workspace_id, Kind.EMAIL, lead.email_key)
    stopped += stopping.end(others, status=status, kind=EventKind.SUPPRESSED, now=now)
    if created or stopped:
        audit.record(actor, "suppression.added", entry, kind=entry.kind, reason=entry.reason, stopped_messages=stopped)


def _running(workspace_id: int, kind: Kind, value: str) -> QuerySet[Enrollment]:
    column = "email_key" if kind == Kind.EMAIL else "domain"
    return Enrollment.objects.filter(workspace_id=workspace_id, status__in=RUNNING, **{f"lead__{column}": value})


def _enter(workspace_id: int, kind: Kind, value: str, reason: SuppressionReason, note: str, now: datetime) -> tuple[Suppression, bool]:
    """Add an entry, or give the one that is there the stronger reason; say whether anything has changed."""
    entry, created = Suppression.objects.get_or_create(
        workspace_id=workspace_id, kind=kind, value=value, defaults={"reason": reason, "note": note, "created_at": now}
    )
    weaker = STRENGTH[: STRENGTH.index(reason)]
    if not created and Suppression.objects.filter(id=entry.id, reason__in=weaker).update(reason=reason) == 1:
        entry.refresh_from_db()
        return entry, True
    return entry, created


def _named(value: str) -> tuple[Kind, str]:
    """Return what a text names: one address, or one domain, in the form in which leads hold it."""
    text = value.strip()
    domain = text.removeprefix("@")
    is_address = "@" in domain
    # A name that nobody can write to may be listed: it stops nothing, and refusing it helps nobody.
    found = email_addresses.normalise(text if is_address else f"all@{domain}", allow_test_domains=True)
    if isinstance(found, email_addresses.Refused):
        meant = "an e-mail address" if is_address else "a domain such as example.com"
        raise Invalid(
            f"{value!r:.100} is not {meant}.", field="value", fix="Give one address (ada@example.com) or one domain (example.com)."
        )
    return (Kind.EMAIL, found.key) if is_address else (Kind.DOMAIN, found.key.rpartition("@")[2])


def _reason(reason: str) -> SuppressionReason:
    if reason not in SuppressionReason.values:
        raise Invalid(f"Unknown reason {reason!r:.60}.", field="reason", fix=f"Use one of {', '.join(SuppressionReason.values)}.")
    return SuppressionReason(reason)


def _checked_note(note: str) -> str:
    if len(note) > NOTE_LENGTH or not texts.is_storable(note):
        raise Invalid(f"The note is no text of at most {NOTE_LENGTH} characters.", field="note", fix="Shorten or clean it.")
    return note.strip()


def _enrollment(token: UUID) -> Enrollment:
    try:
        return Enrollment.objects.select_related("lead", "workspace").get(opt_out_token=token)
    except Enrollment.DoesNotExist:
        raise NotFound("This link belongs to no e-mail of ours.") from None


def _masked(email: str) -> str:
    """Show an address to its owner without giving it away."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
