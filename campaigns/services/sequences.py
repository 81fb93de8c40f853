"""The steps of a campaign: checked when they are saved, made from product and persona when none are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.models import Campaign, Persona, Product, SequenceStep
from campaigns.rules import default_sequence, rendering
from rocketsdr.lib.errors import Invalid

MAX_STEPS = 10


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One e-mail of a sequence: Liquid subject and body, `wait_days` after the step before. No subject: the same thread."""

    body: str
    subject: str = ""
    wait_days: int = 0


def set_steps(campaign: Campaign, steps: Sequence[StepSpec]) -> None:
    """Give a campaign that has not been launched the steps that its author wrote."""
    check(steps)
    _replace(campaign, steps, default=False)


def refresh_default_steps(campaign: Campaign) -> None:
    """Give a draft without steps of its own the sequence of three that its product and persona make today."""
    if campaign.steps.exists() and not campaign.default_steps:
        return
    made = default_steps(facts_of(campaign))
    if made != steps_of(campaign):
        _replace(campaign, made, default=True)


def steps_of(campaign: Campaign) -> list[StepSpec]:
    """Return the steps of a campaign as they could be given."""
    return [StepSpec(body=step.body, subject=step.subject, wait_days=step.wait_days) for step in campaign.steps.order_by("position")]


def _replace(campaign: Campaign, steps: Sequence[StepSpec], *, default: bool) -> None:
    campaign.deliveries.all().delete()
    campaign.steps.all().delete()
    SequenceStep.objects.bulk_create(
        SequenceStep(campaign=campaign, position=position, wait_days=step.wait_days, subject=step.subject, body=step.body)
        for position, step in enumerate(steps, start=1)
    )
    campaign.default_steps = default
    campaign.save(update_fields=["default_steps"])


def default_steps(facts: dict[str, dict[str, object]]) -> list[StepSpec]:
    """Return the sequence of three that product and persona make."""
    made = default_sequence.default_sequence(product=facts["product"], persona=facts["persona"])
    return [StepSpec(subject=step.subject, body=step.body, wait_days=step.wait_days) for step in made]


def check(steps: Sequence[StepSpec]) -> None:
    """Refuse a sequence that could not be sent, naming the step, the place and the fix."""
    if not 1 <= len(steps) <= MAX_STEPS:
        raise Invalid(
            f"A sequence has 1 to {MAX_STEPS} steps, not {len(steps)}.", field="steps", fix="Leave `steps` out for a good default of three."
        )
    if not steps[0].subject.strip():
        raise Invalid(
            "The first step has no subject.", field="steps[0].subject", fix="Only later steps may leave it empty, to continue the thread."
        )
    for place, step in enumerate(steps):
        for name, template in (("subject", step.subject), ("body", step.body)):
            faults = rendering.check(template)
            if faults:
                raise Invalid(f"Step {place + 1}: {faults[0].message}", field=f"steps[{place}].{name}", fix=faults[0].fix)


def facts_of(campaign: Campaign) -> dict[str, dict[str, object]]:
    """Return what the templates may say of product and persona: frozen by the launch, today's before it."""
    if campaign.facts:
        frozen: dict[str, dict[str, object]] = campaign.facts
        return frozen
    if campaign.product is None or campaign.persona is None:
        raise Invalid("The campaign has no product or no persona yet.", field="product_id", fix="Choose both.")
    return facts_of_pair(campaign.product, campaign.persona)


def facts_of_pair(product: Product, persona: Persona) -> dict[str, dict[str, object]]:
    """Return what the templates may say of a product and a persona as they are today."""
    return {
        "product": {name: getattr(product, name) for name in ("name", "description", "value_props", "proof_points", "url")},
        "persona": {name: getattr(persona, name) for name in ("name", "title", "description", "pains")},
    }
