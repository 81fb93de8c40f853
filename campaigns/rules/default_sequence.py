"""The sequence of a campaign that was made without one: three short e-mails from what the product and the persona say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_GREETING = 'Hi {{ lead.first_name | default: "there" }},'
_CLOSING = "Best regards,\n{{ sender.signature | default: sender.name | default: sender.email }}"
_PAINS = """\
Is any of this on your list{% if lead.company %} at {{ lead.company }}{% endif %} at the moment?

{% for pain in persona.pains limit: 3 %}- {{ pain }}
{% endfor %}"""
_VALUES = """\
To add to my note, this is what {{ product.name }} gives you:

{% for value in product.value_props limit: 3 %}- {{ value }}
{% endfor %}"""
_PROOF = """\
One fact that may help you decide:

{% for proof in product.proof_points limit: 1 %}- {{ proof }}
{% endfor %}"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence: Liquid templates, and the days to wait after the step before.

    An empty subject continues the thread: the e-mail goes out as an answer to the one before it.
    """

    subject: str
    body: str
    wait_days: int
    channel: str = "email"


def default_sequence(*, product: Mapping[str, object], persona: Mapping[str, object]) -> tuple[Step, ...]:
    """Return three e-mails over eight days that say nothing but what the product and the persona say.

    The two mappings are those of the template facts. What they leave empty is left out, so that the e-mails can be written for a
    lead of whom only the address is known.
    """
    return (
        Step(subject='{{ product.name }} for {{ lead.company | default: "your team" }}', body=_first(product, persona), wait_days=0),
        Step(subject="", body=_second(product), wait_days=3),
        Step(subject="", body=_third(product), wait_days=5),
    )


def _first(product: Mapping[str, object], persona: Mapping[str, object]) -> str:
    opening = [_PAINS, "If so, {{ product.name }} may help."] if persona.get("pains") else ["I would like to show you {{ product.name }}."]
    description = "In short:\n{{ product.description }}" if product.get("description") else ""
    return _body(*opening, description, 'Would a short call be worth your time? A "yes" or "no" is enough.')


def _second(product: Mapping[str, object]) -> str:
    values = _VALUES if product.get("value_props") else "I wanted to make sure that my note about {{ product.name }} did not get lost."
    page = "There is more about it here: {{ product.url }}" if product.get("url") else ""
    return _body(values, page, "Would 15 minutes next week suit you to see whether it fits?")


def _third(product: Mapping[str, object]) -> str:
    proof = _PROOF if product.get("proof_points") else ""
    other = "If somebody else{% if lead.company %} at {{ lead.company }}{% endif %} looks after this, a name would help me a lot."
    return _body("This is my last note about {{ product.name }}.", proof, other, "Either way, thank you for reading.")


def _body(*paragraphs: str) -> str:
    return "\n\n".join(paragraph.strip("\n") for paragraph in (_GREETING, *paragraphs, _CLOSING) if paragraph)
