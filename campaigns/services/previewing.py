"""What an e-mail will look like: the words stored for a lead of a campaign, or those that the same function would write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from campaigns.models import Campaign, Delivery, DeliveryStatus, Enrollment, Lead, Persona, Product, RenderedEmail, Sender, SenderStatus
from campaigns.queries import lead_previews
from campaigns.queries.campaigns import get_campaign
from campaigns.queries.leads import get_lead
from campaigns.queries.personas import get_persona
from campaigns.queries.products import get_product
from campaigns.rules import rendering, spam
from campaigns.rules.csv_rows.columns import columns_of
from campaigns.rules.csv_rows.rows import RowMaker
from campaigns.rules.email_addresses import Refused
from campaigns.services import composing, sequences, taking
from campaigns.services.sequences import StepSpec
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import Workspace
from rocketsdr.lib.errors import Invalid

FOOTER = "\n\n-- \n"
_SAMPLE = 'Give lead as {"email": "ada@example.com", "first_name": "Ada"}.'


@dataclass(frozen=True, slots=True)
class Preview:
    """One e-mail as its recipient would read it. `stored` says whether these very words wait to be sent."""

    subject: str
    body_text: str
    body_html: str
    variables_used: tuple[str, ...]
    missing_variables: tuple[str, ...]
    spam_findings: tuple[str, ...]
    blocked_because: str
    stored: bool
    provenance: dict[str, object]


@dataclass(frozen=True, slots=True)
class PreviewSpec:
    """Whose e-mail to show: a lead by id, somebody of a directory by their ref, or a made-up one by the columns of a CSV.

    It is that of a campaign, or of product and persona alone.
    """

    lead_id: int | None = None
    lead_ref: str | None = None
    lead_fields: Mapping[str, str] | None = None
    product_id: int | None = None
    persona_id: int | None = None
    campaign_id: int | None = None
    step: int = 1


def preview(*, actor: Actor, spec: PreviewSpec, now: datetime) -> Preview:
    """Show the e-mail of one step to one lead; nothing is stored and nothing is sent.

    Whoever is enrolled in the campaign gets it from their own sender, with their own way out, as sending has it.
    """
    campaign = get_campaign(actor=actor, campaign_id=spec.campaign_id) if spec.campaign_id is not None else None
    lead = _lead(actor, spec, now)
    product, persona = _product_and_persona(actor, spec, campaign)
    own = campaign if campaign and (campaign.product, campaign.persona) == (product, persona) else None
    enrolled = _enrolled(own, lead) if own else None
    step, first = _step(campaign, product, persona, spec.step)
    head = composing.of_templates(
        subject=step.subject,
        body=step.body,
        thread_subject="" if step.subject else rendering.reply_subject(first.subject),
        facts=sequences.facts_of(own) if own else sequences.facts_of_pair(product, persona),
        sender=enrolled.sender if enrolled and enrolled.sender else _sender(actor, campaign),
        workspace=Workspace.objects.get(id=actor.workspace_id),
    )
    shown = _of_parts(head, enrolled.lead if enrolled else lead, enrolled, spec.step)
    kept = RenderedEmail.objects.filter(delivery__enrollment=enrolled, delivery__step__position=spec.step) if enrolled else None
    email = kept.select_related("delivery").first() if kept is not None else None
    return _as_kept(shown, email, spec.step) if email else shown


def _of_parts(head: composing.Letterhead, lead: Lead, enrolled: Enrollment | None, step: int) -> Preview:
    nobodys = f"{settings.PUBLIC_URL}{reverse('campaigns:unsubscribe', args=[composing.NOBODY])}"
    parts = head.write(lead, unsubscribe_url=composing.unsubscribe_url(enrolled) if enrolled else nobodys)
    return Preview(
        subject=parts.subject,
        body_text=parts.body_text,
        body_html=parts.body_html,
        variables_used=parts.variables_used,
        missing_variables=parts.missing_variables,
        spam_findings=_spam_findings(parts.subject, parts.body_text, step, parts.variables_used),
        blocked_because=parts.reason_to_block,
        stored=False,
        provenance={"source_digest": head.digest, "step": step},
    )


def _as_kept(shown: Preview, email: RenderedEmail, step: int) -> Preview:
    """Return the preview with the words that are kept for sending, or were sent."""
    delivery: Delivery = email.delivery
    return replace(
        shown,
        subject=email.subject,
        body_text=email.body_text,
        body_html=email.body_html,
        missing_variables=tuple(email.missing_variables),
        spam_findings=_spam_findings(email.subject, email.body_text, step, shown.variables_used),
        blocked_because=delivery.note if delivery.status == DeliveryStatus.BLOCKED else "",
        stored=True,
        provenance={
            "source_digest": email.source_digest,
            "digest": email.digest,
            "delivery_id": delivery.pk,
            "status": delivery.status,
            "step": step,
        },
    )


def _spam_findings(subject: str, body_text: str, step: int, variables_used: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a filter may hold against the e-mail; the footer is the law's, not the writer's."""
    words = body_text.rpartition(FOOTER)[0] or body_text
    return tuple(spam.spam_findings(subject, words, first=step == 1, variables_used=variables_used))


def _enrolled(campaign: Campaign, lead: Lead) -> Enrollment | None:
    """Return the lead's place in the campaign; whoever was made up for this preview may be known there by the address."""
    same = {"lead__email_key": lead.email.lower()} if lead._state.adding else {"lead": lead}
    return campaign.enrollments.filter(**same, lead__archived_at=None).select_related("lead", "sender").first()


def _lead(actor: Actor, spec: PreviewSpec, now: datetime) -> Lead:
    """Return the lead, or make up the one that a line of a CSV with these columns would give."""
    if spec.lead_id is not None:
        return get_lead(actor=actor, lead_id=spec.lead_id)
    named = taking.columns_of(lead_previews.get_person(actor=actor, lead_ref=spec.lead_ref)) if spec.lead_ref else {}
    fields = named | dict(spec.lead_fields or {})
    columns = columns_of(list(fields))
    if not any(column.field == "email" for column in columns):
        raise Invalid("The sample lead has no e-mail address.", field="lead.email", fix=_SAMPLE)
    row = RowMaker(columns).row(1, list(fields.values()))
    if isinstance(row, Refused):
        raise Invalid(f"No import would take this lead: {row.reason}", field="lead", fix=_SAMPLE)
    return Lead(workspace_id=actor.workspace_id, created_at=now, updated_at=now, **dict(zip(row._fields[1:], row[1:], strict=True)))


def _product_and_persona(actor: Actor, spec: PreviewSpec, campaign: Campaign | None) -> tuple[Product, Persona]:
    product = get_product(actor=actor, product_id=spec.product_id) if spec.product_id is not None else campaign and campaign.product
    persona = get_persona(actor=actor, persona_id=spec.persona_id) if spec.persona_id is not None else campaign and campaign.persona
    if not product or not persona:
        field = "persona_id" if product else "product_id"
        raise Invalid(f"The preview needs {field}.", field=field, fix="Give it, or a campaign that has one.")
    return product, persona


def _sender(actor: Actor, campaign: Campaign | None) -> Sender | None:
    chosen = campaign.senders.order_by("id").first() if campaign else None
    usable = Sender.objects.filter(workspace_id=actor.workspace_id, status=SenderStatus.ACTIVE)
    return chosen or usable.order_by("id").first()


def _step(campaign: Campaign | None, product: Product, persona: Persona, position: int) -> tuple[StepSpec, StepSpec]:
    steps = sequences.steps_of(campaign) if campaign else []
    if not steps:
        steps = sequences.default_steps(sequences.facts_of_pair(product, persona))
    if not 1 <= position <= len(steps):
        raise Invalid(f"The sequence has no step {position}.", field="step", fix=f"Give a step from 1 to {len(steps)}.")
    return steps[position - 1], steps[0]
