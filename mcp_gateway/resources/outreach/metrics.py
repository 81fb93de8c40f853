from __future__ import annotations

from campaigns.queries.analytics import DEFINITIONS, DENOMINATORS, ROW_DENOMINATORS
from mcp_gateway.resource import resource
from mcp_gateway.tool import Result
from rocketsdr.accounts.actor import Actor


class Metrics(Result):
    """`counts` say what each number counts, `rates` what each rate is a part of; grouped rows have denominators of their own."""

    counts: dict[str, str]
    rates: dict[str, str]
    grouped_rates: dict[str, dict[str, str]]
    notes: list[str]

    def text(self) -> str:
        defined = [f"- {name}: {said}" for group in (self.counts, self.rates) for name, said in group.items()]
        return "\n".join([*defined, *self.notes])


NOTES = [
    "A rate is null where nobody was reached.",
    "In a window each counts at its own time: an e-mail when it was sent, an answer when it came. Days have no rates for that reason.",
]


@resource(uri="outreach://metrics", title="What the numbers mean", scope="analytics:read")
def metrics(actor: Actor) -> Metrics:
    """The definition of every number in the analytics, and the denominator of every rate."""
    return Metrics(counts=DEFINITIONS, rates=DENOMINATORS, grouped_rates=ROW_DENOMINATORS, notes=NOTES)
