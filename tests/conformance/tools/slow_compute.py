from __future__ import annotations

from mcp_gateway.tool import WriteArguments, tool
from rocketsdr.accounts.actor import Actor
from tests.conformance.working import Working, begin


class ComputeArguments(WriteArguments):
    seconds: float = 1.0
    label: str = ""


@tool(doing="computing", scope=None, core=False, long_running=True)
def slow_compute(actor: Actor, args: ComputeArguments) -> Working:
    """Compute for some seconds, after the answer."""
    said = f"Computed {args.label}."
    return begin(actor, "slow_compute", seconds=args.seconds, said=said) if args.seconds else Working(said=said)
