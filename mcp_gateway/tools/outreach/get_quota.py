from __future__ import annotations

from datetime import UTC, datetime

from mcp_gateway.tool import Arguments, Result, tool
from mcp_gateway.tool.parts import Part
from rocketsdr.accounts import quotas
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.clock import now


class QuotaItem(Part):
    name: str
    limit: int
    used: int
    resets_at: datetime

    def line(self) -> str:
        return f"- {self.name}: {self.used} of {self.limit} used today, resets at {self.resets_at.astimezone(UTC):%H:%M} UTC"


class GetQuotaResult(Result):
    quotas: list[QuotaItem]
    caps: list[QuotaItem]

    def text(self) -> str:
        own = ["Of this credential alone:", *(each.line() for each in self.caps)] if self.caps else []
        return "\n".join([*(each.line() for each in self.quotas), *own])


@tool(doing="reading the quota", scope=None, read_only=True, idempotent=True, aliases=("get_quotas", "get_limits"))
def get_quota(actor: Actor, args: Arguments) -> GetQuotaResult:
    """Show the daily quotas of the workspace and the caps of this credential: the limit, what is used today and when it resets."""
    at = now()
    return GetQuotaResult.model_validate({"quotas": quotas.overview(actor, now=at), "caps": quotas.caps_overview(actor, now=at)})
